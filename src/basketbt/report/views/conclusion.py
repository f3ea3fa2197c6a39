"""A sentence each on what accounts kept and on chance, for the head of a report."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.data import FamilyInfo, Row
from basketbt.report.views.choices import AFTER_PUBLICATION
from basketbt.report.views.context import Context, real
from basketbt.report.views.numbers import joined, percent, unsigned


def kept(context: Context) -> str:
    """What the accounts made that bought after publication, at each horizon and by the exit.

    Of the accounts beside the quoted book, a sentence for each entry, day p and kind of list;
    composites only where nothing else is. Nothing for a study without accounts, or where none of
    them held anything.
    """
    opened = [row for row in context.account_rows if row["paper_return"] is not None]
    if not opened:
        return ""
    groups = together(context)
    if not groups:
        return context.say("conclusion.all_early")
    told = [rows for rows in groups if rows[0]["list_kind"] != "composite"] or groups
    return joined((_kept(context, rows, opened) for rows in told), context.language)


def together(context: Context) -> list[list[Row]]:
    """Rows of breadth.csv of accounts by entry, day p and kind: horizons in order, then the exit.

    The entry after publication comes first.
    """
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in context.breadth:
        if row["book"] == "account":
            key = tuple(str(row[one]) for one in ("entry", "publication_session", "list_kind"))
            found.setdefault(key, []).append(row)
    groups = [
        sorted(rows, key=lambda row: not str(row["window"]).startswith("[p"))
        for rows in found.values()
    ]
    return sorted(groups, key=lambda rows: rows[0]["entry"] != AFTER_PUBLICATION)


def _kept(context: Context, rows: list[Row], opened: list[Row]) -> str:
    """What accounts of one entry, day p and kind had made at each horizon and by the exit."""
    at_exit = rows[-1]
    members = {
        one.basket
        for one in context.event.members
        if one.session == at_exit["publication_session"]
        and context.data.lists[one.basket].kind == at_exit["list_kind"]
    }
    own = [one for one in opened if one["basket"] in members and one["entry"] == at_exit["entry"]]
    partly = any(one["holdable"] != 1 for one in own)
    known = [row for row in rows if row["lists"]]
    said = context.say(
        "conclusion.kept_one" if at_exit["lists"] == 1 else "conclusion.kept",
        lists=context.count(f"lists_{at_exit['list_kind']}", int(real(at_exit["lists"]) or 0)),
        entry=context.say(f"conclusion.entries.{at_exit['entry']}"),
        each=context.comma([_made_by(context, row, at_exit) for row in known]),
        rose=_gained(context, known),
        part=context.say("conclusion.of_part") if partly else "",
    )
    return joined([said, *_without(context, rows)], context.language)


def _made_by(context: Context, row: Row, at_exit: Row) -> str:
    at = "conclusion.at_exit" if row is at_exit else "publication.at"
    return context.say(
        "conclusion.made",
        value=percent(real(row["median_return"])),
        at=context.say(at, horizon=horizon_of(context, row), end=row["end_date"]),
    )


def _gained(context: Context, rows: list[Row]) -> str:
    """How many accounts stood above their cash at each: ``3, 0 of 4``, or ``3/4, 0/2``."""
    if len({row["lists"] for row in rows}) > 1:
        return context.comma([f"{row['rose']}/{row['lists']}" for row in rows])
    each = context.comma([str(row["rose"]) for row in rows])
    return context.say("conclusion.gained", each=each, count=rows[-1]["lists"])


def _without(context: Context, rows: list[Row]) -> Iterator[str]:
    """The horizons at which no account has a value, by their reason."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if not row["lists"]:
            found.setdefault(context.notes(row["notes"]), []).append(horizon_of(context, row))
    for why, each in found.items():
        yield context.say("conclusion.no_value", horizons=context.comma(each), why=why)


def horizon_of(context: Context, row: Row) -> str:
    """How long a window is: ``5 sessions``."""
    first, last = real(row["first_day"]), real(row["last_day"])
    return context.count("sessions", int((last or 0) - (first or 0)) + 1)


#: The families that a headline speaks of: mapped lists and composites are exploratory.
COUNTED = ("publication", "event")


def cells_of(context: Context, family: str) -> list[Row]:
    """Rows of event_study.csv of a family's cells, list by list."""
    return context.rows("event_study", variant="main", family=family)


def chance_sentence(context: Context) -> str:
    """What the tests say of named lists, from publication and then around the event.

    Nothing without an event study.
    """
    tests = context.event.tests
    if tests is None:
        return ""
    counted = [one for one in tests.families if one.family in COUNTED]
    if not counted:
        return context.say("conclusion.none_named")
    said = [context.say("conclusion.question"), *(_family(context, one) for one in counted)]
    return joined(said, context.language)


def _family(context: Context, family: FamilyInfo) -> str:
    rows = context.rows("verdicts", family=family.family)
    of = {kind: [row for row in rows if row["verdict"] == kind] for kind in _KINDS}
    later = sum(bool(row["chosen_after"]) for row in of["stood_out"])
    found = context.say(
        f"conclusion.families.{family.family}",
        lists=context.count("lists", family.lists),
        windows=context.count("windows", family.windows),
        tests=context.count("tests", family.tests) + _here(context, family, len(rows)),
        stood=len(of["stood_out"]) or context.say("conclusion.none"),
        which=_which(context, of["stood_out"]),
        later=context.say("conclusion.later", count=later) if later else "",
        kind=len(of["moved_with_kind"]) or context.say("conclusion.none"),
        rest=len(of["chance"]) or context.say("conclusion.none"),
        untested=context.say("conclusion.not_tested", count=len(of["untested"]))
        if of["untested"]
        else "",
    )
    least = [mde for row in of["chance"] if (mde := real(row["q1_mde"])) is not None]
    if not least:
        return found
    seen = context.say("conclusion.seen", low=unsigned(min(least)), high=unsigned(max(least)))
    return joined([found, seen], context.language)


def _here(context: Context, family: FamilyInfo, count: int) -> str:
    """How many of a family's cells are of this event, where each list is its own."""
    return context.say("conclusion.here", count=count) if count < family.cells else ""


_KINDS = ("stood_out", "moved_with_kind", "chance", "untested")


def _which(context: Context, rows: list[Row]) -> str:
    """The cells that stood out: list, window, abnormal return."""
    if not rows:
        return ""
    each = [
        context.say(
            "conclusion.cell",
            basket=row["basket"],
            window=row["window"],
            car=percent(real(row["car"])),
        )
        for row in rows
    ]
    return context.say("conclusion.which", cells=context.comma(each))


def short_verdict(context: Context, verdict: Row) -> str:
    """A cell's verdict in a few words."""
    return _marked(context, verdict, context.say(f"conclusion.verdicts.{verdict['verdict']}"))


def _marked(context: Context, verdict: Row, said: str) -> str:
    return context.say("conclusion.chosen_after", verdict=said) if verdict["chosen_after"] else said
