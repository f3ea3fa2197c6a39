"""What an event study hands on: one record a test, a path and placebo draws beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.eventstudy.inputs import Family
from basketbt.eventstudy.multiple import FamilyCount
from basketbt.eventstudy.significance import Significance
from basketbt.eventstudy.windows import Offsets
from basketbt.notes import Note


@dataclass(frozen=True, kw_only=True)
class WindowTest:
    """Event x basket x model x window. An undefined number is NaN; ``notes`` say why.

    Returns are decimals. p-values are two-sided.
    """

    event: str
    variant: str
    basket: str
    model: str
    window: Offsets
    sessions: int  # valid ones in the window
    estimation_sessions: int
    beta: float  # on the benchmark; NaN for a model without one
    s: float  # residual standard deviation a session
    car: float
    bhar: float  # of the whole window, whatever a variant leaves out
    mde: float  # minimum detectable effect: 80 % power at 5 %
    t: float
    df: float
    p: float  # the primary test
    joint: Significance  # F: is any session of the window abnormal?
    kolari_pynnonen: Significance
    corrado: Significance
    placebo_p: float
    placebo_dates: int  # H
    placebo_blocks: float  # H / n, the independent ones
    placebo_resolution: float  # n / H
    family: Family | None  # None: no test
    chosen_after: bool  # the list was published after the window
    variance_ratio: float
    q1_t: float
    q1_p: float
    q1_mde: float  # what Q1 sees in four cases of five
    q1_rate: float  # how often Q1 rejects at 5 % on placebo dates of these prices
    q1_dates: int  # how many those are
    q1_holm_p: float
    q1_bh_p: float
    q2_p: float
    q2_expected: float
    q2_pool: int
    q2_lists: int
    q2_nearest_p: float
    q2_holm_p: float
    romano_wolf_p: float
    weight_at_limit: float  # largest share of the weight at a price limit on one session
    unlimited_day: int | None  # the first from the last one on that closes without any at a limit
    car_to_unlimited: float  # from the window's first day to that one; no test, see CarPath
    leave_one_out_min: float
    leave_one_out_max: float
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class CarPath:
    """Daily abnormal returns of a basket from the first to the last day of all windows.

    Arrays (n,). ``band`` is the half width of the 95 % interval of the cumulated return under no
    event, widening with the forecast error; ``low`` and ``high`` are the same from resampled
    residual dates. A session without a valid return has a NaN ``ar`` and leaves ``car`` where it
    was; after the list's last price ``car`` is NaN. ``first_unlimited`` is the first day >= 0 that
    closes with no weight at a limit and ``car_to_unlimited`` the CAR of [0, that day]: its end was
    chosen by the data, so no test.
    """

    event: str
    variant: str
    basket: str
    model: str
    days: NDArray[np.int64]
    dates: Dates
    ar: Floats
    car: Floats
    band: Floats
    low: Floats
    high: Floats
    weight_at_limit: Floats
    first_unlimited: int | None
    car_to_unlimited: float
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class PlaceboDraws:
    """Pseudo events of one basket, model and window: dates of day 0, CAR and t (H,)."""

    event: str
    variant: str
    basket: str
    model: str
    window: Offsets
    dates: Dates
    car: Floats
    t: Floats


@dataclass(frozen=True, kw_only=True)
class EventStudyResult:
    """All of one event and variant.

    ``families``: what was counted, nothing for a variant. ``shared``: the windows of every list.
    """

    event: str
    variant: str
    tests: tuple[WindowTest, ...]
    paths: tuple[CarPath, ...]
    placebos: tuple[PlaceboDraws, ...]
    families: tuple[FamilyCount, ...]
    shared: tuple[Offsets, ...]
    notes: tuple[Note, ...]
