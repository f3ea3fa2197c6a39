"""relative.csv: each row of summary.csv beside every benchmark of the study."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.backtest.windows import RELATIVE
from basketbt.notes import Language
from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.tables import keys
from basketbt.report.tables.summary import measure_column
from basketbt.results import StudyResult

LAYOUT = Layout(
    "relative",
    "one row of summary.csv × benchmark",
    "summary.csv每行 × 每个基准一行",
    (
        *keys.WHERE,
        keys.WINDOW,
        keys.FIRST,
        keys.LAST,
        keys.BASE_DATE,
        Column("benchmark", "基准", "text", "index measured against", "比较指数"),
        *(measure_column(measure) for measure in RELATIVE),
        keys.NOTES,
    ),
)


def relative_table(result: StudyResult, language: Language) -> Table:
    """The rows of relative.csv; notes in ``language``."""
    return Table.of(LAYOUT, _rows(result, language))


def _rows(result: StudyResult, language: Language) -> Iterator[dict[str, Cell]]:
    for where in keys.everywhere(result):
        for window, statistics in where.book.windows:
            if where.member not in statistics.members:
                continue
            column = statistics.members.index(where.member)
            for benchmark, beside in zip(
                result.plan.request.indexes, statistics.beside, strict=True
            ):
                notes = (note.text(language) for note in beside.notes(column))
                yield {
                    **where.cells(),
                    **keys.window_cells(window, where.case),
                    "benchmark": benchmark,
                    **{m.key: float(beside.values[m.key][column]) for m in RELATIVE},
                    "notes": ("; " if language == "en" else "；").join(notes),
                }
