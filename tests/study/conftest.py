"""Running a study over a list of one's own on a market made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from basketbt.api import Run
from basketbt.config.study import load_study
from basketbt.study import run_study
from support.made import Made

LIST = """\
broker: mine
broker_zh: 我的
theme: {{zh: 测试, en: Test}}
source: {{publisher: me, title: note, published: 2025-02-07}}
constituents:
{constituents}
"""
SHARE = "  - {{symbol: {symbol}, name_zh: {name}, stance: {stance}, origin: named{more}}}"


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Run]:
    """Run a study over a list of your own symbols on a made market."""

    def run(
        source: Made,
        symbols: Sequence[str],
        *,
        stances: Sequence[str] = (),
        **lines: object,
    ) -> Run:
        folder = tmp_path / "baskets" / "mine"
        folder.mkdir(parents=True, exist_ok=True)
        rows = [
            SHARE.format(
                symbol=symbol,
                name=f"股{number}",
                stance=(stances or ["watch"] * len(symbols))[number],
                more=", lot: 100" if symbol.endswith(".HK") else "",
            )
            for number, symbol in enumerate(symbols)
        ]
        (folder / "list.yaml").write_text(
            LIST.format(constituents="\n".join(rows)), encoding="utf-8"
        )
        content = {
            "study": "made",
            "events": "deepseek-r1",
            "baskets": "mine/list",
            "windows": "[[0,2]]",
            "split_at_publication": "false",
            **lines,
        }
        path = tmp_path / "study.yaml"
        text = "\n".join(f"{key}: {value}" for key, value in content.items())
        path.write_text(text, encoding="utf-8")
        return Run(run_study(load_study(path), source))

    return run
