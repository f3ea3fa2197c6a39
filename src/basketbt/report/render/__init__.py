"""The forms a run can take beside its tables, each made only when it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

from basketbt.locale import Language
from basketbt.report.data import Colours, ReportData
from basketbt.report.views import document

Format = Literal["page", "figures", "xlsx", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)

#: What a run makes unless told otherwise: the page takes a tenth of a second, pictures and the
#: workbook a hundred times the imports.
DEFAULT: tuple[Format, ...] = ("page",)

MEMO, PAGE, WORKBOOK, TABLES, WORD, PICTURES = (
    "memo.md",
    "report.html",
    "summary.xlsx",
    "tables.xlsx",
    "memo.docx",
    "figures/",
)


def rendered(
    data: ReportData,
    formats: Collection[Format] = (),
    *,
    language: Language | None = None,
    colours: Colours | None = None,
    full: bool = False,
    illustrated: bool = False,
) -> dict[str, bytes]:
    """Name → content: the memo, and the formats asked for; their heavy imports happen here.

    In the study's language and colours or the ones given. ``full`` adds a workbook with
    every table. The memo shows the pictures if they are made, or are there (``illustrated``); a
    Word file holds them in any case.
    """
    from basketbt.report.render.markdown import memo

    made = document(data, language, colours)
    pictures: dict[str, bytes] = {}
    if "figures" in formats or "docx" in formats:
        from basketbt.report.render.pictures import drawable, figures

        plain = drawable(made.language)
        pictures = figures(made if plain == made.language else document(data, plain, colours))
    shown = illustrated or "figures" in formats
    files = {MEMO: memo(made, pictures=shown).encode()}
    if "page" in formats:
        from basketbt.report.render.html import page

        files[PAGE] = page(made)
    if "figures" in formats:
        files |= {f"{PICTURES}{name}": content for name, content in pictures.items()}
    if "xlsx" in formats:
        from basketbt.report.render.xlsx import workbook

        files[WORKBOOK] = workbook(data, made)
        if full:
            files[TABLES] = workbook(data, made, full=True)
    if "docx" in formats:
        from basketbt.report.render.docx import word

        files[WORD] = word(made, pictures)
    return files
