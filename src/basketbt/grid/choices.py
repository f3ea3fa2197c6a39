"""From a study's ``grid:`` section to the sheets of a job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.book import NotListedYet, listed_at, missing_notes, row_of_weights
from basketbt.backtest.grid.engine import Yardstick
from basketbt.backtest.holding_periods import LateListing
from basketbt.backtest.weight_inputs import EstimationBeyondPrices, Purchase, UnmeasuredShares
from basketbt.baskets.model import Basket
from basketbt.config.choices import WeightingSpec
from basketbt.config.study import GridSpec, StudyConfig, StudyFile
from basketbt.errors import InfeasibleWeights, InputError
from basketbt.grid.sheets import Drawn, Listed, ListedBasket, PriceTable, Sheet, Span
from basketbt.notes import Note, NoteKind, listing, unique
from basketbt.prices.data import Dates, Floats, UniverseCloses
from basketbt.prices.panel import PricePanel, Status
from basketbt.results import CaseResult
from basketbt.stages.books import make_rebalance, make_weighting

NOT_LISTED = NoteKind(
    "grid_not_listed",
    en="not in the grid: {what}",
    zh="未纳入网格：{what}",
    severity="warning",
)
CANNOT_WEIGH = NoteKind(
    "grid_cannot_weigh",
    en="not in the grid, because such weights cannot be built: {what}",
    zh="因无法构造权重而未纳入网格：{what}",
    severity="warning",
)


class NoGrid(InputError):
    template = "study {study} has no section grid"
    fix = "Add one, e.g. `grid: {{weighting: [equal, stance], entry_delay: [0, 1, 2]}}`."


class PoolTooSmall(InputError):
    template = "grid.random wants baskets of {size}, and {pool} shares have prices throughout"
    fix = "Draw smaller baskets, or choose windows that the prices of the market reach."


def grid_of(config: StudyConfig) -> GridSpec:
    """The study's section. Raises ``NoGrid``."""
    if config.grid is None:
        raise NoGrid(study=config.study)
    return config.grid


def widened(study: StudyFile) -> StudyFile:
    """The study over all events, lists and windows that its grid names, and nothing but those."""
    spec = grid_of(study.config)
    named = {
        "events": spec.events,
        "baskets": spec.baskets,
        "windows": spec.windows,
    }
    changes: dict[str, object] = {name: value for name, value in named.items() if value}
    changes |= {"split_at_publication": False, "account": None, "event_study": None}
    # A mistake in the grid's own lists stands in no line of `baskets`.
    document = None if spec.baskets else study.document
    return replace(study, config=study.config.model_copy(update=changes), document=document)


def sheets_of(
    config: StudyConfig, cases: tuple[CaseResult, ...], universe: UniverseCloses | None
) -> tuple[tuple[PriceTable, ...], tuple[Sheet, ...], tuple[Note, ...]]:
    """The tables, the sheets in order, and notes on what could not be weighed.

    ``config`` is the study as written, ``cases`` those of the widened one; ``universe`` None draws
    no random baskets. A window that would end before a late purchase is no variant. Raises
    ``PoolTooSmall``.
    """
    tables: list[PriceTable] = []
    sheets: list[Sheet] = []
    notes: list[Note] = []
    for case in cases:
        own = _sheets_of_lists(config, case, len(tables), notes)
        tables.append(_table_of(case.panel))
        sheets += own
        # Random baskets hold mainland shares, which trade on mainland sessions.
        if universe is not None and case.panel.calendar == "XSHG":
            market = _table_of_market(universe, case.panel.sessions)
            sheets += _sheets_of_draws(config, own, market, len(tables))
            tables.append(market)
    firsts = accumulate((sheet.variants for sheet in sheets), initial=0)
    numbered = (replace(one, first_variant=n) for one, n in zip(sheets, firsts, strict=False))
    return tuple(tables), tuple(numbered), unique(notes)


