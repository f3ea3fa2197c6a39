"""The command that holds two vendors against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from basketbt.cli.console import Json, resumable, say_json, say_table, warn
from basketbt.cli.fetching import PARTLY_FAILED, say_failures
from basketbt.cli.options import (
    Day,
    Settings,
    StoreFile,
    Target,
    requested,
    target_of,
    vendor_pair,
)
from basketbt.notes import Note, Worded, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basketbt.data.reconcile import Comparison
    from basketbt.reconciliation import BasketEffect


def reconcile(
    target: Target,
    between: Annotated[
        str, typer.Option(help="Two vendors: sina, eastmoney, tencent, csindex, yahoo, baostock.")
    ] = "sina,eastmoney",
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Largest difference of a close or a return allowed.")
    ] = 0.001,
    store: StoreFile = None,
    settings: Settings = None,
    start: Day = None,
    end: Day = None,
    as_json: Json = False,
) -> None:
    """Compare two vendors by symbol and by what they do to each list's return; exit 3 when they
    differ by more than the tolerance."""
    from basketbt.data.reconcile import compare_vendors
    from basketbt.data.store import store_path
    from basketbt.errors import BasketbtError
    from basketbt.reconciliation import effects_of

    vendors = vendor_pair(between)
    asked = target_of(target, settings or ())
    request = requested(asked, start, end)
    with resumable():
        found, failures = compare_vendors(store_path(store), request, vendors)
    problem: Worded | None = None
    effects: Sequence[BasketEffect] = ()
    try:
        with resumable():
            effects = effects_of(asked, store_path(store), vendors, found)
    except BasketbtError as error:
        problem = message("returns-of-lists", what=error)
    if as_json:
        say_json(
            {
                "comparisons": [_comparison_data(one, tolerance) for one in found],
                "baskets": [_effect_data(one, tolerance) for one in effects],
                "failed": [
                    *(f"{name}: {one.note}" for name, several in failures for one in several),
                    *([str(problem)] if problem else []),
                ],
            }
        )
    else:
        _say_comparisons(found, tolerance)
        _say_effects(effects, vendors, tolerance)
        say_failures("not-compared", failures)
        if problem:
            warn(message("say-not-compared-at-all", what=problem))
    agree = all(one.agrees(tolerance) for one in found)
    if problem or failures or not agree or not all(one.agrees(tolerance) for one in effects):
        raise typer.Exit(PARTLY_FAILED)


def _comparison_data(one: Comparison, tolerance: float) -> dict[str, Any]:
    return {
        "symbol": one.symbol,
        "vendors": [one.left, one.right],
        "agrees": one.agrees(tolerance),
        "sessions": one.sessions,
        "close_difference": one.close_difference,
        "worst_day": str(one.worst_day) if one.worst_day is not None else None,
        "volumes_differ": one.volumes_differ,
        "only_left": [str(day) for day in one.only_left],
        "only_right": [str(day) for day in one.only_right],
        "steps": [[str(s.date), s.left, s.right] for s in one.steps],
        "return_left": one.return_left,
        "return_right": one.return_right,
        "effect": one.effect,
    }


def _effect_data(one: BasketEffect, tolerance: float) -> dict[str, Any]:
    return {
        "event": one.event,
        "basket": one.basket,
        "weighting": one.weighting,
        "rebalance": one.rebalance,
        "window": one.window,
        "agrees": one.agrees(tolerance),
        "return_left": _number(one.left),
        "return_right": _number(one.right),
        "effect": _number(one.size),
    }


def _number(value: float) -> float | None:
    return None if value != value else value


def _say_comparisons(found: Sequence[Comparison], tolerance: float) -> None:
    header = "symbol", "vendors", "", "sessions", "close", "on", "missing", "steps", "volumes"
    say_table(
        (*header, "return"),
        [
            (
                one.symbol,
                f"{one.left} / {one.right}",
                _verdict(one, tolerance),
                one.sessions,
                f"{one.close_difference:.3%}",
                one.worst_day,
                f"{len(one.only_right)} / {len(one.only_left)}",
                len(one.steps),
                one.volumes_differ,
                f"{one.effect:+.3%}",
            )
            for one in found
        ],
        title=message("say-largest-differences-missing-sessions-that"),
        right=(4, 6, 9),
    )


def _say_effects(
    effects: Sequence[BasketEffect], vendors: tuple[str, str], tolerance: float
) -> None:
    """A row per list and book: the window in which the vendors differ most."""
    from basketbt.reconciliation import largest_effects

    say_table(
        ("basket", "event", "weights", "rebalance", "window", "", *vendors, "effect"),
        [
            (
                one.basket,
                one.event,
                one.weighting,
                one.rebalance,
                one.window or message("all-sessions"),
                _verdict(one, tolerance),
                *(
                    None if value != value else f"{value:+.3%}"
                    for value in (one.left, one.right, one.size)
                ),
            )
            for one in largest_effects(effects)
        ],
        title=message("say-total-return-of-each-list"),
        right=(6, 7, 8),
    )


def _verdict(one: Comparison | BasketEffect, tolerance: float) -> Note:
    return message("agrees" if one.agrees(tolerance) else "differs")
