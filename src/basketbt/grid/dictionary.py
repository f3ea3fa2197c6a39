"""The columns of a grid's tables, and the page that explains them.

``python -m basketbt.grid.dictionary`` (``make docs``) rewrites docs/grid-columns.md; a test holds
it equal to the code.
"""

from __future__ import annotations

from pathlib import Path

from basketbt.backtest.grid.engine import FIGURES
from basketbt.report.dictionary import section
from basketbt.report.model import Column, Layout
from basketbt.report.tables import keys
from basketbt.report.tables.summary import LAYOUT as SUMMARY

#: The quantiles that the tables of a grid give.
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_BASKET = Column("basket", "组合", "text", "basket id", "组合编号")
_WINDOW = Column("window", "窗口", "text", "session offsets from day 0", "相对第0日的交易日区间")
_PUBLISHED = Column("published", "本研究", "flag", "the study's own choices", "研究本身的选择")
_VALUE = Column("value", "数值", "decimal", "the grid's measure", "网格指标的数值")
_COUNT = Column("variants", "变体数", "integer", "how many variants", "变体数量")
_NOT_DRAWN = ("no random baskets were drawn", "未抽取随机组合")
_NO_DRAWDOWN = ("no drawdown", "无回撤")
_NO_RECOVERY = ("never or not yet", "从未或尚未")

_CHOICES = (
    keys.EVENT,
    _BASKET,
    keys.WEIGHTING,
    Column("cap", "权重上限", "decimal", "largest weight", "最大权重", "no cap", "无上限"),
    keys.REBALANCE,
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
    _WINDOW,
    Column(
        "entry_delay",
        "延迟买入",
        "integer",
        "sessions that the basket is bought late; the end stays",
        "延迟买入的交易日数，截止日不变",
    ),
    Column("cost", "交易成本", "decimal", "part of every trade's value", "占每笔成交金额的比例"),
)
#: The columns that say which choices a row stands for.
CHOICES = tuple(column.key for column in _CHOICES)
#: A question is a list and a window; the other choices are ways of answering it.
QUESTION = ("basket", "window")

_FALLS = (
    (
        "peak",
        "回撤起点",
        "last high before the maximum drawdown",
        "最大回撤前的高点",
        *_NO_DRAWDOWN,
    ),
    ("trough", "回撤低点", "its lowest close", "最大回撤的低点", *_NO_DRAWDOWN),
    ("recovery", "回撤恢复", "first close back at the high", "首次收复高点", *_NO_RECOVERY),
)


def _quantiles(prefix: str, zh: str, of_en: str, of_zh: str) -> tuple[Column, ...]:
    """A column for each of the quantiles."""
    return tuple(
        Column(
            f"{prefix}p{percent:02d}",
            f"{zh}{percent}%分位",
            "decimal",
            f"{percent} % quantile of {of_en}",
            f"{of_zh}的{percent}%分位数",
        )
        for percent in (round(quantile * 100) for quantile in QUANTILES)
    )


#: The rows of grid.parquet and grid.csv. The other tables are written with ``keys.PRICES`` at the
#: end of each row.
ROWS = Layout(
    "grid",
    "a variant: a list or a random basket under one value of every choice",
    "一个变体：某名单或随机组合在每项选择取一个值时的结果",
    (
        Column("variant", "变体", "integer", "its number, from 0", "编号，从0起"),
        keys.EVENT,
        keys.DAY_ZERO,
        Column(
            "basket",
            "组合",
            "text",
            "basket id; `random 10` for random baskets of ten",
            "组合编号；随机组合为`random 10`等",
        ),
        Column(
            "draw",
            "抽取",
            "integer",
            "number of the random basket, from 0",
            "随机组合的编号，从0起",
            "the basket is a list",
            "组合为名单",
        ),
        Column("shares", "成分数", "integer", "shares that the basket buys", "买入的成分数"),
        *_CHOICES[2:],
        keys.BASE_DATE,
        Column("end_date", "截止日", "date", "last session", "最后交易日"),
        _PUBLISHED,
        *sorted(
            (c for c in SUMMARY.columns if c.key in FIGURES), key=lambda c: FIGURES.index(c.key)
        ),
        *(Column(f"drawdown_{name}", zh, "date", *said) for name, zh, *said in _FALLS),
    ),
)
CURVE = Layout(
    "curve",
    "a variant of a list, from the smallest value to the largest",
    "名单的一个变体，按数值由小到大",
    (
        Column("rank", "名次", "integer", "1 is the smallest value", "1为最小值"),
        Column("variant", "变体", "integer", "its row in grid.parquet", "在grid.parquet中的行号"),
        _VALUE,
        _PUBLISHED,
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
        *_quantiles(
            "shift_",
            "偏离",
            "the distance from the median of the variant's question",
            "与所属问题（名单与窗口）中位数之差",
        ),
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
        keys.EVENT,
        _BASKET,
        _WINDOW,
        _VALUE,
        _COUNT,
        *_quantiles("", "", "the measure", "指标"),
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
            *_NOT_DRAWN,
        ),
        Column(
            "below_random",
            "高于随机组合比例",
            "decimal",
            "share of these random baskets with a smaller value, ties counted half",
            "数值更小的随机组合比例（相等计一半）",
            *_NOT_DRAWN,
        ),
    ),
)

_HEAD = """# What the tables of a grid hold

<!-- Written by `make docs` from the code; do not edit by hand. -->

[grid.md](grid.md) says how they come about. `decimal`: 0.0123 is 1.23 %. A value that does not
exist is an empty cell. `grid.parquet` and `grid.csv` keep the English headers in both languages.
"""


def columns_page() -> str:
    """docs/grid-columns.md."""
    others = (layout.plus(keys.PRICES) for layout in (STANDING, CHOICE_VALUES, CURVE))
    return "\n".join([_HEAD, *map(section, (ROWS, *others))])


def main() -> None:
    """Rewrite the page in this checkout."""
    root = Path(__file__).resolve().parents[3]
    path = root / "docs" / "grid-columns.md"
    path.write_text(columns_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
