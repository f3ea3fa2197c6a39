"""report.html of a grid: where the published results stand, the curve, which choice moves it."""

from __future__ import annotations

from typing import Any

from basketbt.grid import words
from basketbt.grid.curve import Standing, VariedChoice
from basketbt.grid.sweep_report import SweepReport
from basketbt.notes import Language
from basketbt.report.choices import choice_words
from basketbt.report.page.blocks import (
    Block,
    Bullets,
    Cell,
    Chart,
    Code,
    Fold,
    Grid,
    Head,
    Prose,
    change,
    number,
    share,
    text,
)
from basketbt.report.page.build import Chapter, Front, Part, assemble
from basketbt.report.page.scene import UNTIL_READ
from basketbt.report.phrases import PRICES, Phrase, percent

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


def grid_page(report: SweepReport) -> bytes:
    """The page's bytes, in the study's language: the same for the same grid."""
    config = report.config
    language = config.language
    measure = words.measure_name(report, language)
    front = Front(
        title=words.TITLE.say(language, title=config.heading(language)),
        line=_LINE.say(
            language,
            study=config.study,
            id=report.id,
            count=len(report.curve.values),
            measure=measure,
        ),
        prices=PRICES.say(language, said=report.prices.text(language)),
        language=language,
        colours=config.colours or ("cn" if language == "zh" else "intl"),
    )
    notes = [note.text(language) for note in report.notes]
    parts: list[tuple[str, Phrase, list[Block]]] = [
        ("standing", words.STANDING_TITLE, _standing(report)),
        ("curve", _CURVE_TITLE, _curve(report, measure)),
        ("moves", words.MOVES_TITLE, _moves(report)),
        ("notes", words.NOTES, [Bullets(items=tuple(notes))] if notes else []),
        ("again", _AGAIN, _again(report)),
    ]
    chapter = Chapter(
        "grid",
        config.heading(language),
        [Part(anchor, title.say(language), blocks) for anchor, title, blocks in parts if blocks],
    )
    return assemble(front, [chapter])


def _stage(report: SweepReport) -> dict[str, str]:
    """What every chart of the page must say inside itself."""
    return {"note": UNTIL_READ.say(report.config.language, session=report.reader)}


def _standing(report: SweepReport) -> list[Block]:
    if report.agreement is None:
        return []
    language = report.config.language
    heads = _STANDING_HEADS.say(language).split("|")
    grid = Grid(
        caption=_STANDING_CAPTION.say(language),
        heads=tuple(Head(head, number=place > 1) for place, head in enumerate(heads)),
        rows=tuple(_standing_row(one) for one in report.standings),
    )
    return [
        Prose(text=words.agreement(report.agreement, language), kind="lead"),
        _ranges(report),
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


def _ranges(report: SweepReport) -> Chart:
    """A line a list, a window at a time."""
    language = report.config.language
    sets: dict[str, list[dict[str, Any]]] = {}
    for one in report.standings:
        line = {"label": one.basket, "published": one.value, "at": one.quantiles}
        sets.setdefault(one.window, []).append(line)
    best = report.highest
    assert best is not None
    return Chart(
        id="standing-chart",
        caption=_RANGES.say(language),
        alt=_RANGES_SEEN.say(
            language,
            window=best.window,
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
            **_stage(report),
        },
    )


def _curve(report: SweepReport, measure: str) -> list[Block]:
    curve, language = report.curve, report.config.language
    count = len(curve.values)
    if not count:
        return []
    published = [
        {
            "x": round((point.place + 0.5) / count, 6),
            "y": point.value,
            "label": f"{point.basket} {point.window}",
        }
        for point in curve.published
    ]
    lines = [
        f"{words.choice_name(choice, language)}: {choice_words(label, language)}"
        for choice, label in curve.rows
    ]
    return [
        Chart(
            id="curve-chart",
            caption=_CURVE.say(language, count=count, measure=measure),
            alt=_CURVE_SEEN.say(
                language,
                low=percent(float(curve.values[0])),
                high=percent(float(curve.values[-1])),
                positive=curve.positive,
            ),
            how=_CURVE_HOW.say(language),
            data={
                "kind": "curve",
                "y": curve.sampled(_POINTS).tolist(),
                "published": published,
                "rows": lines,
                "shares": curve.densities.round(3).tolist(),
                **_stage(report),
            },
        )
    ]


def _moves(report: SweepReport) -> list[Block]:
    """The choices in the order of what they move, each with its values behind a line."""
    language, choices = report.config.language, report.choices
    if not choices:
        return [Prose(text=words.NOTHING.say(language))]
    rows = tuple(
        (text(words.choice_name(one.choice, language)), share(one.moved), number(len(one.values)))
        for one in choices
    )
    grid = Grid(
        caption=_MOVES_CAPTION.say(language), heads=_heads(_MOVES_HEADS, language), rows=rows
    )
    return [
        Prose(text=words.strongest(choices[0], language), kind="lead"),
        grid,
        *(_values(choice, language) for choice in choices),
    ]


def _values(choice: VariedChoice, language: Language) -> Fold:
    name = words.choice_name(choice.choice, language)
    grid = Grid(
        caption=_VALUES_CAPTION.say(language, choice=name),
        heads=_heads(_VALUES_HEADS, language),
        rows=tuple(
            (
                text(choice_words(one.label, language)),
                number(one.variants),
                *map(change, one.shifts),
                share(one.positive),
            )
            for one in choice.values
        ),
    )
    return Fold(title=name, blocks=(grid,), aside=percent(choice.moved).lstrip("+"))


def _heads(words: Phrase, language: Language) -> tuple[Head, ...]:
    """The first column holds names, the others numbers."""
    return tuple(
        Head(head, number=place > 0) for place, head in enumerate(words.say(language).split("|"))
    )


def _again(report: SweepReport) -> list[Block]:
    import yaml

    name, language = report.config.study, report.config.language
    study = yaml.safe_dump(report.settings, allow_unicode=True, sort_keys=False, width=96)
    return [
        Prose(text=_AGAIN_TEXT.say(language, study=name, id=report.id)),
        Code(
            label=_COMMAND.say(language),
            text=f"basketbt grid {name}.yaml --source files:FOLDER",
        ),
        Code(
            label=_VERSIONS.say(language),
            text="\n".join(f"{name:<9} {value}" for name, value in report.versions),
        ),
        Code(label=_STUDY.say(language), text=study),
    ]
