"""The columns of a grid's tables as a document.

``python -m basketbt.grid.dictionary`` (``make docs``) rewrites docs/grid-columns.md; a test holds
it equal to the code.
"""

from __future__ import annotations

from pathlib import Path

from basketbt.backtest.grid.engine import FIGURES
from basketbt.grid.tables import CHOICE_VALUES, CURVE, STANDING
from basketbt.report.dictionary import section
from basketbt.report.model import Column, Layout
from basketbt.report.tables.summary import LAYOUT as SUMMARY

_HEAD = """# What the tables of a grid hold

<!-- Written by `make docs` from the code; do not edit by hand. -->

[grid.md](grid.md) says how they come about. `decimal`: 0.0123 is 1.23 %. A value that does not
exist is an empty cell. `grid.parquet` and `grid.csv` keep the English headers in both languages.
"""
_SUMMARY = {column.key: column for column in SUMMARY.columns}
_CHOICES = {column.key: column for column in CURVE.columns}
_NEVER = ("never or not yet", "从未或尚未")

ROWS = Layout(
    "grid",
    "a variant: a list or a random basket under one value of every choice",
    "一个变体：某名单或随机组合在每项选择取一个值时的结果",
    (
        Column("variant", "变体", "integer", "its number, from 0", "编号，从0起"),
        _CHOICES["event"],
        Column("day0", "第0日", "date", "day 0 of the event", "事件第0日"),
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
        *(
            _CHOICES[key]
            for key in ("weighting", "cap", "rebalance", "late_listing", "left_out", "window")
        ),
        _CHOICES["entry_delay"],
        _CHOICES["cost"],
        Column("base_date", "基期", "date", "close at which it is bought", "买入收盘日"),
        Column("end_date", "截止日", "date", "last session", "最后交易日"),
        _CHOICES["published"],
        *(_SUMMARY[key] for key in FIGURES),
        Column(
            "drawdown_peak",
            "回撤起点",
            "date",
            "last high before the maximum drawdown",
            "最大回撤前的高点",
            "no drawdown",
            "无回撤",
        ),
        Column(
            "drawdown_trough",
            "回撤低点",
            "date",
            "its lowest close",
            "最大回撤的低点",
            "no drawdown",
            "无回撤",
        ),
        Column(
            "drawdown_recovery",
            "回撤恢复",
            "date",
            "first close back at the high",
            "首次收复高点",
            *_NEVER,
        ),
    ),
)


def columns_page() -> str:
    """docs/grid-columns.md."""
    return "\n".join([_HEAD, *map(section, (ROWS, STANDING, CHOICE_VALUES, CURVE))])


def main() -> None:
    """Rewrite the page in this checkout."""
    root = Path(__file__).resolve().parents[3]
    path = root / "docs" / "grid-columns.md"
    path.write_text(columns_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
