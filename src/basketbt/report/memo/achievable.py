"""The part of the memo that sets paper against what an account could do, list by list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.backtest.account.refusals import refused_shares, said
from basketbt.backtest.account.settings import Reason
from basketbt.market.dayzero import publication_day
from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.choices import entry_words
from basketbt.report.phrases import Phrase, escape, markdown_table, percent, points
from basketbt.report.tables.accounts import Owner
from basketbt.results import CaseResult

_TITLE = Phrase("Paper against achievable", "纸面与可实现")
_INTRO = Phrase(
    "Each account starts with ¥{cash:,.0f}, buys as its entry says, and sets out to sell all at "
    "the close of {exit}; what could not be sold then is named below and counted at its last "
    "price. Paper is the index book from the close of day -1 to that day ({window}), of the part "
    "of the list that the account can hold: *Covers* is its weight. The columns after the two "
    "returns are what each rule took (-) or gave (+), in points; they add up. *Bought* and *Sold* "
    "are the filled parts of what the account set out to buy and to sell.",
    "各账户初始资金{cash:,.0f}元,按入场规则买入,于{exit}收盘委托全部卖出;未能卖出者列于下文,按最近"
    "价格计值。纸面为账户可持有部分(“覆盖”为其占名单权重)的指数账簿自第-1日收盘至该日({window})的"
    "收益率。其后各列为每条规则带来的损益(百分点),合计等于两者之差。“买入”与“卖出”为计划买卖中成交的"
    "部分。",
)
_COLUMNS = Phrase(
    "Basket|Entry|Covers|Paper|Achievable|Delay|Unfilled|Fees|Lots, cash|Rest|Bought|Sold",
    "组合|入场|覆盖|纸面|可实现|延迟|未成交|费用|整手与现金|其余|买入|卖出",
)
_SENTENCE = Phrase(
    "**{basket}**, {entry} ({session}): paper {paper}, achievable {achieved}, because {reasons}."
    "{met}{unsold}",
    "**{basket}**,{entry}({session}):纸面{paper},可实现{achieved},原因:{reasons}。{met}{unsold}",
)
_PART = Phrase(
    "**{basket}**: accounts can hold {held} of its {names} shares, {covered} of its weight, and "
    "not {shares}{cash}. The whole list made {whole} on paper.",
    "**{basket}**:账户可持有{names}只中的{held}只,占权重{covered};无法持有{shares}{cash}。"
    "整个名单纸面为{whole}。",
)
_STAYS = Phrase("; their weight stays in cash", ",其权重留作现金")
_UNSOLD = Phrase(
    " Not sold at the end, ¥{value:,.0f} or {part} of the account: {where}.",
    "结束时未卖出,计{value:,.0f}元,占账户{part}:{where}。",
)
_SHARES = Phrase("{symbol} ({shares:,} shares, {reason})", "{symbol}({shares:,}股,{reason})")
_TOO_SMALL = Phrase(" Not bought, worth less than a lot: {where}.", "不足一手未买入:{where}。")
_NOT_ORDERED = Phrase("no order", "无委托")
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
    Reason.CLOSED: Phrase(" Its exchange was shut: {where}.", "所在交易所休市:{where}。"),
    Reason.NOT_TRADED: Phrase(" Not traded: {where}.", "未交易:{where}。"),
    Reason.T_PLUS_1: Phrase(" Not yet to be sold (T+1): {where}.", "受T+1限制未能卖出:{where}。"),
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
    yield markdown_table(header, [_row(owner, language) for owner in shown], left=2)
    lines = dict.fromkeys(one for owner in shown for one in sentences(owner, language))
    yield "\n".join(f"- {one}" for one in lines)


def sentences(owner: Owner, language: Language) -> Iterator[str]:
    """What part of the list the account is of, where it is not all, and how it fared."""
    if owner.entry_row >= 0 and owner.covered < 1:
        yield _part(owner, language)
    yield sentence(owner, language)


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
        met=_too_small(owner, language)
        + "".join(_met(owner, reason, phrase, language) for reason, phrase in _MET.items()),
        unsold=_unsold(owner, language),
    )


def _bought(owner: Owner, language: Language) -> str:
    """The entry, marked where it came before the list."""
    home, published = owner.case.case.calendar, owner.basket.source.published
    hindsight = owner.sessions[owner.entry_row] < publication_day(published, home)
    return entry_words(owner.kept.entry, language, hindsight=bool(hindsight))


def _row(owner: Owner, language: Language) -> list[str]:
    parts, member = owner.book.shortfall, owner.member
    taken = [-float(getattr(parts, key)[member]) for key, _ in _PARTS]
    return [
        escape(owner.basket.id),
        _bought(owner, language),
        _share(owner.covered),
        percent(float(parts.paper[member])),
        percent(float(parts.achieved[member])),
        *(points(value, signed=True) for value in taken),
        _share(float(owner.book.fill_ratio[member])),
        _share(float(owner.book.sold_ratio[member])),
    ]


def _share(value: float) -> str:
    return percent(value).lstrip("+")


def _part(owner: Owner, language: Language) -> str:
    panel, weights = owner.case.panel, owner.targets
    shares = said(panel, refused_shares(panel), weights)
    stays = owner.kept.book.path is owner.kept.index.paths[0].total
    return _PART.say(
        language,
        basket=escape(owner.basket.id),
        held=int(np.count_nonzero(weights[~owner.kept.refused])),
        names=len(owner.basket.constituents),
        covered=_share(owner.covered),
        shares=shares["shares" if language == "en" else "shares_zh"],
        cash=_STAYS.say(language) if stays else "",
        whole=percent(owner.list_return),
    )


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
    where = (", " if language == "en" else "、").join(symbols)
    return _TOO_SMALL.say(language, where=where) if symbols else ""


def _unsold(owner: Owner, language: Language) -> str:
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
        part=_share(float(book.unsold[member])),
        where=(", " if language == "en" else "、").join(where),
    )


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
