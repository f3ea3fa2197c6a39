"""Is it more than chance? The event study of the lists: its table, its paths, every window."""

from __future__ import annotations

from typing import Any

from basketbt.report.layout import Cell as Value
from basketbt.report.page.blocks import (
    Block,
    Cell,
    Chart,
    Fold,
    Grid,
    Head,
    Prose,
    change,
    probability,
    share,
    text,
)
from basketbt.report.page.scene import Scene, Section
from basketbt.report.page.sections.heat import heat_grid
from basketbt.report.page.sections.stage import stage
from basketbt.report.phrases import Phrase
from basketbt.report.record import Row

_TITLE = Phrase("Is it more than chance?", "是否超出偶然")
_COUNT = Phrase(
    "{tests} tests were registered before any number was seen and are counted together (Holm). The "
    "first model is {model}; {window} is shown. p is two-sided. The smallest effect is what the "
    "test would see four times in five.",
    "事先登记的{tests}项检验一并计入(Holm)。首要模型为{model},所示窗口为{window}。p为双侧。"
    "最小可检效应为五次中可检出四次的效应。",
)
_CAPTION = Phrase(
    "Return beyond what the model {model} expects over {window}",
    "{window}内超出模型{model}预期的收益",
)
_HEADS = Phrase(
    "Basket|CAR|p|p (Holm)|p (KP)|p (placebo)|p (random)|Smallest effect|Leave one out: from|to|"
    "At limit|BHAR",
    "组合|CAR|p|p(Holm)|p(KP)|p(安慰剂)|p(随机)|最小可检效应|剔一:自|至|涨跌停权重|BHAR",
)
_CAPTION_HEAT = Phrase(
    "CAR by list and window, model {model}; in brackets p after Holm for registered tests",
    "各名单各窗口CAR,模型{model};括号内为已登记检验的Holm校正p值",
)
_CAPTION_VARIANTS = Phrase(
    "CAR over {window} when one choice is changed (p in brackets): a sensitivity, not more tests",
    "改变一项设定时{window}的CAR(括号内为p值):敏感性,不构成额外检验",
)
_OTHER_MODEL = Phrase("Against model {model}", "模型{model}")
_VARIANTS = Phrase("What if one choice had been another?", "改变一项设定")
_BASKET = Phrase("Basket", "组合")
_PATHS = Phrase(
    "CAR from day {first} on, model {model}; choose a list to see the band that chance stays "
    "within 19 times in 20",
    "自第{first}日起的CAR,模型{model};选择一份名单可见偶然波动的95%带",
)
_PATHS_ALT = Phrase(
    "Line chart of cumulated abnormal returns of {count} lists from {first} to {last}.",
    "{count}份名单自{first}至{last}的累计异常收益曲线。",
)
_EVERY_LIST = Phrase("All lists", "全部名单")

_FAVOURITE = "[0,+5]"


def registered(scene: Scene) -> list[Row]:
    """The rows of the study as it was registered, first model first."""
    return scene.rows("event_study", variant="main")


def headline(rows: list[Row]) -> tuple[str, str] | None:
    """The first model and the window to quote: [0,+5] if it is registered."""
    tests = [row for row in rows if row["registered"]] or rows
    if not tests:
        return None
    windows = [str(row["window"]) for row in tests]
    return str(tests[0]["model"]), _FAVOURITE if _FAVOURITE in windows else windows[0]


def _build(scene: Scene) -> list[Block]:
    rows = registered(scene)
    chosen = headline(rows)
    if chosen is None:
        return []
    model, window = chosen
    models = list(dict.fromkeys(str(row["model"]) for row in rows))
    tests = sum(row["registered"] is True for row in rows)
    lead = _COUNT.say(scene.language, tests=tests, model=model, window=window)
    blocks: list[Block] = [Prose(text=lead), _grid(scene, rows, model, window)]
    blocks += _paths(scene, model)
    blocks.append(_heat(scene, rows, model))
    for other in models:
        if other != model:
            title = _OTHER_MODEL.say(scene.language, model=other)
            inside = (_grid(scene, rows, other, window), _heat(scene, rows, other))
            blocks.append(Fold(title=title, blocks=inside))
    return blocks + _variants(scene, model, window)


