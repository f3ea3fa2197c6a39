"""Running a study over a list of one's own on a market made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from basketbt.api import Run
from basketbt.config.study import load_study
from basketbt.pipeline.run import run_study
from support.made import Made, Study
from support.written import share, write_list, write_study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Run a study over a list of your own symbols on a made market."""

    def run(
        source: Made,
        symbols: Sequence[str],
        *,
        stances: Sequence[str] = (),
        published: str = "2025-02-07",
        events_only: bool = False,
        **keys: object,
    ) -> Run:
        known = stances or ["watch"] * len(symbols)
        shares = [
            share(symbol, name_zh=f"股{number}", stance=stance)
            for number, (symbol, stance) in enumerate(zip(symbols, known, strict=True))
        ]
        write_list(tmp_path, "mine/list", *shares, published=published)
        short = {"study": "made", "baskets": "mine/list", "windows": "[[0,2]]"}
        path = write_study(tmp_path, **{**short, "split_at_publication": "false", **keys})
        return Run(run_study(load_study(path), source, events_only=events_only))

    return run
