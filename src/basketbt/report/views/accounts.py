"""Sentences on each account: paper, achievable, what lay between, what the market did not fill."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.notes import Listing
from basketbt.report.data import Row
from basketbt.report.views.conclusion import ENTRIES
from basketbt.report.views.context import Context, real
from basketbt.report.views.phrases import Phrase, percent, points, unsigned

# Notes of an account that is not of the whole list.
_PARTIAL = ("account_left_out", "account_in_cash")
# Shares and dates named one by one in a sentence; more are counted.
_NAMED = 12

_SENTENCE = Phrase(
    "{entry} ({session}{early}): paper {paper}{since}, achievable {achieved}, because {reasons}."
    "{met}",
    "{entry}（{session}{early}）：纸面{paper}{since}，可实现{achieved}，原因：{reasons}。{met}",
)
_EARLY = Phrase("; hindsight, the list is of {published}", "；事后视角，名单发布于{published}")
_SINCE = Phrase(" and {value} from the close of {day} on", "（自{day}收盘起{value}）")
_PART = Phrase(
    "accounts can hold {held} of its {names} shares, {covered} of its weight, and not {shares}"
    "{cash}. The whole list made {whole} on paper.",
    "账户可持有{names}只中的{held}只，占权重{covered}；无法持有{shares}{cash}。整个名单纸面为{whole}。",
)
_NO_ACCOUNT = Phrase("{why}.", "{why}。")
_STAYS = Phrase("; their weight stays in cash", "，其权重留作现金")
_SAME = Phrase("nothing stood in the way", "无任何阻碍")
_COST = Phrase("{what} cost {points} points", "{what}损失{points}个百分点")
_GAVE = Phrase("{what} gained {points} points", "{what}增加{points}个百分点")
_BEFORE = Phrase("what moved before the entry", "入场前的涨跌")
_LATER = Phrase("buying later than paper", "买入晚于纸面")
_LATER_THAN_EVE = Phrase("buying later than at that close", "买入晚于该收盘")
_PARTS = (
    ("shortfall_unfilled", Phrase("orders that could not be filled", "未能成交的委托")),
    ("shortfall_fees", Phrase("fees", "费用")),
    ("shortfall_lots_cash", Phrase("whole lots and cash", "整手与现金")),
    ("shortfall_residual", Phrase("slippage and dividend tax", "滑点与红利税")),
)
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
    "limit-up": Phrase(" Shut at limit-up: {where}.", "涨停未能买入：{where}。"),
    "limit-down": Phrase(" Shut at limit-down: {where}.", "跌停未能卖出：{where}。"),
    "suspended": Phrase(" Suspended: {where}.", "停牌：{where}。"),
    "closed": Phrase(" Its exchange was shut: {where}.", "所在交易所休市：{where}。"),
    "not traded": Phrase(" Not traded: {where}.", "未交易：{where}。"),
    "T+1": Phrase(" Not yet to be sold (T+1): {where}.", "受T+1限制未能卖出：{where}。"),
    "participation": Phrase(
        " Too large for the session's volume: {where}.", "超出成交量上限：{where}。"
    ),
    "refused": Phrase(
        " Refused, its weight in cash: {where}.", "账户拒绝、权重留作现金：{where}。"
    ),
}


def sentences(context: Context, row: Row) -> Iterator[tuple[str, str]]:
    """(basket, sentence): what part of it an account is of, and how it fared.

    ``row`` is one of summary.csv. Of a list without an account why it has none.
    """
    basket = str(row["basket"])
    if row["paper_return"] is None:
        why = context.notes(row["notes"], context.shorten("summary.csv"))
        yield basket, context.say(_NO_ACCOUNT, why=why)
    else:
        yield from ((basket, said) for said in _part(context, row))
        yield basket, _sentence(context, row)


def _part(context: Context, row: Row) -> Iterator[str]:
    """What of the list its accounts hold, where it is not all."""
    notes = row["notes"] if isinstance(row["notes"], tuple) else ()
    part = next((one for one in notes if one.kind.code in _PARTIAL), None)
    if part is None:
        return
    values = dict(part.values)
    shares = values["shares"]
    assert isinstance(shares, Listing)
    yield context.say(
        _PART,
        held=values["held"],
        names=row["names"],
        covered=unsigned(real(row["covered"])),
        shares=shares.text(context.language, context.shorten("summary.csv")),
        cash=context.say(_STAYS) if part.kind.code == "account_in_cash" else "",
        whole=percent(real(row["list_return"])),
    )


def _sentence(context: Context, row: Row) -> str:
    """Paper, achievable and the reasons of the difference, the largest first."""
    published = context.data.lists[str(row["basket"])].published
    since = percent(real(row["paper_since_entry"]))
    return context.say(
        _SENTENCE,
        entry=context.say(ENTRIES[str(row["entry"])]),
        session=row["start_date"],
        early=context.say(_EARLY, published=published) if row["knowledge"] == "hindsight" else "",
        paper=percent(real(row["paper_return"])),
        since=context.say(_SINCE, value=since, day=row["base_date"]) if _waited(row) else "",
        achieved=percent(real(row["total_return"])),
        reasons=_reasons(context, row),
        met=_unfilled(context, row) + _unsold(context, row),
    )


def _waited(row: Row) -> bool:
    """Whether paper had sessions to move in before the entry."""
    return isinstance(row["first_day"], int) and row["first_day"] > 0


def _reasons(context: Context, row: Row) -> str:
    """The parts that round to at least 0.1 points, in words."""
    parts = [(real(row[key]) or 0.0, what) for key, what in _PARTS]
    delay = real(row["shortfall_delay"]) or 0.0
    if _waited(row):
        before = (real(row["paper_return"]) or 0.0) - (real(row["paper_since_entry"]) or 0.0)
        parts = [(delay - before, _LATER_THAN_EVE), *parts, (before, _BEFORE)]
    else:
        parts = [(delay, _LATER), *parts]
    lines = [
        context.say(_COST if value > 0 else _GAVE, what=context.say(what), points=points(value))
        for value, what in sorted(parts, key=lambda part: -abs(part[0]))
        if float(points(value)) > 0
    ]
    return context.comma(lines) or context.say(_SAME)


def _account(row: Row) -> tuple[str, str]:
    return str(row["basket"]), str(row["entry"])


def _unfilled(context: Context, row: Row) -> str:
    """Every rule that stopped an order, with the shares and dates."""
    orders = context.orders.get(_account(row), [])
    held = {position["symbol"] for position in context.positions.get(_account(row), [])}
    small = {
        str(order["symbol"])
        for order in orders
        if order["reason"] == "lot" and order["side"] == "buy" and order["symbol"] not in held
    }
    said = context.say(_TOO_SMALL, where=context.comma(sorted(small))) if small else ""
    for reason, phrase in _MET.items():
        stopped = [order for order in orders if order["reason"] == reason]
        if stopped:
            said += context.say(phrase, where=_where(context, stopped))
    return said


def _where(context: Context, orders: list[Row]) -> str:
    """The shares and dates of orders; of many how many there are."""
    found: dict[str, list[str]] = {}
    for order in orders:
        days = found.setdefault(str(order["symbol"]), [])
        if order["date"] not in days:
            days.append(str(order["date"]))
    if sum(map(len, found.values())) > _NAMED:
        every = sorted({day for days in found.values() for day in days})
        return context.say(
            _MANY, shares=len(found), sessions=len(every), first=every[0], last=every[-1]
        )
    return context.comma(
        [context.say(_ON, symbol=name, days=context.comma(days)) for name, days in found.items()]
    )


def _unsold(context: Context, row: Row) -> str:
    """The shares left after the last close, their value, and why each was not sold."""
    end = row["end_date"]
    left = [one for one in context.positions.get(_account(row), []) if one["date"] == end]
    if not left:
        return ""
    why = {
        order["symbol"]: context.choice(order["reason"])
        for order in context.orders.get(_account(row), [])
        if order["date"] == end and order["side"] == "sell"
    }
    where = [
        context.say(
            _SHARES,
            symbol=one["symbol"],
            shares=one["shares"],
            reason=why.get(one["symbol"], context.say(_NOT_ORDERED)),
        )
        for one in left
    ]
    return context.say(
        _UNSOLD,
        value=sum(real(one["value"]) or 0.0 for one in left),
        part=unsigned(real(row["unsold"])),
        where=context.comma(where),
    )
