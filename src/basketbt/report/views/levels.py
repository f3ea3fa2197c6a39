"""The level and underwater charts of an event, with what happened when."""

from __future__ import annotations

from typing import Any

from basketbt.report.views.backdrop import backdrop
from basketbt.report.views.blocks import Block, Chart, Legend, Prose
from basketbt.report.views.context import Context, View
from basketbt.report.views.lines import Line, lines
from basketbt.report.views.phrases import Phrase, percent

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


def _build(context: Context) -> list[Block]:
    found = lines(context.book_rows("levels"))
    if not found:
        return []
    keys = [
        (line.basket, context.name(line.basket), *_look(context, line.basket)) for line in found
    ]
    keys.append((_BENCHMARK, context.benchmark, -1, 0))
    return [
        Prose(text=context.say(_HOW), kind="hint"),
        Legend(group=context.group, keys=tuple(keys)),
        _levels(context, found),
        _underwater(context, found),
    ]


#: The id of the benchmark's line; no basket id begins with a colon.
_BENCHMARK = ":benchmark"


def _look(context: Context, basket: str) -> tuple[int, int]:
    look = context.looks[basket]
    return look.hue, look.dash


def _levels(context: Context, found: list[Line]) -> Chart:
    series = [_series(context, line.basket, line.levels) for line in found]
    series.append(
        {
            "id": _BENCHMARK,
            "label": context.benchmark,
            "hue": -1,
            "dash": 0,
            "y": found[0].benchmark,
        }
    )
    ends = [(line.levels[-1], line.basket) for line in found if line.levels[-1] is not None]
    (best_level, best), (worst_level, worst) = max(ends), min(ends)
    longest = found[0]
    base = longest.dates[longest.start]
    unread = _UNREAD if len(context.readers) == 1 else _UNREAD_EACH
    how = context.say(_HOW_LEVELS, read=unread.say(context.language))
    if longest.start:
        how += context.say(_HOW_BEFORE, before=longest.start)
    end = longest.benchmark[-1]
    beside = context.say(_AT_END, benchmark=context.benchmark, level=end) if end else ""
    return Chart(
        id=f"levels-{context.index}",
        caption=context.say(_LEVELS, base=base),
        alt=context.say(
            _LEVELS_ALT,
            count=len(found),
            first=longest.dates[0],
            last=longest.dates[-1],
            best=context.name(best),
            best_level=best_level,
            worst=context.name(worst),
            worst_level=worst_level,
            benchmark=beside,
        ),
        how=how,
        group=context.group,
        log=True,
        picture=f"levels-{context.stem}",
        presets=_presets(context, longest),
        data={
            **backdrop(context, longest.dates, longest.days),
            "unit": "level",
            "series": series,
        },
    )


def _underwater(context: Context, found: list[Line]) -> Chart:
    longest = found[0]
    dates, days = longest.dates[longest.start :], longest.days[longest.start :]
    deepest = [
        (min(value for value in line.drawdowns if value is not None), line.basket) for line in found
    ]
    (depth, worst), (mild, best) = min(deepest), max(deepest)
    return Chart(
        id=f"underwater-{context.index}",
        caption=context.say(_UNDERWATER, base=dates[0]),
        alt=context.say(
            _UNDERWATER_ALT,
            count=len(found),
            first=dates[0],
            last=dates[-1],
            worst=context.name(worst),
            depth=percent(depth),
            best=context.name(best),
            mild=percent(mild),
        ),
        how=context.say(_HOW_UNDERWATER),
        picture=f"underwater-{context.stem}",
        group=context.group,
        data={
            **backdrop(context, dates, days),
            "unit": "decimal",
            "series": [_series(context, line.basket, line.drawdowns) for line in found],
        },
    )


def _series(context: Context, basket: str, values: tuple[float | None, ...]) -> dict[str, Any]:
    hue, dash = _look(context, basket)
    return {"id": basket, "label": context.name(basket), "hue": hue, "dash": dash, "y": values}


def _presets(context: Context, line: Line) -> tuple[tuple[str, str, str], ...]:
    """(label, first date, last date) of ranges to look at; windows from day 0 among them."""
    found = [(context.say(_EVERYTHING), line.dates[0], line.dates[-1])]
    base = line.dates[line.start]
    if line.start:
        found.append((context.say(_BEFORE), line.dates[0], base))
    ends = dict(zip(line.days, line.dates, strict=True))
    found += [
        (window.label, base, ends[window.last])
        for window in context.event.windows
        if window.kind == "fixed" and window.first == 0 and 0 < window.last < line.days[-1]
    ]
    read_by = max(context.readers, default=line.dates[-1])  # the last list is out, so all are
    if read_by < line.dates[-1]:
        found.append((context.say(_AFTER), read_by, line.dates[-1]))
    return tuple(found)


VIEW = View(id="levels", title=_TITLE, needs=("levels",), build=_build)
