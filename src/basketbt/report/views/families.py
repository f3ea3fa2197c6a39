"""The tests as tables, a family each: named lists from publication, around the event, the rest."""

from __future__ import annotations

from dataclasses import replace

from basketbt.report.data import FamilyInfo, Row, TestsInfo
from basketbt.report.views.blocks import (
    Block,
    Cell,
    Fold,
    Head,
    Prose,
    TableBlock,
    change,
    number,
    probability,
    share,
    text,
)
from basketbt.report.views.conclusion import cells_of, short_verdict
from basketbt.report.views.context import Context
from basketbt.report.views.numbers import joined
from basketbt.results import SIGNIFICANT


def family_blocks(context: Context, tests: TestsInfo) -> list[Block]:
    """A table a family, in their order; what is exploratory is folded away."""
    blocks: list[Block] = []
    for family in tests.families:
        own: list[Block] = [
            Prose(text=_counted(context, family)),
            family_table(context, tests, family),
        ]
        if family.family == "exploratory":
            title = context.say("family.exploratory")
            own = [Fold(title=title, blocks=tuple(own))]
        blocks += own
    return blocks


def _counted(context: Context, family: FamilyInfo) -> str:
    words = {
        "tests": context.count("tests", family.tests),
        "lists": context.count("lists", family.lists),
        "windows": context.count("windows", family.windows),
        "alone": family.tests * SIGNIFICANT,
    }
    said = context.say(f"family.counted.{family.family}", **words)
    lost = family.cells - family.tests
    missing = context.say("family.missing", count=lost, all=family.cells) if lost else ""
    return joined([said, missing], context.language)


def family_table(context: Context, tests: TestsInfo, family: FamilyInfo) -> TableBlock:
    """Each list over each window of a family: what it did, both questions, the verdict."""
    verdicts = {(row["basket"], row["window"]): row for row in context.rows("verdicts")}
    heads = [
        Head(context.say("chance.list_column"), number=False),
        Head(context.say("family.window"), number=False),
        *map(Head, context.say("family.columns").split("|")),
        Head(context.say("chance.verdict"), number=False),
        *(Head(head, screen=True) for head in context.say("family.more_columns").split("|")),
    ]
    rows = []
    for row in cells_of(context, family.family):
        verdict = verdicts[row["basket"], row["window"]]
        name = context.head(row["basket"], context.notes(row["notes"]))
        answer = text(short_verdict(context, verdict), title=context.notes(verdict["notes"]))
        rows.append((name, text(window_words(context, row)), *_numbers(row), answer, *_more(row)))
    caption = context.say(f"family.caption.{family.family}", model=context.choice(tests.model))
    return TableBlock(caption=caption, heads=tuple(heads), rows=tuple(rows))


def _numbers(row: Row) -> list[Cell]:
    return [
        change(row["car"]),
        change(row["q2_expected"]),
        probability(row["p"]),
        probability(row["q1_p"]),
        share(row["q1_rate"]),
        probability(row["q1_holm_p"]),
        probability(row["q2_p"]),
        probability(row["q2_holm_p"]),
        share(row["q1_mde"]),
    ]


def _more(row: Row) -> list[Cell]:
    return [
        number(row["variance_ratio"], 2),
        number(row["q2_pool"]),
        probability(row["q2_nearest_p"]),
        probability(row["romano_wolf_p"]),
        probability(row["kp_p"]),
        placebo_p(row),
        change(row["leave_one_out_min"]),
        change(row["leave_one_out_max"]),
        share(row["weight_at_limit"]),
        change(row["bhar"]),
    ]


def window_words(context: Context, row: Row) -> str:
    """A window's days; of one that begins at publication also how many sessions it has."""
    first, last = row["first_day"], row["last_day"]
    if row["family"] != "publication" or not (isinstance(first, int) and isinstance(last, int)):
        return str(row["window"])
    return context.say(
        "family.horizon", sessions=context.count("sessions", last - first + 1), window=row["window"]
    )


def placebo_p(row: Row) -> Cell:
    """A placebo p no finer than its dates can tell: ``≤0.055``, ``0.21``."""
    p, finest = row["placebo_p"], row["placebo_resolution"]
    cell = probability(p)
    if not (isinstance(p, float) and isinstance(finest, float)):
        return cell
    return replace(cell, text=f"≤{finest:.3f}" if p <= finest else f"{p:.2f}", strong=False)
