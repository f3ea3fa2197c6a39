"""A sentence each on what accounts kept and on chance, for the head of a report."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.data import Row
from basketbt.report.views.context import Context, real, said
from basketbt.report.views.numbers import joined, percent
from basketbt.results import SIGNIFICANT


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


def chance_sentence(context: Context) -> str:
    """How many lists moved by more than chance, and under which variants fewer do.

    Nothing without an event study.
    """
    tests = context.event.tests
    if tests is None:
        return ""
    tested = [row for row in context.rows("verdicts") if row["tested"]]
    found = [row for row in tested if significant(row)]
    firm = [row for row in found if row["settled"]]
    unsettled = len(found) - len(firm)
    beyond = ""
    if any(row["verdict"] != "sector_unknown" for row in firm):
        beyond = context.say(
            "conclusion.beyond", count=sum(row["verdict"] == "both" for row in firm)
        )
    sentence = context.say(
        "conclusion.chance",
        window=tests.window,
        lists=context.count("lists", len(tested)),
        tests=context.count("tests", tests.tests),
        firm=len(firm) or context.say("conclusion.none"),
        beyond=beyond,
        unsettled=context.say("conclusion.open", count=unsettled) if unsettled else "",
        rest=len(tested) - len(found),
    )
    each = list(_fewer(context, found))
    if not each:
        return sentence
    fewer = context.say(
        "conclusion.fewer", found=len(found), each=context.say("joint.semicolon").join(each)
    )
    return joined([sentence, fewer], context.language)


def significant(verdict: Row) -> bool:
    """Whether a verdict is significant against the market as one series, all tests counted."""
    return verdict["verdict"] in ("both", "market_only", "behind_sector", "sector_unknown")


def _fewer(context: Context, found: list[Row]) -> Iterator[str]:
    """Each variant under which a list is lost, with how many are left."""
    assert context.event.tests is not None
    for one in context.event.tests.variants:
        lost = sum(one.name in str(row["market_changed"] or "").split() for row in found)
        if lost:
            what = context.comma(said(one.changes, context.language))
            yield context.say(
                "conclusion.under", kept=len(found) - lost, variant=one.name, what=what
            )


def short_verdict(context: Context, verdict: Row) -> str:
    """A list's verdict in a few words."""
    if not verdict["tested"]:
        return context.say("conclusion.untested")
    if not verdict["settled"]:
        return context.say("conclusion.unsettled")
    return context.say(f"conclusion.short.{verdict['verdict']}")


def below(p: object) -> bool:
    """Whether a p-value is significant; one that does not exist is not."""
    return isinstance(p, float) and p < SIGNIFICANT
