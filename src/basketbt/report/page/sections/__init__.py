"""One file a part of the page; the registry gives their order."""

from basketbt.report.page.sections import (
    account,
    chance,
    constituents,
    drawdowns,
    heat,
    levels,
    matrices,
    placebo,
    small_print,
    verdict,
)

SECTIONS = (
    verdict.SECTION,
    levels.SECTION,
    chance.SECTION,
    heat.SECTION,
    heat.BOOKS,
    constituents.SECTION,
    drawdowns.SECTION,
    account.SECTION,
    placebo.SECTION,
    matrices.OVERLAP,
    matrices.CORRELATION,
    small_print.NOTES,
    small_print.METHOD,
    small_print.AGAIN,
)
