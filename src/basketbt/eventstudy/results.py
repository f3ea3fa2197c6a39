"""What an event study hands on: one record a test, a path and placebo draws beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
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
    random_p: float
    random_baskets: int
    random_pool: int
    in_family: bool
    holm_p: float
    holm_as_if: float  # Holm's p had the study been registered as this variant has it
    romano_wolf_p: float
    bh_p: float
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
    """All of one event and variant. ``family_size``: the tests Holm counted, 0 for a variant."""

    event: str
    variant: str
    tests: tuple[WindowTest, ...]
    paths: tuple[CarPath, ...]
    placebos: tuple[PlaceboDraws, ...]
    family_size: int
    notes: tuple[Note, ...]
