"""Sentences on each list's tests: what they allow to be said, how firm it is, what limits it."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.data import Row, TestsInfo
from basketbt.report.views.conclusion import whole_verdict
from basketbt.report.views.context import Context, real, said
from basketbt.report.views.numbers import joined, percent, probability_text

SECTOR_MODEL = "market+sector"

#: (variant, basket, model) → row of event_study.csv over the quoted window.
Tests = dict[tuple[str, str, str], Row]


def quoted_rows(context: Context, tests: TestsInfo) -> Tests:
    """The rows of the quoted window, of every variant."""
    return {
        (str(row["variant"]), str(row["basket"]), str(row["model"])): row
        for row in context.rows("event_study", window=tests.window)
    }


def sentence(context: Context, tests: TestsInfo, rows: Tests, verdict: Row) -> str:
    """What the tests allow to be said of one list over the quoted window, and what limits it."""
    basket = str(verdict["basket"])
    primary, sector = rows["main", basket, tests.model], rows.get(("main", basket, SECTOR_MODEL))
    if primary["p"] is None:
        return context.say("chance.untested", why=context.notes(verdict["notes"]))
    parts = [
        context.say(
            "chance.list",
            window=tests.window,
            car=percent(real(primary["car"])),
            verdict=whole_verdict(context, verdict),
        ),
        *_noted(context, verdict),
        *_sector(context, sector),
        *_variants(context, tests, rows, verdict),
        *_left_out(context, primary),
        *_limits(context, primary),
    ]
    return joined(parts, context.language)


def _noted(context: Context, verdict: Row) -> Iterator[str]:
    if verdict["notes"]:
        yield context.say("chance.sentence", said=context.notes(verdict["notes"]))


def _sector(context: Context, sector: Row | None) -> Iterator[str]:
    if sector is None:
        return
    if sector["p"] is None:
        yield context.say("chance.no_sector")
        return
    yield context.say(
        "chance.sector",
        car=percent(real(sector["car"])),
        p=probability_text(real(sector["p"])),
    )


def variant_words(context: Context, tests: TestsInfo) -> dict[str, str]:
    """What each variant changes, by its name."""
    return {one.name: context.comma(said(one.changes, context.language)) for one in tests.variants}


def _variants(context: Context, tests: TestsInfo, rows: Tests, verdict: Row) -> Iterator[str]:
    """The variants under which the plain test is on the other side of 5 %, and those without it."""
    words = variant_words(context, tests)
    changed = [
        context.say(
            "chance.changed",
            variant=words.get(name, name),
            car=percent(real(row["car"])),
            p=probability_text(real(row["p"])),
        )
        for name in str(verdict["changed"] or "").split()
        if (row := rows.get((name, str(verdict["basket"]), tests.model)))
    ]
    if changed:
        yield context.say("chance.changes", variants=context.comma(changed))
    elif verdict["compared"]:
        yield context.say("chance.holds")
    if verdict["not_compared"]:
        names = str(verdict["not_compared"]).split()
        yield context.say(
            "chance.not_compared", variants=context.comma([words.get(one, one) for one in names])
        )


def _left_out(context: Context, primary: Row) -> Iterator[str]:
    """Each share left out, and sessions that are missing."""
    low, high = real(primary["leave_one_out_min"]), real(primary["leave_one_out_max"])
    if low is not None:
        yield context.say("chance.left_out", low=percent(low), high=percent(high))
    first, last, count = primary["first_day"], primary["last_day"], primary["sessions"]
    assert isinstance(first, int)
    assert isinstance(last, int)
    assert isinstance(count, int)
    if count < last - first + 1:
        yield context.say("chance.sessions", count=count, whole=last - first + 1)


def _limits(context: Context, primary: Row) -> Iterator[str]:
    """How much of the list was at a price limit, and where it stood once none was."""
    weight = real(primary["weight_at_limit"])
    if not weight:
        return
    yield context.say("chance.limit", weight=f"{weight:.0%}")
    day, end = primary["unlimited_day"], primary["last_day"]
    if day is None:
        known = context.rows("event_study", variant="main", basket=primary["basket"])
        last = max(int(str(row["last_day"])) for row in known if row["p"] is not None)
        yield context.say("chance.never_free", day=last)
    elif isinstance(day, int) and isinstance(end, int) and day > end:
        car = percent(real(primary["car_to_unlimited"]))
        yield context.say("chance.carried_on", day=day, car=car)
