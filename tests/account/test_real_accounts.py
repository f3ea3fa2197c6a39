"""The accounts of the R1 study on real prices equal the slow ledger, to the fen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from basketbt.backtest.account.entries import Moment
from basketbt.backtest.account.quotes import blocked, price_limits
from basketbt.backtest.account.settings import Reason
from basketbt.backtest.account.shortfall import PARTS
from basketbt.config.study import load_study
from basketbt.market.calendars import as_date, calendar
from basketbt.market.symbols import parse_symbol
from basketbt.prices.data import PriceRequest
from basketbt.prices.panel import build_panel
from basketbt.prices.sources.files import FilesSource
from basketbt.report.memo import memo
from basketbt.report.phrases import percent
from basketbt.report.tables.accounts import owners
from basketbt.results import AccountKept, CaseResult, StudyResult
from basketbt.study import run_study
from support.accounts import MOMENTS, trades_of
from support.slow_ledger import FEN, Action, Aim, Bar, Share, SlowLedger, rules_of

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
  least_covered: 0.1
  cash: 10000000
  slippage_bps: 5
"""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Row:
    date: np.datetime64
    bar: Bar
    factor: Decimal


@cache
def history(path: Path, symbol: str) -> tuple[Row, ...]:
    """The raw rows of one share, as the file has them."""
    table = pq.read_table(path / "bars.parquet", filters=pc.field("symbol") == symbol)
    rows = table.sort_by("date").to_pylist()
    return tuple(
        Row(
            np.datetime64(row["date"], "D"),
            Bar(*(fen(row[name]) for name in ("open", "high", "low", "close")), int(row["volume"])),
            Decimal(str(row["adj_factor"])),
        )
        for row in rows
    )


def fen(price: float) -> Decimal:
    return Decimal(str(price)).quantize(CENT, ROUND_HALF_UP)


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
            reference = (previous.bar.close * previous.factor / row.factor).quantize(
                FEN, ROUND_HALF_UP
            )
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
def case(market: Path, tmp_path_factory: pytest.TempPathFactory) -> CaseResult:
    path = tmp_path_factory.mktemp("r1") / "r1.yaml"
    path.write_text(STUDY, encoding="utf-8")
    return run_study(load_study(path), FilesSource(market)).cases[0]


@pytest.fixture(scope="module")
def shipped(market: Path) -> StudyResult:
    root = Path(__file__).resolve().parents[2]
    return run_study(load_study(root / "configs/deepseek-r1-account.yaml"), FilesSource(market))


@pytest.mark.market
@pytest.mark.slow
def test_every_list(market: Path, case: CaseResult) -> None:
    panel = case.panel
    refused = panel.adjusted_only | ~panel.in_home_currency
    compared, without = 0, set()
    for kept in case.accounts:
        book = kept.book
        sessions = panel.sessions[book.base : book.base + book.schedule.rows]
        shares = [
            # Never traded: what is refused has no part in the account.
            Share(board="main", bars=[None] * len(sessions), before=None)
            if out
            else share(market, symbol, sessions)
            for symbol, out in zip(panel.symbols, refused, strict=True)
        ]
        days = [as_date(day) for day in sessions]
        for member, basket in enumerate(case.case.baskets):
            if not book.opened[member]:
                without.add(basket.id)
                continue
            ledger = SlowLedger(shares, days, rules_of(book.settings))
            ledger.run(aims(kept, member, refused, sessions))
            assert trades_of(book, member) == ledger.trades
            assert book.books.cash[:, member].tolist() == ledger.cash
            assert book.books.shares[:, member].tolist() == ledger.held
            assert book.books.value[:, member].tolist() == ledger.value
            compared += 1
    assert compared == 96  # sixteen lists, three entries, two rebalances
    assert without == {"citics/iot-edge-ai", "htsc/robotics", "galaxy/electronics"}


