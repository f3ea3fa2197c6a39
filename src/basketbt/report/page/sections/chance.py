"""Is it more than chance? The event study of the lists: its table, its paths, every window."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import Any

from basketbt.report.choices import choice_words
from basketbt.report.headline import Window, quoted_window
from basketbt.report.layout import Cell as Value
from basketbt.report.page.blocks import (
    SIGNIFICANT,
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
from basketbt.report.phrases import Phrase, percent
from basketbt.report.record import Row

_TITLE = Phrase("Is it more than chance?", "是否显著")
_COUNT = Phrase(
    "The study registers {tests} tests, which are counted together (Holm). The "
    "first model is {model}; {window} is shown. p is two-sided. The smallest effect is what the "
    "test would see four times in five.",
    "本研究登记的{tests}项检验一并计入（Holm）。首要模型为{model}，所示窗口为{window}。p为双侧。"
    "最小可检效应为五次中可检出四次的效应。",
)
_FOUND = Phrase(
    " {survivors} of the {tests} registered tests stay significant at 5 % as one series when all "
    "are counted, {here} of {lists} lists in {window}.",
    "作为整体检验并计入全部检验后，{tests}项中{survivors}项在5%水平显著；{window}内{lists}份名单中{here}份显著。",
)
_HOW = Phrase(
    "How to read: CAR is the return beyond what the model expects, cumulated. p (Holm) counts all "
    "registered tests; p (KP) allows for shares that move together; p (placebo) is the rank of the "
    "event among earlier dates; p (random) among random lists of the same size. If they disagree, "
    "the largest is the careful answer. Leave one out: the lowest and highest CAR without one "
    "share. At limit: weight that closed at a price limit. Bold: below 5 %.",
    "读法：CAR为超出模型预期的累计收益。p（Holm）计入全部登记检验；p（KP）考虑成分间相关；"
    "p（安慰剂）为事件在更早日期中的位次；p（随机）为在同规模随机名单中的位次。若不一致，以最大者为审慎结论。"
    "剔一：剔除任一成分后CAR的最低与最高值。涨跌停权重：收盘处于涨跌停的权重。粗体：低于5%。",
)
_CAPTION = Phrase(
    "Return beyond what the model {model} expects over {window}",
    "{window}内超出模型{model}预期的收益",
)
_HEADS = Phrase(
    "Basket|CAR|p|p (Holm)|p (KP)|p (placebo)|p (random)|Smallest effect|Leave one out: from|to|"
    "At limit|BHAR",
    "组合|CAR|p|p(Holm)|p(KP)|p（安慰剂）|p（随机）|最小可检效应|剔一：自|至|涨跌停权重|BHAR",
)
_VERDICT = Phrase("Verdict", "结论")
_CAPTION_HEAT = Phrase(
    "CAR by list and window, model {model}; in brackets p after Holm for registered tests, bold "
    "below 5 %",
    "各名单各窗口CAR，模型{model}；括号内为已登记检验的Holm校正p值，粗体为低于5%",
)
_CAPTION_GUARD = Phrase(
    "CAR by list and window, model {model}; in brackets p, a guard that is not counted",
    "各名单各窗口CAR，模型{model}；括号内为p值，仅作稳健性参考，不计入检验",
)
_CAPTION_VARIANTS = Phrase(
    "CAR over {window} when one choice is changed; in brackets p after Holm, as if the variant had "
    "been registered in the study's place, bold below 5 %: a sensitivity, not more tests",
    "改变一项设定时{window}的CAR；括号内为假如登记的是该方案时的Holm校正p值，粗体为低于5%："
    "敏感性，不构成额外检验",
)
_OTHER_MODEL = Phrase("Against model {model}", "模型{model}")
_VARIANTS = Phrase("What if one choice had been another?", "改变一项设定")
_BASKET = Phrase("Basket", "组合")
_PATHS = Phrase(
    "CAR from day {first} on, model {model}; choose a list to see its band",
    "自第{first}日起的CAR，模型{model}；选择一份名单可见其波动带",
)
_PATHS_ALT = Phrase(
    "{count} lists from {first} to {last}. At the end {best} is highest at {best_car}, {worst} "
    "lowest at {worst_car}.",
    "{count}份名单，{first}至{last}。期末{best}最高（{best_car}），{worst}最低（{worst_car}）。",
)
_PATHS_HOW = Phrase(
    "How to read: a line that climbs earned more than its market and its usual swings explain. "
    "Inside the band of a chosen list a move is what chance alone would do 19 times in 20.",
    "读法：曲线上行即收益超出市场与其自身波动所能解释的部分。选定名单后，带内的变动为偶然性"
    "20次中会出现19次的幅度。",
)
_EVERY_LIST = Phrase("All lists", "全部名单")

_INSTEAD = Phrase(
    "No list could be tested over {wanted}: {window} is the first registered window over which one "
    "could.",
    "{wanted}内没有名单可供检验：{window}为首个可检验的登记窗口。",
)


def registered(scene: Scene) -> list[Row]:
    """The rows of the study as it was registered, first model first."""
    return scene.rows("event_study", variant="main")


def headline(rows: list[Row]) -> tuple[str, str] | None:
    """The first model and the window to quote."""
    tests = _tests(rows)
    return (str(tests[0]["model"]), _quoted(tests)[0]) if tests else None


def _tests(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["registered"]] or rows


def _quoted(tests: list[Row]) -> tuple[str, str | None]:
    """Labels of the window to quote and of the one that it stands in for, as in the memo."""
    tested: dict[Window, bool] = {}
    labels: dict[Window, str] = {}
    for row in tests:
        first, last = row["first_day"], row["last_day"]
        assert isinstance(first, int)
        assert isinstance(last, int)
        labels[first, last] = str(row["window"])
        tested[first, last] = tested.get((first, last), False) or row["p"] is not None
    window, wanted = quoted_window(tested)
    return labels[window], None if wanted is None else labels[wanted]


def _build(scene: Scene) -> list[Block]:
    rows = registered(scene)
    chosen = headline(rows)
    if chosen is None:
        return []
    model, window = chosen
    models = list(dict.fromkeys(str(row["model"]) for row in rows))
    tests = len(_counted(rows))
    lead = _COUNT.say(
        scene.language, tests=tests, model=choice_words(model, scene.language), window=window
    )
    _, wanted = _quoted(_tests(rows))
    if wanted is not None:
        lead += " " + _INSTEAD.say(scene.language, wanted=wanted, window=window)
    blocks: list[Block] = [
        Prose(text=(scene.event.chance + _found(scene, rows, model, window)).strip(), kind="lead"),
        *(Prose(text=_sentence(line, scene), kind="warning") for line in scene.event.others),
        Prose(text=lead),
        _grid(scene, rows, model, window),
        Prose(text=_HOW.say(scene.language), kind="fine"),
    ]
    blocks += _paths(scene, model)
    blocks.append(_heat(scene, rows, model))
    for other in models:
        if other != model:
            title = _OTHER_MODEL.say(scene.language, model=choice_words(other, scene.language))
            inside = (_grid(scene, rows, other, window), _heat(scene, rows, other))
            blocks.append(Fold(title=title, blocks=inside))
    return blocks + _variants(scene, model, window)


def _sentence(note: str, scene: Scene) -> str:
    """A note, which stands after a name elsewhere, as a sentence of its own."""
    return note[:1].upper() + note[1:] + ("." if scene.language == "en" else "。")


def _found(scene: Scene, rows: list[Row], model: str, window: str) -> str:
    """How many tests survive being counted together, in all and in the quoted window."""
    tests = _counted(rows)
    here = [row for row in tests if row["model"] == model and row["window"] == window]
    return _FOUND.say(
        scene.language,
        tests=len(tests),
        survivors=sum(_significant(row) for row in tests),
        here=sum(_significant(row) for row in here),
        lists=len(here),
        window=window,
    )


def _counted(rows: list[Row]) -> list[Row]:
    """The registered tests that could be made."""
    return [row for row in rows if row["registered"] is True and row["p"] is not None]


def _significant(row: Row) -> bool:
    p = row["holm_p"]
    return isinstance(p, float) and p < SIGNIFICANT


def _grid(scene: Scene, rows: list[Row], model: str, window: str) -> Grid:
    heads = _HEADS.say(scene.language).split("|")
    mine = [row for row in rows if row["model"] == model and row["window"] == window]
    verdicts = _verdicts(scene, rows, model)
    return Grid(
        caption=_CAPTION.say(
            scene.language, window=window, model=choice_words(model, scene.language)
        ),
        heads=(
            Head(heads[0], number=False),
            *((Head(_VERDICT.say(scene.language), number=False),) if verdicts else ()),
            *(Head(head) for head in heads[1:]),
        ),
        rows=tuple(
            (
                scene.head(row["basket"], str(row["notes"] or "")),
                *((text(verdicts[str(row["basket"])]),) if verdicts else ()),
                change(row["car"]),
                *(probability(row[key]) for key in ("p", "holm_p", "kp_p")),
                placebo_p(row),
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


def _verdicts(scene: Scene, rows: list[Row], model: str) -> dict[str, str]:
    """What the memo says of each list, beside the first model only: it is about that."""
    chosen = headline(rows)
    if chosen is None or chosen[0] != model:
        return {}
    found = {member.basket: member.chance for member in scene.event.members}
    return found if any(found.values()) else {}


def placebo_p(row: Row) -> Cell:
    """A placebo p no finer than its dates can tell, as in the memo."""
    p, finest = row["placebo_p"], row["placebo_resolution"]
    cell = probability(p)
    if not (isinstance(p, float) and isinstance(finest, float)):
        return cell
    return replace(cell, text=f"≤{finest:.3f}" if p <= finest else f"{p:.2f}", strong=False)


def _heat(scene: Scene, rows: list[Row], model: str) -> Grid:
    mine = [row for row in rows if row["model"] == model]
    counted = any(row["holm_p"] is not None for row in mine)
    caption = _CAPTION_HEAT if counted else _CAPTION_GUARD
    return _car_grid(
        scene,
        mine,
        columns=list(dict.fromkeys(str(row["window"]) for row in mine)),
        by="window",
        p="holm_p" if counted else "p",
        caption=caption.say(scene.language, model=choice_words(model, scene.language)),
    )


def _variants(scene: Scene, model: str, window: str) -> list[Block]:
    rows = scene.rows("event_study", model=model, window=window)
    names = list(dict.fromkeys(str(row["variant"]) for row in rows))
    if len(names) < 2:
        return []
    caption = _CAPTION_VARIANTS.say(scene.language, window=window)
    grid = _car_grid(scene, rows, columns=names, by="variant", p="holm_as_if", caption=caption)
    return [Fold(title=_VARIANTS.say(scene.language), blocks=(grid,))]


def _car_grid(
    scene: Scene, rows: list[Row], *, columns: list[str], by: str, p: str, caption: str
) -> Grid:
    """CARs with a p-value in brackets, on the ground of their size."""
    found = {(row["basket"], row[by]): row for row in rows}
    chances = {
        key: replace(cell, strong=cell.strong and p != "p")  # bold is for what is counted
        for key, row in found.items()
        if row[p] is not None
        for cell in [probability(row[p])]
    }
    values: list[list[Value]] = []
    brackets: list[list[Cell | None]] = []
    for basket in scene.event.baskets:
        own = [found.get((basket, column)) for column in columns]
        values.append([row["car"] if row else None for row in own])
        brackets.append([chances.get((basket, column)) for column in columns])
    grid = heat_grid(
        caption=caption,
        corner=_BASKET.say(scene.language),
        heads=columns,
        names=[scene.head(basket) for basket in scene.event.baskets],
        values=values,
    )
    return Grid(
        caption=grid.caption,
        heads=grid.heads,
        rows=tuple(_bracketed(row, own) for row, own in zip(grid.rows, brackets, strict=True)),
        kind="heat",
    )


def _bracketed(row: tuple[Cell, ...], brackets: list[Cell | None]) -> tuple[Cell, ...]:
    return (
        row[0],
        *(
            replace(cell, aside=f"({p.text})", strong=p.strong) if p else cell
            for cell, p in zip(row[1:], brackets, strict=True)
        ),
    )


def _seen(scene: Scene, paths: dict[str, list[Row]], dates: tuple[str, ...]) -> str:
    """Where the paths end."""
    ends = [(car, name) for name, r in paths.items() if isinstance(car := r[-1]["car"], float)]
    (top, best), (bottom, worst) = (max(ends), min(ends)) if ends else ((nan, ""), (nan, ""))
    return _PATHS_ALT.say(
        scene.language,
        count=len(paths),
        first=dates[0],
        last=dates[-1],
        best=scene.name(best) if best else "–",
        best_car=percent(top),
        worst=scene.name(worst) if worst else "–",
        worst_car=percent(bottom),
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
                "label": scene.name(basket),
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
            caption=_PATHS.say(
                scene.language, first=days[0], model=choice_words(model, scene.language)
            ),
            alt=_seen(scene, paths, dates),
            how=_PATHS_HOW.say(scene.language),
            group=scene.group,
            choices=(
                ("", _EVERY_LIST.say(scene.language)),
                *((name, scene.name(name)) for name in paths),
            ),
            data={**stage(scene, dates, days), "unit": "decimal", "series": series},
        )
    ]


SECTION = Section(id="chance", title=_TITLE, needs=("event_study",), build=_build)
