"""The forms a run can take beside its tables and memo, each made only when it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

from basketbt.report.record import Record

Format = Literal["page", "figures", "xlsx", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)

#: What a run makes unless told otherwise: the page takes a tenth of a second, pictures and the
#: workbook a hundred times the imports.
DEFAULT: tuple[Format, ...] = ("page",)

PAGE, WORKBOOK, WORD, PICTURES = "report.html", "summary.xlsx", "memo.docx", "figures/"
MEMO = "memo.md"


def rendered(
    record: Record, memo: str, formats: Collection[Format], *, full: bool = False
) -> dict[str, bytes]:
    """Name → content for the formats asked for; the heavy imports of each happen here.

    ``full`` gives the workbook sheets of the bulk tables too. With pictures the memo is made again
    to show them. A Word file holds pictures too, whether or not they are asked for as files.
    """
    files: dict[str, bytes] = {}
    pictures: dict[str, bytes] = {}
    if "page" in formats:
        from basketbt.report.page import page

        files[PAGE] = page(record)
    if "figures" in formats or "docx" in formats:
        from basketbt.report.figures import figures, illustrated

        pictures = figures(record)
        memo = illustrated(record, memo, pictures)
    if "figures" in formats:
        files |= pictures
        files[MEMO] = memo.encode()
    if "xlsx" in formats:
        from basketbt.report.workbook import workbook

        files[WORKBOOK] = workbook(record, full=full)
    if "docx" in formats:
        from basketbt.report.word import word

        files[WORD] = word(record, memo, pictures)
    return files


def with_workbook(formats: Collection[Format], there: Collection[str]) -> tuple[Format, ...]:
    """The formats, and the workbook where one is ``there``: one without all sheets must not stay
    beside tables that have theirs as CSV."""
    return (*formats, *(("xlsx",) if WORKBOOK in there and "xlsx" not in formats else ()))