@pytest.mark.market
@pytest.mark.slow
def test_every_list_has_both_books_and_the_split(case: CaseResult) -> None:
    for kept in case.accounts:
        parts, whole = kept.book.shortfall, kept.index.paths[0].total.levels
        opened = kept.book.opened
        split = sum(getattr(parts, name) for name in PARTS)
        np.testing.assert_allclose(split[opened], parts.total[opened], atol=1e-12)
        # A list of which all can be held is measured against its own index book.
        entire = opened & (kept.covered == 1)
        np.testing.assert_allclose(
            parts.paper[entire], whole[-1, entire] / whole[0, entire] - 1, atol=1e-12
        )
        assert entire.sum() == 5
        assert (kept.covered[~opened] == 0).all()


@pytest.mark.market
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
    # Of all shares with raw prices; none of them is in a shipped list.
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
    assert found == [
        ("2025-02-05", "688158.SH"),
        ("2025-02-05", "688316.SH"),
        ("2025-02-06", "688158.SH"),
        ("2025-02-06", "688316.SH"),
        ("2025-02-07", "600633.SH"),
        ("2025-02-07", "688158.SH"),
        ("2025-02-07", "688316.SH"),
    ]


@pytest.mark.market
@pytest.mark.slow
def test_shares_of_the_lists_that_were_shut_at_the_limit(
    market: Path, shipped: StudyResult
) -> None:
    # Adjusted prices tell a one-word board too: one price all day, a limit above the day before.
    # Nothing goes ex between these sessions.
    listed = {symbol for basket in shipped.plan.baskets for symbol in basket.symbols}
    days = calendar("XSHG").between(np.datetime64("2025-01-24"), np.datetime64("2025-02-11"))
    within = [day.astype("datetime64[ms]").item() for day in days[[0, -1]]]
    table = pq.read_table(
        market / "universe_adjusted.parquet",
        filters=(pc.field("date") >= within[0]) & (pc.field("date") <= within[1]),
    )
    bars = {(str(row["symbol"]), str(row["date"])[:10]): row for row in table.to_pylist()}
    found = []
    for symbol in sorted(listed & {symbol for symbol, _ in bars}):
        board = parse_symbol(symbol).board
        limit = 1.2 if board in ("chinext", "star") else 1.1
        for before, day in pairwise(str(day) for day in days):
            last, row = bars.get((symbol, before)), bars.get((symbol, day))
            if last and row and row["low"] > last["close"] * limit - 0.011:
                found.append((symbol, day))
    shut = ("2025-01-27", "2025-02-05", "2025-02-06", "2025-02-07", "2025-02-10", "2025-02-11")
    assert found == [
        *(("002261.SZ", day) for day in shut[-2:]),
        *(("002881.SZ", day) for day in shut),
        *(("300766.SZ", day) for day in shut[:2]),
    ]


def section(name: str) -> list[str]:
    """The rows of a marked table of the case study, without its header."""
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs/case-study.md").read_text(encoding="utf-8")
    part = page.partition(f"<!-- {name}:")[2].partition("<!-- end -->")[0]
    return [line for line in part.splitlines() if line.startswith("| ")][2:]


@pytest.mark.market
@pytest.mark.slow
def test_the_case_study_shows_what_the_run_gives(shipped: StudyResult) -> None:
    accounts = [
        line
        for line in memo(shipped, "en").splitlines()
        if line.startswith("| guojin/") and " open" in line.split("|")[2]
    ]
    assert len(accounts) == 10
    assert section("guojin-r1-account") == accounts


@pytest.mark.market
@pytest.mark.slow
def test_the_case_study_shows_the_other_lists(shipped: StudyResult) -> None:
    shown = section("others-r1-account")
    assert len(shown) == 14
    assert shown == compact(shipped)


def compact(result: StudyResult) -> list[str]:
    """A row for each list that is not Guojin's: both books and both entries."""
    found: dict[str, list[str]] = {}
    for owner in owners(result, opened=False):
        parts, name = owner.book.shortfall, owner.basket.id
        if not name.startswith("guojin/"):
            start = [
                name,
                percent(owner.covered).lstrip("+"),
                percent(owner.list_return),
                percent(float(parts.paper[owner.member])),
            ]
            achieved = percent(float(parts.achieved[owner.member]))
            found.setdefault(name, start).append(achieved)
    return ["| " + " | ".join(cells) + " |" for cells in found.values()]
