"""The part of the memo that sets paper against what an account could do, list by list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.backtest.account.quotes import refused_shares, shares_with_causes
from basketbt.notes import Language, listing
from basketbt.report.choices import entry_words
from basketbt.report.memo.abbreviate import abbreviation
from basketbt.report.memo.unfilled import share, stopped, unsold
from basketbt.report.phrases import (
    COMMA,
    Phrase,
    escape,
    markdown_table,
    percent,
    points,
)
from basketbt.report.tables.accounts import Owner
from basketbt.results import CaseResult

_TITLE = Phrase("Paper against achievable", "纸面与可实现")
_INTRO = Phrase(
    "Each account starts with ¥{cash:,.0f}, buys as its entry says, and sets out to sell all at "
    "the close of {exit}; what could not be sold then is named below and counted at its last "
    "price. Paper is the index book from the close of day -1 to that day ({window}), of the part "
    "of the list that the account can hold: *Covers* is its weight. *From entry* is the same book "
    "bought at the close before the entry: what moved earlier nobody who entered then could have. "
    "The columns after *Achievable* are what each rule took from *Paper* (-) or gave (+), in "
    "points; they add up. *Bought* and *Sold* are the filled parts of what the account set out to "
    "buy and to sell. Entries before a list was published are hindsight.",
    "各账户初始资金{cash:,.0f}元，按入场规则买入，于{exit}收盘委托全部卖出；未能卖出者列于下文，按最近"
    "价格计值。纸面为账户可持有部分（“覆盖”为其占名单权重）的指数口径自第-1日收盘至该日（{window}）的"
    "收益率。“入场起”为同一账簿于入场前一收盘买入的收益率：此前的涨跌，届时入场者无从获得。“可实现”之后"
    "各列为每条规则给纸面带来的损益（百分点），合计等于两者之差。“买入”与“卖出”为计划买卖中成交的部分。"
    "早于名单发布的入场为事后视角。",
)
_COLUMNS = Phrase(
    "Basket|Entry|Covers|Paper|From entry|Achievable|Delay|Unfilled|Fees|Lots, cash|Rest|Bought|"
    "Sold",
    "组合|入场|覆盖|纸面|入场起|可实现|延迟|未成交|费用|整手与现金|其余|买入|卖出",
)
_SENTENCE = Phrase(
    "**{basket}**, {entry} ({session}{early}): paper {paper}{since}, achievable {achieved}, "
    "because {reasons}.{met}",
    "**{basket}**，{entry}（{session}{early}）：纸面{paper}{since}，可实现{achieved}，原因：{reasons}。{met}",
)
_EARLY = Phrase("; hindsight, the list is of {published}", "；事后视角，名单发布于{published}")
_SINCE = Phrase(" and {value} from the close of {day} on", "（自{day}收盘起{value}）")
_PART = Phrase(
    "**{basket}**: accounts can hold {held} of its {names} shares, {covered} of its weight, and "
    "not {shares}{cash}. The whole list made {whole} on paper.",
    "**{basket}**：账户可持有{names}只中的{held}只，占权重{covered}；无法持有{shares}{cash}。"
    "整个名单纸面为{whole}。",
)
_STAYS = Phrase("; their weight stays in cash", "，其权重留作现金")
_NO_ACCOUNT = Phrase("**{basket}**: {why}.", "**{basket}**，{why}。")
_SAME = Phrase("nothing stood in the way", "无任何阻碍")
_COST = Phrase("{what} cost {points} points", "{what}损失{points}个百分点")
_GAVE = Phrase("{what} gained {points} points", "{what}增加{points}个百分点")
_BEFORE = Phrase("what moved before the entry", "入场前的涨跌")
_LATER = Phrase("buying later than paper", "买入晚于纸面")
_LATER_THAN_EVE = Phrase("buying later than at that close", "买入晚于该收盘")
_PARTS = (
    ("delay", _LATER),
    ("unfilled", Phrase("orders that could not be filled", "未能成交的委托")),
    ("fees", Phrase("fees", "费用")),
    ("lots_cash", Phrase("whole lots and cash", "整手与现金")),
    ("residual", Phrase("slippage and dividend tax", "滑点与红利税")),
)
ENTRIES = {
    "next_open": Phrase("bought at the next open", "事件后首个开盘买入"),
    "day0_close": Phrase("bought at the close of day 0", "第0日收盘买入"),
    "publication_open": Phrase("bought at the open after publication", "名单发布后首个开盘买入"),
}


def achievable(case: CaseResult, language: Language) -> Iterator[str]:
    """The section's blocks; nothing for a study without accounts.

    It shows the accounts beside the study's first index book, of each list those first that a
    reader could have kept.
    """
    first = case.books[0].book if case.books else None
    mine = [
        Owner(case, kept, member)
        for member in range(len(case.case.baskets))
        for kept in case.accounts
        if first is not None
        and (kept.index.weighting, kept.index.rebalance) == (first.weighting, first.rebalance)
    ]
    shown = sorted(mine, key=lambda owner: (owner.member, owner.hindsight))
    if not shown:
        return
    book = shown[0].book
    yield f"### {_TITLE.say(language)}"
    yield _INTRO.say(
        language,
        cash=book.settings.cash,
        exit=str(shown[0].sessions[-1]),
        window=shown[0].paper_window,
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
        shorten = abbreviation(owner.case.case.baskets, "summary.csv")
        why = listing(owner.kept.notes[owner.member], "semicolon").text(language, shorten)
        return _NO_ACCOUNT.say(language, basket=basket, why=escape(why))
    parts, published = owner.book.shortfall, owner.basket.source.published
    eve = owner.sessions[max(owner.entry_row - 1, 0)]
    since = percent(float(parts.since_entry[owner.member]))
    return _SENTENCE.say(
        language,
        basket=basket,
        entry=ENTRIES[owner.kept.entry].say(language),
        session=str(owner.kept.points[owner.member].session),
        early=_EARLY.say(language, published=str(published)) if owner.hindsight else "",
        paper=percent(float(parts.paper[owner.member])),
        since=_SINCE.say(language, value=since, day=str(eve)) if owner.entry_row > 1 else "",
        achieved=percent(float(parts.achieved[owner.member])),
        reasons=_reasons(owner, language),
        met=stopped(owner, language) + unsold(owner, language),
    )


def _row(owner: Owner, language: Language) -> list[str]:
    parts, member = owner.book.shortfall, owner.member
    taken = [-float(getattr(parts, key)[member]) for key, _ in _PARTS]
    return [
        escape(owner.basket.id),
        entry_words(owner.kept.entry, language, hindsight=owner.hindsight),
        share(owner.covered),
        percent(float(parts.paper[member])),
        percent(float(parts.since_entry[member])),
        percent(float(parts.achieved[member])),
        *(points(value, signed=True) for value in taken),
        share(float(owner.book.fill_ratio[member])),
        share(float(owner.book.sold_ratio[member])),
    ]


def _part(owner: Owner, language: Language) -> str:
    panel, weights = owner.case.panel, owner.targets
    refused = shares_with_causes(panel, refused_shares(panel), weights)
    shares = refused.text(language, abbreviation(owner.case.case.baskets, "summary.csv"))
    stays = owner.kept.book.path is owner.kept.index.paths[0].total
    return _PART.say(
        language,
        basket=escape(owner.basket.id),
        held=int(np.count_nonzero(weights[~owner.kept.refused])),
        names=len(owner.basket.constituents),
        covered=share(owner.covered),
        shares=escape(shares),
        cash=_STAYS.say(language) if stays else "",
        whole=percent(owner.list_return),
    )


def _reasons(owner: Owner, language: Language) -> str:
    """The parts that round to at least 0.1 points, in words."""
    found, member = owner.book.shortfall, owner.member
    parts = [(float(getattr(found, key)[member]), what) for key, what in _PARTS]
    if owner.entry_row > 1:  # paper had sessions to move in before the entry
        before = float(found.paper[member] - found.since_entry[member])
        parts[0] = (parts[0][0] - before, _LATER_THAN_EVE)
        parts.append((before, _BEFORE))
    lines = [
        (_COST if value > 0 else _GAVE).say(language, what=what.say(language), points=points(value))
        for value, what in sorted(parts, key=lambda part: -abs(part[0]))
        if float(points(value)) > 0
    ]
    return COMMA.say(language).join(lines) or _SAME.say(language)
