"""The forms a run can take beside its tables, each made only when it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

from basketbt.locale import Language
from basketbt.report.data import Colours, ReportData
from basketbt.report.views import document
from basketbt.report.views.blocks import Document

Format = Literal["page", "figures", "xlsx", "docx", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)

#: What a run makes unless told otherwise: the page takes a tenth of a second, pictures and the
#: workbook a hundred times the imports.
DEFAULT: tuple[Format, ...] = ("page",)

MEMO, PAGE, PICTURES = "memo.md", "report.html", "figures/"
WORKBOOK, TABLES = "summary.xlsx", "tables.xlsx"
WORD, WORD_APPENDIX = "memo.docx", "appendix.docx"
PDF, PDF_APPENDIX = "memo.pdf", "appendix.pdf"


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
    files: dict[str, bytes] = {}
    if "figures" in formats:
        files |= {f"{PICTURES}{name}": one for name, one in _pictures(data, made).items()}
    shown = illustrated or "figures" in formats
    files[MEMO] = memo(made, pictures=shown).encode()
    if "page" in formats:
        from basketbt.report.render.html import page

        files[PAGE] = page(made)
    if "xlsx" in formats:
        from basketbt.report.render.xlsx import workbook

        files[WORKBOOK] = workbook(data, made)
        if full:
            files[TABLES] = workbook(data, made, full=True)
    if "docx" in formats:
        from basketbt.report.render import docx

        pictures = _pictures(data, made, ("png",), bare=True)
        files[WORD] = docx.memo(made, pictures)
        if made.front:
            files[WORD_APPENDIX] = docx.appendix(made, pictures)
    if "pdf" in formats:
        from basketbt.report.render import pdf

        pdf.ready()
        from basketbt.report.render.pictures import figures

        # Typst sets the labels too, or says which font it lacks.
        drawings, date = figures(made, ("svg",), bare=True), data.info.last_session
        files[PDF] = pdf.memo(made, drawings, date)
        if made.front:
            files[PDF_APPENDIX] = pdf.appendix(made, drawings, date)
    return files


def _pictures(
    data: ReportData, made: Document, forms: tuple[str, ...] = ("svg", "png"), *, bare: bool = False
) -> dict[str, bytes]:
    """Every picture, its labels in English where no font could draw Chinese."""
    from basketbt.report.render.pictures import drawable, figures

    plain = drawable(made.language)
    told = made if plain == made.language else document(data, plain, made.colours)
    return figures(told, forms, bare=bare)