def _sheets_of_lists(
    config: StudyConfig, found: CaseResult, table: int, notes: list[Note]
) -> list[Sheet]:
    spec = grid_of(config)
    sheets = []
    for late_listing in spec.late_listing or (_policy(config),):
        for first, spans in _purchases(config, spec).items():
            base = found.zero + first - 1
            ends = tuple(span.window[1] - first + 1 for span in spans)
            listed = _listed(config, found, late_listing, base, base + max(ends), notes)
            if not listed.baskets:
                continue
            for rebalance in spec.rebalance or config.rebalance:
                published = rebalance == config.rebalance[0] and late_listing == _policy(config)
                sheets.append(
                    Sheet(
                        event=found.case.event.id,
                        day_zero=str(found.case.day_zero.session),
                        table=table,
                        base=base,
                        rebalance=make_rebalance(rebalance),
                        late_listing=late_listing,
                        spans=spans,
                        ends=ends,
                        costs=spec.cost,
                        yardstick=_yardstick(found, base, base + max(ends)),
                        baskets=listed,
                        published=published and found.case.event.id == config.events[0].id,
                    )
                )
    return sheets


def _sheets_of_draws(
    config: StudyConfig, listed: list[Sheet], market: PriceTable, table: int
) -> Iterator[Sheet]:
    """Random baskets for each purchase and rule; a draw is never late, so one policy is enough."""
    spec = grid_of(config)
    assert spec.random is not None
    policies = {sheet.late_listing for sheet in listed}
    for sheet in listed:
        if sheet.late_listing == "join" and len(policies) > 1:
            continue
        chosen = sheet if spec.random.sizes else _plain(sheet)
        if chosen is None:
            continue
        rows = market.prices[chosen.base : chosen.base + chosen.sessions]
        pool = np.flatnonzero(np.isfinite(rows).all(axis=0)).astype(np.int32)
        for size in spec.random.sizes or _own_sizes(sheet):
            if size > len(pool):
                raise PoolTooSmall(size=size, pool=len(pool))
            drawn = Drawn(size=size, draws=spec.random.draws, seed=spec.random.seed, pool=pool)
            yield replace(chosen, table=table, baskets=drawn, published=False)


def _plain(sheet: Sheet) -> Sheet | None:
    """A sheet of the study's own choices without its delays and costs; None for any other."""
    kept = [number for number, span in enumerate(sheet.spans) if not span.delay]
    if not sheet.published or not kept:
        return None
    return replace(
        sheet,
        spans=tuple(sheet.spans[number] for number in kept),
        ends=tuple(sheet.ends[number] for number in kept),
        costs=(0.0,),
    )


def _own_sizes(sheet: Sheet) -> list[int]:
    """The numbers of shares of the lists as published."""
    assert isinstance(sheet.baskets, Listed)
    held = (sheet.baskets.weights > 0).sum(axis=1).tolist()
    labels = sheet.baskets.baskets
    return sorted({n for n, own in zip(held, labels, strict=True) if own.published})


def _policy(config: StudyConfig) -> LateListing:
    return "join" if config.late_listing == "join" else "exclude"


def _purchases(config: StudyConfig, spec: GridSpec) -> dict[int, tuple[Span, ...]]:
    """First offset held → the windows, with their delays, that are bought at the close before."""
    found: dict[int, list[Span]] = {}
    for window in spec.windows or config.windows:
        for delay in spec.entry_delay:
            if window[0] + delay <= window[1]:
                found.setdefault(window[0] + delay, []).append(Span(window=window, delay=delay))
    return {first: tuple(spans) for first, spans in sorted(found.items())}


