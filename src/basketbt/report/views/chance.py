"""Is it more than chance? The event study of the lists: tables, sentences, paths.

Words follow the tests and never go beyond them: "consistent with", and what could have been seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from basketbt.report.data import Row, TestsInfo
from basketbt.report.model import Value
from basketbt.report.views.backdrop import backdrop
from basketbt.report.views.blocks import (
    Block,
    Bullets,
    Cell,
    Chart,
    Fold,
    Prose,
    TableBlock,
    bullets,
    probability,
)
from basketbt.report.views.conclusion import chance_sentence
from basketbt.report.views.context import Context, View, real, said
from basketbt.report.views.families import family_blocks
from basketbt.report.views.numbers import NONE, joined, percent
from basketbt.report.views.verdicts import Tests, noted, quoted_rows, robustness, variant_words
from basketbt.report.views.windows import heat_table


def _build(context: Context) -> list[Block]:
    tests = context.event.tests
    if tests is None:
        return []
    rows = quoted_rows(context, tests)
    models = list(dict.fromkeys(model for variant, _, model in rows if variant == "main"))
    return [
        Prose(text=chance_sentence(context), kind="lead"),
        *(Prose(text=one, kind="warning") for one in _others(context, tests)),
        Prose(text=_introduction(context, tests)),
        *family_blocks(context, tests),
        Prose(text=context.say("chance.how"), kind="hint"),
        robustness(context, tests, rows),
        Prose(text=context.say("chance.each_how"), kind="fine"),
        *([Bullets(items=tuple(notes))] if (notes := noted(context, tests, rows)) else []),
        *_variant_words(context, tests),
        *_paths(context, tests),
        *(_every_window(context, tests, model) for model in models[:1]),
        *_other_models(context, tests, models),
        *_variant_table(context, tests),
        Prose(text=joined(_small_print(context, tests, rows), context.language), kind="fine"),
        *_warnings(context, tests),
    ]


def _others(context: Context, tests: TestsInfo) -> list[str]:
    """What else happened inside the window that is quoted, each a sentence of its own."""
    return [
        context.say("chance.sentence", said=one[:1].upper() + one[1:])
        for one in said(tests.others, context.language)
    ]


def _introduction(context: Context, tests: TestsInfo) -> str:
    introduction = context.say(
        "chance.intro",
        market=tests.market.say(context.language),
        matched=f"{tests.matched:,}",
        nearest=tests.nearest,
    )
    if tests.wanted is None:
        return introduction
    instead = context.say("chance.instead", wanted=tests.wanted, window=tests.window)
    return joined([introduction, instead], context.language)


def _every_window(context: Context, tests: TestsInfo, model: str) -> TableBlock:
    """Lists down, windows around the event across: CAR and plain p.

    Windows with ° are shown and not tested; those from publication on have a table of their own.
    """
    later = {member.offset for member in context.event.members if member.offset > 0}
    rows = [
        row
        for row in context.rows("event_study", variant="main", model=model)
        if row["first_day"] not in later
    ]
    counted = {str(row["window"]) for row in rows if row["family"]}
    windows = dict.fromkeys(str(row["window"]) for row in rows)
    return _car_table(
        context,
        rows,
        columns={name: name + ("" if not counted or name in counted else "°") for name in windows},
        by="window",
        caption=context.say("chance.caption", model=context.choice(model)),
        picture=f"windows-{context.stem}" if model == tests.model else "",
    )


def _other_models(context: Context, tests: TestsInfo, models: list[str]) -> list[Block]:
    return [
        Fold(
            title=context.say("chance.other_model", model=context.choice(model)),
            blocks=(_every_window(context, tests, model),),
        )
        for model in models
        if model != tests.model
    ]


def _variant_words(context: Context, tests: TestsInfo) -> list[Block]:
    """What each variant changes."""
    if not tests.variants:
        return []
    each = [
        context.say("chance.variant", name=name, what=what)
        for name, what in variant_words(context, tests).items()
    ]
    return [
        Prose(text=context.say("chance.variants", all=context.say("joint.semicolon").join(each)))
    ]


def _variant_table(context: Context, tests: TestsInfo) -> list[Block]:
    rows = context.rows("event_study", model=tests.model, window=tests.window)
    names = list(dict.fromkeys(str(row["variant"]) for row in rows))
    if len(names) < 2:
        return []
    caption = context.say("chance.caption_variants", window=tests.window)
    words = variant_words(context, tests)
    table = _car_table(
        context,
        rows,
        columns={name: words.get(name, context.choice(name)) for name in names},
        by="variant",
        caption=caption,
    )
    return [Fold(title=context.say("chance.what_if"), blocks=(table,))]


def _car_table(
    context: Context,
    rows: list[Row],
    *,
    columns: dict[str, str],
    by: str,
    caption: str,
    picture: str = "",
) -> TableBlock:
    """CARs with a p-value in brackets, on the ground of their size; ``columns`` key → heading."""
    found = {(row["basket"], str(row[by])): row for row in rows}
    values: list[list[Value]] = [
        [found[basket, key]["car"] if (basket, key) in found else None for key in columns]
        for basket in context.event.baskets
    ]
    table = heat_table(
        caption=caption,
        corner=context.say("chance.list_column"),
        heads=list(columns.values()),
        names=[context.head(basket) for basket in context.event.baskets],
        values=values,
        picture=picture,
        note=context.hindsight,
    )
    lines = []
    for basket, line in zip(context.event.baskets, table.rows, strict=True):
        own = [found.get((basket, key)) for key in columns]
        cells = (_bracketed(cell, row) for cell, row in zip(line[1:], own, strict=True))
        lines.append((line[0], *cells))
    return replace(table, rows=tuple(lines))


def _bracketed(cell: Cell, row: Row | None) -> Cell:
    """A CAR with its plain p."""
    if row is None or row["p"] is None:
        return cell
    return replace(cell, aside=f"({probability(row['p']).text})")


def _paths(context: Context, tests: TestsInfo) -> list[Block]:
    paths: dict[str, list[Row]] = {}
    for row in context.rows("car_paths", variant="main", model=tests.model):
        paths.setdefault(str(row["basket"]), []).append(row)
    if not paths:
        return []
    first = next(iter(paths.values()))
    dates = tuple(str(row["date"]) for row in first)
    days = tuple(row["day"] for row in first if isinstance(row["day"], int))
    series: list[dict[str, Any]] = [
        {
            "label": context.called(basket),
            "panel": context.called(basket),
            "hue": 0,
            "y": [row["car"] for row in rows],
            "low": [row["band_low"] for row in rows],
            "high": [row["band_high"] for row in rows],
        }
        for basket, rows in paths.items()
    ]
    caption = context.say("chance.paths", first=days[0], model=context.choice(tests.model))
    return [
        Chart(
            id=f"car-{context.index}",
            caption=caption,
            alt=_seen(context, paths, dates),
            how=context.say("chance.paths_how"),
            picture=f"car-{context.stem}",
            data={
                **backdrop(context, dates, days),
                "unit": "decimal",
                "others": context.say("levels.others"),
                "series": series,
            },
        )
    ]


def _seen(context: Context, paths: dict[str, list[Row]], dates: tuple[str, ...]) -> str:
    """Where the paths end."""
    ends = [(car, name) for name, r in paths.items() if (car := real(r[-1]["car"])) is not None]
    (top, best), (bottom, worst) = (max(ends), min(ends)) if ends else ((None, ""), (None, ""))
    return context.say(
        "chance.paths_alt",
        count=len(paths),
        first=dates[0],
        last=dates[-1],
        best=context.called(best) if best else NONE,
        best_car=percent(top),
        worst=context.called(worst) if worst else NONE,
        worst_car=percent(bottom),
    )


def _small_print(context: Context, tests: TestsInfo, rows: Tests) -> Iterator[str]:
    main = [rows["main", basket, tests.model] for basket in context.event.baskets]
    yield from _placebo_words(context, tests, [row for row in main if row["p"] is not None])
    yield context.say("chance.force")


def _placebo_words(context: Context, tests: TestsInfo, tested: list[Row]) -> Iterator[str]:
    if not tested:
        return
    first, last = tested[0]["first_day"], tested[0]["last_day"]
    assert isinstance(first, int)
    assert isinstance(last, int)
    if last - first + 1 > tests.placebo_longest:
        yield context.say("chance.placebo_too_long", most=tests.placebo_longest)
        return
    usable = [row for row in tested if row["placebo_p"] is not None]
    if usable:
        finest = max(real(row["placebo_resolution"]) or 0.0 for row in usable)
        yield context.say("chance.placebo", dates=_range(usable), resolution=f"{finest:.3f}")
    else:
        yield context.say("chance.no_placebo", dates=_range(tested))
    if min(_dates(tested)) < tests.placebo_wanted:
        yield context.say(
            "chance.placebo_needs", wanted=tests.placebo_wanted, date=tests.placebo_from
        )


def _dates(rows: list[Row]) -> list[int]:
    return [count for row in rows if isinstance(count := row["placebo_dates"], int)]


def _range(rows: list[Row]) -> str:
    """How many placebo dates there are: ``109``, or ``93–110`` where lists differ."""
    numbers = _dates(rows)
    return str(min(numbers)) + (f"–{max(numbers)}" if max(numbers) > min(numbers) else "")


def _warnings(context: Context, tests: TestsInfo) -> list[Block]:
    notes = [note for note in tests.notes if note.kind.severity != "info"]
    return [bullets(said(tuple(notes), context.language))] if notes else []


VIEW = View(id="chance", title="chance.title", needs=("event_study", "verdicts"), build=_build)
