"""The wing of the hall where a study's lists are tested against chance, event by event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from basketbt.backtest.book import index_book
from basketbt.backtest.rebalance import Rebalance
from basketbt.baskets.weighting import Weighting
from basketbt.config.eventstudy import EventStudySpec, VariantSpec
from basketbt.errors import DataError
from basketbt.events import inputs as shipped
from basketbt.events.from_panel import (
    closes_at_limit,
    one_session_returns,
    strata,
    universe_returns,
)
from basketbt.events.inputs import EventStudyInputs, Options, Universe, Variant
from basketbt.events.models import (
    Design,
    dimson,
    market_adjusted,
    market_model,
    sector_model,
)
from basketbt.events.reasons import NO_UNIVERSE, NothingToTest
from basketbt.events.results import EventStudyResult
from basketbt.events.run import event_study
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, NoteKind, unique
from basketbt.plan.eventstudy import market_index, other_day_zeros, registered_windows
from basketbt.plan.model import Case, StudyPlan
from basketbt.prices.data import Floats, MarketData, UniverseCloses
from basketbt.prices.panel import PricePanel, Status
from basketbt.results import CaseResult, EventStudied
from basketbt.stages.books import make_weighting, policies_of


class NoIndexLevels(DataError):
    """Fields: event, symbol."""

    template = "{event}: no levels of {symbol}, the index that returns are measured against"
    fix = "Give its prices, or name another index as `market` under `event_study`."


MODEL_LEFT_OUT = NoteKind(
    "model-left-out",
    en="no levels of the sector index {symbol}: model {model} left out",
    zh="行业指数{symbol}无点位:未计算模型{model}",
    severity="warning",
)
VARIANT_LEFT_OUT = NoteKind(
    "variant-left-out",
    en="variant {variant} cannot be computed: {why}",
    zh="稳健性方案{variant}无法计算:{why}",
    severity="warning",
)
RANDOM_FOR_MAIN_ONLY = NoteKind(
    "empty-random-for-main-only",
    en="random baskets are drawn for the registered study only",
    zh="随机篮子仅针对预先登记的方案抽取",
)
_SHIPPED: Mapping[str, Variant] = {one.name: one for one in shipped.STANDARD_VARIANTS}


def tested(
    plan: StudyPlan, spec: EventStudySpec, result: CaseResult, data: MarketData
) -> CaseResult:
    """The case with its event study, at the weights of the first book's purchase before day 0."""
    case, panel, config = result.case, result.panel, plan.config
    weighting = make_weighting(config.weighting[0])
    bought = index_book(
        panel,
        zero=result.zero,
        starts={0: 0},
        baskets=case.baskets,
        weighting=weighting,
        rebalance=Rebalance("hold"),
        policies=policies_of(config),
    ).paths[0]
    found = study_event(
        plan,
        spec,
        case,
        panel=panel,
        benchmarks=result.benchmarks,
        weights=bought.weights,
        weighting=weighting,
        universe=data.universe,
    )
    return replace(result, event_studies=found)


def study_event(
    plan: StudyPlan,
    spec: EventStudySpec,
    case: Case,
    *,
    panel: PricePanel,
    benchmarks: PricePanel,
    weights: Floats,
    weighting: Weighting,
    universe: UniverseCloses | None,
) -> tuple[EventStudied, ...]:
    """The event study of one event and home calendar: as registered, then each variant.

    ``weights`` (B, N) of the case's baskets over the panel's symbols, at the close before day 0.
    ``universe`` serves the registered study only: a variant asks whether an answer holds, not
    which other lists would have had it.

    Raises ``NoIndexLevels``, ``NothingToTest``, ``OutsideData`` or ``BadWindows``.
    """
    main, notes = event_inputs(
        plan,
        spec,
        case,
        panel=panel,
        benchmarks=benchmarks,
        weights=weights,
        universe=universe,
    )
    found = [event_study(main)]
    left_out: list[Note] = []
    for variant in _variants(spec, case, main):
        try:
            found.append(_without_universe(variant, main))
        except NothingToTest as error:
            left_out.append(VARIANT_LEFT_OUT(variant=variant.name, why=str(error)))
    found[0] = replace(found[0], notes=unique([*notes, *found[0].notes, *left_out]))
    zeros = {f"day0-{name}": session for name, session in _alternatives(spec, case)}
    return tuple(
        EventStudied(
            found=one,
            weighting=weighting.label,
            day_zero=zeros.get(one.variant, case.day_zero.session),
        )
        for one in found
    )


def _without_universe(variant: Variant, main: EventStudyInputs) -> EventStudyResult:
    found = event_study(variant.apply(replace(main, universe=None)))
    kept = [note for note in found.notes if note.kind != NO_UNIVERSE]
    return replace(found, notes=(*kept, RANDOM_FOR_MAIN_ONLY()))


