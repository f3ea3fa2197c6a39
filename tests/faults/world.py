"""A user's folder that works, made once: a study, prices, a run, a grid, a lock and a store."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from basketbt.api import run
from basketbt.data.bars import Bars
from basketbt.data.lock import write_lock
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.vendor import FactorSteps, History
from basketbt.data.store import Store
from basketbt.market.calendars import calendar

SYMBOLS = ("688111.SH", "000034.SZ", "6682.HK")
_FIRST, _LAST = np.datetime64("2024-10-08"), np.datetime64("2025-03-31")
_STUDY = """\
study: s
events: deepseek-r1
baskets: [mine.yaml]
windows: [[-5, -1], [0, 5]]
prices: {source: files, path: prices}
account: {}
grid: {weighting: [equal], entry_delay: [0, 1]}
"""
_LIST = """\
broker: mine
broker_zh: 我
broker_en: Me
theme: {zh: 测试, en: Test}
source: {publisher: me, title: mine, published: 2025-02-07}
constituents:
  - {symbol: 688111.SH, name_zh: 金山办公, stance: recommend, origin: named}
  - {symbol: 000034.SZ, name_zh: 神州数码, stance: recommend, origin: named}
  - {symbol: 6682.HK, name_zh: 第四范式, stance: recommend, origin: named, lot: 100}
"""


def make(folder: Path) -> Path:
    """The whole of it; ``run`` and ``other`` name two runs, ``results`` holds them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "s.yaml").write_text(_STUDY, encoding="utf-8")
    (folder / "mine.yaml").write_text(_LIST, encoding="utf-8")
    (folder / "note.txt").write_text(
        "中信证券2025年2月7日研报：推荐金山办公、神州数码。\n" * 3, "utf-8"
    )
    _prices(folder / "prices")
    _others(folder / "elsewhere")
    done = run(folder / "s.yaml")
    path = done.write(folder / "results")
    shutil.copytree(path, folder / "run")
    english = run(folder / "s.yaml", overrides=["language=en"]).write(folder / "more", ())
    shutil.copytree(english, folder / "other")
    shutil.rmtree(folder / "more")
    source, request = FilesSource(folder / "prices"), done.result.plan.request
    write_lock(folder / "x.lock", source.load(request), request)
    _store(folder / "store.sqlite", source.load(request).bars)
    return folder


def _others(folder: Path) -> None:
    """What belongs to somebody else, and must be the same after every command."""
    (folder / "figures").mkdir(parents=True)
    for name in ("memo.md", "report.html", "figures/a.png", "keep.sqlite"):
        (folder / name).write_text("somebody else's\n", encoding="utf-8")


def _prices(folder: Path) -> None:
    folder.mkdir()
    lines = ["date,symbol,open,high,low,close,volume,amount,adj_factor"]
    for number, symbol in enumerate(SYMBOLS):
        days = calendar("XHKG" if symbol.endswith("HK") else "XSHG").between(_FIRST, _LAST)
        drawn = np.random.default_rng(number).normal(0, 0.012, len(days))
        for day, close in zip(days, np.round(20 * np.exp(np.cumsum(drawn)), 2), strict=True):
            amount = round(float(close) * 5_000_000, 2)
            lines.append(f"{day},{symbol},{close},{close},{close},{close},5000000,{amount},1.0")
    (folder / "bars.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    days = calendar("XSHG").between(_FIRST, _LAST)
    level = np.round(
        3900 * np.exp(np.cumsum(np.random.default_rng(9).normal(0, 0.01, len(days)))), 2
    )
    rows = (
        f"{day},000300.SH,{one},{one},{one},{one}" for day, one in zip(days, level, strict=True)
    )
    head = "date,symbol,open,high,low,close"
    (folder / "indexes.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    rates = (f"{day},HKDCNY,0.93" for day in days)
    (folder / "fx.csv").write_text("\n".join(["date,pair,rate", *rates]) + "\n", encoding="utf-8")
    (folder / "instruments.csv").write_text(
        "symbol,name,listed,lot\n6682.HK,第四范式,2023-09-28,100\n", encoding="utf-8"
    )
    (folder / "actions.csv").write_text(
        "symbol,ex_date,cash,bonus,rights,rights_price\n", encoding="utf-8"
    )


def _store(path: Path, bars: Bars) -> None:
    with Store(path) as store:
        for symbol in SYMBOLS[:2]:
            own = replace(bars.only((symbol,)), tables=("sina",))
            steps = FactorSteps(dates=own.dates[:0], ratios=np.empty(0))
            history = History(vendor="sina", symbol=symbol, first=_FIRST, last=_LAST, bars=own)
            store.save(replace(history, steps=steps, steps_from="sina"))
