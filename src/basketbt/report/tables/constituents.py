"""constituents.csv: what each share weighed, returned and contributed in each window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.tables import keys
from basketbt.results import StudyResult

_ABSENT = ("the share carries no weight in this window", "该成分在本窗口无权重")

LAYOUT = Layout(
    "constituents",
    "one event × basket × book × weighting × rebalance × window × share",
    "每个事件 × 组合 × 账簿 × 加权 × 再平衡 × 窗口 × 成分一行",
    (
        *keys.WHERE,
        keys.WINDOW,
        keys.FIRST,
        keys.LAST,
        keys.BASE_DATE,
        Column("symbol", "代码", "text", "security code", "证券代码"),
        Column("name", "名称", "text", "name in the list", "名单中的名称"),
        Column("segment", "细分", "text", "segment of the list", "名单细分"),
        Column(
            "stance", "态度", "text", "recommend (看好) or watch (关注)", "recommend看好；watch关注"
        ),
        Column(
            "origin",
            "来源",
            "text",
            "named: the source names the share; mapped: chosen for a theme that the source names",
            "named：来源点名；mapped：按来源点名的主题选取",
        ),
        Column("weight", "买入权重", "decimal", "weight at the base", "基准日权重"),
        Column("end_weight", "期末权重", "decimal", "weight after the last session", "期末权重"),
        Column(
            "return",
            "成分收益率",
            "decimal",
            "total return of the share from the base (from its first close if it joined later)",
            "该成分自基准日（迟上市者自首个收盘价）起的全收益率",
            *_ABSENT,
        ),
        Column(
            "contribution",
            "贡献",
            "decimal",
            "share's part of the basket's total_return; the parts add up",
            "对组合区间收益率的贡献；各成分之和等于组合收益率",
        ),
        Column(
            "suspended",
            "停牌日数",
            "integer",
            "sessions of the window without a bar",
            "窗口内无成交的交易日数",
        ),
        Column("currency", "币种", "text", "currency of the listing", "上市币种", *_ABSENT),
        Column("table", "行情表", "text", "where the prices came from", "行情来源表", *_ABSENT),
    ),
)


def constituents_table(result: StudyResult) -> Table:
    """The rows of constituents.csv."""
    return Table.of(LAYOUT, _rows(result))


def _rows(result: StudyResult) -> Iterator[dict[str, Cell]]:
    for where in keys.everywhere(result):
        panel = where.case.panel
        position = {symbol: column for column, symbol in enumerate(panel.symbols)}
        for window, statistics in where.book.windows:
            if where.member not in statistics.members:
                continue
            path, end = statistics.path, statistics.end_row
            line = statistics.members.index(where.member)
            contributions = path.total.contributions(end)[where.member]
            bought = path.total.weights(0)[where.member]
            weights = path.total.weights(end)[where.member]
            members = path.held(end)[where.member]
            span = panel.total[path.base : path.base + end + 1]
            returns = span[-1] / first_finite(span) - 1
            for constituent in where.basket.constituents:
                column = position.get(constituent.symbol, -1)
                held = column >= 0 and bool(members[column])
                yield {
                    **where.cells(),
                    **keys.window_cells(window, where.case),
                    "symbol": constituent.symbol,
                    "name": constituent.name_zh,
                    "segment": constituent.segment_zh or "",
                    "stance": constituent.stance,
                    "origin": constituent.origin,
                    "weight": float(bought[column]) if held else 0.0,
                    "end_weight": float(weights[column]) if held else 0.0,
                    "return": float(returns[column]) if held else None,
                    "contribution": float(contributions[column]) if held else 0.0,
                    "suspended": int(statistics.suspended_sessions[line, column]) if held else 0,
                    "currency": panel.currencies[column] if held else None,
                    "table": panel.tables[column] if held else None,
                }


def first_finite(prices: np.ndarray) -> np.ndarray:
    """(N,) the first finite value of each column of (R, N); NaN where there is none."""
    row = np.isfinite(prices).argmax(axis=0)
    first: np.ndarray = prices[row, np.arange(prices.shape[1])]
    return first
