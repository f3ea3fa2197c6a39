"""From a study's ``grid:`` section to the sheets of a job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from basketbt.config.choices import WeightingSpec
from basketbt.config.study import GridSpec, StudyConfig
from basketbt.data.bars import Dates, UniverseCloses
from basketbt.data.panel import Status
from basketbt.engine.batch.engine import Yardstick
from basketbt.engine.book import NotListedYet, Weighed, listed_at, missing_notes, weighed
from basketbt.engine.holding_periods import LateListing
from basketbt.engine.weight_inputs import (
    EstimationBeyondPrices,
    UnmeasuredShares,
    moving_targets,
)
from basketbt.errors import InfeasibleWeights, InputError
from basketbt.notes import Note, NoteKind, listing, unique
from basketbt.pipeline.books import make_rebalance, make_weighting, policies_of
from basketbt.results import CaseResult
from basketbt.sweep.sheets import Drawn, GridJob, Listed, ListedBasket, PriceTable, Sheet, Span

NOT_LISTED = NoteKind("grid_not_listed", severity="warning")
CANNOT_WEIGH = NoteKind("grid_cannot_weigh", severity="warning")
WEIGHED = NoteKind("grid_weighed")
WITHOUT_ONE = NoteKind("grid_without_one")
CAPPED = NoteKind("grid_capped")


class PoolTooSmall(InputError):
    """Fields: size, pool."""


def job_of(
    config: StudyConfig,
    spec: GridSpec,
    cases: tuple[CaseResult, ...],
    universe: UniverseCloses | None,
) -> tuple[GridJob, tuple[Note, ...]]:
    """The tables and sheets of a grid, and notes on what could not be weighed.

    ``config`` is the study as written, ``cases`` those of the widened one; ``universe`` None draws
    no random baskets. A window that would end before a late purchase is no variant. Raises
    ``PoolTooSmall``.
    """
    tables: list[PriceTable] = []
    sheets: list[Sheet] = []
    notes: list[Note] = []
    for case in cases:
        own = list(_sheets_of_lists(config, spec, case, len(tables), notes))
        panel = case.panel
        tables.append(
            PriceTable(
                sessions=panel.sessions,
                prices=panel.total,
                delisted=panel.status == Status.DELISTED,
            )
        )
        sheets += own
        # Random baskets hold mainland shares, which trade on mainland sessions.
        if universe is not None and panel.calendar == "XSHG":
            market = _table_of_market(universe, panel.sessions)
            sheets += _sheets_of_draws(spec, own, market, len(tables))
            tables.append(market)
    return GridJob(tables=tuple(tables), sheets=tuple(sheets)), unique(notes)


def _sheets_of_lists(
    config: StudyConfig, spec: GridSpec, found: CaseResult, table: int, notes: list[Note]
) -> Iterator[Sheet]:
    policy: LateListing = "join" if config.late_listing == "join" else "exclude"
    for late_listing in spec.late_listing or (policy,):
        for first, spans in _purchases(config, spec).items():
            base = found.zero + first - 1
            end = base + max(span.end for span in spans)
            listed = _listed(config, spec, found, late_listing, base, end, notes)
            if not listed.baskets:
                continue
            for rebalance in spec.rebalance or config.rebalance:
                published = rebalance == config.rebalance[0] and late_listing == policy
                yield Sheet(
                    event=found.case.event.id,
                    day_zero=str(found.case.day_zero.session),
                    table=table,
                    base=base,
                    rebalance=make_rebalance(rebalance),
                    late_listing=late_listing,
                    spans=spans,
                    costs=spec.cost,
                    yardstick=_yardstick(found, base, end),
                    baskets=listed,
                    published=published and found.case.event.id == config.events[0].id,
                )


def _purchases(config: StudyConfig, spec: GridSpec) -> dict[int, tuple[Span, ...]]:
    """First offset held → the windows, with their delays, that are bought at the close before."""
    found: dict[int, list[Span]] = {}
    for window in spec.windows or config.windows:
        for delay in spec.entry_delay:
            if window[0] + delay <= window[1]:
                found.setdefault(window[0] + delay, []).append(Span(window=window, delay=delay))
    return {first: tuple(spans) for first, spans in sorted(found.items())}


def _yardstick(found: CaseResult, base: int, end: int) -> Yardstick:
    """What a sheet from the panel's row ``base`` to ``end`` is measured with: the first index."""
    own = found.yardsticks
    levels = own.levels[:, 0]
    return Yardstick(
        annualisation=own.annualisation,
        rf_annual=own.rf_annual,
        benchmark=levels[base : end + 1] if np.isfinite(levels).any() else None,
    )