def _listed(
    config: StudyConfig,
    found: CaseResult,
    late_listing: LateListing,
    base: int,
    end: int,
    notes: list[Note],
) -> Listed:
    """Every list under every weighting and cap, whole and, if asked, without each of its shares."""
    spec = grid_of(config)
    rows: list[Floats] = []
    labels: list[ListedBasket] = []
    failed: dict[str, None] = {}
    for basket in found.case.baskets:
        try:
            present = listed_at(found.panel, basket, base=base, end=end, late_listing=late_listing)
        except NotListedYet as error:
            notes.append(NOT_LISTED(what=error.fields["what"]))
            continue
        for weighting, cap in _weightings(config, spec):
            plain = make_weighting(weighting.model_copy(update={"cap": None}))
            notes += missing_notes(found.panel, basket, plain, config.max_missing_weight)
            for gone in _omissions(present, spec.leave_one_out):
                taking = present if gone is None else _without(present, gone)
                label = _label(config, basket, weighting, cap, gone)
                try:
                    row, said = row_of_weights(
                        found.panel,
                        basket,
                        make_weighting(weighting.model_copy(update={"cap": cap})),
                        taking,
                        purchase=Purchase(base=base, zero=found.zero, estimation=config.estimation),
                        allowed=config.max_missing_weight,
                    )
                except (InfeasibleWeights, UnmeasuredShares, EstimationBeyondPrices):
                    failed[_words(label)] = None
                    continue
                notes += said
                rows.append(row)
                labels.append(label)
    if failed:
        notes.append(CANNOT_WEIGH(what=listing(failed, "semicolon")))
    return Listed(tuple(labels), np.array(rows).reshape(len(rows), len(found.panel.symbols)))


def _weightings(
    config: StudyConfig, spec: GridSpec
) -> Iterator[tuple[WeightingSpec, float | None]]:
    """Every weighting with every cap: the grid's, or the weighting's own."""
    for weighting in spec.weighting or config.weighting:
        for cap in spec.cap or (weighting.cap,):
            yield weighting, cap


def _omissions(present: NDArray[np.bool_], each: bool) -> Iterator[int | None]:
    """Nobody, then the position of each share that can be left out: somebody must remain."""
    yield None
    members = np.flatnonzero(present)
    if each and members.size > 1:
        yield from members.tolist()


def _without(present: NDArray[np.bool_], gone: int) -> NDArray[np.bool_]:
    rest = present.copy()
    rest[gone] = False
    return rest


def _label(
    config: StudyConfig, basket: Basket, spec: WeightingSpec, cap: float | None, gone: int | None
) -> ListedBasket:
    first = config.weighting[0]
    whole = make_weighting(spec.model_copy(update={"cap": None})).label
    return ListedBasket(
        basket=basket.id,
        weighting=whole,
        cap=cap,
        left_out=None if gone is None else basket.symbols[gone],
        published=gone is None and spec.model_copy(update={"cap": cap}) == first,
    )


def _words(label: ListedBasket) -> str:
    way = label.weighting if label.cap is None else f"cap {label.cap:.0%}"
    whole = "" if label.left_out is None else " without one share"
    return f"{label.basket}{whole} {way}"


def _yardstick(found: CaseResult, base: int, end: int) -> Yardstick:
    """What a sheet from the panel's row ``base`` to ``end`` is measured with: the first index."""
    own = found.yardsticks
    levels = own.levels[:, 0]
    return Yardstick(
        annualisation=own.annualisation,
        rf_annual=own.rf_annual,
        benchmark=levels[base : end + 1] if np.isfinite(levels).any() else None,
    )


def _table_of(panel: PricePanel) -> PriceTable:
    return PriceTable(
        symbols=panel.symbols,
        sessions=panel.sessions,
        prices=panel.total,
        delisted=panel.status == Status.DELISTED,
    )


def _table_of_market(universe: UniverseCloses, sessions: Dates) -> PriceTable:
    """The market's closes on a panel's sessions, carried over days without a bar."""
    row = np.arange(len(universe.dates))[:, np.newaxis]
    latest = np.maximum.accumulate(np.where(np.isfinite(universe.close), row, -1), axis=0)
    on_day = np.searchsorted(universe.dates, sessions, side="right") - 1
    source = np.where(on_day[:, np.newaxis] >= 0, latest[np.maximum(on_day, 0)], -1)
    closes = np.take_along_axis(universe.close, np.maximum(source, 0), axis=0)
    beyond = (source < 0) | (sessions > universe.dates[-1])[:, np.newaxis]
    prices = np.where(beyond, np.nan, closes)
    return PriceTable(
        symbols=universe.symbols,
        sessions=sessions,
        prices=prices,
        delisted=np.zeros(prices.shape, dtype=np.bool_),
    )
