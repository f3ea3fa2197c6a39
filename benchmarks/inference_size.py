"""Size and power of Q1, Q2 and of both together, by simulation.

    python benchmarks/inference_size.py [--repetitions 10000] [--write docs/inference-size.md]

One date and one kind of 160 shares: R_i = b_i R_m + s_i e_i, b ~ U(0.8, 1.5), s ~ U(1.8 %, 3.5 %),
market 1.2 % a day, e of Student's t(4), 120 sessions to estimate, a gap of 20, the window [0,+4].
A common factor makes half the variance of e: the list's own (its shares alone have it) or shared
(all 160 have it). In the window every variance, the market's too, is 2.5 times as large, and
nothing else happens. Q1's 400 outside lists and Q2's 400 lists of the kind are drawn as the product
draws them, and every number is made by its functions. Exits 1 when a promised size is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from basketbt.eventstudy.kinds import draw_of_kind
from basketbt.eventstudy.matched import scaled_t, series_of
from basketbt.eventstudy.significance import t_two_sided
from two_questions import (
    BEFORE,
    DRAWS,
    ELSEWHERE,
    LEVEL,
    TESTS,
    p_values,
    ratio_of,
    spent,
    table,
    write_section,
)

SEED = 20250123
SIZES, SHARES = (1, 4, 7, 15, 30), 160
WINDOW = (0, 4)
RHO, VARIANCE, EFFECT = 0.5, 2.5, 0.10
KINDS = 12
BLOCK = 100  # repetitions that share their draws: shares are exchangeable
POWER_REPETITIONS = 1_000
EVENTS = (
    ("none", False),
    ("list", False),
    ("list", True),
    ("kind", False),
    ("kind", True),
)
PROMISED, BOTH_AT_MOST = (4.0, 6.0), 6.0


@dataclass(frozen=True)
class Case:
    """What is simulated. ``effect``: added to the list or its whole kind, at once or spread."""

    names: int
    shared: bool
    effect: str = "none"  # "none", "list", "kind"
    at_once: bool = False

    elsewhere: bool = False  # Q1 with v of other kinds as well

    @property
    def label(self) -> str:
        factor = "shared with the kind" if self.shared else "the list's own"
        if self.effect == "none":
            if self.elsewhere:
                return f"{self.names}, nothing moves"
            return f"{self.names}, {factor}"
        how = "on day 0" if self.at_once else "over 5 sessions"
        return f"{self.names}, the {self.effect} moves {how}"


def market(case: Case, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One path: the market's returns (T,) and those of the kind (T, SHARES), the list first."""
    total = BEFORE + WINDOW[1] + 1
    louder = np.where(np.arange(total) >= BEFORE, np.sqrt(VARIANCE), 1.0)
    index = random.normal(0.0, 0.012, total) * louder
    factor, own = _t4(random, (total, 1)), _t4(random, (total, SHARES))
    members = SHARES if case.shared else case.names
    own[:, :members] = np.sqrt(RHO) * factor + np.sqrt(1.0 - RHO) * own[:, :members]
    beta, scale = random.uniform(0.8, 1.5, SHARES), random.uniform(0.018, 0.035, SHARES)
    returns = beta * index[:, None] + scale * own * louder[:, None]
    moved = {"none": 0, "list": case.names, "kind": SHARES}[case.effect]
    days = 1 if case.at_once else WINDOW[1] + 1
    returns[BEFORE : BEFORE + days, :moved] += EFFECT / days
    return index, returns


