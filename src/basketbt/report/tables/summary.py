"""summary.csv and relative.csv: a row per event, basket, book, weighting, rebalance and window."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from basketbt.notes import unique
from basketbt.report.model import Column, Kind, Layout, Table, Value
from basketbt.report.tables import keys, summary_accounts
from basketbt.results import MEASURES, RELATIVE, Measure, StudyResult

KNOWLEDGE = Column("knowledge", "text")


def measure_column(measure: Measure) -> Column:
    """The column of a registered statistic."""
    kind: Kind = "decimal" if measure.unit == "decimal" else "ratio"
    return Column(measure.key, kind)


PRICE_RETURN = Column("price_return", "decimal")
_MEASURE_COLUMNS = [measure_column(measure) for measure in MEASURES]

LAYOUT = Layout(
    "summary",
    (
        *keys.WHERE,
        keys.WINDOW,
        KNOWLEDGE,
        keys.FIRST,
        keys.LAST,
        keys.BASE_DATE,
        Column("start_date", "date"),
        Column("end_date", "date"),
        Column("sessions", "integer"),
        Column("names", "integer"),
        Column("names_priced", "integer"),
        Column("benchmark", "text"),
        _MEASURE_COLUMNS[0],
        PRICE_RETURN,
        *_MEASURE_COLUMNS[1:],
        *(Column(f"drawdown_{key}", "date") for key in ("peak", "trough", "recovery")),
        *summary_accounts.COLUMNS,
        keys.NOTES,
    ),
)

RELATIVE_LAYOUT = Layout(
    "relative",
    (
        *keys.WHERE,
        keys.WINDOW,
        keys.FIRST,
        keys.LAST,
        keys.BASE_DATE,
        Column("benchmark", "text"),
        *(measure_column(measure) for measure in RELATIVE),
        keys.NOTES,
    ),
)


def summary_table(result: StudyResult) -> Table:
    """The rows of summary.csv."""
    benchmark = result.plan.request.indexes[0]
    accounts = summary_accounts.account_rows(result, benchmark)
    return Table.of(LAYOUT, chain(_rows(result, benchmark), accounts))


def _rows(result: StudyResult, benchmark: str) -> Iterator[dict[str, Value]]:
    for quoted in keys.every_window(result):
        where, window, line = quoted.where, quoted.window, quoted.line
        statistics, case = quoted.statistics, where.case.case
        yield {
            **quoted.cells(),
            "knowledge": case.knowledge(where.member, window),
            "start_date": str(case.session(window.first)),
            "end_date": str(case.session(window.last)),
            "sessions": window.last - window.first + 1,
            "names": len(case.baskets[where.member].constituents),
            "names_priced": int(statistics.shares.held[line].sum()),
            "benchmark": benchmark,
            "price_return": float(statistics.price_return[line]),
            **{key: float(values[line]) for key, values in statistics.own.values.items()},
            **summary_accounts.fall_cells(statistics.deepest[line]),
            **summary_accounts.EMPTY,
            "notes": unique([*statistics.notes[line], *case.notes[where.member]]),
        }


def relative_table(result: StudyResult) -> Table:
    """The rows of relative.csv: each row of summary.csv beside every benchmark of the study."""
    return Table.of(RELATIVE_LAYOUT, _relative_rows(result))


def _relative_rows(result: StudyResult) -> Iterator[dict[str, Value]]:
    for quoted in keys.every_window(result):
        against = zip(result.plan.request.indexes, quoted.statistics.beside, strict=True)
        for benchmark, beside in against:
            yield {
                **quoted.cells(),
                "benchmark": benchmark,
                **{one.key: float(beside.values[one.key][quoted.line]) for one in RELATIVE},
                "notes": tuple(beside.notes(quoted.line)),
            }
