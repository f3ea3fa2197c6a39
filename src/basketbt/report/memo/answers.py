"""What the tests of an event study allow to be said of each list; the words are in ``chance``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from basketbt.report.headline import Window, quoted_window
from basketbt.results import CaseResult

if TYPE_CHECKING:
    from basketbt.events.results import Cell

LEVEL = 0.05
SECTOR_MODEL = "market+sector"

Verdict = Literal[
    "both", "market_only", "behind_sector", "sector_unknown", "alone", "sector_only", "chance"
]
Judged = tuple["Cell", "Cell | None", Verdict]


@dataclass(frozen=True)
class Answer:
    """What the registered study and its variants say of one list in the headline window."""

    basket: str
    primary: Cell
    sector: Cell | None
    verdict: Verdict
    changed_by: tuple[tuple[str, Cell], ...]  # variants under which the verdict is another one
    compared: int  # variants that could be compared
    not_compared: tuple[str, ...]  # those without a test that the registered study has


def headline_window(case: CaseResult) -> tuple[Window, Window | None]:
    """The window to quote and the one it stands in for, see :func:`quoted_window`."""
    tested: dict[Window, bool] = {}
    for cell in case.event_studies[0].found.cells:
        if cell.in_family:
            tested[cell.window] = tested.get(cell.window, False) or not math.isnan(cell.p)
    return quoted_window(tested)


def answers(case: CaseResult, window: Window) -> list[Answer]:
    """One answer a list, in the order of the study."""
    cells = {
        (one.found.variant, cell.basket, cell.model): cell
        for one in case.event_studies
        for cell in one.found.cells
        if cell.window == window
    }
    primary_model = case.event_studies[0].found.cells[0].model
    main, *variants = [one.found.variant for one in case.event_studies]

    def judged(variant: str, basket: str) -> Judged:
        primary = cells[variant, basket, primary_model]
        sector = cells.get((variant, basket, SECTOR_MODEL))
        return primary, sector, verdict(primary, sector)

    found = []
    for basket in case.case.baskets:
        primary, sector, said = judged(main, basket.id)
        others = {name: judged(name, basket.id) for name in variants}
        alike = {
            name: other
            for name, other in others.items()
            if exists(other[0]) and (exists(other[1]) or not exists(sector))
        }
        changed = tuple((name, other[0]) for name, other in alike.items() if other[2] != said)
        lost = tuple(name for name in others if name not in alike)
        found.append(Answer(basket.id, primary, sector, said, changed, len(alike), lost))
    return found


def exists(cell: Cell | None) -> bool:
    """Whether there is a test to read."""
    return cell is not None and not math.isnan(cell.p)


def verdict(primary: Cell, sector: Cell | None) -> Verdict:
    """Which of the sentences the tests allow.

    The primary test counts once all tests are counted (Holm; for a variant as if it had been
    registered); the sector model is a guard and is read alone. A test that does not exist rejects
    nothing.
    """
    beyond_sector = sector is not None and sector.p < LEVEL
    if primary.holm_as_if < LEVEL:
        if sector is None or not exists(sector):
            return "sector_unknown"
        if not beyond_sector:
            return "market_only"
        return "both" if sector.car * primary.car > 0 else "behind_sector"
    if primary.p < LEVEL:
        return "alone"
    return "sector_only" if beyond_sector else "chance"
