"""Sentences on each list's tests: what they allow to be said, how firm it is, what limits it."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.data import Row, TestsInfo
from basketbt.report.views.conclusion import below
from basketbt.report.views.context import Context, real
from basketbt.report.views.numbers import joined, percent, probability_text, unsigned

# Names that the second test needs.
_FEWEST = 4
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
    """What the tests allow to be said of one list."""
    basket = str(verdict["basket"])
    primary, sector = rows["main", basket, tests.model], rows.get(("main", basket, SECTOR_MODEL))
    if primary["p"] is None:
        return context.say("chance.untested", why=context.notes(primary["notes"]))
    parts = [
        context.say(
            "chance.list",
            window=tests.window,
            car=percent(real(primary["car"])),
            verdict=_verdict(context, tests, primary, verdict),
            mde=unsigned(real(primary["mde"])),
        ),
        *_sector(context, sector),
        *_second_test(context, primary, verdict),
        *_variants(context, tests, rows, verdict),
        *_left_out(context, primary),
        *_limits(context, primary),
    ]
    return joined(parts, context.language)


def _verdict(context: Context, tests: TestsInfo, primary: Row, verdict: Row) -> str:
    said = context.say(
        f"chance.verdicts.{verdict['verdict']}",
        tests=context.count("tests", tests.tests),
    )
    if verdict["settled"]:
        return said
    return context.say("chance.unsettled", verdict=said, kp=probability_text(real(primary["kp_p"])))


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
        mde=unsigned(real(sector["mde"])),
    )


def _second_test(context: Context, primary: Row, verdict: Row) -> Iterator[str]:
    kp, names = real(primary["kp_p"]), primary["kp_names"]
    if isinstance(names, int) and names < _FEWEST:
        yield context.say("chance.one_test")
    elif kp is not None and verdict["settled"] and below(kp) != below(primary["p"]):
        yield context.say("chance.disagree", kp=probability_text(kp))


def _variants(context: Context, tests: TestsInfo, rows: Tests, verdict: Row) -> Iterator[str]:
    """The variants under which the answer is another one, and those that could not be compared."""
    market = str(verdict["market_changed"] or "").split()
    sector = str(verdict["sector_changed"] or "").split()
    changed = [one.name for one in tests.variants if one.name in market or one.name in sector]
    said = []
    for name in changed:
        halves = []
        if name in market:
            row = rows[name, str(verdict["basket"]), tests.model]
            halves.append(
                _now(context, f"chance.market_now.{below(row['holm_as_if']):d}", row, "holm_as_if")
            )
        if name in sector:
            row = rows[name, str(verdict["basket"]), SECTOR_MODEL]
            halves.append(_now(context, f"chance.sector_now.{_side(row)}", row, "p"))
        said.append(
            context.say(
                "chance.changed", variant=name, halves=context.say("joint.semicolon").join(halves)
            )
        )
    if said:
        yield context.say("chance.changes", variants=context.comma(said))
    elif verdict["compared"]:
        yield context.say("chance.holds")
    if verdict["not_compared"]:
        names = str(verdict["not_compared"]).split()
        yield context.say("chance.not_compared", variants=context.comma(names))


def _now(context: Context, phrase: str, row: Row, p: str) -> str:
    return context.say(phrase, car=percent(real(row["car"])), p=probability_text(real(row[p])))


def _side(sector: Row) -> int:
    """1 beyond the sector, -1 behind it, 0 where the test cannot tell it from the sector."""
    if not below(sector["p"]):
        return 0
    return 1 if (real(sector["car"]) or 0.0) > 0 else -1


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
