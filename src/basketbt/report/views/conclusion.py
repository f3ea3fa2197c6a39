"""A sentence each on what accounts kept and on chance, for the head of a report."""

from __future__ import annotations

from basketbt.report.data import FamilyInfo, Row
from basketbt.report.views.context import Context, real
from basketbt.report.views.numbers import joined, percent, unsigned


def kept(context: Context) -> str:
    """What the accounts made that bought after publication, a sentence an entry.

    Of the accounts beside the quoted book, each kind of list by itself; composites only where
    nothing else is. Nothing for a study without accounts, or where none of them held anything.
    """
    opened = [row for row in context.account_rows if row["paper_return"] is not None]
    if not opened:
        return ""
    rows = [row for row in context.breadth if row["book"] == "account"]
    if not rows:
        return context.say("conclusion.all_early")
    rows = [row for row in rows if row["list_kind"] != "composite"] or rows
    return joined((_kept(context, row, opened) for row in rows), context.language)


def _kept(context: Context, row: Row, opened: list[Row]) -> str:
    later = [one for one in opened if one["entry"] == row["entry"]]
    later = [one for one in later if one["knowledge"] != "hindsight"]
    lists = [
        one for one in later if context.data.lists[str(one["basket"])].kind == row["list_kind"]
    ]
    partly = any(one["holdable"] != 1 for one in lists)
    return context.say(
        "conclusion.kept_one" if row["lists"] == 1 else "conclusion.kept",
        lists=context.count(f"lists_{row['list_kind']}", int(real(row["lists"]) or 0)),
        entry=context.say(f"conclusion.entries.{row['entry']}"),
        end=row["end_date"],
        value=percent(real(row["median_return"])),
        low=percent(real(row["lowest_return"])),
        high=percent(real(row["highest_return"])),
        rose=row["rose"] or context.say("conclusion.none"),
        count=row["lists"],
        part=context.say("conclusion.of_part") if partly else "",
    )


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


def whole_verdict(context: Context, verdict: Row) -> str:
    """The same, with what could have been seen of a cell that cannot be told from chance."""
    said = context.say(f"conclusion.verdicts.{verdict['verdict']}")
    if verdict["verdict"] == "chance":
        mde = unsigned(real(verdict["q1_mde"]))
        said = context.say("conclusion.could_see", verdict=said, mde=mde)
    return _marked(context, verdict, said)


def _marked(context: Context, verdict: Row, said: str) -> str:
    return context.say("conclusion.chosen_after", verdict=said) if verdict["chosen_after"] else said
