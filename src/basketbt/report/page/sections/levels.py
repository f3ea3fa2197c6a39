"""The level and underwater charts of an event, with what happened when."""

from __future__ import annotations

from typing import Any

from basketbt.report.page.blocks import Block, Chart, Legend, Prose
from basketbt.report.page.scene import Scene, Section
from basketbt.report.page.sections.stage import stage
from basketbt.report.phrases import Phrase, percent
from basketbt.report.series import Line, lines

_TITLE = Phrase("Levels and drawdowns", "点位与回撤")
_HOW = Phrase(
    "Point at a line or a name to bring it out and read its value; press a name to hide or show "
    "it in every chart of this event. Drag across a chart to look closer, double-click to see all.",
    "指向曲线或名称可突出显示并读取数值；点击名称可在本事件各图中隐藏或显示该名单。"
    "在图上拖动可放大，双击复原。",
)
_HOW_LEVELS = Phrase(
    "How to read: 127 is a gain of 27 % since the base, the close before day 0. {read} In the grey "
    "part the exchange was closed.",
    "读法：127即自基准（第0日前一收盘）以来上涨27%。{read}灰色区间为休市。",
)
_UNREAD = Phrase(
    "In the yellow part nobody had read the lists yet: only what follows the dashed line could be "
    "had.",
    "黄色区间内名单尚未发布：虚线之后的涨跌方可获得。",
)
_UNREAD_EACH = Phrase(
    "In the yellow part not all lists had come out yet: of a list only what follows its own dashed "
    "line could be had.",
    "黄色区间内名单尚未全部发布：各名单仅其自身虚线之后的涨跌方可获得。",
)
_HOW_BEFORE = Phrase(
    " Before the base a line is the list as bought {before} sessions earlier, scaled to meet 100.",
    "基准日之前的曲线为提前{before}个交易日买入的组合，按比例衔接至100。",
)
_HOW_UNDERWATER = Phrase(
    "How to read: 0 % is a new high since the base; -30 % is what a holder had lost from the best "
    "day so far.",
    "读法：0%为基准日以来新高；-30%为自此前最高点已回落30%。",
)
_LEVELS = Phrase(
    "Level of every list, 100 at the close before day 0 ({base})",
    "各名单点位（第0日前一收盘{base}为100）",
)
_UNDERWATER = Phrase(
    "Underwater: fall from the highest level since {base}",
    "水下曲线：自{base}以来相对最高点位的跌幅",
)
_LEVELS_ALT = Phrase(
    "{count} lists from {first} to {last}. At the end {best} stands highest at "
    "{best_level:.1f}, {worst} lowest at {worst_level:.1f}{benchmark}.",
    "{count}份名单，{first}至{last}。期末{best}最高（{best_level:.1f}），"
    "{worst}最低（{worst_level:.1f}）{benchmark}。",
)
_AT_END = Phrase("; {benchmark} is at {level:.1f}", "；{benchmark}为{level:.1f}")
_UNDERWATER_ALT = Phrase(
    "{count} lists from {first} to {last}. The deepest fall is that of {worst}, {depth}; the "
    "mildest that of {best}, {mild}.",
    "{count}份名单，{first}至{last}。回撤最深为{worst}（{depth}），最浅为{best}（{mild}）。",
)
_EVERYTHING = Phrase("All", "全部")
_BEFORE = Phrase("Before", "之前")
_AFTER = Phrase("After publication", "发布之后")


def _build(scene: Scene) -> list[Block]:
    found = lines(scene.index_rows("levels"))
    if not found:
        return []
    keys = [(line.basket, scene.name(line.basket), *_look(scene, line.basket)) for line in found]
    benchmark = scene.record.facts.benchmarks[0]
    keys.append((BENCHMARK, benchmark.name, -1, 0))
    return [
        Prose(text=_HOW.say(scene.language), kind="fine"),
        Legend(group=scene.group, keys=tuple(keys)),
        _levels(scene, found, benchmark.name),
        _underwater(scene, found),
    ]


