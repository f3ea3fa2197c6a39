"""Small libraries of lists, written out as a user would."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.written import Lists


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(tmp_path)
