"""Many lists, many windows: what is left when every look is counted.

Three families, counted apart: named lists from publication, named lists around the event, and all
else, which is exploratory. Nothing is gated. NaN p-values are tests that could not be made: they
are not counted and stay NaN.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from basketbt.data.bars import Floats
from basketbt.eventstudy.bootstrap import null_statistics
from basketbt.eventstudy.inputs import FAMILIES, MAIN, EventStudyInputs, Family
from basketbt.eventstudy.model_fit import ModelFit
from basketbt.eventstudy.models import Mask
from basketbt.eventstudy.questions import Answers
from basketbt.notes import Note, NoteKind

if TYPE_CHECKING:
    from basketbt.eventstudy.results import EventStudyResult

ROMANO_WOLF_TOO_FEW = NoteKind("empty-romano-wolf-too-few")

# Below this many shared residual dates Romano-Wolf rejects too often (5.7-7.4 % at 120).
RESIDUAL_DATES = 250


@dataclass(frozen=True)
class FamilyCount:
    """How many of a family's cells (a list and a window each) could be tested."""

    family: Family
    lists: int
    windows: int
    cells: int
    tests: int


@dataclass(frozen=True)
class AdjustedP:
    """p of the first model counted within its family, (W, B) each; NaN outside of one.

    ``first`` and ``second`` are Holm's of Q1 and Q2, ``screened`` Benjamini-Hochberg's of Q1,
    ``stepped`` Romano-Wolf's of the plain t.
    """

    first: Floats
    second: Floats
    screened: Floats
    stepped: Floats
    families: tuple[FamilyCount, ...]
    notes: tuple[Note, ...]


def adjust(inputs: EventStudyInputs, fit: ModelFit, answers: Answers) -> AdjustedP:
    """Count the tests of the first model, family by family; a variant has none."""
    shape = fit.p.shape
    found = {name: np.full(shape, np.nan) for name in ("first", "second", "screened", "stepped")}
    counts: list[FamilyCount] = []
    notes: tuple[Note, ...] = ()
    for family in FAMILIES if inputs.variant == MAIN else ():
        member = _members(inputs, family)
        if not member.any():
            continue
        p = np.where(member, answers.p[0], np.nan)
        found["first"][member] = holm(p)[member]
        found["second"][member] = holm(np.where(member, answers.q2_p[0], np.nan))[member]
        found["screened"][member] = benjamini_hochberg(p)[member]
        stepped, notes = _romano_wolf(inputs, fit, member & np.isfinite(fit.p))
        found["stepped"][member] = stepped[member]
        counts.append(
            FamilyCount(
                family=family,
                lists=int(member.any(axis=0).sum()),
                windows=int(member.sum(axis=0).max()),
                cells=int(member.sum()),
                tests=int(np.isfinite(p).sum()),
            )
        )
    return AdjustedP(**found, families=tuple(counts), notes=notes)


def counted_together(studies: Sequence[EventStudyResult]) -> tuple[EventStudyResult, ...]:
    """The main studies of several events with their tests counted as one set of families.

    Romano-Wolf's column stays that of each event: it needs dates that all its tests share.
    """
    where = [
        (n, k, test)
        for n, study in enumerate(studies)
        for k, test in enumerate(study.tests)
        if test.family is not None and test.model == study.tests[0].model
    ]
    tests = [list(study.tests) for study in studies]
    counts: list[FamilyCount] = []
    for family in FAMILIES:
        own = [(n, k, test) for n, k, test in where if test.family == family]
        if not own:
            continue
        first = np.array([test.q1_p for *_, test in own])
        second = np.array([test.q2_p for *_, test in own])
        adjusted = zip(holm(first), holm(second), benjamini_hochberg(first), strict=True)
        for (n, k, test), (one, two, screened) in zip(own, adjusted, strict=True):
            tests[n][k] = replace(
                test, q1_holm_p=float(one), q2_holm_p=float(two), q1_bh_p=float(screened)
            )
        lists = Counter((n, test.basket) for n, _, test in own)
        counts.append(
            FamilyCount(
                family=family,
                lists=len(lists),
                windows=max(lists.values()),
                cells=len(own),
                tests=int(np.isfinite(first).sum()),
            )
        )
    return tuple(
        replace(study, tests=tuple(own), families=tuple(counts))
        for study, own in zip(studies, tests, strict=True)
    )


