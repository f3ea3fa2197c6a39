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
    matrices.CORRELATION,
    placebo.SECTION,
    matrices.OVERLAP,
    small_print.NOTES,
    small_print.METHOD,
    small_print.AGAIN,
)
