"""A table of each list's tests: what they allow to be said, how firm it is, what limits it."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.data import Row, TestsInfo
from basketbt.report.views.blocks import Cell, Head, TableBlock, change, share, text
from basketbt.report.views.context import Context, real, said
from basketbt.report.views.numbers import NONE, percent, probability_text

SECTOR_MODEL = "market+sector"

#: (variant, basket, model) → row of event_study.csv over the quoted window.
Tests = dict[tuple[str, str, str], Row]


def quoted_rows(context: Context, tests: TestsInfo) -> Tests:
    """The rows of the quoted window, of every variant."""
    return {
        (str(row["variant"]), str(row["basket"]), str(row["model"])): row
        for row in context.rows("event_study", window=tests.window)
    }


def robustness(context: Context, tests: TestsInfo, rows: Tests) -> TableBlock:
    """What the tests allow to be said of each list over the quoted window, and what limits it.

    Without a column for a sector or for variants where the study has none.
    """
    lines = [
        _line(context, tests, rows, verdict)
        for verdict in context.rows("verdicts", window=tests.window)
    ]
    missing = {
        *(["sector"] if not any(model == SECTOR_MODEL for _, _, model in rows) else []),
        *(["changed"] if not tests.variants else []),
    }
    names = [name for name in _COLUMNS if name not in missing]
    return TableBlock(
        caption=context.say("chance.each", window=tests.window),
        heads=(
            Head(context.say("chance.list_column"), number=False),
            *(
                Head(context.say(f"chance.head.{one}"), number=one in ("car", "mde", "limit"))
                for one in names
            ),
        ),
        rows=tuple((name, *(cells[one] for one in names)) for name, cells in lines),
    )


_COLUMNS = ("car", "verdict", "mde", "sector", "changed", "left_out", "limit", "unlimited")


def _line(
    context: Context, tests: TestsInfo, rows: Tests, verdict: Row
) -> tuple[Cell, dict[str, Cell]]:
    basket = str(verdict["basket"])
    primary, sector = rows["main", basket, tests.model], rows.get(("main", basket, SECTOR_MODEL))
    tested = primary["p"] is not None
    changed = context.comma(list(_variants(context, verdict))) if tested else ""
    return context.head(basket), {
        "car": change(primary["car"]),
        "verdict": text(_short(context, verdict)),
        "mde": share(verdict["q1_mde"] if verdict["verdict"] == "chance" else None),
        "sector": text(_sector(sector)),
        "changed": text(changed or NONE),
        "left_out": text(_left_out(primary)),
        "limit": share(primary["weight_at_limit"]),
        "unlimited": text(_unlimited(context, primary) if tested else NONE),
    }


def _short(context: Context, verdict: Row) -> str:
    said = context.say(f"headline.verdicts.{verdict['verdict']}")
    return said + ("*" if verdict["chosen_after"] else "")


def noted(context: Context, tests: TestsInfo, rows: Tests) -> list[tuple[str, str]]:
    """What must be known of single lists: why they are not tested, which sessions are missing."""
    found = []
    for verdict in context.rows("verdicts", window=tests.window):
        basket = str(verdict["basket"])
        primary = rows["main", basket, tests.model]
        told = [context.notes(verdict["notes"]), *_sessions(context, primary)]
        if any(told):
            said = context.say("joint.semicolon").join(filter(None, told))
            found.append((context.called(basket), context.say("chance.sentence", said=said)))
    return found


def _sector(sector: Row | None) -> str:
    """The return beyond market and sector with its plain p."""
    if sector is None or sector["p"] is None:
        return NONE
    return f"{percent(real(sector['car']))} ({probability_text(real(sector['p']))})"


def variant_words(context: Context, tests: TestsInfo) -> dict[str, str]:
    """What each variant changes, by its name."""
    return {one.name: context.comma(said(one.changes, context.language)) for one in tests.variants}


def _variants(context: Context, verdict: Row) -> Iterator[str]:
    """The variants under which the plain test is on the other side of 5 %, and those without it."""
    changed = str(verdict["changed"] or "").split()
    yield from changed
    if not changed and verdict["compared"]:
        yield context.say("chance.holds")
    for name in str(verdict["not_compared"] or "").split():
        yield context.say("chance.not_compared", variant=name)


def _left_out(primary: Row) -> str:
    """The lowest and highest return with one share left out."""
    low, high = real(primary["leave_one_out_min"]), real(primary["leave_one_out_max"])
    return NONE if low is None else f"{percent(low)} … {percent(high)}"


def _sessions(context: Context, primary: Row) -> Iterator[str]:
    """That sessions of the window are missing."""
    first, last, count = primary["first_day"], primary["last_day"], primary["sessions"]
    if isinstance(first, int) and isinstance(last, int) and isinstance(count, int):
        whole = last - first + 1
        if 0 < count < whole:
            yield context.say("chance.sessions", count=count, whole=whole)


def _unlimited(context: Context, primary: Row) -> str:
    """Where a list stood once none of its shares closed at a price limit."""
    if not real(primary["weight_at_limit"]):
        return NONE
    day, end = primary["unlimited_day"], primary["last_day"]
    if day is None:
        known = context.rows("event_study", variant="main", basket=primary["basket"])
        last = max(int(str(row["last_day"])) for row in known if row["p"] is not None)
        return context.say("chance.never_free", day=last)
    if isinstance(day, int) and isinstance(end, int) and day > end:
        car = percent(real(primary["car_to_unlimited"]))
        return context.say("chance.carried_on", day=day, car=car)
    return NONE
