"""The part of the memo that sets paper against what an account could do, list by list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.backtest.account.settings import Reason
from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.phrases import Phrase, escape, markdown_table, percent, points
from basketbt.report.tables.accounts import Owner
from basketbt.results import CaseResult

_TITLE = Phrase("Paper against achievable", "纸面与可实现")
_INTRO = Phrase(
    "Each account starts with ¥{cash:,.0f}, buys as its entry says, and sells at the close of "
    "{exit}. Paper is the index book from the close of day -1 to that day ({window}). The columns "
    "after the two returns are what each rule took (-) or gave (+), in points; they add up.",
    "各账户初始资金{cash:,.0f}元,按入场规则买入,于{exit}收盘卖出。纸面为指数账簿自第-1日收盘至该日"
    "({window})的收益率。其后各列为每条规则带来的损益(百分点),合计等于两者之差。",
)
_COLUMNS = Phrase(
    "Basket|Entry|Paper|Achievable|Delay|Unfilled|Fees|Lots, cash|Rest|Filled",
    "组合|入场|纸面|可实现|延迟|未成交|费用|整手与现金|其余|成交率",
)
_SENTENCE = Phrase(
    "**{basket}**, {entry} ({session}): paper {paper}, achievable {achieved}, because {reasons}."
    "{met}",
    "**{basket}**,{entry}({session}):纸面{paper},可实现{achieved},原因:{reasons}。{met}",
)
_NO_ACCOUNT = Phrase("**{basket}**: {why}.", "**{basket}**:{why}。")
_SAME = Phrase("nothing stood in the way", "无任何阻碍")
_COST = Phrase("{what} cost {points} points", "{what}损失{points}个百分点")
_GAVE = Phrase("{what} gained {points} points", "{what}增加{points}个百分点")
_PARTS = (
    ("delay", Phrase("buying later than paper", "买入晚于纸面")),
    ("unfilled", Phrase("orders that could not be filled", "未能成交的委托")),
    ("fees", Phrase("fees", "费用")),
    ("lots_cash", Phrase("whole lots and cash", "整手与现金")),
    ("residual", Phrase("slippage and dividend tax", "滑点与红利税")),
)
_MET = {
    Reason.LIMIT_UP: Phrase(" Shut at limit-up: {where}.", "涨停未能买入:{where}。"),
    Reason.LIMIT_DOWN: Phrase(" Shut at limit-down: {where}.", "跌停未能卖出:{where}。"),
    Reason.SUSPENDED: Phrase(" Suspended: {where}.", "停牌:{where}。"),
    Reason.PARTICIPATION: Phrase(
        " Too large for the session's volume: {where}.", "超出成交量上限:{where}。"
    ),
    Reason.REFUSED: Phrase(
        " Refused, its weight in cash: {where}.", "账户拒绝、权重留作现金:{where}。"
    ),
}
_ENTRIES = {
    "next_open": Phrase("bought at the next open", "次一开盘买入"),
    "day0_close": Phrase("bought at the close of day 0", "第0日收盘买入"),
    "publication_open": Phrase("bought at the open after publication", "名单发布后首个开盘买入"),
}


def achievable(case: CaseResult, language: Language) -> Iterator[str]:
    """The section's blocks; nothing for a study without accounts.

    It shows the accounts beside the study's first index book.
    """
    first = case.books[0].book if case.books else None
    shown = [
        Owner(case, kept, member)
        for member in range(len(case.case.baskets))
        for kept in case.accounts
        if first is not None
        and (kept.index.weighting, kept.index.rebalance) == (first.weighting, first.rebalance)
    ]
    if not shown:
        return
    book = shown[0].book
    yield f"### {_TITLE.say(language)}"
    yield _INTRO.say(
        language,
        cash=book.settings.cash,
        exit=str(shown[0].sessions[-1]),
        window=span(0, book.base + book.schedule.rows - 1 - case.zero),
    )
    header = _COLUMNS.say(language).split("|")
    rows = [_row(owner, language) for owner in shown if owner.entry_row >= 0]
    yield markdown_table(header, rows, left=2)
    said = dict.fromkeys(sentence(owner, language) for owner in shown)
    yield "\n".join(f"- {one}" for one in said)


def sentence(owner: Owner, language: Language) -> str:
    """Paper, achievable and the reasons of the difference, the largest first.

    Of a basket without an account only why it has none, which is the same for most entries.
    """
    basket = escape(owner.basket.id)
    if owner.entry_row < 0:
        why = "; ".join(note.text(language) for note in owner.kept.notes[owner.member])
        return _NO_ACCOUNT.say(language, basket=basket, why=escape(why))
    parts = owner.book.shortfall
    return _SENTENCE.say(
        language,
        basket=basket,
        entry=_ENTRIES[owner.kept.entry].say(language),
        session=str(owner.kept.points[owner.member].session),
        paper=percent(float(parts.paper[owner.member])),
        achieved=percent(float(parts.achieved[owner.member])),
        reasons=_reasons(owner, language),
        met="".join(_met(owner, reason, phrase, language) for reason, phrase in _MET.items()),
    )


def _row(owner: Owner, language: Language) -> list[str]:
    parts, member = owner.book.shortfall, owner.member
    taken = [-float(getattr(parts, key)[member]) for key, _ in _PARTS]
    return [
        escape(owner.basket.id),
        _ENTRIES[owner.kept.entry].say(language),
        percent(float(parts.paper[member])),
        percent(float(parts.achieved[member])),
        *(points(value, signed=True) for value in taken),
        percent(float(owner.book.fill_ratio[member])).lstrip("+"),
    ]


def _reasons(owner: Owner, language: Language) -> str:
    """The parts that round to at least 0.1 points, in words."""
    parts = [
        (float(getattr(owner.book.shortfall, key)[owner.member]), what) for key, what in _PARTS
    ]
    said = [
        (_COST if value > 0 else _GAVE).say(language, what=what.say(language), points=points(value))
        for value, what in sorted(parts, key=lambda part: -abs(part[0]))
        if float(points(value)) > 0
    ]
    return (", " if language == "en" else "、").join(said) or _SAME.say(language)


def _met(owner: Owner, reason: Reason, phrase: Phrase, language: Language) -> str:
    """The shares and dates on which a rule stopped an order."""
    orders = owner.book.plan.orders
    stopped = (orders.basket == owner.member) & (orders.reason == reason)
    dates = owner.sessions.astype(str)
    found: dict[str, list[str]] = {}
    for k in np.flatnonzero(stopped):
        symbol = owner.case.panel.symbols[orders.column[k]]
        when = str(dates[orders.row[k]])
        if when not in found.setdefault(symbol, []):
            found[symbol].append(when)
    if not found:
        return ""
    separator = ", " if language == "en" else "、"
    where = separator.join(f"{symbol} ({', '.join(when)})" for symbol, when in found.items())
    return phrase.say(language, where=where)
