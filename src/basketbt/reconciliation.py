"""What the choice of vendor does to a study: the same study on each vendor's prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from basketbt.config.study import StudyFile
from basketbt.data.reconcile import Comparison
from basketbt.data.sources.stored import StoreSource
from basketbt.lists.model import Basket
from basketbt.pipeline.run import run_study
from basketbt.report.tables.books import every_window
from basketbt.results import StudyResult

Place = tuple[str, ...]  # the cells under _PLACE
_PLACE = ("event", "basket", "weighting", "rebalance", "window")


@dataclass(frozen=True, kw_only=True)
class BasketEffect:
    """The total return of a basket in one window on either vendor's prices.

    NaN where a return does not exist.
    """

    event: str
    basket: str
    weighting: str
    rebalance: str
    window: str
    left: float
    right: float

    @property
    def size(self) -> float:
        """What the choice of vendor does to the return, as a decimal."""
        return self.left - self.right

    def agrees(self, tolerance: float) -> bool:
        """Whether the two returns differ by no more than ``tolerance``, or exist at neither."""
        if np.isnan(self.left) and np.isnan(self.right):
            return True
        return abs(self.size) <= tolerance


def effects_of(
    asked: StudyFile | Basket, store: Path, vendors: tuple[str, str], found: Sequence[Comparison]
) -> tuple[BasketEffect, ...]:
    """By a study's own weights and windows; of a list alone equally weighted, over all sessions.

    ``found`` compares its shares. Raises what running the study raises.
    """
    if isinstance(asked, StudyFile):
        return study_effects(asked, store, vendors)
    return (_equal_weight_effect(found, asked),)


def _equal_weight_effect(comparisons: Sequence[Comparison], basket: Basket) -> BasketEffect:
    """A basket without a study: equal weights of the members that were compared, bought on the
    first session and held to the last. NaN when none was."""
    found = {one.symbol: one for one in comparisons if np.isfinite(one.effect)}
    members = [found[symbol] for symbol in basket.symbols if symbol in found]
    left, right = (
        float(np.mean([getattr(one, side) for one in members])) if members else float("nan")
        for side in ("return_left", "return_right")
    )
    place = {"event": "", "basket": basket.id, "weighting": "equal", "rebalance": "hold"}
    return BasketEffect(**place, window="", left=left, right=right)


def study_effects(
    study: StudyFile, store: Path, vendors: tuple[str, str]
) -> tuple[BasketEffect, ...]:
    """The total return of every basket, book and window of a study at either vendor.

    Weights, windows and policies are the study's own. Securities that a vendor does not have
    (indexes, Hong Kong shares at Tencent, exchange rates) come from the store along ``auto`` on
    both sides, and are fetched where they are missing.

    Raises what running the study raises.
    """
    # Accounts and tests against chance take long and say nothing more about prices.
    config = study.config.model_copy(update={"account": None, "event_study": None})
    study = replace(study, config=config)
    left, right = (
        _returns(run_study(study, StoreSource(store, prefer=vendor))) for vendor in vendors
    )
    nothing = float("nan")
    return tuple(
        BasketEffect(
            **dict(zip(_PLACE, place, strict=True)),
            left=left.get(place, nothing),
            right=right.get(place, nothing),
        )
        for place in dict.fromkeys((*left, *right))
    )


def largest_effects(effects: Iterable[BasketEffect]) -> list[BasketEffect]:
    """Of each list and book the window in which the two vendors differ most."""
    largest: dict[Place, BasketEffect] = {}
    for one in effects:
        place = (one.event, one.basket, one.weighting, one.rebalance)
        before = largest.get(place)
        if before is None or _rank(one) > _rank(before):
            largest[place] = one
    return list(largest.values())


def _rank(one: BasketEffect) -> float:
    """A return that only one vendor has counts as the largest difference, none at all as none."""
    if one.left != one.left and one.right != one.right:
        return -1.0
    return float("inf") if one.size != one.size else abs(one.size)


def _returns(result: StudyResult) -> dict[Place, float]:
    found = {}
    for quoted in every_window(result):
        cells = quoted.cells()
        place = tuple(str(cells[key]) for key in _PLACE)
        found[place] = float(quoted.statistics.own.values["total_return"][quoted.line])
    return found
