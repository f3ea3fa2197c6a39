"""What stopped the orders of an account, and what it could not sell, in words."""

from __future__ import annotations

import numpy as np

from basketbt.backtest.account.settings import Reason
from basketbt.notes import Language
from basketbt.report.phrases import COMMA, Phrase, percent
from basketbt.report.tables.accounts import Owner

# Shares and dates named one by one in a sentence; more are counted.
_NAMED = 12

_UNSOLD = Phrase(
    " Not sold at the end, ¥{value:,.0f} or {part} of the account: {where}.",
    "结束时未卖出，计{value:,.0f}元，占账户{part}：{where}。",
)
_SHARES = Phrase("{symbol} ({shares:,} shares, {reason})", "{symbol}（{shares:,}股，{reason}）")
_ON = Phrase("{symbol} ({days})", "{symbol}（{days}）")
_TOO_SMALL = Phrase(" Not bought, worth less than a lot: {where}.", "不足一手未买入：{where}。")
_NOT_ORDERED = Phrase("no order", "无委托")
_MANY = Phrase(
    "{shares} shares on {sessions} sessions from {first} to {last}, see orders.parquet",
    "{first}至{last}间{sessions}个交易日、{shares}只，见orders.parquet",
)
_MET = {
    Reason.LIMIT_UP: Phrase(" Shut at limit-up: {where}.", "涨停未能买入：{where}。"),
    Reason.LIMIT_DOWN: Phrase(" Shut at limit-down: {where}.", "跌停未能卖出：{where}。"),
    Reason.SUSPENDED: Phrase(" Suspended: {where}.", "停牌：{where}。"),
    Reason.CLOSED: Phrase(" Its exchange was shut: {where}.", "所在交易所休市：{where}。"),
    Reason.NOT_TRADED: Phrase(" Not traded: {where}.", "未交易：{where}。"),
    Reason.T_PLUS_1: Phrase(" Not yet to be sold (T+1): {where}.", "受T+1限制未能卖出：{where}。"),
    Reason.PARTICIPATION: Phrase(
        " Too large for the session's volume: {where}.", "超出成交量上限：{where}。"
    ),
    Reason.REFUSED: Phrase(
        " Refused, its weight in cash: {where}.", "账户拒绝、权重留作现金：{where}。"
    ),
}


def stopped(owner: Owner, language: Language) -> str:
    """Every rule that stopped an order, with the shares and dates."""
    small = _too_small(owner, language)
    return small + "".join(_met(owner, reason, words, language) for reason, words in _MET.items())


def share(value: float) -> str:
    """A percentage that has no sign to speak of."""
    return percent(value).lstrip("+")


def _word(reason: Reason | None, language: Language) -> str:
    if reason is None:
        return _NOT_ORDERED.say(language)
    return reason.word if language == "en" else reason.word_zh


def _too_small(owner: Owner, language: Language) -> str:
    """The shares that were never held because the order was worth less than a lot."""
    book, orders = owner.book, owner.book.plan.orders
    mine = (orders.basket == owner.member) & (orders.reason == Reason.LOT) & ~orders.sell
    never = np.asarray(~book.books.shares[:, owner.member].any(axis=0))
    columns = np.unique(orders.column[mine])
    symbols = [owner.case.panel.symbols[column] for column in columns if never[column]]
    where = COMMA.say(language).join(symbols)
    return _TOO_SMALL.say(language, where=where) if symbols else ""


def unsold(owner: Owner, language: Language) -> str:
    """The shares left after the last close, their value, and why each was not sold."""
    book, member = owner.book, owner.member
    left = book.books.shares[-1, member]
    if not left.any():
        return ""
    orders, last = book.plan.orders, book.schedule.rows - 1
    final = (orders.basket == member) & (orders.row == last) & orders.sell
    why = {int(orders.column[k]): Reason(orders.reason[k]) for k in np.flatnonzero(final)}
    where = [
        _SHARES.say(
            language,
            symbol=owner.case.panel.symbols[column],
            shares=int(left[column]),
            reason=_word(why.get(int(column)), language),
        )
        for column in np.flatnonzero(left)
    ]
    return _UNSOLD.say(
        language,
        value=int(book.books.worth[-1, member].sum()) / 100,
        part=share(float(book.unsold[member])),
        where=COMMA.say(language).join(where),
    )


def _met(owner: Owner, reason: Reason, phrase: Phrase, language: Language) -> str:
    """The shares and dates on which a rule stopped an order."""
    orders = owner.book.plan.orders
    held_up = (orders.basket == owner.member) & (orders.reason == reason)
    dates = owner.sessions.astype(str)
    found: dict[str, list[str]] = {}
    for k in np.flatnonzero(held_up):
        symbol = owner.case.panel.symbols[orders.column[k]]
        when = str(dates[orders.row[k]])
        if when not in found.setdefault(symbol, []):
            found[symbol].append(when)
    if not found:
        return ""
    days = sorted({day for when in found.values() for day in when})
    if sum(len(when) for when in found.values()) > _NAMED:
        where = _MANY.say(
            language, shares=len(found), sessions=len(days), first=days[0], last=days[-1]
        )
        return phrase.say(language, where=where)
    where = COMMA.say(language).join(
        _ON.say(language, symbol=symbol, days=COMMA.say(language).join(when))
        for symbol, when in found.items()
    )
    return phrase.say(language, where=where)
