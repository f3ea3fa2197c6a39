"""The rows of summary.csv whose book is ``account``, and the columns that only they fill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from basketbt.report.model import Column, Value
from basketbt.report.tables.accounts import ENTRY, account_cells, accounts
from basketbt.results import MEASURES, StudyResult

if TYPE_CHECKING:
    from basketbt.statistics.drawdowns import Fall

_ONLY = ("an index book, or no account", "指数口径，或无账户")


def _decimal(
    key: str, zh: str, en: str, description_zh: str, empty: tuple[str, str] = _ONLY
) -> Column:
    return Column(key, zh, "decimal", en, description_zh, *empty)


COLUMNS = (
    ENTRY,
    _decimal(
        "covered",
        "覆盖权重",
        "weight of the list that an account can hold; the account and its paper are of this part, "
        "or leave the rest in cash, as notes say",
        "账户可持有的名单权重；账户及其纸面仅含此部分，或其余留作现金，见备注",
        ("an index book", "指数口径"),
    ),
    _decimal(
        "list_return",
        "名单收益率",
        "the index book of the whole list over the sessions of paper_return",
        "整个名单的指数口径在同一区间的收益率",
        ("an index book", "指数口径"),
    ),
    _decimal(
        "paper_return",
        "纸面收益率",
        "the index book of what the account can hold, from the close of day -1 to its end",
        "账户可持有部分的指数口径自第-1日收盘至账户结束日的收益率",
    ),
    Column(
        "paper_window",
        "纸面窗口",
        "text",
        "sessions of paper_return and list_return, counted from day 0",
        "纸面收益率与名单收益率所含交易日，自第0日起计",
        *_ONLY,
    ),
    _decimal(
        "paper_since_entry",
        "入场起纸面收益率",
        "the same index book, bought at the close before the session of the first order",
        "同一指数口径，于首笔委托前一交易日收盘买入",
    ),
    _decimal(
        "shortfall",
        "执行差额",
        "paper_return - total_return; the five columns that follow add up to it",
        "纸面收益率 - 账户收益率；等于其后五列之和",
    ),
    _decimal(
        "shortfall_delay",
        "延迟",
        "bought when the account buys, instead of at the close of day -1; paper_return - "
        "paper_since_entry of it had moved before",
        "于账户入场时点买入，而非第-1日收盘；其中纸面收益率 - 入场起纸面收益率发生于入场之前",
    ),
    _decimal(
        "shortfall_unfilled",
        "未成交",
        "limits, suspensions, T+1, participation, refused shares",
        "涨跌停、停牌、T+1、成交量上限、被拒成分",
    ),
    _decimal("shortfall_fees", "费用", "duties, exchange fees, commission", "税费、规费与佣金"),
    _decimal(
        "shortfall_lots_cash",
        "整手与现金",
        "whole lots, dividends kept in cash",
        "整手约束、红利留作现金",
    ),
    _decimal("shortfall_residual", "其余", "slippage and dividend tax", "滑点与红利税"),
    _decimal(
        "costs",
        "成本率",
        "fees and dividend tax / starting cash",
        "费用与红利税 / 初始资金",
    ),
    _decimal("turnover", "换手率", "bought and sold / starting cash", "买卖金额 / 初始资金"),
    _decimal(
        "fill_ratio",
        "成交率",
        "bought / set out to buy, in money; an order set out again counts again",
        "买入金额 / 计划买入金额；重新下达的委托重复计入",
    ),
    _decimal(
        "sold_ratio",
        "卖出成交率",
        "sold / set out to sell, shares at the close that valued them when they were set out",
        "卖出 / 计划卖出，股数按计划时的收盘价计",
        ("an index book, no account, or nothing to sell", "指数口径，无账户，或无可卖"),
    ),
    _decimal(
        "unsold",
        "未卖出占比",
        "shares left after the close of the exit, at their last price / value of the account then",
        "结束日收盘后剩余股票按最近价格计 / 当时账户总值",
    ),
    _decimal(
        "cash_drag",
        "现金拖累",
        "what the idle cash after entry would have made in the index book",
        "入场后闲置现金若投于指数口径的收益",
    ),
)

#: The cells under COLUMNS of an index row.
EMPTY: dict[str, Value] = {column.key: None for column in COLUMNS}


def fall_cells(fall: Fall | None) -> dict[str, Value]:
    """The cells under drawdown_peak, drawdown_trough and drawdown_recovery."""
    return {
        "drawdown_peak": None if fall is None else str(fall.peak),
        "drawdown_trough": None if fall is None else str(fall.trough),
        "drawdown_recovery": None if fall is None or fall.recovery is None else str(fall.recovery),
    }


def account_rows(result: StudyResult, benchmark: str) -> Iterator[dict[str, Value]]:
    """One row for each basket, entry and index book; without an account only its reason."""
    for one in accounts(result, opened=False):
        case, window = one.case.case, one.window
        yield {
            **account_cells(one),
            "window": window.label,
            "knowledge": "hindsight" if one.hindsight else "available",
            "first_day": window.first,
            "last_day": window.last,
            "base_date": str(case.calendar.offset(one.entered, -1)),
            "start_date": str(one.entered),
            "end_date": str(one.sessions[-1]),
            "sessions": max(window.last - window.first + 1, 0),
            "names": len(one.basket.constituents),
            "names_priced": one.names_held,
            "benchmark": benchmark,
            "price_return": None,
            **{measure.key: one.measure(measure.key) for measure in MEASURES},
            **fall_cells(one.deepest),
            **EMPTY,
            **one.figures,
            "entry": one.kept.entry,
            "covered": one.covered,
            "list_return": one.list_return,
            "paper_window": one.paper_window if one.opened else None,
            "notes": one.notes,
        }
