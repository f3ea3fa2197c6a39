"""Everything that is said of a finished grid, as values: memo, page and picture find words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from basketbt.config.study import StudyConfig
from basketbt.data.bars import Floats
from basketbt.market.dayzero import publication_day
from basketbt.notes import Note
from basketbt.report.build import prices_cell
from basketbt.sweep.curve import (
    Results,
    Standing,
    VariedChoice,
    curve_order,
    standings,
    varied_choices,
)
from basketbt.sweep.planner import GridPlan

# Columns below the curve: neighbouring variants share one, or thousands of marks would blur.
_COLUMNS = 240
# Values of a choice that stand below the curve; more (every share left out) say nothing to the eye.
_MOST_VALUES = 12
# The share of variants on the published result's side of 0 from which on they agree with it.
_AGREEMENT = 0.95
_OVER_BENCHMARK = ("excess_return", "benchmark_return")


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """A published result on the curve: its place, from 0, and its value."""

    place: int
    value: float
    basket: str
    window: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """The specification curve: V values in order, and the choices behind them.

    ``rows`` are R choices with one of their values each; ``densities`` (R, C) the share of the
    variants in each of C columns that have it.
    """

    values: Floats
    published: tuple[CurvePoint, ...]
    rows: tuple[tuple[str, str], ...]
    densities: Floats

    @property
    def positive(self) -> float:
        """Share of the variants above 0; the curve must have one."""
        return float((self.values > 0).mean())

    def sampled(self, points: int) -> Floats:
        """At most so many values, evenly spaced: more could not be told apart on a screen."""
        count = min(points, len(self.values))
        places = (np.arange(count) + 0.5) / max(count, 1) * len(self.values)
        found: Floats = self.values[places.astype(np.int64)]
        return found


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Of ``all`` published results: how many ``agree`` in sign with 95 % of their variants.

    ``high`` of all and ``both`` of those that agree lie above the median of their variants.
    """

    all: int
    agree: int
    high: int
    both: int


@dataclass(frozen=True, kw_only=True, eq=False)
class SweepReport:
    """What the views of a grid get, and all of it.

    ``config`` is the study as written, with its section ``grid``; ``source`` says in a table's cell
    what ``prices`` says in words. ``benchmark`` is the one that the ``measure`` is over, if any.
    ``day_zeros`` are each event with its day 0, ``reader`` the first session on which a reader of
    one of the lists could trade, ``names`` those of the lists' shares. Of the ``listed`` variants
    ``distinct`` have results of their own, and those without one are counted in ``undefined`` by
    list and window; ``drawn`` are the results of random baskets. ``agreement`` and ``highest`` (the
    largest published result of the first window) are None without published results.
    """

    id: str
    config: StudyConfig
    measure: str
    benchmark: str | None
    prices: Note
    source: str
    notes: tuple[Note, ...]
    versions: tuple[tuple[str, str], ...]
    day_zeros: tuple[tuple[str, str], ...]
    reader: str
    names: Mapping[str, str]
    listed: int
    drawn: int
    distinct: int
    undefined: Mapping[tuple[str, str], int]
    curve: Curve
    choices: tuple[VariedChoice, ...]
    standings: tuple[Standing, ...]
    agreement: Agreement | None
    highest: Standing | None

    @property
    def settings(self) -> dict[str, Any]:
        """The study as a file would say it, with every default: it gives the same grid again."""
        assert self.config.grid is not None
        choices = json.loads(self.config.grid.model_dump_json(exclude_defaults=True))
        return {**json.loads(self.config.canonical()), "grid": choices}


def sweep_report(plan: GridPlan, results: Results) -> SweepReport:
    """The report of a planned grid with these results of its measure."""
    stands = standings(results)
    inputs, config, measure = plan.inputs, plan.config, plan.spec.measure
    first = [one for one in stands if one.window == stands[0].window]
    return SweepReport(
        id=plan.id,
        config=config,
        measure=measure,
        benchmark=config.benchmarks[0] if measure in _OVER_BENCHMARK else None,
        prices=inputs.prices,
        source=prices_cell(inputs),
        notes=inputs.notes,
        versions=inputs.versions,
        day_zeros=tuple(dict.fromkeys((one.event, one.day_zero) for one in plan.job.sheets)),
        reader=min(
            str(publication_day(basket.source.published, one.case.calendar))
            for one in inputs.cases
            for basket in one.case.baskets
        ),
        names={one.symbol: one.name_zh for own in inputs.plan.baskets for one in own.constituents},
        listed=plan.job.listed,
        drawn=plan.job.variants - plan.job.listed,
        distinct=results.distinct,
        undefined=results.undefined,
        curve=curve_of(results),
        choices=varied_choices(results),
        standings=stands,
        agreement=agreement(stands) if stands else None,
        highest=max(first, key=lambda one: one.value, default=None),
    )


def curve_of(results: Results) -> Curve:
    """The variants in the order of their values."""
    order = curve_order(results)
    value = results.value[order]
    chosen = [
        (choice, code)
        for choice in results.varied
        if len(results.labels[choice]) <= _MOST_VALUES
        for code in range(len(results.labels[choice]))
    ]
    edges = np.linspace(0, len(order), min(_COLUMNS, len(order)) + 1).astype(np.int64)
    densities = np.zeros((len(chosen), len(edges) - 1))
    for line, (choice, code) in enumerate(chosen):
        marked = np.concatenate([[0], np.cumsum(results.codes[choice][order] == code)])
        densities[line] = np.diff(marked[edges]) / np.diff(edges)
    return Curve(
        values=value,
        published=tuple(
            CurvePoint(
                place=place,
                value=float(value[place]),
                basket=results.label("basket", row),
                window=results.label("window", row),
            )
            for place in np.flatnonzero(results.published[order]).tolist()
            for row in [int(order[place])]
        ),
        rows=tuple((choice, results.labels[choice][code]) for choice, code in chosen),
        densities=densities,
    )


def agreement(stands: tuple[Standing, ...]) -> Agreement:
    """How many published results their variants bear out."""
    agree = [one for one in stands if one.same_sign >= _AGREEMENT]
    return Agreement(
        all=len(stands),
        agree=len(agree),
        high=sum(one.below > 0.5 for one in stands),
        both=sum(one.below > 0.5 for one in agree),
    )
