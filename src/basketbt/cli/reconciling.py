"""The command that holds two vendors against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from basketbt.cli.console import Json, resumable, say_json, say_table, warn
from basketbt.cli.fetching import PARTLY_FAILED, Day, Target, say_failures
from basketbt.cli.options import Settings, StoreFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from basketbt.prices.reconcile import BasketEffect, Comparison


def register(app: typer.Typer) -> None:
    """Add the command to the command tree."""
    app.command()(reconcile)


def reconcile(
    target: Target,
    between: Annotated[
        str, typer.Option(help="Two vendors: sina, eastmoney, tencent, csindex, yahoo.")
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
    from basketbt.cli.targets import price_request, vendor_pair
    from basketbt.errors import BasketbtError
    from basketbt.prices.reconcile import compare_vendors
    from basketbt.prices.store import store_path

    vendors = vendor_pair(between)
    request = price_request(target, settings or (), start, end)
    with resumable():
        found, failures = compare_vendors(store_path(store), request, vendors)
    problem = ""
    effects: Sequence[BasketEffect] = ()
    try:
        with resumable():
            effects = _effects(target, settings or (), store_path(store), vendors, found)
    except BasketbtError as error:
        problem = f"returns of the lists: {error}"
    if as_json:
        say_json(
            {
                "comparisons": [_comparison_data(one, tolerance) for one in found],
                "baskets": [_effect_data(one, tolerance) for one in effects],
                "failed": [
                    *(f"{name}: {one.brief}" for name, several in failures for one in several),
                    *([problem] if problem else []),
                ],
            }
        )
    else:
        _say_comparisons(found, tolerance)
        _say_effects(effects, vendors, tolerance)
        say_failures("not compared", failures)
        if problem:
            warn(f"not compared: {problem}")
    agree = all(one.agrees(tolerance) for one in found)
    if problem or failures or not agree or not all(one.agrees(tolerance) for one in effects):
        raise typer.Exit(PARTLY_FAILED)


def _effects(
    target: str,
    settings: Sequence[str],
    store: Path,
    vendors: tuple[str, str],
    found: Sequence[Comparison],
) -> Sequence[BasketEffect]:
    """By the study's own weights and windows; equally weighted where there is no study."""
    from basketbt.cli.targets import basket_of, study_of
    from basketbt.prices.reconcile import equal_weight_effect

    study = study_of(target, settings)
    if study is None:
        basket = basket_of(target)
        return (equal_weight_effect(found, basket.id, basket.symbols),)
    from basketbt.reconciliation import study_effects

    return study_effects(study, store, vendors)


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
                str(one.sessions),
                f"{one.close_difference:.3%}",
                str(one.worst_day or ""),
                f"{len(one.only_right)} / {len(one.only_left)}",
                str(len(one.steps)),
                str(one.volumes_differ),
                f"{one.effect:+.3%}",
            )
            for one in found
        ],
        title="Largest differences; missing: sessions that only the other one has",
        right=(3, 4, 6, 7, 8, 9),
    )


def _say_effects(
    effects: Sequence[BasketEffect], vendors: tuple[str, str], tolerance: float
) -> None:
    """A row per list and book: the window in which the vendors differ most."""
    say_table(
        ("basket", "event", "weights", "rebalance", "window", "", *vendors, "effect"),
        [
            (
                one.basket,
                one.event,
                one.weighting,
                one.rebalance,
                one.window or "all sessions",
                _verdict(one, tolerance),
                *("" if value != value else f"{value:+.3%}" for value in (one.left, one.right)),
                "" if one.size != one.size else f"{one.size:+.3%}",
            )
            for one in _largest(effects)
        ],
        title="Total return of each list at either vendor, in the window where they differ most",
        right=(6, 7, 8),
    )


def _largest(effects: Iterable[BasketEffect]) -> list[BasketEffect]:
    largest: dict[tuple[str, ...], BasketEffect] = {}
    for one in effects:
        place = (one.event, one.basket, one.weighting, one.rebalance)
        before = largest.get(place)
        if before is None or _rank(one) > _rank(before):
            largest[place] = one
    return list(largest.values())


def _rank(one: BasketEffect) -> float:
    """A return that only one vendor has counts as the largest difference, none at all as none."""
    if one.left != one.left and one.right != one.right:
        return -1.0
    return float("inf") if one.size != one.size else abs(one.size)


def _verdict(one: Comparison | BasketEffect, tolerance: float) -> str:
    return "ok" if one.agrees(tolerance) else "differs"
