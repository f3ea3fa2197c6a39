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
from basketbt.report.views.context import Context, real
from basketbt.report.views.numbers import joined, unsigned
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
    """Each list over each window of a family: what it did, both questions, the verdict.

    From publication on also what the study follows without counting it as a test.
    """
    verdicts = {(row["basket"], row["window"]): row for row in context.rows("verdicts")}
    followed = family.family == "publication" and bool(context.summary)
    made = [context.say("family.made")] if followed else []
    heads = [
        Head(context.say("chance.list_column"), number=False),
        Head(context.say("family.window"), number=False),
        *map(Head, [*made, *context.say("family.columns").split("|")]),
        Head(context.say("chance.verdict"), number=False),
        *(Head(head, screen=True) for head in context.say("family.more_columns").split("|")),
    ]
    rows = []
    for row in _followed(context, tests, family) if followed else cells_of(context, family.family):
        name = context.head(row["basket"], context.notes(row["notes"]))
        verdict = verdicts.get((row["basket"], row["window"]))
        answer = text(context.say("family.not_counted"))
        if verdict is not None:
            answer = text(short_verdict(context, verdict), title=context.notes(verdict["notes"]))
        own = [change(row["made"])] if followed else []
        window = text(window_words(context, row))
        rows.append((name, window, *own, *_numbers(row), answer, *_more(row)))
    caption = context.say(f"family.caption.{family.family}", model=context.choice(tests.model))
    return TableBlock(caption=caption, heads=tuple(heads), rows=tuple(rows))


def _followed(context: Context, tests: TestsInfo, family: FamilyInfo) -> list[Row]:
    """The cells of the lists of a family at every horizon, with the return that each ``made``."""
    lists = dict.fromkeys(row["basket"] for row in cells_of(context, family.family))
    after = {
        (basket, row["first_day"], row["last_day"]): row["total_return"]
        for (basket, label), row in context.summary.items()
        if label == "available" or label.startswith("[p")
    }
    rows = context.rows("event_study", variant="main", model=tests.model)
    found = []
    for basket in lists:
        for row in rows:
            key = (str(basket), row["first_day"], row["last_day"])
            if row["basket"] == basket and (row["family"] == family.family or key in after):
                found.append({**row, "made": after.get(key)})
    return found


def _numbers(row: Row) -> list[Cell]:
    return [
        change(row["car"]),
        change(row["q2_expected"]),
        _rated(row),
        probability(row["q1_holm_p"]),
        probability(row["q2_p"]),
        probability(row["q2_holm_p"]),
        share(row["q1_mde"]),
    ]


def _rated(row: Row) -> Cell:
    """Q1's p, with how often the test rejects at 5 % on placebo dates of these prices."""
    rate = real(row["q1_rate"])
    cell = probability(row["q1_p"])
    return cell if rate is None else replace(cell, aside=f"({unsigned(rate)})")


def _more(row: Row) -> list[Cell]:
    return [
        probability(row["p"]),
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
    if "made" not in row or not (isinstance(first, int) and isinstance(last, int)):
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