#: The id of the benchmark's line; no basket id begins with a colon.
BENCHMARK = ":benchmark"


def _look(scene: Scene, basket: str) -> tuple[int, int]:
    look = scene.looks[basket]
    return look.hue, look.dash


def _levels(scene: Scene, found: list[Line], benchmark: str) -> Chart:
    series = [_series(scene, line.basket, line.levels) for line in found]
    series.append(
        {"id": BENCHMARK, "label": benchmark, "hue": -1, "dash": 0, "y": found[0].benchmark}
    )
    ends = [(line.levels[-1], line.basket) for line in found if line.levels[-1] is not None]
    (best_level, best), (worst_level, worst) = max(ends), min(ends)
    longest = found[0]
    base = longest.dates[longest.start]
    unread = _UNREAD if len(scene.readers) == 1 else _UNREAD_EACH
    how = _HOW_LEVELS.say(scene.language, read=unread.say(scene.language))
    if longest.start:
        how += _HOW_BEFORE.say(scene.language, before=longest.start)
    end = longest.benchmark[-1]
    beside = _AT_END.say(scene.language, benchmark=benchmark, level=end) if end else ""
    return Chart(
        id=f"levels-{scene.index}",
        caption=_LEVELS.say(scene.language, base=base),
        alt=_LEVELS_ALT.say(
            scene.language,
            count=len(found),
            first=longest.dates[0],
            last=longest.dates[-1],
            best=scene.name(best),
            best_level=best_level,
            worst=scene.name(worst),
            worst_level=worst_level,
            benchmark=beside,
        ),
        how=how,
        group=scene.group,
        log=True,
        presets=_presets(scene, longest),
        data={
            **stage(scene, longest.dates, longest.days),
            "unit": "level",
            "series": series,
        },
    )


def _underwater(scene: Scene, found: list[Line]) -> Chart:
    longest = found[0]
    dates, days = longest.dates[longest.start :], longest.days[longest.start :]
    deepest = [
        (min(value for value in line.drawdowns if value is not None), line.basket) for line in found
    ]
    (depth, worst), (mild, best) = min(deepest), max(deepest)
    return Chart(
        id=f"underwater-{scene.index}",
        caption=_UNDERWATER.say(scene.language, base=dates[0]),
        alt=_UNDERWATER_ALT.say(
            scene.language,
            count=len(found),
            first=dates[0],
            last=dates[-1],
            worst=scene.name(worst),
            depth=percent(depth),
            best=scene.name(best),
            mild=percent(mild),
        ),
        how=_HOW_UNDERWATER.say(scene.language),
        group=scene.group,
        data={
            **stage(scene, dates, days),
            "unit": "decimal",
            "series": [_series(scene, line.basket, line.drawdowns) for line in found],
        },
    )


def _series(scene: Scene, basket: str, values: tuple[float | None, ...]) -> dict[str, Any]:
    hue, dash = _look(scene, basket)
    return {"id": basket, "label": scene.name(basket), "hue": hue, "dash": dash, "y": values}


def _presets(scene: Scene, line: Line) -> tuple[tuple[str, str, str], ...]:
    """(label, first date, last date) of ranges to look at; windows from day 0 among them."""
    language = scene.language
    found = [(_EVERYTHING.say(language), line.dates[0], line.dates[-1])]
    base = line.dates[line.start]
    if line.start:
        found.append((_BEFORE.say(language), line.dates[0], base))
    ends = dict(zip(line.days, line.dates, strict=True))
    found += [
        (window.label, base, ends[window.last])
        for window in scene.event.windows
        if window.kind == "fixed" and window.first == 0 and 0 < window.last < line.days[-1]
    ]
    read_by = max(scene.readers, default=line.dates[-1])  # the last list is out, so all are
    if read_by < line.dates[-1]:
        found.append((_AFTER.say(language), read_by, line.dates[-1]))
    return tuple(found)


SECTION = Section(id="levels", title=_TITLE, needs=("levels",), build=_build)
