"""A window that holds a shock of the market: which, and the same holding ended before the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import Dates, Floats
from basketbt.market.shocks import Shock
from basketbt.notes import Note, NoteKind, listing

#: A window holds these shocks, each a SHOCK.
HOLDS_SHOCKS = NoteKind("holds_shocks", severity="warning")
#: A session and the market's return on it.
SHOCK = NoteKind("shock")
NOTHING_BEFORE_SHOCK = NoteKind("nothing_before_shock")


@dataclass(frozen=True, kw_only=True)
class MetShock:
    """A shock on the sessions of a panel: ``row`` is the first one on or after its own."""

    row: int
    shock: Shock


@dataclass(frozen=True, kw_only=True, eq=False)
class ShockedWindow:
    """The shocks in a window, and C level series up to the session before the first of them.

    ``last`` is that session, None where the shock is the window's first: then nothing lies before
    it. ``total_return`` and ``excess_return`` over the benchmark (C,) are decimals from the
    window's own base, NaN where a level is missing or ``last`` is None.
    """

    shocks: tuple[Shock, ...]
    last: np.datetime64 | None
    total_return: Floats
    excess_return: Floats

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the window says of its shocks."""
        holds = holds_shocks(self.shocks)
        if self.last is not None:
            return holds
        return (*holds, NOTHING_BEFORE_SHOCK(session=str(self.shocks[0].session)))


def holds_shocks(shocks: Iterable[Shock]) -> tuple[Note, ...]:
    """The note that a window holds shocks; none where it holds none."""
    named = tuple(SHOCK(session=str(one.session), moved=one.market_return) for one in shocks)
    return (HOLDS_SHOCKS(shocks=listing(named)),) if named else ()


def shocks_within(met: Sequence[MetShock], base: int, end: int) -> tuple[MetShock, ...]:
    """The shocks whose session's return is one of a window's: after row ``base``, to ``end``."""
    return tuple(one for one in met if base < one.row <= end)


def shocked_window(
    levels: Floats, benchmark: Floats, *, sessions: Dates, base: int, met: Sequence[MetShock]
) -> ShockedWindow | None:
    """The window whose base is row ``base`` of the panel's ``sessions``; None without a shock.

    ``levels`` (R, C) and ``benchmark`` (R,) run from the base to the window's end; ``met`` is in
    order of time. What comes from the first shock on changes no return.
    """
    inside = shocks_within(met, base, base + len(levels) - 1)
    if not inside:
        return None
    cut = inside[0].row - 1 - base
    made = levels[cut] / levels[0] - 1.0 if cut else np.full(levels.shape[1], np.nan)
    return ShockedWindow(
        shocks=tuple(one.shock for one in inside),
        last=sessions[base + cut] if cut else None,
        total_return=made,
        excess_return=made - (benchmark[cut] / benchmark[0] - 1.0),
    )