def _listed(
    config: StudyConfig,
    spec: GridSpec,
    found: CaseResult,
    late_listing: LateListing,
    base: int,
    end: int,
    notes: list[Note],
) -> Listed:
    """Every list under every weighting and cap, whole and, if asked, without each of its shares."""
    panel = found.panel
    policies = replace(policies_of(config), late_listing=late_listing)
    rows: list[Weighed] = []
    labels: list[ListedBasket] = []
    failed: dict[Note, None] = {}
    for basket in found.case.baskets:
        try:
            present, _ = listed_at(panel, basket, late_listing, base=base, end=end)
        except NotListedYet as error:
            notes.append(NOT_LISTED(what=error.fields["what"]))
            continue
        positions = np.arange(len(present))
        for way in _weightings(config, spec):
            weighting, plain = make_weighting(way), make_weighting(_capped(way, None))
            notes += missing_notes(panel, basket, plain, policies)
            for gone in _omissions(present, spec.leave_one_out):
                label = ListedBasket(
                    basket=basket.id,
                    weighting=plain.label,
                    cap=way.cap,
                    left_out=None if gone is None else basket.symbols[gone],
                    published=gone is None and way == config.weighting[0],
                )
                taking = present & (positions != gone)
                try:
                    row = weighed(
                        panel, basket, weighting, taking, policies, base=base, zero=found.zero
                    )
                except (InfeasibleWeights, UnmeasuredShares, EstimationBeyondPrices):
                    failed[_weighed(label)] = None
                    continue
                notes += row.notes
                rows.append(row)
                labels.append(label)
    if failed:
        notes.append(CANNOT_WEIGH(what=listing(failed, "semicolon")))
    weights = np.array([one.weights for one in rows]).reshape(len(rows), len(panel.symbols))
    later = moving_targets(panel, weights, [one.rule for one in rows], slice(base, end + 1))
    return Listed(tuple(labels), weights, later)


def _weightings(config: StudyConfig, spec: GridSpec) -> Iterator[WeightingSpec]:
    """Every weighting with every cap: the grid's, or the weighting's own."""
    for weighting in spec.weighting or config.weighting:
        for cap in spec.cap or (weighting.cap,):
            yield _capped(weighting, cap)


def _capped(weighting: WeightingSpec, cap: float | None) -> WeightingSpec:
    return weighting.model_copy(update={"cap": cap})


def _omissions(present: NDArray[np.bool_], each: bool) -> Iterator[int | None]:
    """Nobody, then the position of each share that can be left out: somebody must remain."""
    yield None
    members = np.flatnonzero(present)
    if each and members.size > 1:
        yield from members.tolist()


def _weighed(label: ListedBasket) -> Note:
    """A basket as the note on what could not be weighed names it."""
    kind = WEIGHED if label.left_out is None else WITHOUT_ONE
    way = label.weighting if label.cap is None else CAPPED(cap=label.cap)
    return kind(basket=label.basket, way=way)


def _sheets_of_draws(
    spec: GridSpec, listed: list[Sheet], market: PriceTable, table: int
) -> Iterator[Sheet]:
    """Random baskets for each purchase and rule; a draw is never late, so one policy is enough."""
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
    kept = tuple(span for span in sheet.spans if not span.delay)
    return replace(sheet, spans=kept, costs=(0.0,)) if sheet.published and kept else None


def _own_sizes(sheet: Sheet) -> list[int]:
    """The numbers of shares of the lists as published."""
    assert isinstance(sheet.baskets, Listed)
    held = (sheet.baskets.weights > 0).sum(axis=1).tolist()
    labels = sheet.baskets.baskets
    return sorted({n for n, own in zip(held, labels, strict=True) if own.published})


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
        sessions=sessions,
        prices=prices,
        delisted=np.zeros(prices.shape, dtype=np.bool_),
    )