def _members(inputs: EventStudyInputs, family: Family) -> Mask:
    """(W, B) the cells of a family."""
    return np.array(
        [
            [inputs.family(b, window) == family for b in range(len(inputs.baskets))]
            for window in inputs.windows
        ]
    )


def _romano_wolf(
    inputs: EventStudyInputs, fit: ModelFit, tested: Mask
) -> tuple[Floats, tuple[Note, ...]]:
    """Adjusted p (W, B) of the plain t from residual dates that all tested lists share."""
    adjusted = np.full(tested.shape, np.nan)
    used = np.flatnonzero(tested.any(axis=0))
    residuals = fit.residuals[:, used]
    shared = residuals[np.isfinite(residuals).all(axis=1)]
    if not used.size or shared.shape[0] < RESIDUAL_DATES:
        return adjusted, (ROMANO_WOLF_TOO_FEW(needed=RESIDUAL_DATES, count=shared.shape[0]),)
    kept = np.flatnonzero(tested.any(axis=1))
    options = inputs.options
    null = null_statistics(
        shared, tuple(inputs.windows[w] for w in kept), options.bootstrap_draws, options.seed
    )
    # in the order of null_statistics: list, then window
    cells = np.ix_(kept, used)
    t = np.where(tested, fit.t, np.nan)[cells].T
    p = romano_wolf(t.ravel(), null.reshape(null.shape[0], -1)).reshape(t.shape)
    adjusted[cells] = p.T
    return adjusted, ()


def holm(p: Floats) -> Floats:
    """Holm (1979) step-down adjusted p of any shape: familywise error, any dependence."""
    return _adjust(p, lambda p: np.maximum.accumulate(p * np.arange(len(p), 0, -1)))


def benjamini_hochberg(p: Floats) -> Floats:
    """Benjamini-Hochberg (1995) step-up adjusted p: false discovery rate, for screening only."""

    def stepped(p: Floats) -> Floats:
        scaled = p * len(p) / np.arange(1, len(p) + 1)
        return np.asarray(np.minimum.accumulate(scaled[::-1])[::-1])

    return _adjust(p, stepped)


def romano_wolf(t: Floats, resampled: Floats) -> Floats:
    """Romano-Wolf step-down adjusted p: familywise error that uses the tests' correlation.

    ``t`` (S,) statistics, ``resampled`` (D, S) the same statistics under the null, drawn together
    (``bootstrap.null_statistics``). Romano & Wolf (2005) Ecta 73:1237, (2016) SPL 113:38.
    """
    adjusted = np.full(t.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(t))
    order = tested[np.argsort(-np.abs(t[tested]), kind="stable")]
    if order.size == 0:
        return adjusted
    largest_left = np.maximum.accumulate(np.abs(resampled[:, order])[:, ::-1], axis=1)[:, ::-1]
    reached = (largest_left >= np.abs(t[order])).sum(axis=0)
    adjusted[order] = np.maximum.accumulate((1.0 + reached) / (resampled.shape[0] + 1.0))
    return adjusted


def _adjust(p: Floats, rule: Callable[[Floats], Floats]) -> Floats:
    flat = p.ravel()
    tested = np.flatnonzero(np.isfinite(flat))
    order = tested[np.argsort(flat[tested], kind="stable")]
    adjusted = np.full(flat.shape, np.nan)
    adjusted[order] = np.minimum(rule(flat[order]), 1.0)
    return adjusted.reshape(p.shape)
