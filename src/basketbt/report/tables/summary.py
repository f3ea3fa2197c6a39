"""summary.csv: a row per event, basket, book, weighting, rebalance and window."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from basketbt.backtest.windows import WindowStatistics
from basketbt.market.dayzero import publication_day
from basketbt.notes import Language, unique
from basketbt.plan.model import Window
from basketbt.report.layout import Cell, Column, Kind, Layout, Table
from basketbt.report.tables import keys, summary_accounts
from basketbt.report.tables.keys import Where
from basketbt.results import StudyResult
from basketbt.statistics.measures import MEASURES, Measure

KNOWLEDGE = Column(
    "knowledge",
    "可知性",
    "text",
    "hindsight: the window ends before a reader could trade on the list; available: it begins when "
    "he could; mixed: it straddles that session. An account that buys before is hindsight",
    "hindsight：窗口在读者可据名单交易之前结束；available：在此之后开始；mixed：跨越该日。账户早于该日买入者为hindsight",
)


def measure_column(measure: Measure) -> Column:
    """The column of a registered statistic."""
    kind: Kind = "decimal" if measure.unit == "decimal" else "ratio"
    return Column(
        measure.key,
        measure.label_zh,
        kind,
        measure.description_en,
        measure.description_zh,
        measure.undefined_en,
        measure.undefined_zh,
    )


PRICE_RETURN = Column(
    "price_return",
    "价格收益率",
    "decimal",
    "return without cash dividends (share changes are adjusted)",
    "不含现金分红的收益率（股本变动已调整）",
    "the prices do not tell cash dividends from share changes",
    "行情无法区分现金分红与股本变动",
)
_MEASURE_COLUMNS = [measure_column(measure) for measure in MEASURES]

LAYOUT = Layout(
    "summary",
    "one event × basket × book × weighting × rebalance × window",
    "每个事件 × 组合 × 账簿 × 加权 × 再平衡 × 窗口一行",
    (
        *keys.WHERE,
        keys.WINDOW,
        KNOWLEDGE,
        keys.FIRST,
        keys.LAST,
        keys.BASE_DATE,
        Column("end_date", "结束日", "date", "last session of the window", "窗口最后交易日"),
        Column("sessions", "交易日数", "integer", "sessions in the window (T)", "窗口内交易日数"),
        Column("names", "成分数", "integer", "shares in the basket", "组合成分数"),
        Column(
            "names_priced",
            "有价成分数",
            "integer",
            "shares that carry weight in this window",
            "本窗口内有权重的成分数",
        ),
        Column(
            "benchmark",
            "基准",
            "text",
            "index behind the relative figures of this row",
            "本行相对指标所用指数",
        ),
        _MEASURE_COLUMNS[0],
        PRICE_RETURN,
        *_MEASURE_COLUMNS[1:],
        *summary_accounts.COLUMNS,
        keys.NOTES,
    ),
)


def summary_table(result: StudyResult, language: Language) -> Table:
    """The rows of summary.csv; notes in ``language``."""
    benchmark = result.plan.request.indexes[0]
    index = _rows(result, benchmark, language)
    accounts = summary_accounts.account_rows(result, benchmark, language)
    return Table.of(LAYOUT, chain(index, accounts))


def _rows(result: StudyResult, benchmark: str, language: Language) -> Iterator[dict[str, Cell]]:
    for where in keys.everywhere(result):
        for window, statistics in where.book.windows:
            if where.member not in statistics.members:
                continue
            column = statistics.members.index(where.member)
            held = statistics.path.held(statistics.end_row)[where.member]
            yield {
                **where.cells(),
                **keys.window_cells(window, where.case),
                "knowledge": knowledge(where, window),
                "end_date": str(where.case.panel.sessions[where.case.zero + window.last]),
                "sessions": window.last - window.first + 1,
                "names": len(where.basket.constituents),
                "names_priced": int(np.count_nonzero(held)),
                "benchmark": benchmark,
                "price_return": float(statistics.price_return[column]),
                **{key: float(v[column]) for key, v in statistics.own.values.items()},
                **summary_accounts.EMPTY,
                "notes": notes_text(where, statistics, column, language),
            }


def knowledge(where: Where, window: Window) -> str:
    """Whether a reader of the list could have had a window: hindsight, available or mixed."""
    case = where.case.case
    reader = publication_day(where.basket.source.published, case.calendar)
    if case.session(window.last) < reader:
        return "hindsight"
    return "available" if case.session(window.first) >= reader else "mixed"


def notes_text(where: Where, statistics: WindowStatistics, column: int, language: Language) -> str:
    """All notes of a row as one text."""
    notes = [*statistics.notes[column], *where.case.case.notes[where.member]]
    separator = "; " if language == "en" else "；"
    return separator.join(note.text(language) for note in unique(notes))
