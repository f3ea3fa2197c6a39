"""The rows of what is counted together: lists of a kind, shares of a list, lists of a broker."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report import layouts
from basketbt.report.model import Block, Table, Value
from basketbt.results import (
    Breadth,
    BrokerBreadth,
    CaseResult,
    PublicationCurve,
    ShareBreadth,
    ShareMoved,
    Split,
    StudyResult,
)


def breadth_tables(result: StudyResult, benchmark: str) -> tuple[Table, ...]:
    """Lists of one kind together, window by window and day by day; shares of a list; brokers."""
    cases = result.cases
    return (
        Table.of(layouts.BREADTH, (_breadth(case, one) for case in cases for one in case.breadth)),
        Table.of(
            layouts.SHARE_BREADTH,
            (_shares(case, one, benchmark) for case in cases for one in case.shares),
        ),
        Table.of(
            layouts.BROKERS,
            (_broker(case, one, benchmark) for case in cases for one in case.brokers),
        ),
        Table.of(
            layouts.PUBLICATION_CURVE, (_curve(case, one) for case in cases for one in case.curves)
        ),
    )


def pooled_tables(result: StudyResult, benchmark: str) -> tuple[Table, ...]:
    """All days p together; nothing where lists are not each their own event."""
    if not result.pooled:
        return ()
    return (Table.of(layouts.POOLED, _pooled(result, benchmark)),)


def _breadth(case: CaseResult, one: Breadth) -> dict[str, Value]:
    return {
        **_event_cells(case),
        "book": one.book,
        "weighting": one.weighting,
        "rebalance": one.rebalance,
        "entry": one.entry,
        "publication_session": str(one.session),
        "list_kind": one.kind,
        "window": one.window.label,
        "first_day": one.window.first,
        "last_day": one.window.last,
        "end_date": None if one.end is None else str(one.end),
        "lists": one.lists,
        "unknown": one.unknown,
        "names": one.names,
        "names_priced": one.names_priced,
        "lowest_covered": one.covered,
        **dict(zip(_RETURNS, one.quantiles, strict=True)),
        "rose": one.rose,
        "beat": one.beat,
        "beat_sector": one.beat_sector,
        "median_excess": one.median_excess,
        "before_shock": None if one.before is None else str(one.before.last),
        "median_before_shock": None if one.before is None else one.before.median,
        "rose_before_shock": None if one.before is None else one.before.rose,
        "beat_before_shock": None if one.before is None else one.before.beat,
        "median_excess_before_shock": None if one.before is None else one.before.median_excess,
        "notes": one.notes,
    }


_RETURNS = ("lowest_return", "lower_quartile", "median_return", "upper_quartile", "highest_return")
_LEVELS = ("lowest_level", "lower_level", "median_level", "upper_level", "highest_level")


def _curve(case: CaseResult, one: PublicationCurve) -> Block:
    days = range(one.first - 1, one.first - 1 + len(one.dates))
    return {
        **_event_cells(case),
        "weighting": one.weighting,
        "rebalance": one.rebalance,
        "publication_session": str(one.session),
        "list_kind": one.kind,
        "reader_day": [day - one.first for day in days],
        "day": list(days),
        "date": one.dates.astype(str).tolist(),
        "lists": one.lists.tolist(),
        **{key: own.tolist() for key, own in zip(_LEVELS, one.quantiles, strict=True)},
        "lowest_list": list(one.lowest),
        "highest_list": list(one.highest),
        "benchmark_level": one.benchmark.tolist(),
    }


def _pooled(result: StudyResult, benchmark: str) -> Iterator[dict[str, Value]]:
    for one in result.pooled:
        yield {
            "weighting": one.weighting,
            "rebalance": one.rebalance,
            "list_kind": one.kind,
            "window": one.window,
            "sessions": one.length,
            "lists": one.returns.count,
            "unknown": one.unknown,
            "publication_sessions": one.returns.dates,
            "separate_windows": one.returns.separate,
            "first_session": None if one.first is None else str(one.first),
            "last_session": None if one.last is None else str(one.last),
            "mean_return": one.returns.mean,
            "return_low": one.returns.low,
            "return_high": one.returns.high,
            "benchmark": benchmark,
            "mean_excess": one.excess.mean,
            "excess_low": one.excess.low,
            "excess_high": one.excess.high,
            "notes": one.notes,
        }


def _event_cells(case: CaseResult) -> dict[str, Value]:
    return {
        "event": case.case.event.id,
        "day0": str(case.case.day_zero.session),
        "calendar": case.case.calendar.name,
    }


def _shares(found: CaseResult, one: ShareBreadth, benchmark: str) -> dict[str, Value]:
    case, window = found.case, one.window
    return {
        "event": case.event.id,
        "day0": str(case.day_zero.session),
        "basket": case.baskets[one.member].id,
        "book": "index",
        "weighting": one.weighting,
        "rebalance": one.rebalance,
        "window": window.label,
        "first_day": window.first,
        "last_day": window.last,
        "base_date": str(case.session(window.first - 1)),
        "names": one.names,
        "names_priced": one.priced,
        "names_late": one.late,
        "shares_rose": one.rose,
        "benchmark": benchmark,
        "shares_beat": one.beat,
        "median_share": one.median,
        "mean_share": one.mean,
        **_moved("best", one.best),
        **_moved("worst", one.worst),
        **_split("recommended", one.recommended),
        **_split("watched", one.watched),
        **_split("named", one.named),
        **_split("mapped", one.mapped),
        "recommended_ahead": one.recommended_ahead,
        "named_ahead": one.named_ahead,
    }


def _moved(key: str, one: ShareMoved | None) -> dict[str, Value]:
    if one is None:
        return dict.fromkeys(f"{key}_{what}" for what in _MOVED)
    return {
        f"{key}_symbol": one.symbol,
        f"{key}_name": one.name,
        f"{key}_return": one.made,
        f"{key}_weight": one.weight,
        f"{key}_contribution": one.contribution,
        f"{key}_suspended": one.suspended,
    }


_MOVED = ("symbol", "name", "return", "weight", "contribution", "suspended")


def _split(key: str, one: Split) -> dict[str, Value]:
    return {f"{key}_shares": one.count, f"{key}_return": one.mean}


def _broker(case: CaseResult, one: BrokerBreadth, benchmark: str) -> dict[str, Value]:
    return {
        **_event_cells(case),
        "weighting": one.weighting,
        "rebalance": one.rebalance,
        "broker": one.broker,
        "list_kind": one.kind,
        "window": one.window,
        "publication_sessions": one.sessions,
        "lists": one.lists,
        "unknown": one.unknown,
        **dict(zip(_RETURNS, one.quantiles, strict=True)),
        "rose": one.rose,
        "benchmark": benchmark,
        "beat": one.beat,
        "median_excess": one.median_excess,
    }
