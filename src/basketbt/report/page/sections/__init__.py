"""One file a part of the page; the registry gives their order."""

from basketbt.report.page.sections import (
    constituents,
    drawdowns,
    heat,
    levels,
    matrices,
    small_print,
    verdict,
)

SECTIONS = (
    verdict.SECTION,
    levels.SECTION,
    heat.SECTION,
    heat.BOOKS,
    constituents.SECTION,
    drawdowns.SECTION,
    matrices.OVERLAP,
    matrices.CORRELATION,
    small_print.NOTES,
    small_print.METHOD,
    small_print.AGAIN,
)
