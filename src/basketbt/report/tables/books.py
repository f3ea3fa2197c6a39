"""The rows of index books: what lists did, on paper, window by window and day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from basketbt.lists.overlap import Overlap
from basketbt.market.indexes import EQUAL_MARKET, OWN_INDUSTRIES
from basketbt.market.shocks import NOT_DATED
from basketbt.notes import unique
from basketbt.plan.model import Window
from basketbt.report import layouts
from basketbt.report.model import Block, Table, Value
from basketbt.report.tables.accounts import ACCOUNT_ONLY, account_rows, fall_cells, shock_cells
from basketbt.report.tables.breadth import breadth_tables, pooled_tables
from basketbt.results import (
    RELATIVE,
    BareDate,
    BookResult,
    CaseResult,
    OwnIndustries,
    PathResult,
    StudyResult,
)

if TYPE_CHECKING:
    from basketbt.engine.windows import WindowStatistics


@dataclass(frozen=True)
class Where:
    """One basket in one book of one case."""

    case: CaseResult
    book: BookResult
    member: int

    def cells(self) -> dict[str, Value]:
        """The cells under EVENT … REBALANCE."""
        return {
            "event": self.case.case.event.id,
            "day0": str(self.case.case.day_zero.session),
            "basket": self.case.case.baskets[self.member].id,
            "book": "index",
            "weighting": self.book.book.weighting.label,
            "rebalance": self.book.book.rebalance.label,
        }


@dataclass(frozen=True)
class Quoted:
    """One window of one basket in one book; ``line`` is its place in ``statistics``."""

    where: Where
    window: Window
    statistics: WindowStatistics
    industries: OwnIndustries
    line: int

    def cells(self) -> dict[str, Value]:
        """The cells that say which book, list and window a row is of."""
        case, window = self.where.case.case, self.window
        return {
            **self.where.cells(),
            "window": window.label,
            "first_day": window.first,
            "last_day": window.last,
            "base_date": str(case.session(window.first - 1)),
        }


def everywhere(result: StudyResult) -> Iterator[Where]:
    """Every basket in every book, in the order of the study."""
    for case in result.cases:
        for book in case.books:
            for member in range(len(case.case.baskets)):
                yield Where(case, book, member)


def every_window(result: StudyResult) -> Iterator[Quoted]:
    """Every window of every basket in every book, in the order of the study."""
    for where in everywhere(result):
        for (window, statistics), own in zip(
            where.book.windows, where.book.industries, strict=True
        ):
            if where.member in statistics.members:
                line = statistics.members.index(where.member)
                yield Quoted(where, window, statistics, own, line)


def book_tables(result: StudyResult) -> tuple[Table, ...]:
    """Every table of the index books, and summary.csv with the accounts beside them."""
    benchmark = result.plan.request.indexes[0]
    windows = list(every_window(result))
    summary = (_summary(one, benchmark) for one in windows)
    relative = (row for one in windows for row in _relative(one, result.plan.indexes))
    paths = [(where, path) for where in everywhere(result) for path in where.book.paths]
    return (
        Table.of(layouts.SUMMARY, (*summary, *account_rows(result, benchmark))),
        Table.of(layouts.RELATIVE, relative),
        Table.of(layouts.ATTRIBUTION, (_attribution(one, benchmark) for one in windows)),
        *breadth_tables(result, benchmark),
        *_bare_dates(result, benchmark),
        *pooled_tables(result, benchmark),
        Table.of(layouts.LEVELS, (_levels(where, path) for where, path in paths)),
        Table.of(layouts.CONSTITUENTS, (row for one in windows for row in _shares(one))),
        Table.of(layouts.DRAWDOWNS, (row for where, path in paths for row in _falls(where, path))),
        Table.of(layouts.OVERLAP, _overlap(result.overlap)),
        Table.of(layouts.CORRELATION, (row for case in result.cases for row in _correlation(case))),
    )


def _summary(quoted: Quoted, benchmark: str) -> dict[str, Value]:
    where, window, line = quoted.where, quoted.window, quoted.line
    statistics, case = quoted.statistics, where.case.case
    return {
        **quoted.cells(),
        "knowledge": case.knowledge(where.member, window),
        "start_date": str(case.session(window.first)),
        "end_date": str(case.session(window.last)),
        "sessions": window.last - window.first + 1,
        "names": len(case.baskets[where.member].constituents),
        "names_priced": int(statistics.shares.held[line].sum()),
        "covered": float(statistics.covered[line]),
        "benchmark": benchmark,
        "price_return": float(statistics.price_return[line]),
        **{key: float(values[line]) for key, values in statistics.own.values.items()},
        **fall_cells(statistics.deepest[line]),
        **shock_cells(statistics.shocked, line),
        **ACCOUNT_ONLY,
        "notes": unique([*statistics.notes[line], *case.notes[where.member]]),
    }


def _relative(quoted: Quoted, benchmarks: tuple[str, ...]) -> Iterator[dict[str, Value]]:
    cells, why = quoted.cells(), quoted.where.case.no_market
    for benchmark, beside in zip(benchmarks, quoted.statistics.beside, strict=True):
        yield {
            **cells,
            "benchmark": benchmark,
            **{one.key: float(beside.values[one.key][quoted.line]) for one in RELATIVE},
            "notes": why if benchmark == EQUAL_MARKET and why else beside.notes(quoted.line),
        }
    own, line = quoted.industries, quoted.line
    yield {
        **cells,
        "benchmark": OWN_INDUSTRIES,
        **{one.key: float(own.beside.values[one.key][line]) for one in RELATIVE},
        "notes": own.beside_notes[line],
    }


def _attribution(quoted: Quoted, benchmark: str) -> dict[str, Value]:
    own, line = quoted.industries, quoted.line
    parts = own.parts
    return {
        **quoted.cells(),
        "benchmark": benchmark,
        "excess": float(parts.excess[line]),
        "excess_market": float(parts.market[line]),
        "excess_industries": float(parts.industries[line]),
        "excess_selection": float(parts.selection[line]),
        "beta": float(parts.beta[line]),
        "beta_industries": float(parts.beta_industries[line]),
        "industries_covered": float(parts.covered[line]),
        "outside_shares": int(own.outside[line]),
        "notes": own.parts_notes[line],
    }


def shocks_table(result: StudyResult) -> Table:
    """Every shock among the sessions that the study read."""
    return Table.of(layouts.SHOCKS, (row for case in result.cases for row in _shocks(case)))


def _shocks(case: CaseResult) -> Iterator[dict[str, Value]]:
    for one in case.shocks:
        shock, cause = one.shock, one.shock.cause
        yield {
            "event": case.case.event.id,
            "day0": str(case.case.day_zero.session),
            "calendar": case.case.calendar.name,
            "date": str(shock.session),
            "day": one.row - case.zero,
            "benchmark": shock.index,
            "market_return": shock.market_return,
            "cause": cause.id if cause else NOT_DATED,
            "moment": cause.at.isoformat() if cause else None,
            "source": shock.source,
        }


def _bare_dates(result: StudyResult, benchmark: str) -> Iterator[Table]:
    """The table of lists whose hour of publication is not known; none without such a list."""
    rows = [_bare_date(case, one, benchmark) for case in result.cases for one in case.bare_dates]
    if rows:
        yield Table.of(layouts.BARE_DATES, rows)


def _bare_date(found: CaseResult, one: BareDate, benchmark: str) -> dict[str, Value]:
    case, book = found.case, found.books[0].book
    return {
        "event": case.event.id,
        "day0": str(case.day_zero.session),
        "basket": case.baskets[one.member].id,
        "weighting": book.weighting.label,
        "rebalance": book.rebalance.label,
        "published": case.baskets[one.member].source.when,
        "benchmark": benchmark,
        "morning_date": str(case.session(one.morning.first)),
        "available_date": str(case.session(one.available.first)),
        "end_date": str(case.session(one.available.last)),
        "morning_return": one.morning_return,
        "available_return": one.available_return,
        "morning_excess": one.morning_excess,
        "available_excess": one.available_excess,
    }


def _levels(where: Where, found: PathResult) -> Block:
    path, member = found.path, where.member
    return {
        **where.cells(),
        "base_date": str(found.dates[0]),
        "date": found.dates.astype(str).tolist(),
        "day": list(range(path.first - 1, path.first - 1 + len(found.dates))),
        "level": found.levels[:, member].tolist(),
        "price_level": path.price_levels[: len(found.dates), member].tolist(),
        "drawdown": found.drawdowns[:, member].tolist(),
        "benchmark_level": found.benchmark.tolist(),
    }


def _shares(quoted: Quoted) -> Iterator[dict[str, Value]]:
    panel, basket = quoted.where.case.panel, quoted.where.case.case.baskets[quoted.where.member]
    figures, line, cells = quoted.statistics.shares, quoted.line, quoted.cells()
    position = {symbol: column for column, symbol in enumerate(panel.symbols)}
    for one in basket.constituents:
        column = position.get(one.symbol, -1)
        held = column >= 0 and bool(figures.held[line, column])
        yield {
            **cells,
            "symbol": one.symbol,
            "name": one.name_zh,
            "segment": one.segment_zh,
            "stance": one.stance,
            "origin": one.origin,
            "weight": float(figures.bought[line, column]) if held else 0.0,
            "end_weight": float(figures.left[line, column]) if held else 0.0,
            "return": float(figures.returns[column]) if held else None,
            "contribution": float(figures.contributions[line, column]) if held else 0.0,
            "suspended": int(figures.suspended[line, column]) if held else 0,
            "currency": panel.currencies[column] if held else None,
            "table": panel.tables[column] if held else None,
        }


def _falls(where: Where, found: PathResult) -> Iterator[dict[str, Value]]:
    for rank, fall in enumerate(found.falls[where.member], start=1):
        yield {
            **where.cells(),
            "base_date": str(found.dates[0]),
            "rank": rank,
            "depth": fall.depth,
            "peak_date": str(fall.peak),
            "trough_date": str(fall.trough),
            "recovery_date": None if fall.recovery is None else str(fall.recovery),
            "recovered": fall.recovery is not None,
            "peak_to_trough_sessions": fall.sessions_to_trough,
            "peak_to_trough_days": fall.days_to_trough,
            "trough_to_recovery_sessions": fall.sessions_to_recovery,
            "trough_to_recovery_days": fall.days_to_recovery,
            "peak_to_recovery_sessions": fall.sessions_total,
            "peak_to_recovery_days": fall.days_total,
        }


def _overlap(found: Overlap) -> Iterator[dict[str, Value]]:
    assert found.weight is not None
    for one, name in enumerate(found.ids):
        for two in range(one + 1, len(found.ids)):
            yield {
                "basket": name,
                "other": found.ids[two],
                "names": int(found.common[one, one]),
                "other_names": int(found.common[two, two]),
                "common": int(found.common[one, two]),
                "jaccard": float(found.jaccard[one, two]),
                "weight_overlap": float(found.weight[one, two]),
            }


def _correlation(case: CaseResult) -> Iterator[dict[str, Value]]:
    """Every pair once, on the path bought before day 0."""
    baskets = case.case.baskets
    for book in case.books:
        dates = book.correlated.dates
        for member in range(len(baskets)):
            for other in range(member + 1, len(baskets)):
                yield {
                    **Where(case, book, member).cells(),
                    "other": baskets[other].id,
                    "base_date": str(dates[0]),
                    "end_date": str(dates[-1]),
                    "sessions": len(dates) - 1,
                    "correlation": float(book.correlation[member, other]),
                }
