"""Lists counted together: how many have a return, rose, were ahead, and how they spread."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypedDict

import numpy as np

from basketbt.data.bars import Floats
from basketbt.engine.shocks import ShockedWindow
from basketbt.lists.model import ListKind
from basketbt.results import BreadthBefore

#: Kinds of lists in the order in which tables and sentences have them.
KINDS: tuple[ListKind, ...] = ("named", "mapped", "composite")


class Coverage(NamedTuple):
    """Shares of a list, those with prices, and their weight in it."""

    names: int
    priced: int
    covered: float


class Counts(TypedDict):
    lists: int
    unknown: int
    names: int
    names_priced: int
    covered: float
    quantiles: tuple[float, ...]
    rose: int
    beat: int | None
    beat_sector: int | None
    median_excess: float


def together(
    returns: list[float],
    excess: list[float],
    sector: list[float] | None,
    coverage: Sequence[Coverage],
) -> Counts:
    """What lists did together; those without a return are ``unknown`` and counted nowhere else."""
    known = [place for place, value in enumerate(returns) if not math.isnan(value)]
    made = np.array([returns[place] for place in known])
    above = [excess[place] for place in known]
    compared = bool(known) and not any(map(math.isnan, above))
    return Counts(
        lists=len(known),
        unknown=len(returns) - len(known),
        names=sum(coverage[place].names for place in known),
        names_priced=sum(coverage[place].priced for place in known),
        covered=min((coverage[place].covered for place in known), default=math.nan),
        quantiles=tuple(quantiles(made[None, :])[:, 0].tolist()),
        rose=int((made > 0).sum()),
        beat=ahead(above),
        beat_sector=None if sector is None else ahead([sector[place] for place in known]),
        median_excess=float(np.median(above)) if compared else math.nan,
    )


def ahead(excess: Iterable[float]) -> int | None:
    """How many are ahead of an index; None where it has no levels or there is no list."""
    own = list(excess)
    if not own or any(map(math.isnan, own)):
        return None
    return sum(value > 0 for value in own)


def quantiles(values: Floats) -> Floats:
    """(5, R) lowest, lower quartile, median, upper quartile and highest of each row of (R, L).

    By linear interpolation, over the values that are known; NaN for a row without one.
    """
    found = np.full((5, len(values)), np.nan)
    for row, own in enumerate(values):
        known = own[np.isfinite(own)]
        if known.size:
            found[:, row] = np.quantile(known, [0.0, 0.25, 0.5, 0.75, 1.0])
    return found


#: Where a list stood before the first shock: the session, its return, its excess.
_Early = tuple[np.datetime64, float, float]


def ended_early(shocked: ShockedWindow | None, line: int) -> _Early | None:
    if shocked is None or shocked.last is None:
        return None
    return shocked.last, float(shocked.total_return[line]), float(shocked.excess_return[line])


def before_shock(lists: Iterable[_Early | None]) -> BreadthBefore | None:
    """All lists at the close before the shock; None unless all met it on one and the same day."""
    every = list(lists)
    found = [one for one in every if one is not None]
    if len(found) < len(every) or len({last for last, _, _ in found}) != 1:
        return None
    known = [(made, ahead) for _, made, ahead in found if not math.isnan(made)]
    whole = bool(known) and not any(math.isnan(ahead) for _, ahead in known)
    return BreadthBefore(
        last=found[0][0],
        median=float(np.median([made for made, _ in known])) if known else math.nan,
        rose=sum(made > 0 for made, _ in known),
        beat=sum(ahead > 0 for _, ahead in known),
        median_excess=float(np.median([ahead for _, ahead in known])) if whole else math.nan,
    )
