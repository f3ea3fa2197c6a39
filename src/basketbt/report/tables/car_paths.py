"""car_paths.parquet and placebo.parquet: the way to each abnormal return, and other dates'."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.report.model import Block, Column, Layout, Table
from basketbt.report.tables import keys, testedkeys
from basketbt.report.tables.testedkeys import everything
from basketbt.results import StudyResult

_UNFITTED = ("the model could not be fitted", "模型无法估计")

PATHS = Layout(
    "car_paths",
    "one event × basket × variant × model × session of the event study",
    "事件研究路径：每个事件 × 组合 × 方案 × 模型 × 交易日一行",
    (
        *testedkeys.WHERE,
        Column("day", "偏移", "integer", "sessions from day 0", "相对第0日的交易日"),
        Column("date", "日期", "date", "the session", "交易日"),
        Column(
            "ar",
            "异常收益AR",
            "decimal",
            "return of the session beyond what the model expects",
            "当日超出模型预期的收益",
            "no valid return that day",
            "当日无有效收益",
        ),
        Column(
            "car",
            "累计异常收益CAR",
            "decimal",
            "sum from the first row",
            "自首行累计",
            "the model could not be fitted, or after the list's last price",
            "模型无法估计，或在名单最后价格之后",
        ),
        Column(
            "band",
            "95%带半宽",
            "decimal",
            "without an event the sum stays within ± this in 95 of 100 cases",
            "无事件时累计值有95%概率落在±该值内",
            *_UNFITTED,
        ),
        Column(
            "band_low",
            "重抽样下界",
            "decimal",
            "lower end of the same from resampled residual dates",
            "残差日期重抽样所得95%下界",
            *_UNFITTED,
        ),
        Column(
            "band_high",
            "重抽样上界",
            "decimal",
            "upper end of the same from resampled residual dates",
            "残差日期重抽样所得95%上界",
            *_UNFITTED,
        ),
        Column(
            "weight_at_limit",
            "涨跌停权重",
            "decimal",
            "share of the weight that closed at a price limit",
            "收于涨跌停价的权重",
            "limits unknown",
            "涨跌停未知",
        ),
        Column(
            "first_unlimited_day",
            "首个非涨跌停日",
            "integer",
            "first day from day 0 on that closes without any weight at a limit",
            "自第0日起首个无成分股收于涨跌停价的交易日",
            "none, or limits unknown (see notes)",
            "无，或涨跌停未知（见备注）",
        ),
        Column(
            "car_to_unlimited",
            "至非涨跌停日CAR",
            "decimal",
            "CAR from day 0 to that day; its end was chosen by the data, so it has no p",
            "第0日至该日的CAR；终点由数据决定，故无p值",
            "as first_unlimited_day",
            "同首个非涨跌停日",
        ),
        keys.NOTES,
    ),
    bulk=True,
)


def car_paths_table(result: StudyResult) -> Table:
    """The rows of car_paths.parquet."""
    return Table.of(PATHS, _blocks(result))


def _blocks(result: StudyResult) -> Iterator[Block]:
    for tested in everything(result):
        for path in tested.studied.found.paths:
            yield {
                **tested.cells(path.basket, path.model),
                "day": path.days.tolist(),
                "date": np.asarray(path.dates).astype(str).tolist(),
                "ar": path.ar.tolist(),
                "car": path.car.tolist(),
                "band": path.band.tolist(),
                "band_low": path.low.tolist(),
                "band_high": path.high.tolist(),
                "weight_at_limit": path.weight_at_limit.tolist(),
                "first_unlimited_day": path.first_unlimited,
                "car_to_unlimited": path.car_to_unlimited,
                "notes": tested.notes(path.notes),
            }


PLACEBO = Layout(
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
    return Table.of(PLACEBO, _draws(result))


def _draws(result: StudyResult) -> Iterator[Block]:
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
