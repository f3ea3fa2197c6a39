"""placebo.parquet: the same test on earlier dates, the registered study only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.report.layout import Block, Column, Layout, Table
from basketbt.report.tables import keys, testedkeys
from basketbt.report.tables.testedkeys import everything
from basketbt.results import StudyResult

LAYOUT = Layout(
    "placebo",
    "one event × basket × model × window × earlier date of the registered event study",
    "安慰剂检验：每个事件 × 组合 × 模型 × 窗口 × 更早日期一行（仅预先登记的方案）",
    (
        *testedkeys.WHERE,
        testedkeys.WINDOW,
        keys.FIRST,
        keys.LAST,
        Column("date", "伪第0日", "date", "the date taken as day 0", "作为第0日的日期"),
        Column("car", "累计异常收益CAR", "decimal", "CAR there", "该日期的CAR"),
        Column("t", "t", "ratio", "t there, the model fitted anew", "重新估计模型后的t"),
    ),
    bulk=True,
)


def placebo_table(result: StudyResult) -> Table:
    """The rows of placebo.parquet."""
    return Table.of(LAYOUT, _blocks(result))


def _blocks(result: StudyResult) -> Iterator[Block]:
    for tested in everything(result):
        if tested.studied.found.variant != "main":
            continue
        for draws in tested.studied.found.placebos:
            real = ~np.isnan(draws.t)  # a date that lacks returns of the list is none of its H
            yield {
                **tested.cells(draws.basket, draws.model),
                **testedkeys.window_cells(draws.window),
                "date": draws.dates[real].astype(str).tolist(),
                "car": draws.car[real].tolist(),
                "t": draws.t[real].tolist(),
            }
