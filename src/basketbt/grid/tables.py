"""The small tables beside grid.parquet: the curve, the choices, the published results."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from basketbt.grid.curve import (
    NOBODY,
    QUANTILES,
    ChoiceValue,
    Results,
    Standing,
    curve_order,
)
from basketbt.grid.rows import CHOICES
from basketbt.notes import Language
from basketbt.report.model import Column, Layout, Table
from basketbt.report.model import Value as Cell

if TYPE_CHECKING:
    import pyarrow as pa

_CHOICES = (
    Column("event", "事件", "text", "event id, which sets day 0", "事件编号，决定第0日"),
    Column("basket", "组合", "text", "basket id", "组合编号"),
    Column("weighting", "加权方式", "text", "how the shares are weighted", "成分的加权方式"),
    Column("cap", "权重上限", "decimal", "largest weight", "最大权重", "no cap", "无上限"),
    Column("rebalance", "再平衡", "text", "when weights are reset", "何时恢复目标权重"),
    Column(
        "late_listing",
        "未上市处理",
        "text",
        "what becomes of a share without a price at the base",
        "基期无行情的成分如何处理",
    ),
    Column(
        "left_out",
        "剔除成分",
        "text",
        "the share that is left out",
        "被剔除的成分",
        "the list is whole",
        "名单完整",
    ),
    Column("window", "窗口", "text", "session offsets from day 0", "相对第0日的交易日区间"),
    Column(
        "entry_delay",
        "延迟买入",
        "integer",
        "sessions that the basket is bought late; the end stays",
        "延迟买入的交易日数，截止日不变",
    ),
    Column("cost", "交易成本", "decimal", "part of every trade's value", "占每笔成交金额的比例"),
)
_QUANTILES = tuple(
    Column(
        f"p{round(q * 100):02d}",
        f"{round(q * 100)}%分位",
        "decimal",
        f"{round(q * 100)} % quantile of the measure",
        f"指标的{round(q * 100)}%分位数",
    )
    for q in QUANTILES
)
_SHIFTS = tuple(
    Column(
        f"shift_p{round(q * 100):02d}",
        f"偏离{round(q * 100)}%分位",
        "decimal",
        f"{round(q * 100)} % quantile of the distance from the median of the variant's question",
        f"与所属问题（名单与窗口）中位数之差的{round(q * 100)}%分位数",
    )
    for q in QUANTILES
)
_COUNT = Column("variants", "变体数", "integer", "how many variants", "变体数量")
_VALUE = Column("value", "数值", "decimal", "the grid's measure", "网格指标的数值")

CURVE = Layout(
    "curve",
    "a variant of a list, from the smallest value to the largest",
    "名单的一个变体，按数值由小到大",
    (
        Column("rank", "名次", "integer", "1 is the smallest value", "1为最小值"),
        Column("variant", "变体", "integer", "its row in grid.parquet", "在grid.parquet中的行号"),
        _VALUE,
        Column("published", "本研究", "flag", "the study's own choices", "研究本身的选择"),
        *_CHOICES,
    ),
)
CHOICE_VALUES = Layout(
    "choices",
    "a value of a choice that was varied, the choice that moves the result most first",
    "某一选择的一个取值，对结果影响最大者在前",
    (
        Column("choice", "选择", "text", "what was varied", "被变动的选择"),
        Column("label", "取值", "text", "the value", "取值"),
        _COUNT,
        *_SHIFTS,
        Column(
            "positive",
            "为正比例",
            "decimal",
            "share of variants above 0",
            "大于零的变体比例",
            "the values of the choice stand for different lists or windows",
            "该选择的各取值对应不同名单或窗口",
        ),
        Column(
            "moved",
            "解释方差",
            "decimal",
            "share of the variance inside questions (list and window) that lies between the "
            "choice's values",
            "同一问题（名单与窗口）内的方差中位于该选择各取值之间的比例",
        ),
    ),
)
STANDING = Layout(
    "standing",
    "a published result among all variants of the same list and window",
    "本研究结果在同一名单、同一窗口的全部变体中的位置",
    (
        Column("event", "事件", "text", "event id", "事件编号"),
        Column("basket", "组合", "text", "basket id", "组合编号"),
        Column("window", "窗口", "text", "session offsets from day 0", "相对第0日的交易日区间"),
        _VALUE,
        _COUNT,
        *_QUANTILES,
        Column(
            "below",
            "低于比例",
            "decimal",
            "share of variants with a smaller value, ties counted half",
            "数值更小的变体比例（相等计一半）",
        ),
        Column(
            "same_sign",
            "同号比例",
            "decimal",
            "share of variants on the same side of 0",
            "与本研究结果同号的变体比例",
        ),
        Column("shares", "成分数", "integer", "shares of the list", "名单的成分数"),
        Column(
            "random_size",
            "随机组合成分数",
            "integer",
            "shares of the random baskets beside it: the drawn size next to the list's",
            "对照随机组合的成分数（抽取规模中与名单最接近者）",
            "no random baskets were drawn",
            "未抽取随机组合",
        ),
        Column(
            "below_random",
            "高于随机组合比例",
            "decimal",
            "share of these random baskets with a smaller value, ties counted half",
            "数值更小的随机组合比例（相等计一半）",
            "no random baskets were drawn",
            "未抽取随机组合",
        ),
    ),
)


def curve_rows(results: Results, language: Language) -> pa.Table:
    """The rows of curve.csv under its headers, as columns: there may be millions."""
    import pyarrow as pa

    order = curve_order(results)
    columns = {
        "rank": pa.array(np.arange(1, len(order) + 1)),
        "variant": pa.array(results.variant[order]),
        "value": pa.array(results.value[order]),
        "published": pa.array(results.published[order]),
    }
    for choice in CHOICES:
        names = [None if label == NOBODY else label for label in results.labels[choice]]
        labels = pa.array(names, pa.string())
        columns[choice] = labels.take(pa.array(results.codes[choice][order]))
    headers = [column.header(language) for column in CURVE.columns]
    return pa.table([columns[column.key] for column in CURVE.columns], names=headers)


def choices_table(values: tuple[ChoiceValue, ...]) -> Table:
    """choices.csv."""
    return Table.of(
        CHOICE_VALUES,
        (
            {
                "choice": one.choice,
                "label": one.label,
                "variants": one.count,
                **{c.key: v for c, v in zip(_SHIFTS, one.shifts, strict=True)},
                "positive": None if isnan(one.positive) else one.positive,
                "moved": one.moved,
            }
            for one in values
        ),
    )


def standing_table(stands: tuple[Standing, ...]) -> Table:
    """standing.csv."""
    return Table.of(
        STANDING,
        (
            {
                "event": one.event,
                "basket": one.basket,
                "window": one.window,
                "value": one.value,
                "variants": one.count,
                **_quantile_cells(one.quantiles),
                "below": one.below,
                "same_sign": one.same_sign,
                "shares": one.shares,
                "random_size": one.random_size,
                "below_random": one.below_random,
            }
            for one in stands
        ),
    )


def _quantile_cells(values: tuple[float, ...]) -> dict[str, Cell]:
    return {column.key: value for column, value in zip(_QUANTILES, values, strict=True)}
