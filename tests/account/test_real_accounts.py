"""The accounts of the R1 study on real prices equal the slow ledger, to the fen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from basketbt.config.study import load_study
from basketbt.data.bars import PriceRequest
from basketbt.data.panel import build_panel
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.files.folder import tables_of
from basketbt.engine.account.quotes import blocked, price_limits
from basketbt.engine.account.schedule import Moment
from basketbt.engine.account.settings import Reason
from basketbt.market.calendars import as_date, calendar
from basketbt.market.symbols import parse_symbol
from basketbt.pipeline.run import run_study
from basketbt.results import AccountKept, CaseResult
from basketbt.shipped import shipped
from support.accounts import MOMENTS, trades_of
from support.slow_ledger import Action, Aim, Bar, Share, SlowLedger, cents, rules_of

STUDY = """\
study: r1
events: deepseek-r1
baskets: ["guojin/*", "csc/*", "tfzq/*", "citics/*", "htsc/*", "galaxy/*", "zheshang/*",
  "consensus/*"]
benchmarks: 000300.SH
windows: [[0, 60]]
fx: local
rebalance: [hold, monthly]
account:
  entry: [next_open, day0_close, publication_open]
  cash: 10000000
  slippage_bps: 5
"""


@dataclass(frozen=True)
class Row:
    date: np.datetime64
    bar: Bar
    factor: Decimal


def bar(row: dict[str, Any]) -> Bar:
    names = ("open", "high", "low", "close")
    open_, high, low, close = (cents(Decimal(str(row[name]))) for name in names)
    return Bar(open_, high, low, close, int(row["volume"] or 0))


@cache
def history(path: Path, symbol: str) -> tuple[Row, ...]:
    """The raw rows of one share, as the file has them."""
    table = pq.read_table(path / "bars.parquet", filters=pc.field("symbol") == symbol)
    rows = table.sort_by("date").to_pylist()
    return tuple(
        Row(np.datetime64(row["date"], "D"), bar(row), Decimal(str(row["adj_factor"])))
        for row in rows
    )


def share(path: Path, symbol: str, sessions: np.ndarray) -> Share:
    """One share on the account's sessions; what its factor does to the price arrives as cash."""
    board = parse_symbol(symbol).board
    assert board is not None
    rows = history(path, symbol)
    at = {row.date: row.bar for row in rows}
    places = {session: number for number, session in enumerate(sessions)}
    before = [row.bar.close for row in rows if row.date < sessions[0]]
    actions = {}
    for previous, row in pairwise(rows):
        if row.date in places and abs(row.factor / previous.factor - 1) > Decimal("1e-6"):
            reference = cents(previous.bar.close * previous.factor / row.factor)
            actions[places[row.date]] = Action(cash=previous.bar.close - reference)
    return Share(
        board=board,
        bars=[at.get(session) for session in sessions],
        before=before[-1] if before else None,
        actions=actions,
    )


def aims(kept: AccountKept, member: int, refused: np.ndarray, sessions: np.ndarray) -> list[Aim]:
    """Entry, month ends and exit, from the study's words."""
    path = kept.index.paths[0].total
    row, moment = int(kept.book.schedule.entry[member]), kept.points[member].moment
    whole = [
        Decimal(0) if out else Decimal(repr(float(weight)))
        for weight, out in zip(path.targets[member], refused, strict=True)
    ]
    weights = [weight / sum(whole) for weight in whole]  # the rest in the list's proportions
    last = len(path.levels) - 1
    resets = []
    if kept.index.rebalance.kind == "monthly":
        months = sessions.astype("datetime64[M]")
        resets = [
            k for k in range(1, last) if months[k] != months[k + 1] and (k, 1) > (row, moment)
        ]
    return [
        Aim(row, MOMENTS[moment], weights),
        *(Aim(k, "close", weights) for k in resets),
        Aim(last, "close", [Decimal(0)] * len(weights)),
    ]


