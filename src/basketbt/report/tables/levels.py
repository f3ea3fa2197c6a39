"""levels.csv: the daily levels that summary.csv is computed from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.tables import keys
from basketbt.results import StudyResult
from basketbt.statistics.drawdowns import drawdown_path

LAYOUT = Layout(
    "levels",
    "one event × basket × book × weighting × rebalance × purchase date × session; a window of "
    "summary.csv is the first rows of the path that was bought at its base_date",
    "每个事件 × 组合 × 账簿 × 加权 × 再平衡 × 买入日 × 交易日一行；summary.csv的窗口"
    "即同一base_date路径的前若干行",
    (
        *keys.WHERE,
        keys.BASE_DATE,
        Column("date", "日期", "date", "session", "交易日"),
        Column("day", "偏移", "integer", "session offset from day 0", "相对第0日的偏移"),
        Column(
            "level",
            "全收益点位",
            "level",
            "total-return level, 100 at the base",
            "全收益点位，基准日为100",
        ),
        Column(
            "price_level",
            "价格点位",
            "level",
            "level without cash dividends",
            "不含现金分红的点位",
            "the prices do not tell cash dividends from share changes",
            "行情无法区分现金分红与股本变动",
        ),
        Column(
            "drawdown",
            "回撤",
            "decimal",
            "level / highest level since the base - 1",
            "点位 / 基准日以来最高点位 - 1",
        ),
        Column(
            "benchmark_level",
            "基准点位",
            "level",
            "first benchmark, 100 at the base",
            "首个基准，基准日为100",
            "the benchmark has no level at the base",
            "基准在基准日无点位",
        ),
    ),
)


def levels_table(result: StudyResult) -> Table:
    """The rows of levels.csv."""
    return Table.of(LAYOUT, _rows(result))


def _rows(result: StudyResult) -> Iterator[dict[str, Cell]]:
    for where in keys.everywhere(result):
        panel, benchmark = where.case.panel, where.case.yardsticks.levels[:, 0]
        for path in where.book.book.paths.values():
            levels = path.total.levels[:, where.member]
            reference = benchmark[path.base : path.base + len(levels)]
            columns = zip(
                panel.sessions[path.base : path.base + len(levels)].astype(str).tolist(),
                levels.tolist(),
                path.price_levels[:, where.member].tolist(),
                drawdown_path(levels)[:, 0].tolist(),
                np.multiply(reference / reference[0], 100.0).tolist(),
                strict=True,
            )
            base = str(panel.sessions[path.base])
            for row, (date, level, price, drawdown, reference_level) in enumerate(columns):
                yield {
                    **where.cells(),
                    "base_date": base,
                    "date": date,
                    "day": path.first - 1 + row,
                    "level": level,
                    "price_level": price,
                    "drawdown": drawdown,
                    "benchmark_level": reference_level,
                }