def _grid(scene: Scene, rows: list[Row], model: str, window: str) -> Grid:
    heads = _HEADS.say(scene.language).split("|")
    mine = [row for row in rows if row["model"] == model and row["window"] == window]
    return Grid(
        caption=_CAPTION.say(scene.language, window=window, model=model),
        heads=tuple(Head(head, number=place > 0) for place, head in enumerate(heads)),
        rows=tuple(
            (
                text(row["basket"], title=str(row["notes"] or "")),
                change(row["car"]),
                *(probability(row[key]) for key in ("p", "holm_p", "kp_p", "placebo_p")),
                probability(row["random_p"]),
                share(row["mde"]),
                change(row["leave_one_out_min"]),
                change(row["leave_one_out_max"]),
                share(row["weight_at_limit"]),
                change(row["bhar"]),
            )
            for row in mine
        ),
    )


def _heat(scene: Scene, rows: list[Row], model: str) -> Grid:
    mine = [row for row in rows if row["model"] == model]
    return _car_grid(
        scene,
        mine,
        columns=list(dict.fromkeys(str(row["window"]) for row in mine)),
        by="window",
        p="holm_p",
        caption=_CAPTION_HEAT.say(scene.language, model=model),
    )


def _variants(scene: Scene, model: str, window: str) -> list[Block]:
    rows = scene.rows("event_study", model=model, window=window)
    names = list(dict.fromkeys(str(row["variant"]) for row in rows))
    if len(names) < 2:
        return []
    caption = _CAPTION_VARIANTS.say(scene.language, window=window)
    grid = _car_grid(scene, rows, columns=names, by="variant", p="p", caption=caption)
    return [Fold(title=_VARIANTS.say(scene.language), blocks=(grid,))]


def _car_grid(
    scene: Scene, rows: list[Row], *, columns: list[str], by: str, p: str, caption: str
) -> Grid:
    """CARs with a p-value in brackets, on the ground of their size."""
    found = {(row["basket"], row[by]): row for row in rows}
    chances = {
        (name, column): probability(row[p]).text
        for (name, column), row in found.items()
        if row[p] is not None
    }
    values: list[list[Value]] = []
    brackets: list[list[str]] = []
    for basket in scene.event.baskets:
        own = [found.get((basket, column)) for column in columns]
        values.append([row["car"] if row else None for row in own])
        brackets.append([chances.get((basket, column), "") for column in columns])
    grid = heat_grid(
        caption=caption,
        corner=_BASKET.say(scene.language),
        heads=columns,
        names=scene.event.baskets,
        values=values,
    )
    return Grid(
        caption=grid.caption,
        heads=grid.heads,
        rows=tuple(_bracketed(row, own) for row, own in zip(grid.rows, brackets, strict=True)),
        kind="heat",
    )


def _bracketed(row: tuple[Cell, ...], brackets: list[str]) -> tuple[Cell, ...]:
    return (
        row[0],
        *(
            Cell(f"{cell.text} ({p})" if p else cell.text, cell.sort, shade=cell.shade)
            for cell, p in zip(row[1:], brackets, strict=True)
        ),
    )


def _paths(scene: Scene, model: str) -> list[Block]:
    paths: dict[str, list[Row]] = {}
    for row in scene.rows("car_paths", variant="main", model=model):
        paths.setdefault(str(row["basket"]), []).append(row)
    if not paths:
        return []
    first = next(iter(paths.values()))
    dates = tuple(str(row["date"]) for row in first)
    days = tuple(row["day"] for row in first if isinstance(row["day"], int))
    series: list[dict[str, Any]] = []
    for basket, rows in paths.items():
        look = scene.looks[basket]
        series.append(
            {
                "id": basket,
                "label": basket,
                "hue": look.hue,
                "dash": look.dash,
                "y": [row["car"] for row in rows],
                "low": [row["band_low"] for row in rows],
                "high": [row["band_high"] for row in rows],
            }
        )
    return [
        Chart(
            id=f"car-{scene.index}",
            caption=_PATHS.say(scene.language, first=days[0], model=model),
            alt=_PATHS_ALT.say(scene.language, count=len(paths), first=dates[0], last=dates[-1]),
            group=scene.group,
            choices=(("", _EVERY_LIST.say(scene.language)), *((name, name) for name in paths)),
            data={**stage(scene, dates, days), "unit": "decimal", "series": series},
        )
    ]


SECTION = Section(id="chance", title=_TITLE, needs=("event_study",), build=_build)
