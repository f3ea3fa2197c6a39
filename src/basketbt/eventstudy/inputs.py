"""What an event study is made from: arrays for one event, and named variants of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.errors import OutsideData
from basketbt.eventstudy.models import MINIMUM_SESSIONS, Design, Mask
from basketbt.eventstudy.windows import BadWindows, Offsets, reopenings, sessions_of
from basketbt.notes import Note, NoteKind, message

ESTIMATION: Offsets = (-140, -21)
MAIN = "main"

NO_UNIVERSE = NoteKind("empty-no-universe")

#: ``publication``: named lists from their publication on. ``event``: named lists around the event.
#: ``exploratory``: mapped lists and composites, all windows. Each is counted alone, in this order.
Family = Literal["publication", "event", "exploratory"]
FAMILIES: tuple[Family, ...] = ("publication", "event", "exploratory")


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The shares that lists of a kind are drawn from, on the study's sessions: M columns.

    ``returns`` (T, M) simple one-session returns and ``event_returns`` (T, M) with resumptions in
    full, NaN where none; ``traded`` (T, M) what changed hands in money, NaN where unknown, None
    where the table says nothing of it. ``industries`` (M,) None where unknown. ``own`` (N,) the
    columns of the study's names, which come from the study's own prices; all others are outside.
    """

    returns: Floats
    event_returns: Floats
    industries: tuple[str | None, ...]
    own: NDArray[np.int64]
    traded: Floats | None = None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How much is computed. ``family_windows`` None: all windows that every list has."""

    seed: int = 20250120
    minimum_sessions: int = MINIMUM_SESSIONS
    placebo_dates: int = 250
    matched_lists: int = 10_000
    placebo_lists: int = 400
    nearest: int = 20
    bootstrap_draws: int = 2_000
    family_windows: tuple[Offsets, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class EventStudyInputs:
    """One event, T sessions, N names, B baskets.

    ``returns`` (T, N): simple one-session returns, NaN where a name has none. ``resumptions``
    (T, N): the return over a whole suspension on the session after it, else NaN; counted in the
    event window only. ``weights`` (B, N): non-negative, rows sum to 1 over the names held.
    ``benchmark`` (T,): for BHAR. ``models``: the first is the primary one. ``at_limit`` (T, N):
    closes at a price limit. ``left_out`` (T,): sessions that enter neither estimation nor window.
    ``sector_holds`` (B,): whether the sector index may hold names of the basket. ``pool``: what
    lists of a kind are drawn from; ``no_pool`` says why there is none. ``named`` (B,): whether a
    list's source names its shares. ``published`` (B,): the offset on which a reader of a list
    could first trade. ``horizons`` (B): the windows that are a list's own, from that day on; they
    are among ``windows`` too, ``shared`` are those that every list has (None: all). ``beside`` (B):
    further windows of a list's own, shown and not counted. ``variant``: only the main study
    registers tests.

    Raises ``ValueError`` for shapes that do not fit, ``OutsideData`` for a day 0 beyond the
    sessions, ``BadWindows`` for windows that run backwards or an estimation window after day -1.
    """

    event: str
    sessions: Dates
    day0: int
    names: tuple[str, ...]
    returns: Floats
    baskets: tuple[str, ...]
    weights: Floats
    benchmark: Floats
    models: tuple[Design, ...]
    windows: tuple[Offsets, ...]
    estimation: Offsets = ESTIMATION
    resumptions: Floats | None = None
    at_limit: Mask | None = None
    pool: Pool | None = None
    no_pool: Note = field(default_factory=NO_UNIVERSE)
    named: tuple[bool, ...] | None = None
    published: tuple[int, ...] | None = None
    horizons: tuple[tuple[Offsets, ...], ...] = ()
    shared: tuple[Offsets, ...] | None = None
    beside: tuple[tuple[Offsets, ...], ...] = ()
    left_out: Mask | None = None
    sector_holds: Mask | None = None
    variant: str = MAIN
    options: Options = field(default_factory=Options)

    def __post_init__(self) -> None:
        self._check_shapes()
        total = self.sessions.shape[0]
        if not 0 <= self.day0 < total:
            raise OutsideData(
                what=message("why-day-0-is-not-among", event=self.event),
                first=self.sessions[0],
                last=self.sessions[-1],
            )
        for first, last in (*self.windows, self.estimation):
            if first > last:
                raise BadWindows(
                    what=message("why-window-ends-before-it-starts-2", first=first, last=last)
                )
        if self.estimation[1] >= 0:
            raise BadWindows(
                what=message(
                    "why-estimation-window-must-end-before", estimation=list(self.estimation)
                )
            )

    def _check_shapes(self) -> None:
        total, names, baskets = len(self.sessions), len(self.names), len(self.baskets)
        wanted: dict[str, tuple[NDArray[np.generic] | None, tuple[int, ...]]] = {
            "returns": (self.returns, (total, names)),
            "resumptions": (self.resumptions, (total, names)),
            "at_limit": (self.at_limit, (total, names)),
            "weights": (self.weights, (baskets, names)),
            "benchmark": (self.benchmark, (total,)),
            "left_out": (self.left_out, (total,)),
            "sector_holds": (self.sector_holds, (baskets,)),
        }
        for what, (array, shape) in wanted.items():
            if array is not None and array.shape != shape:
                raise ValueError(f"{what} has shape {array.shape}, not {shape}")
        if self.pool is not None and self.pool.returns.shape[0] != total:
            raise ValueError("the pool stands on other sessions")
        for what, many in (
            ("named", self.named),
            ("published", self.published),
            ("horizons", self.horizons),
            ("beside", self.beside),
        ):
            if many and len(many) != baskets:
                raise ValueError(f"{what} has {len(many)} entries, not {baskets}")
        if any(model.regressors.shape[0] != total for model in self.models):
            raise ValueError("a model stands on other sessions")
        if not (self.models and self.windows and self.baskets):
            raise ValueError("models, windows and baskets must not be empty")

    @property
    def usable(self) -> Mask:
        """(T,) sessions that may enter anything."""
        return np.ones(len(self.sessions), bool) if self.left_out is None else ~self.left_out

    def rows(self, window: Offsets) -> slice:
        """The rows of a window's sessions."""
        return slice(self.day0 + window[0], self.day0 + window[1] + 1)

    def holds(self, window: Offsets) -> bool:
        """Whether all sessions of a window exist."""
        return self.day0 + window[0] >= 0 and self.day0 + window[1] < len(self.sessions)

    def testable(self, window: Offsets) -> bool:
        """Whether a window lies inside the data and after the estimation window."""
        return self.holds(window) and window[0] > self.estimation[1]

    @property
    def common(self) -> tuple[Offsets, ...]:
        """The windows that every list has."""
        return self.windows if self.shared is None else self.shared

    def family(self, basket: int, window: Offsets) -> Family | None:
        """The family that a list is tested in over a window; None where that is no test."""
        horizon = bool(self.horizons) and window in self.horizons[basket]
        counted = self.options.family_windows
        counted = self.common if counted is None else counted
        if not horizon and window not in counted:
            return None
        if self.named is not None and not self.named[basket]:
            return "exploratory"
        return "publication" if horizon else "event"

    def applies(self, basket: int, window: Offsets) -> bool:
        """Whether a list has a window: one that all have, or one of its own."""
        own = [many[basket] for many in (self.horizons, self.beside) if many]
        return window in self.common or any(window in windows for windows in own)

    def asked(self, basket: int, window: Offsets) -> bool:
        """Whether Q1 and Q2 are asked: of a test, and of what follows a list's publication."""
        followed = bool(self.beside) and window in self.beside[basket]
        return followed or self.family(basket, window) is not None

    @property
    def tested_only(self) -> EventStudyInputs:
        """The same study without the windows ``beside``."""
        own = {window for horizons in self.horizons for window in horizons}
        kept = tuple(one for one in self.windows if one in self.common or one in own)
        return replace(self, windows=kept, shared=self.common, beside=())

    def chosen_after(self, basket: int, window: Offsets) -> bool:
        """Whether a list was published after the window: chosen after these moves."""
        return self.published is not None and self.published[basket] > window[1]

    @property
    def looked_at(self) -> Mask:
        """(T,) sessions of the estimation window and of any window."""
        total = len(self.sessions)
        spans = [sessions_of(one, self.day0, total) for one in (*self.windows, self.estimation)]
        return np.asarray(np.any(spans, axis=0))


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A named sensitivity: the same study with one choice changed. Never an extra test.

    ``estimation``: another estimation window. ``without_dates``: first and last date of sessions
    to leave out. ``without_days``: event days to leave out. ``closed_days``: leave out the first
    session after the exchange was shut for so many calendar days, where a window holds it.
    ``day0``: another row as day 0.
    """

    name: str
    estimation: Offsets | None = None
    without_dates: tuple[date, date] | None = None
    without_days: tuple[int, ...] = ()
    closed_days: int | None = None
    day0: int | None = None

    def apply(self, inputs: EventStudyInputs) -> EventStudyInputs:
        """The inputs of this variant; raises what ``EventStudyInputs`` raises."""
        day0 = inputs.day0 if self.day0 is None else self.day0
        if day0 != inputs.day0:  # a horizon hangs on its publication, not on day 0
            inputs = replace(inputs, windows=inputs.common, horizons=(), shared=None, beside=())
        return replace(
            inputs,
            variant=self.name,
            day0=day0,
            estimation=self.estimation or inputs.estimation,
            left_out=~inputs.usable | self._left_out(inputs, day0),
        )

    def changes(self, inputs: EventStudyInputs) -> bool:
        """Whether the study looks at any session differently under this variant."""
        applied = self.apply(inputs)
        if (applied.day0, applied.estimation) != (inputs.day0, inputs.estimation):
            return True
        return bool((inputs.looked_at & inputs.usable & ~applied.usable).any())

    def _left_out(self, inputs: EventStudyInputs, day0: int) -> Mask:
        sessions, total = inputs.sessions, len(inputs.sessions)
        left_out = np.zeros(total, dtype=bool)
        if self.without_dates is not None:
            first, last = (np.datetime64(day, "D") for day in self.without_dates)
            left_out |= (sessions >= first) & (sessions <= last)
        rows = [day0 + day for day in self.without_days]
        left_out[[row for row in rows if 0 <= row < total]] = True
        if self.closed_days is not None:
            # of the event windows only: the model keeps its estimate
            estimated = (self.estimation or inputs.estimation)[1]
            later = [window for window in inputs.windows if window[0] > estimated]
            held = [sessions_of(window, day0, total) for window in later]
            left_out |= np.any(held, axis=0) & reopenings(sessions, self.closed_days)
        return left_out


LONG_ESTIMATION = Variant(name="estimation-270", estimation=(-270, -21))
# The stimulus rally of autumn 2024 carries most of the benchmark's variance in the window: it
# sets beta and inflates the residual deviation.
WITHOUT_RALLY = Variant(
    name="without-2024-rally", without_dates=(date(2024, 9, 24), date(2024, 10, 18))
)
# Shut for five calendar days or more: the Spring Festival everywhere, on the mainland also Labour
# Day and National Day. No weekend, and no feast of a day or two beside one, is that long.
CLOSED_DAYS = 5
# What happened while the exchange was shut is in that one session. R1's day +5 is the first after
# the Spring Festival: eight days without trading, and a shock in New York.
WITHOUT_REOPENING = Variant(name="without-reopening", closed_days=CLOSED_DAYS)
STANDARD_VARIANTS = (LONG_ESTIMATION, WITHOUT_RALLY, WITHOUT_REOPENING)