@pytest.fixture(scope="module")
def prices() -> Path:
    """The folder of the sample of record."""
    return shipped("sample")


@pytest.fixture(scope="module")
def case(prices: Path, tmp_path_factory: pytest.TempPathFactory) -> CaseResult:
    path = tmp_path_factory.mktemp("r1") / "r1.yaml"
    path.write_text(STUDY, encoding="utf-8")
    # Without a rate 6682.HK is refused: the slow ledger knows mainland rules only.
    tables = tuple(one for one in tables_of(prices) if one.kind != "fx")
    return run_study(load_study(path), FilesSource(prices, tables)).cases[0]


@pytest.mark.slow
def test_every_list(prices: Path, case: CaseResult) -> None:
    panel = case.panel
    refused = panel.adjusted_only | ~panel.in_home_currency
    compared = 0
    for kept in case.accounts:
        book = kept.book
        sessions = panel.sessions[book.base : book.base + book.schedule.rows]
        shares = [
            # Never traded: what is refused has no part in the account.
            Share(board="main", bars=[None] * len(sessions), before=None)
            if out
            else share(prices, symbol, sessions)
            for symbol, out in zip(panel.symbols, refused, strict=True)
        ]
        days = [as_date(day) for day in sessions]
        for member, basket in enumerate(case.case.baskets):
            assert book.opened[member], basket.id
            ledger = SlowLedger(shares, days, rules_of(book.settings))
            ledger.run(aims(kept, member, refused, sessions))
            assert trades_of(book, member) == ledger.trades
            assert book.books.cash[:, member].tolist() == ledger.cash
            assert book.books.shares[:, member].tolist() == ledger.held
            assert book.books.value[:, member].tolist() == ledger.value
            compared += 1
    assert compared == 114  # nineteen lists, three entries, two rebalances


@pytest.mark.slow
def test_boards_that_no_reader_could_buy(case: CaseResult) -> None:
    # The list was published on Friday 7 February; on Monday and Tuesday 002261.SZ did not open.
    kept = next(one for one in case.accounts if one.entry == "publication_open")
    member = [basket.id for basket in case.case.baskets].index("guojin/xinchuang")
    sessions = case.panel.sessions[kept.book.base :]
    met = [
        (str(sessions[trade.row]), case.panel.symbols[trade.share])
        for trade in trades_of(kept.book, member)
        if trade.reason == "limit-up"
    ]
    assert met == [("2025-02-10", "002261.SZ"), ("2025-02-11", "002261.SZ")]


@pytest.mark.market
def test_one_word_boards_of_5_to_7_february(market: Path) -> None:
    # Of all shares with raw prices; 002881.SZ and 300766.SZ are in shipped lists.
    days = calendar("XSHG").between(np.datetime64("2025-01-20"), np.datetime64("2025-02-07"))
    table = pq.read_table(market / "bars.parquet", columns=["symbol"])
    symbols = tuple(sorted(set(table.column("symbol").to_pylist())))
    request = PriceRequest(symbols=symbols, indexes=(), start=days[0], end=days[-1])
    data = FilesSource(market).load(request)
    panel = build_panel(data, symbols, calendar="XSHG", sessions=days, fx="local")
    rows = slice(len(days) - 3, len(days))
    nobody = np.zeros(len(panel.symbols), dtype=bool)
    no_buy, _ = blocked(panel, rows, price_limits(panel, rows, nobody), nobody)
    found = [
        (str(days[rows][row]), panel.symbols[column])
        for row, column in np.argwhere(no_buy[Moment.OPEN] == Reason.LIMIT_UP)
    ]
    shut = ("002881.SZ", "688158.SH", "688316.SH")
    assert found == sorted(
        [
            *((day, one) for day in ("2025-02-05", "2025-02-06", "2025-02-07") for one in shut),
            ("2025-02-05", "300766.SZ"),
            ("2025-02-07", "600633.SH"),
        ]
    )
