"""Q1 and Q2 of many lists on one date by the product's functions, and pages that several programs
write a section of.
"""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from basketbt.eventstudy.matched import (
    Measured,
    expected_car,
    measure,
    permutation_p,
    scaled_t,
    series_of,
    variance_ratio,
)
from basketbt.eventstudy.models import MINIMUM_SESSIONS, cumulate, estimate, market_model
from basketbt.eventstudy.residual_dates import mean_squares, resampled_p, standardised
from basketbt.eventstudy.significance import portfolio_t, t_two_sided
from basketbt.eventstudy.windows import length

LEVEL = 0.05
ESTIMATION = (-140, -21)
BEFORE = -ESTIMATION[0]  # the row of day 0: series start with the estimation window
DRAWS, NULL_DRAWS = 400, 400
TESTS = ("Q1", "Q1 with t", "Q2", "both", "plain t")
ELSEWHERE = "Q1, v of other kinds"  # read off Student's t, outside lists from all other industries


@dataclass(frozen=True)
class Asked:
    """p of every test, v, and the plain t of J lists."""

    p: np.ndarray  # (tests, J)
    v: float
    t: np.ndarray  # (J,)
    df: np.ndarray  # (J,)


def ratio_of(benchmark: np.ndarray, lists: np.ndarray, window: tuple[int, int]) -> float:
    """v of lists (T, K): what ``Asked.v`` is, of lists of any kind."""
    return float(variance_ratio(_measured(benchmark, lists, window).ratio[0, 0]))


def _measured(benchmark: np.ndarray, series: np.ndarray, window: tuple[int, int]) -> Measured:
    return measure(
        market_model(benchmark),
        series,
        series,
        np.array([BEFORE]),
        estimation=ESTIMATION,
        windows=(window,),
        usable=np.ones(len(benchmark), dtype=bool),
        minimum=MINIMUM_SESSIONS,
    )


def _parts(measured: Measured, sizes: list[int]) -> list[Measured]:
    """One ``Measured`` split by series, which are its last axis."""
    ends = np.cumsum(sizes).tolist()
    return [
        Measured(**{name: values[..., first:last] for name, values in vars(measured).items()})
        for first, last in zip([0, *ends], ends, strict=False)
    ]


def p_values(
    benchmark: np.ndarray,
    lists: np.ndarray,
    outside: np.ndarray,
    returns: np.ndarray,
    pool: np.ndarray,
    kind: np.ndarray,
    window: tuple[int, int],
    seed: int,
) -> Asked:
    """Both questions of J equally weighted lists against the same draws on one date.

    T sessions from the start of the estimation window to the end of the ``window``, which starts on
    day 0. ``benchmark`` (T,), the series of ``lists`` (T, J) and of ``outside`` lists (T, K); the
    industry's ``returns`` (T, M), who of it is in the ``pool`` (M,), and the lists of the ``kind``
    (K, N) as columns of it.
    """
    design, everything = market_model(benchmark), np.ones(len(benchmark), dtype=bool)
    sessions, row = np.arange(len(benchmark)), np.array([BEFORE])
    fitted = estimate(design, lists, sessions <= BEFORE + ESTIMATION[1])
    sums = cumulate(design, fitted, lists, sessions >= BEFORE)
    t = np.where(np.isfinite(lists[-1]), portfolio_t(sums, fitted.s), np.nan)
    gaps = ~np.isfinite(returns).all(axis=0)
    touched = np.flatnonzero(gaps[kind].any(axis=1))
    weights = np.full(kind.shape[1], 1.0 / kind.shape[1])
    series = [lists, outside, returns, series_of(returns, kind[touched], weights)]
    measured = _measured(benchmark, np.concatenate(series, axis=1), window)
    own, away, shares, with_gaps = _parts(measured, [one.shape[1] for one in series])
    v = variance_ratio(away.ratio[0, 0])
    scaled = scaled_t(t, v)
    by_t = t_two_sided(scaled, fitted.df)
    residuals = standardised(design, lists, own, row, ESTIMATION, everything)[0]
    squares = mean_squares(design, outside, away, row, ESTIMATION, everything)[0]
    lengths = np.array([length(window)])
    q1 = resampled_p(scaled[:, None], residuals, squares, lengths, draws=NULL_DRAWS, seed=seed)
    q1 = q1[:, 0]
    expected = expected_car(shares.car[0], [np.flatnonzero(pool)], np.ones(1))
    cars = shares.car[0, 0][kind].mean(axis=1)  # a list without a gap is the mean of its shares
    cars[touched] = with_gaps.car[0, 0]
    q2 = permutation_p(
        np.where(np.isfinite(t), own.car[0, 0], np.nan),
        np.broadcast_to(cars, (len(t), len(cars))),
        np.broadcast_to(expected, t.shape),
    )
    plain = t_two_sided(t, fitted.df)
    return Asked(np.stack([q1, by_t, q2, np.maximum(q1, q2), plain]), float(v), t, fitted.df)


def spent(started: float) -> str:
    """Seconds since ``started`` by the clock, and those that finished processes computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    clock = time.perf_counter() - started
    return (
        f"{used.ru_utime + used.ru_stime:.0f} seconds of computing on 2 processes, {clock:.0f} by "
        "the clock beside other work"
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_section(page: Path, name: str, text: str) -> None:
    """Put ``text`` between the marks of the section ``name``, or at the end of the page."""
    first, last = f"<!-- {name} -->", f"<!-- end of {name} -->"
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    before, _, rest = old.partition(first)
    after = rest.partition(last)[2] if rest else "\n"
    page.write_text(f"{before}{first}\n{text.strip()}\n{last}{after}", encoding="utf-8")
