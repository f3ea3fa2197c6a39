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
    "Point at a line for its value. The buttons show and hide lists in both charts; drag across a "
    "chart to look closer, double-click to see all again. Before the base a line is the list as "
    "bought {before} sessions earlier, scaled to meet 100.",
    "指向曲线可见数值。按钮可在两图中显示或隐藏名单;拖动放大,双击复原。"
    "基准日之前的曲线为提前{before}个交易日买入的组合,按比例衔接至100。",
)
_HOW_SHORT = Phrase(
    "Point at a line for its value. The buttons show and hide lists in both charts; drag across a "
    "chart to look closer, double-click to see all again.",
    "指向曲线可见数值。按钮可在两图中显示或隐藏名单;拖动放大,双击复原。",
)
_LEVELS = Phrase(
    "Level of every list, 100 at the close before day 0 ({base})",
    "各名单点位(第0日前一收盘{base}为100)",
)
_UNDERWATER = Phrase(
    "Underwater: fall from the highest level since {base}",
    "水下曲线:自{base}以来相对最高点位的跌幅",
)
_LEVELS_ALT = Phrase(
    "Line chart of {count} lists from {first} to {last}. At the end the highest is {best} at "
    "{best_level:.1f}, the lowest {worst} at {worst_level:.1f}.",
    "{count}份名单自{first}至{last}的点位曲线。期末最高为{best}({best_level:.1f}),"
    "最低为{worst}({worst_level:.1f})。",
)
_UNDERWATER_ALT = Phrase(
    "Line chart of the drawdowns of {count} lists from {first} to {last}. The deepest is {worst} "
    "at {depth}.",
    "{count}份名单自{first}至{last}的回撤曲线。最深为{worst}({depth})。",
)
_EVERYTHING = Phrase("All", "全部")
_BEFORE = Phrase("Before", "之前")
_AFTER = Phrase("After publication", "发布之后")


def _build(scene: Scene) -> list[Block]:
    found = lines(scene.index_rows("levels"))
    if not found:
        return []
    keys = [(line.basket, line.basket, *_look(scene, line.basket)) for line in found]
    benchmark = scene.record.facts.benchmarks[0]
    keys.append((BENCHMARK, benchmark.name, -1, 0))
    before = found[0].start
    how = _HOW if before else _HOW_SHORT
    return [
        Prose(text=how.say(scene.language, before=before), kind="fine"),
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
    return Chart(
        id=f"levels-{scene.index}",
        caption=_LEVELS.say(scene.language, base=base),
        alt=_LEVELS_ALT.say(
            scene.language,
            count=len(found),
            first=longest.dates[0],
            last=longest.dates[-1],
            best=best,
            best_level=best_level,
            worst=worst,
            worst_level=worst_level,
        ),
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
    depth, worst = min(deepest)
    return Chart(
        id=f"underwater-{scene.index}",
        caption=_UNDERWATER.say(scene.language, base=dates[0]),
        alt=_UNDERWATER_ALT.say(
            scene.language,
            count=len(found),
            first=dates[0],
            last=dates[-1],
            worst=worst,
            depth=percent(depth),
        ),
        group=scene.group,
        data={
            **stage(scene, dates, days),
            "unit": "decimal",
            "series": [_series(scene, line.basket, line.drawdowns) for line in found],
        },
    )


def _series(scene: Scene, basket: str, values: tuple[float | None, ...]) -> dict[str, Any]:
    hue, dash = _look(scene, basket)
    return {"id": basket, "label": basket, "hue": hue, "dash": dash, "y": values}


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
    readers = {member.reader_session for member in scene.event.members}
    if readers and min(readers) < line.dates[-1]:
        found.append((_AFTER.say(language), min(readers), line.dates[-1]))
    return tuple(found)


SECTION = Section(id="levels", title=_TITLE, needs=("levels",), build=_build)
