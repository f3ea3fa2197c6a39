"""Runs to look at."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from basketbt.api import Run, run
from support import invented

#: Everything a page can show, of a size that a test can afford.
WHOLE = (
    "events=[deepseek-r1]",
    "baskets=[guojin/cybersecurity, guojin/xinchuang, galaxy/telecom]",
    "weighting=[equal, stance]",
    "rebalance=hold",
    "event_study={placebo_dates: 100, matched_lists: 0}",
    "account={}",
)


@pytest.fixture(scope="session")
def whole() -> Run:
    """A demo study with books, accounts and tests, in English."""
    return run(invented.STUDY, overrides=WHOLE)


@pytest.fixture(scope="session")
def folder(whole: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its files, in every form."""
    return whole.write(tmp_path_factory.mktemp("en"), ("page", "figures", "xlsx", "docx"))


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A copy of the run's folder, to do harm to."""
    return Path(shutil.copytree(folder, tmp_path / folder.name))


@pytest.fixture(scope="session")
def full(whole: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's files with everything that can be asked for in rows."""
    return whole.write(tmp_path_factory.mktemp("full"), ("page", "xlsx"), full=True)


@pytest.fixture(scope="session")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the same kind of study in Chinese."""
    made = run(invented.STUDY, overrides=[*WHOLE[:4], "language=zh"])
    return made.write(tmp_path_factory.mktemp("zh"), ["page"])
