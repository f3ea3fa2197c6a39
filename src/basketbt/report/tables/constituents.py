"""constituents.csv: what each share weighed, returned and contributed in each window."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.model import Column, Layout, Table, Value
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
    return Table.of(LAYOUT, (row for one in keys.every_window(result) for row in _rows(one)))


def _rows(quoted: keys.Quoted) -> Iterator[dict[str, Value]]:
    panel, basket = quoted.where.case.panel, quoted.where.case.case.baskets[quoted.where.member]
    figures, line, cells = quoted.statistics.shares, quoted.line, quoted.cells()
    position = {symbol: column for column, symbol in enumerate(panel.symbols)}
    for one in basket.constituents:
        column = position.get(one.symbol, -1)
        held = column >= 0 and bool(figures.held[line, column])
        yield {
            **cells,
            "symbol": one.symbol,
            "name": one.name_zh,
            "segment": one.segment_zh,
            "stance": one.stance,
            "origin": one.origin,
            "weight": float(figures.bought[line, column]) if held else 0.0,
            "end_weight": float(figures.left[line, column]) if held else 0.0,
            "return": float(figures.returns[column]) if held else None,
            "contribution": float(figures.contributions[line, column]) if held else 0.0,
            "suspended": int(figures.suspended[line, column]) if held else 0,
            "currency": panel.currencies[column] if held else None,
            "table": panel.tables[column] if held else None,
        }
