"""One study, along every way its prices can come: the vendors, the store, a lock, own tables."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from basketbt.api import Run
from basketbt.api import run as run_study
from basketbt.config.study import load_study
from basketbt.data.lock import write_lock
from basketbt.data.store.book import PATH_VARIABLE
from basketbt.pipeline.sources import Access, choose_source
from basketbt.plan.study import make_plan
from replay.invented import FIRST, LAST, Market, rates
from replay.server import Replay
from support.written import share, write_list, write_study

SYMBOLS = ("688111.SH", "000034.SZ", "300624.SZ", "6682.HK")
SHARES = (share("688111.SH", stance="recommend"), *SYMBOLS[1:])
STUDY = {"baskets": "mine/list", "benchmarks": "[000300.SH]"}


@pytest.fixture
def study(replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run the study from a source, with a store of that source's own."""
    folder = tmp_path / "project"
    write_list(folder, "mine/list", *SHARES)
    write_study(folder, **STUDY, weighting="[equal, stance]", windows="[[0, 5], [0, 20]]")

    def run(source: str, store: str | None = None) -> Run:
        name = store or source.partition(":")[0]
        monkeypatch.setenv(PATH_VARIABLE, str(tmp_path / f"{name}.sqlite"))
        return run_study(folder / "study.yaml", source=source)

    return run


def write_tables(folder: Path, market: Market) -> None:
    """The market as an analyst's own tables, total-return factor by hand."""
    folder.mkdir()

    def rows(name: str) -> Iterator[tuple[object, ...]]:
        security = market[name]
        factor = dict(security.factor())
        level = 1.0
        for bar in security.bars:
            level = factor.get(bar.day, level)
            prices = (bar.open, bar.high, bar.low, bar.close)
            yield (bar.day, name, *prices, bar.volume, bar.amount, level)

    header = ("date", "symbol", "open", "high", "low", "close", "volume", "amount", "adj_factor")
    for table, names in (("bars", SYMBOLS), ("indexes", ("000300.SH",))):
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for name in names:
                writer.writerows(rows(name))
    with (folder / "fx.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("date", "pair", "rate"))
        writer.writerows((day, "HKDCNY", rate) for day, rate in rates())


NUMBERS = ("day", "level", "price_level", "drawdown", "benchmark_level")


def levels(run: Run) -> dict[tuple[str, ...], float]:
    """Every number of levels.csv that exists, by its place."""
    frame = run.levels
    keys = [column for column in frame.columns if column not in (*NUMBERS, "prices")]
    return {
        (*map(str, row[keys]), column): float(row[column])
        for _, row in frame.iterrows()
        for column in NUMBERS
        if row[column] is not None and row[column] == row[column]
    }


def without_prices(found: dict[tuple[str, ...], float]) -> set[tuple[str, ...]]:
    """The places of everything but price returns, which some vendors cannot tell."""
    return {place for place in found if place[-1] != "price_level"}


def test_akshare_yfinance_and_own_tables_give_the_same_levels(
    replay: Replay, study: Callable[..., Run], tmp_path: Path
) -> None:
    write_tables(tmp_path / "tables", replay.vendors.market)
    own = levels(study(f"files:{tmp_path / 'tables'}"))
    assert len(own) > 100
    for route in ("akshare", "yfinance", "auto"):
        found = levels(study(route))
        assert without_prices(found) == without_prices(own)
        assert found.keys() <= own.keys()
        for key, value in found.items():
            assert value == pytest.approx(own[key], rel=1e-6), key


def test_a_run_from_the_store_and_from_a_lock_is_the_same_run(
    replay: Replay, study: Callable[..., Run], tmp_path: Path
) -> None:
    first = study("auto")
    asked = len(replay.vendors.log)
    again = study("auto")
    assert len(replay.vendors.log) == asked
    file = load_study(tmp_path / "project" / "study.yaml")
    request = make_plan(file).request
    source = choose_source(file, "auto", Access(store=tmp_path / "auto.sqlite", offline=True))
    write_lock(tmp_path / "x.lock", source.load(request), request)
    locked = study(f"lock:{tmp_path / 'x.lock'}", "nothing")
    assert not (tmp_path / "nothing.sqlite").exists()
    folders = [run.write(tmp_path / name) for name, run in
               (("a", first), ("b", again), ("c", locked))]  # fmt: skip
    assert len({folder.name for folder in folders}) == 1
    contents = [
        {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*"))
         if path.is_file()} for folder in folders
    ]  # fmt: skip
    assert contents[0] == contents[1] == contents[2]
    assert len(contents[0]) > 3


def test_a_capitalisation_weighting_uses_the_counts_that_were_fetched(
    replay: Replay, study: Callable[..., Run], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    caps = {"weighting": "market_cap", "windows": "[[0, 5]]", "split_at_publication": "false"}
    write_study(project, **STUDY, **caps)
    write_list(project, "mine/list", *SHARES[:3])  # nobody gives counts for Hong Kong
    rows = study("auto").constituents
    weights = dict(zip(rows["symbol"], rows["weight"], strict=True))
    # The last close before the base of day 0, 21 January 2025.
    day = date(2025, 1, 17)
    worth = {
        name: replay.vendors.market[name].closes[day] * replay.vendors.market[name].shares
        for name in SYMBOLS[:3]
    }
    for name, cap in worth.items():
        assert weights[name] == pytest.approx(cap / sum(worth.values()), rel=1e-9)


def test_the_market_spans_what_the_study_needs() -> None:
    assert FIRST.isoformat() < "2024-06-20"
    assert LAST.isoformat() > "2025-05-01"
