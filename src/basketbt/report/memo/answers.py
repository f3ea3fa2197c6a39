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


@dataclass(frozen=True)
class Change:
    """A variant under which the answer is another one, and which half of it."""

    variant: str
    primary: Cell
    sector: Cell | None
    market_changed: bool
    sector_changed: bool


@dataclass(frozen=True)
class Answer:
    """What the registered study and its variants say of one list in the headline window."""

    basket: str
    primary: Cell
    sector: Cell | None
    verdict: Verdict
    settled: bool  # the second test, share by share, does not contradict a significant verdict
    changed_by: tuple[Change, ...]
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

    def of(variant: str, basket: str) -> tuple[Cell, Cell | None]:
        primary = cells[variant, basket, primary_model]
        return primary, cells.get((variant, basket, SECTOR_MODEL))

    found = []
    for basket in case.case.baskets:
        primary, sector = of(main, basket.id)
        alike = {
            name: (other, beside)
            for name in variants
            for other, beside in [of(name, basket.id)]
            if exists(other) and (exists(beside) or not exists(sector))
        }
        changes = [_change(name, (primary, sector), pair) for name, pair in alike.items()]
        found.append(
            Answer(
                basket=basket.id,
                primary=primary,
                sector=sector,
                verdict=verdict(primary, sector),
                settled=primary.holm_as_if >= LEVEL or not primary.kolari_pynnonen.p >= LEVEL,
                changed_by=tuple(one for one in changes if one is not None),
                compared=len(alike),
                not_compared=tuple(name for name in variants if name not in alike),
            )
        )
    return found


def _change(
    variant: str, main: tuple[Cell, Cell | None], other: tuple[Cell, Cell | None]
) -> Change | None:
    """What a variant answers otherwise: against the market after Holm, or against the sector."""
    primary, sector = other
    market_changed = (main[0].holm_as_if < LEVEL) != (primary.holm_as_if < LEVEL)
    sector_changed = exists(main[1]) and side(main[1]) != side(sector)
    if not (market_changed or sector_changed):
        return None
    return Change(variant, primary, sector, market_changed, sector_changed)


def side(sector: Cell | None) -> int:
    """1 beyond the sector, -1 behind it, 0 where the test cannot tell it from the sector."""
    if sector is None or not sector.p < LEVEL:
        return 0
    return 1 if sector.car > 0 else -1


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
