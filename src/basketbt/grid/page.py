"""report.html of a grid: where the published results stand, the curve, which choice moves it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import isnan
from typing import Any

import numpy as np

from basketbt.grid import words
from basketbt.grid.choices import grid_of
from basketbt.grid.curve import ChoiceValue, Results, Standing, curve_order
from basketbt.grid.figure import densities, drawn_values
from basketbt.grid.planner import GridPlan
from basketbt.notes import Language
from basketbt.report.render.html import page
from basketbt.report.views.blocks import (
    Block,
    Cell,
    Chapter,
    Chart,
    Code,
    Document,
    Fold,
    Head,
    Prose,
    Section,
    TableBlock,
    bullets,
    change,
    number,
    share,
    text,
)
from basketbt.report.views.choices import choice_words
from basketbt.report.views.context import UNTIL_READ
from basketbt.report.views.phrases import PRICES, Phrase, percent
from basketbt.study import versions

PAGE = "report.html"

# Points of the curve: more could not be told apart on a screen.
_POINTS = 600

_LINE = Phrase(
    "{study} · grid {id} · {count:,} variants of lists, measured by {measure}",
    "{study} · 网格{id} · 名单变体{count:,}个，指标{measure}",
)
_RANGES = Phrase(
    "Published result of each list among its variants", "各名单本研究结果在其变体中的位置"
)
_RANGES_HOW = Phrase(
    "How to read: the pale bar holds nine variants in ten, the dark one the middle half, the tick "
    "is the median, the dot what was published. A dot at the end of its bar is a result that most "
    "other defensible choices would not have given.",
    "读法：浅色条含九成变体，深色条为中间一半，竖线为中位数，圆点为本研究结果。圆点位于条的一端，"
    "即多数其他合理选择得不出该结果。",
)
_RANGES_SEEN = Phrase(
    "First shown: {window}. Highest published result: {basket}, {value} (median of its variants "
    "{median}).",
    "首先所示：{window}。本研究结果最高者：{basket}，{value}（其变体中位数{median}）。",
)
_STANDING_CAPTION = Phrase(
    "Each published result among the variants of its list and window",
    "各本研究结果在同一名单、同一窗口变体中的位置",
)
_STANDING_HEADS = Phrase(
    "List|Window|Published|5 %|25 %|Median|75 %|95 %|Below|Same sign|Above random|Random shares",
    "名单|窗口|本研究|5%|25%|中位数|75%|95%|低于|同号|高于随机|随机成分数",
)
_STANDING_HOW = Phrase(
    "Below: share of variants with a smaller result, ties counted half. Same sign: share on the "
    "published side of zero. Above random: share of random baskets with a smaller result; random "
    "shares: how many shares these hold, the drawn size next to the list's.",
    "低于：结果更小的变体比例（相等计一半）。同号：与本研究结果同号的比例。高于随机：随机组合中结果更小的"
    "比例；随机成分数：这些随机组合的成分数，取抽取规模中与名单最接近者。",
)
_CURVE_TITLE = Phrase("Specification curve", "规格曲线")
_CURVE = Phrase(
    "All {count:,} variants in order of {measure}, and the choices behind them",
    "全部{count:,}个变体按{measure}排序，及其选择",
)
_CURVE_HOW = Phrase(
    "How to read: above, every variant from the smallest result to the largest, dots are what was "
    "published. Below, the darker a cell the more of the variants at that place made the choice; a "
    "row that is dark at one end only is a choice that moves the answer.",
    "读法：上图为全部变体自小到大，圆点为本研究结果。下图颜色越深，该处变体中作此选择的比例越高；"
    "仅一端深的行即影响结论的选择。",
)
_CURVE_SEEN = Phrase(
    "From {low} to {high}; {positive:.0%} of the variants are above zero.",
    "自{low}至{high}；{positive:.0%}的变体为正。",
)
_MOVES_CAPTION = Phrase("Choices, the one that moves most first", "各选择，影响最大者在前")
_MOVES_HEADS = Phrase("Choice|Moves|Values", "选择|影响|取值数")
_VALUES_CAPTION = Phrase(
    "{choice}: distance of its variants from the median of their list and window",
    "{choice}：其变体与同一名单、窗口中位数之差",
)
_VALUES_HEADS = Phrase(
    "Value|Variants|5 %|25 %|Median|75 %|95 %|Above 0", "取值|变体数|5%|25%|中位数|75%|95%|为正"
)
_AGAIN = Phrase("Do it again", "复现")
_AGAIN_TEXT = Phrase(
    "Save the study as {study}.yaml and run the command with the same prices: the grid must be "
    "called {id} and give the same bytes.",
    "将研究存为{study}.yaml，以相同行情运行下列命令：网格编号须为{id}，输出逐字节相同。",
)
_COMMAND = Phrase("Command", "命令")
_STUDY = Phrase("Study file, with every default", "研究文件（含全部默认值）")
_VERSIONS = Phrase("Versions", "版本")
_PUBLISHED = Phrase("published", "本研究")
_MEDIAN = Phrase("median", "中位数")


def grid_page(
    plan: GridPlan,
    results: Results,
    values: tuple[ChoiceValue, ...],
    stands: tuple[Standing, ...],
) -> bytes:
    """The page's bytes, in the study's language: the same for the same grid."""
    config = plan.study.config
    language = config.language
    measure = words.measure_name(plan, language)
    notes = [note.text(language) for note in plan.notes]
    parts: list[tuple[str, Phrase, list[Block]]] = [
        ("standing", words.STANDING_TITLE, _standing(plan, stands)),
        ("curve", _CURVE_TITLE, _curve(plan, results, measure)),
        ("moves", words.MOVES_TITLE, _moves(values, language)),
        ("notes", words.NOTES, [bullets(notes)] if notes else []),
        ("again", _AGAIN, _again(plan)),
    ]
    chapter = Chapter(
        "grid",
        config.heading(language),
        tuple(
            Section(anchor, title.say(language), tuple(blocks))
            for anchor, title, blocks in parts
            if blocks
        ),
    )
    return page(
        Document(
            title=words.TITLE.say(language, title=config.heading(language)),
            line=_LINE.say(
                language,
                study=config.study,
                id=plan.job.id,
                count=len(results.value),
                measure=measure,
            ),
            prices=PRICES.say(language, said=plan.prices.text(language)),
            language=language,
            colours=config.colours or ("cn" if language == "zh" else "intl"),
            chapters=(chapter,),
        )
    )


def _stage(plan: GridPlan) -> dict[str, str]:
    """What every chart of the page must say inside itself."""
    language = plan.study.config.language
    return {
        "note": UNTIL_READ.say(language, session=plan.reader),
    }


def _standing(plan: GridPlan, stands: tuple[Standing, ...]) -> list[Block]:
    if not stands:
        return []
    language = plan.study.config.language
    heads = _STANDING_HEADS.say(language).split("|")
    grid = TableBlock(
        caption=_STANDING_CAPTION.say(language),
        heads=tuple(Head(head, number=place > 1) for place, head in enumerate(heads)),
        rows=tuple(_standing_row(one) for one in stands),
    )
    return [
        Prose(text=words.agreement(stands, language), kind="lead"),
        _ranges(plan, stands),
        Fold(
            title=_STANDING_CAPTION.say(language),
            blocks=(grid, Prose(text=_STANDING_HOW.say(language), kind="fine")),
        ),
    ]


def _standing_row(one: Standing) -> tuple[Cell, ...]:
    return (
        text(one.basket),
        text(one.window),
        change(one.value),
        *map(change, one.quantiles),
        share(one.below),
        share(one.same_sign),
        share(one.below_random),
        number(one.random_size),
    )


def _ranges(plan: GridPlan, stands: tuple[Standing, ...]) -> Chart:
    """A line a list, a window at a time."""
    language = plan.study.config.language
    sets: dict[str, list[dict[str, Any]]] = {}
    for one in stands:
        line = {"label": one.basket, "published": one.value, "at": one.quantiles}
        sets.setdefault(one.window, []).append(line)
    window = next(iter(sets))
    best = max((one for one in stands if one.window == window), key=lambda one: one.value)
    return Chart(
        id="standing-chart",
        caption=_RANGES.say(language),
        alt=_RANGES_SEEN.say(
            language,
            window=window,
            basket=best.basket,
            value=percent(best.value),
            median=percent(best.quantiles[2]),
        ),
        how=_RANGES_HOW.say(language),
        choices=tuple((name, name) for name in sets),
        data={
            "kind": "ranges",
            "words": {"median": _MEDIAN.say(language), "published": _PUBLISHED.say(language)},
            "sets": sets,
            **_stage(plan),
        },
    )


def _curve(plan: GridPlan, results: Results, measure: str) -> list[Block]:
    if not len(results.value):
        return []
    language = plan.study.config.language
    order = curve_order(results)
    value = results.value[order]
    places = ((np.arange(min(_POINTS, len(value))) + 0.5) / min(_POINTS, len(value))) * len(value)
    rows = drawn_values(results)
    published = [
        {
            "x": round((place + 0.5) / len(value), 6),
            "y": float(value[place]),
            "label": f"{results.label('basket', row)} {results.label('window', row)}",
        }
        for place in np.flatnonzero(results.published[order]).tolist()
        for row in [int(order[place])]
    ]
    lines = [
        words.choice_name(choice, language)
        + ": "
        + choice_words(results.labels[choice][code], language)
        for choice, code in rows
    ]
    return [
        Chart(
            id="curve-chart",
            caption=_CURVE.say(language, count=len(value), measure=measure),
            alt=_CURVE_SEEN.say(
                language,
                low=percent(float(value[0])),
                high=percent(float(value[-1])),
                positive=float((value > 0).mean()),
            ),
            how=_CURVE_HOW.say(language),
            data={
                "kind": "curve",
                "y": value[places.astype(np.int64)].tolist(),
                "published": published,
                "rows": lines,
                "shares": np.round(densities(results, order, rows), 3).tolist(),
                **_stage(plan),
            },
        )
    ]


def _moves(values: tuple[ChoiceValue, ...], language: Language) -> list[Block]:
    """The choices in the order of what they move, each with its values behind a line."""
    if not values:
        return [Prose(text=words.NOTHING.say(language))]
    choices = [list(members) for _, members in groupby(values, key=lambda one: one.choice)]
    rows = tuple(
        (
            text(words.choice_name(members[0].choice, language)),
            share(members[0].moved),
            number(len(members)),
        )
        for members in choices
    )
    grid = TableBlock(
        caption=_MOVES_CAPTION.say(language), heads=_heads(_MOVES_HEADS, language), rows=rows
    )
    return [
        Prose(text=words.strongest(values, language), kind="lead"),
        grid,
        *(_values(members, language) for members in choices),
    ]


def _values(members: Sequence[ChoiceValue], language: Language) -> Fold:
    choice = words.choice_name(members[0].choice, language)
    grid = TableBlock(
        caption=_VALUES_CAPTION.say(language, choice=choice),
        heads=_heads(_VALUES_HEADS, language),
        rows=tuple(
            (
                text(choice_words(one.label, language)),
                number(one.count),
                *map(change, one.shifts),
                share(None if isnan(one.positive) else one.positive),
            )
            for one in members
        ),
    )
    return Fold(title=choice, blocks=(grid,), aside=percent(members[0].moved).lstrip("+"))


def _heads(words: Phrase, language: Language) -> tuple[Head, ...]:
    """The first column holds names, the others numbers."""
    return tuple(
        Head(head, number=place > 0) for place, head in enumerate(words.say(language).split("|"))
    )


def _again(plan: GridPlan) -> list[Block]:
    import json

    import yaml

    config = plan.study.config
    language = config.language
    content = json.loads(config.canonical()) | {
        "grid": json.loads(grid_of(config).model_dump_json(exclude_defaults=True))
    }
    study = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=96)
    return [
        Prose(text=_AGAIN_TEXT.say(language, study=config.study, id=plan.job.id)),
        Code(
            label=_COMMAND.say(language),
            text=f"basketbt grid {config.study}.yaml --source files:FOLDER",
        ),
        Code(
            label=_VERSIONS.say(language),
            text="\n".join(f"{name:<9} {value}" for name, value in versions()),
        ),
        Code(label=_STUDY.say(language), text=study),
    ]
