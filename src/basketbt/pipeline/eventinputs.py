"""The arrays of an event study, made of a study's plan and its prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from basketbt.config.eventstudy import EventStudySpec
from basketbt.data.bars import Floats, UniverseCloses
from basketbt.data.panel import PricePanel, Status
from basketbt.errors import DataError
from basketbt.eventstudy.from_panel import (
    closes_at_limit,
    one_session_returns,
    pool_of,
)
from basketbt.eventstudy.inputs import NO_UNIVERSE, EventStudyInputs, Options, Pool
from basketbt.eventstudy.models import (
    Design,
    dimson,
    market_adjusted,
    market_model,
    sector_model,
)
from basketbt.eventstudy.run import NothingToTest
from basketbt.eventstudy.windows import Offsets
from basketbt.market.indexes import index_info
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, NoteKind, message
from basketbt.pipeline.screening import facts_of
from basketbt.plan.eventstudy import (
    followed_windows,
    market_index,
    publication_windows,
    registered_windows,
)
from basketbt.plan.model import Case, StudyPlan
from basketbt.results import CaseResult


class NoIndexLevels(DataError):
    """Fields: event, symbol."""


NO_PRICES_OF_LISTS = NoteKind("empty-no-prices-of-lists")
MATCHED_OFF = NoteKind("empty-matched-off")
NO_INDUSTRIES = NoteKind("empty-no-industries")
UNIVERSE_OF_ANOTHER_MARKET = NoteKind("empty-universe-of-another-market")
MODEL_LEFT_OUT = NoteKind("model-left-out", severity="warning")
SECTOR_IS_MARKET = NoteKind("sector-is-market", severity="warning")
OTHER_CALENDAR = NoteKind("index-of-another-calendar", severity="warning")


def event_inputs(
    plan: StudyPlan,
    spec: EventStudySpec,
    result: CaseResult,
    weights: Floats,
    universe: UniverseCloses | None,
) -> tuple[EventStudyInputs, tuple[Note, ...]]:
    """The arrays of the registered study, and what is to be said of how they were made.

    ``weights`` (B, N) of the case's baskets over the panel's symbols, at the close before day 0.
    """
    case, panel = result.case, result.panel
    traded = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    if not traded.size:
        raise NothingToTest(
            event=case.event.id,
            why=NO_PRICES_OF_LISTS(),
            hint=message("do-give-their-prices-a-table"),
        )
    shared, counted, cut = registered_windows(spec, case.event, case.calendar)
    horizons, followed = publication_windows(spec, case), followed_windows(spec, case)
    own = {window for windows in (*horizons, *followed) for window in windows}
    windows = tuple(sorted({*shared, *own}))
    returns, resumptions = one_session_returns(panel)
    at_limit, limit_notes = closes_at_limit(
        panel, facts_of(plan.baskets, panel.instruments).risk_warning
    )
    market, designs, missing = _models(plan, spec, case, result.benchmarks, windows)
    # After the last traded session nothing is known; a window that reaches there must say so.
    known = slice(0, int(traded[-1]) + 1)
    pool, no_pool = _pool(universe, panel, known, spec)
    inputs = EventStudyInputs(
        event=case.event.id,
        sessions=panel.sessions[known],
        day0=result.zero,
        names=panel.symbols,
        returns=returns[known],
        resumptions=resumptions[known],
        at_limit=at_limit[known],
        baskets=tuple(basket.id for basket in case.baskets),
        weights=weights,
        benchmark=market[known],
        models=tuple(
            replace(one, regressors=one.regressors[known], offset=one.offset[known])
            for one in designs
        ),
        windows=windows,
        estimation=plan.config.estimation,
        shared=shared,
        horizons=horizons,
        beside=followed,
        named=tuple(basket.kind == "named" for basket in case.baskets),
        published=tuple(
            case.calendar.distance(case.day_zero.session, reader) for reader in case.readers
        ),
        pool=pool,
        no_pool=no_pool,
        sector_holds=np.ones(len(case.baskets), dtype=np.bool_),
        options=Options(
            seed=spec.seed,
            minimum_sessions=spec.minimum_sessions,
            placebo_dates=spec.placebo_dates,
            matched_lists=spec.matched_lists,
            placebo_lists=spec.placebo_lists,
            nearest=spec.nearest,
            # a list that is its own event has no windows around it that its horizons do not have
            family_windows=() if plan.config.by_publication else counted,
        ),
    )
    return inputs, (*cut, *missing, *limit_notes)


def _models(
    plan: StudyPlan,
    spec: EventStudySpec,
    case: Case,
    benchmarks: PricePanel,
    windows: tuple[Offsets, ...],
) -> tuple[Floats, tuple[Design, ...], tuple[Note, ...]]:
    """Market returns (T,), a design a model, and a note for each that had to be left out."""
    returns, _ = one_session_returns(benchmarks)
    of = {symbol: returns[:, column] for column, symbol in enumerate(benchmarks.symbols)}
    code = market_index(spec, plan.config.benchmarks, case.calendar.name)
    sector = parse_symbol(spec.sector).canonical
    if code not in of:
        raise NoIndexLevels(event=case.event.id, symbol=code)
    designs: list[Design] = []
    days = plan.config.estimation[0], max(last for _, last in windows)
    notes = _shut(case, benchmarks, code, days)
    for model in spec.models:
        if model == "market+sector" and _one_index(sector, code):
            notes.append(SECTOR_IS_MARKET(sector=sector, market=code, model=model))
            designs.append(sector_model(of[code], of[code]))  # singular, and its tests say so
        elif model == "market+sector" and sector not in of:
            notes.append(MODEL_LEFT_OUT(symbol=sector, model=model))
        elif model == "market+sector":
            designs.append(sector_model(of[code], of[sector]))
        else:
            designs.append(_ALONE[model](of[code]))
    if not designs:
        raise NoIndexLevels(event=case.event.id, symbol=sector)
    return of[code], tuple(designs), tuple(notes)


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


def _pool(
    closes: UniverseCloses | None, panel: PricePanel, rows: slice, spec: EventStudySpec
) -> tuple[Pool | None, Note]:
    """The shares to draw from, all of the mainland, and the note on why there are none."""
    if not spec.matched_lists:
        return None, MATCHED_OFF()
    if closes is None:
        return None, NO_UNIVERSE()
    if panel.calendar != "XSHG":
        return None, UNIVERSE_OF_ANOTHER_MARKET(calendar=panel.calendar)
    if not any(closes.industry):
        return None, NO_INDUSTRIES(table=closes.table)
    pool = pool_of(closes, panel)
    traded = None if pool.traded is None else pool.traded[rows]
    return (
        replace(
            pool,
            returns=pool.returns[rows],
            event_returns=pool.event_returns[rows],
            traded=traded,
        ),
        NO_UNIVERSE(),
    )
