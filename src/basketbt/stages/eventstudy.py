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
from basketbt.events.reasons import (
    NO_UNIVERSE,
    RANDOM_FOR_MAIN_ONLY,
    RANDOM_OFF,
    UNIVERSE_OF_ANOTHER_MARKET,
    NothingToTest,
)
from basketbt.events.results import EventStudyResult
from basketbt.events.run import event_study
from basketbt.market.indexes import index_info
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
SECTOR_IS_MARKET = NoteKind(
    "sector-is-market",
    en="the sector index {sector} is the market index {market} itself, or its twin with dividends: "
    "nothing can be tested under {model}. Name a sector index as `sector` under `event_study`",
    zh="行业指数{sector}即市场指数{market}或其全收益版本:模型{model}无法检验。请在`event_study`的`sector`中给出行业指数",
    severity="warning",
)
VARIANT_LEFT_OUT = NoteKind(
    "variant-left-out",
    en="variant {variant} cannot be computed: {why}",
    zh="稳健性方案{variant}无法计算:{why}",
    severity="warning",
)
VARIANT_CHANGES_NOTHING = NoteKind(
    "variant-changes-nothing",
    en="variant {variant} changes nothing here: no session of the estimation or of a window falls "
    "under it",
    zh="稳健性方案{variant}在此无影响:估计窗与各窗口均不含其所指交易日",
)
OTHER_CALENDAR = NoteKind(
    "index-of-another-calendar",
    en="{index} has no level on {count} sessions of {calendar} from day {first:+d} to {last:+d}, "
    "when its own exchange was shut: such a session and the one after it are left out of the model "
    "and of the windows. An index of {calendar} among `benchmarks`, or as `market` under "
    "`event_study`, mends this",
    zh="{calendar}自第{first:+d}日至第{last:+d}日有{count}个交易日{index}休市无点位:"
    "该日及其次日不计入模型与窗口。在`benchmarks`或`event_study`的`market`中给出{calendar}的指数即可避免",
    severity="warning",
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
    found: list[tuple[EventStudyResult, Variant | None]] = [(event_study(main), None)]
    left_out: list[Note] = []
    alone = replace(main, universe=None, no_universe=RANDOM_FOR_MAIN_ONLY())
    for variant in _variants(spec, case, main):
        if not variant.changes(main):
            left_out.append(VARIANT_CHANGES_NOTHING(variant=variant.name))
            continue
        try:
            found.append((event_study(variant.apply(alone)), variant))
        except NothingToTest as error:
            left_out.append(VARIANT_LEFT_OUT(variant=variant.name, why=str(error)))
    registered = found[0][0]
    found[0] = (replace(registered, notes=unique([*notes, *registered.notes, *left_out])), None)
    zeros = {f"day0-{name}": session for name, session in _alternatives(spec, case)}
    return tuple(
        EventStudied(
            found=one,
            weighting=weighting.label,
            day_zero=zeros.get(one.variant, case.day_zero.session),
            variant=variant,
        )
        for one, variant in found
    )


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
        raise NothingToTest(
            event=case.event.id,
            why="the source has no prices of these shares",
            hint="Give their prices: a table in the folder of `--source`, or `basketbt fetch`.",
        )
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
        no_universe=_no_universe(universe, panel, spec),
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
    code = market_index(spec, plan.config.benchmarks, case.calendar.name)
    sector = parse_symbol(spec.sector).canonical
    if code not in of:
        raise NoIndexLevels(event=case.event.id, symbol=code)
    designs: list[Design] = []
    notes = _shut(case, benchmarks, code, _days(plan, spec, case))
    for model in spec.models:
        if model == "market+sector" and _one_index(sector, code):
            notes.append(SECTOR_IS_MARKET(sector=sector, market=code, model=model))
            designs.append(sector_model(of[code], of[code]))  # singular, and its cells say so
        elif model == "market+sector" and sector not in of:
            notes.append(MODEL_LEFT_OUT(symbol=sector, model=model))
        elif model == "market+sector":
            designs.append(sector_model(of[code], of[sector]))
        else:
            designs.append(_ALONE[model](of[code]))
    if not designs:
        raise NoIndexLevels(event=case.event.id, symbol=sector)
    return of[code], tuple(designs), tuple(notes)


def _days(plan: StudyPlan, spec: EventStudySpec, case: Case) -> tuple[int, int]:
    """First and last day that the registered study looks at."""
    windows, _, _ = registered_windows(spec, case.event, case.calendar)
    return plan.config.estimation[0], max(last for _, last in windows)


def _shut(case: Case, benchmarks: PricePanel, code: str, days: tuple[int, int]) -> list[Note]:
    """What is lost where the market index keeps other holidays than the lists' exchange."""
    if parse_symbol(code).calendar == case.calendar.name:
        return []
    zero = int(np.searchsorted(benchmarks.sessions, case.day_zero.session))
    rows = slice(max(zero + days[0], 0), zero + days[1] + 1)
    traded = benchmarks.status[rows, benchmarks.column(code)] == Status.TRADED
    count = int((~traded).sum())
    if not count:
        return []
    return [
        OTHER_CALENDAR(
            index=code, calendar=case.calendar.name, count=count, first=days[0], last=days[1]
        )
    ]


def _one_index(one: str, other: str) -> bool:
    """Whether two codes name one index, with or without its dividends."""
    return one == other or index_info(one).twin == other or index_info(other).twin == one


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


def _no_universe(closes: UniverseCloses | None, panel: PricePanel, spec: EventStudySpec) -> Note:
    if not spec.random_baskets:
        return RANDOM_OFF()
    if closes is not None and panel.calendar != "XSHG":
        return UNIVERSE_OF_ANOTHER_MARKET(calendar=panel.calendar)
    return NO_UNIVERSE()


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
        closed_days=spec.closed_days,
    )