def _t4(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return random.standard_t(4, shape) / np.sqrt(2.0)


def _other_kinds(names: int, index: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(T, 120) lists of twelve other kinds, each kind with a factor of its own."""
    louder = np.where(np.arange(len(index)) >= BEFORE, np.sqrt(VARIANCE), 1.0)[:, None]
    found = []
    for _ in range(KINDS):
        members = max(8, 2 * names)
        shocks = np.sqrt(RHO) * _t4(random, (len(index), 1))
        shocks = shocks + np.sqrt(1.0 - RHO) * _t4(random, (len(index), members))
        returns = index[:, None] + random.uniform(0.018, 0.035, members) * shocks * louder
        drawn = [random.choice(members, names, replace=False) for _ in range(10)]
        found.append(series_of(returns, np.array(drawn), np.full(names, 1.0 / names)))
    return np.concatenate(found, axis=1)


def block(job: tuple[Case, int, int]) -> np.ndarray:
    """(repetitions, tests) p-values of one case."""
    case, number, repetitions = job
    seed = [SEED, number, case.names, case.shared, case.at_once, len(case.effect)]
    random = np.random.default_rng(seed)
    everyone, kind = np.ones(SHARES, dtype=bool), np.ones(SHARES, np.int64)
    away, wanted = np.arange(SHARES) >= case.names, np.ones(case.names, np.int64)
    draws = int(random.integers(2**31))
    outside = draw_of_kind(away, kind, wanted, draws=DRAWS, seed=draws)
    of_kind = draw_of_kind(everyone, kind, wanted, draws=DRAWS, seed=draws + 1)
    weights = np.full(case.names, 1.0 / case.names)
    found = np.full((repetitions, len(TESTS) + 1), np.nan)
    for repetition in range(repetitions):
        index, returns = market(case, random)
        own, other = (
            series_of(returns, names, weights) for names in (np.arange(case.names)[None], outside)
        )
        asked = p_values(index, own, other, returns, everyone, of_kind, WINDOW, draws + repetition)
        found[repetition, : len(TESTS)] = asked.p[:, 0]
        if case.elsewhere:
            v = ratio_of(index, _other_kinds(case.names, index, random), WINDOW)
            found[repetition, -1] = t_two_sided(scaled_t(asked.t, np.array(v)), asked.df)[0]
    return found


def rejections(cases: dict[Case, int]) -> dict[Case, dict[str, float]]:
    """Per cent of so many repetitions of each case in which each test rejects at 5 %."""
    jobs = [
        (case, start, min(BLOCK, count - start))
        for case, count in cases.items()
        for start in range(0, count, BLOCK)
    ]
    with ProcessPoolExecutor(2, initializer=threadpool_limits, initargs=(1,)) as pool:
        made = list(pool.map(block, jobs))
    found: dict[Case, dict[str, float]] = {}
    for case in cases:
        p = np.concatenate([p for p, job in zip(made, jobs, strict=True) if job[0] == case])
        rates = 100.0 * (p <= LEVEL).mean(axis=0)
        tests = (*TESTS, ELSEWHERE) if case.elsewhere else TESTS
        found[case] = dict(zip(tests, rates.tolist(), strict=False))
    return found


def kept_promises(sizes: dict[Case, dict[str, float]]) -> list[str]:
    """What was promised and missed; empty when all is well."""
    missed = []
    for case, row in sizes.items():
        missed += [
            f"{test}, {case.label}: {row[test]:.2f} %"
            for test in (("Q1", "Q2") if case.shared else ("Q1",))
            if not PROMISED[0] <= row[test] <= PROMISED[1]
        ]
        if row["both"] > BOTH_AT_MOST:
            missed.append(f"both, {case.label}: {row['both']:.2f} %")
    return missed


PAGE = """\
## By simulation

Made by `python benchmarks/inference_size.py --write docs/inference-size.md`: {repetitions:,}
repetitions a row, seed {seed}, Monte Carlo standard error {error:.2f} points at 5 %;
{seconds}. One kind of {shares} shares, shocks of Student's t(4), a factor that makes
half of the residual variance, every variance in the window [0,+4] 2.5 times as large. *Q1 with t*
reads Q1's statistic off Student's t(L - K) instead of residual dates.

### No event: per cent of repetitions that reject at 5 %

Promised: Q1 within [4, 6] in every row, Q2 where the factor is shared with the kind, both together
at most 6. With a factor of its own a list is no random draw of its kind, and Q2 says so.
{verdict}"""

POWER = """\
### Power: +10 % in the same wild window, factor shared with the kind

{repetitions:,} repetitions a row. Where the whole kind moves, its outside lists move too and raise
v: a move on a single day makes t / sqrt(v) about 1 however large it is. *{elsewhere}* takes v from
lists of the same size of {kinds} other kinds, each with a factor of its own, and reads t / sqrt(v)
off Student's t(L - K)."""


def report(repetitions: int) -> tuple[str, list[str]]:
    """The section as Markdown, and the promises missed."""
    started = time.perf_counter()
    sizes = rejections(
        {Case(names, shared): repetitions for names in SIZES for shared in (False, True)}
    )
    count = min(POWER_REPETITIONS, repetitions)
    power = rejections(
        {
            Case(names, True, effect, at_once, elsewhere=True): count
            for effect, at_once in EVENTS
            for names in SIZES
        }
    )
    missed = kept_promises(sizes)
    head = PAGE.format(
        repetitions=repetitions,
        seed=SEED,
        error=100.0 * np.sqrt(LEVEL * (1 - LEVEL) / repetitions),
        seconds=spent(started),
        shares=SHARES,
        verdict="Missed: " + "; ".join(missed) + "." if missed else "Kept in every row.",
    )
    return "\n\n".join(
        [
            head,
            table(["N, factor", *TESTS], _rows(sizes)),
            POWER.format(repetitions=count, elsewhere=ELSEWHERE, kinds=KINDS),
            table(["N, event", *TESTS, ELSEWHERE], _rows(power)),
        ]
    ), missed


def _rows(found: dict[Case, dict[str, float]]) -> list[list[str]]:
    return [
        [case.label, *(f"{value:.1f}" for value in row.values())] for case, row in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=10_000)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    text, missed = report(options.repetitions)
    print(text)
    if options.write:
        write_section(options.write, "simulation", text)
    if missed:
        sys.exit("promised sizes missed:\n" + "\n".join(missed))


if __name__ == "__main__":
    main()