def event_inputs(
    plan: StudyPlan,
    spec: EventStudySpec,
    case: Case,
    *,
    panel: PricePanel,
    benchmarks: PricePanel,
    weights: Floats,
    universe: UniverseCloses | None,
) -> tuple[EventStudyInputs, tuple[Note, ...]]:
    """The arrays of the registered study, and what is to be said of how they were made."""
    traded = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    if not traded.size:
        raise NothingToTest(event=case.event.id, why="the source has no prices of these shares")
    windows, counted, cut = registered_windows(spec, case.event, case.calendar)
    returns, resumptions = one_session_returns(panel)
    at_limit, limit_notes = closes_at_limit(panel)
    market, designs, missing = _models(plan, spec, case, benchmarks)
    # After the last traded session nothing is known; a window that reaches there must say so.
    known = slice(0, int(traded[-1]) + 1)
    inputs = EventStudyInputs(
        event=case.event.id,
        sessions=panel.sessions[known],
        day0=int(np.searchsorted(panel.sessions, case.day_zero.session)),
        names=panel.symbols,
        returns=returns[known],
        resumptions=resumptions[known],
        at_limit=at_limit[known],
        baskets=tuple(basket.id for basket in case.baskets),
        weights=weights,
        benchmark=market[known],
        models=tuple(_cut(design, known) for design in designs),
        windows=windows,
        estimation=plan.config.estimation,
        universe=_universe(universe, panel, known, spec),
        sector_holds=np.ones(len(case.baskets), dtype=np.bool_),
        options=Options(
            seed=spec.seed,
            minimum_sessions=spec.minimum_sessions,
            placebo_dates=spec.placebo_dates,
            random_baskets=spec.random_baskets,
            family_windows=counted,
            not_for_one_date=spec.not_for_one_date,
        ),
    )
    return inputs, (*cut, *missing, *limit_notes)


def _models(
    plan: StudyPlan, spec: EventStudySpec, case: Case, benchmarks: PricePanel
) -> tuple[Floats, tuple[Design, ...], tuple[Note, ...]]:
    """Market returns (T,), a design a model, and a note for each that had to be left out."""
    returns, _ = one_session_returns(benchmarks)
    of = {symbol: returns[:, column] for column, symbol in enumerate(benchmarks.symbols)}
    code = market_index(spec, plan.request.indexes)
    sector = parse_symbol(spec.sector).canonical
    if code not in of:
        raise NoIndexLevels(event=case.event.id, symbol=code)
    designs: list[Design] = []
    notes: list[Note] = []
    for model in spec.models:
        if model == "market+sector" and sector not in of:
            notes.append(MODEL_LEFT_OUT(symbol=sector, model=model))
        elif model == "market+sector":
            designs.append(sector_model(of[code], of[sector]))
        else:
            designs.append(_ALONE[model](of[code]))
    if not designs:
        raise NoIndexLevels(event=case.event.id, symbol=sector)
    return of[code], tuple(designs), tuple(notes)


_ALONE = {"market": market_model, "market-adjusted": market_adjusted, "dimson": dimson}


def _cut(design: Design, rows: slice) -> Design:
    return replace(design, regressors=design.regressors[rows], offset=design.offset[rows])


def _universe(
    closes: UniverseCloses | None, panel: PricePanel, rows: slice, spec: EventStudySpec
) -> Universe | None:
    """The shares to draw from; none for lists of Hong Kong shares, since it holds mainland ones."""
    if closes is None or panel.calendar != "XSHG" or not spec.random_baskets:
        return None
    returns = universe_returns(closes, panel.sessions[rows])
    codes = strata(closes, panel, spec.same_mix)
    return Universe(returns) if codes is None else Universe(returns, *codes)


def _variants(spec: EventStudySpec, case: Case, main: EventStudyInputs) -> list[Variant]:
    """The study's variants, then one for each other moment of the event inside the prices."""
    variants = [_variant(one) for one in spec.variants]
    for name, session in _alternatives(spec, case):
        row = int(np.searchsorted(main.sessions, session))
        if row < len(main.sessions):
            variants.append(Variant(name=f"day0-{name}", day0=row))
    return variants


def _alternatives(spec: EventStudySpec, case: Case) -> tuple[tuple[str, np.datetime64], ...]:
    return other_day_zeros(case.event, case.calendar) if spec.alternatives else ()


def _variant(spec: VariantSpec) -> Variant:
    if spec.shipped:
        return _SHIPPED[spec.name]
    dates = spec.without_dates
    return Variant(
        name=spec.name,
        estimation=spec.estimation,
        without_dates=(dates[0], dates[1]) if dates else None,
        without_days=spec.without_days,
    )
