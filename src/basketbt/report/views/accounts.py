"""Sentences on each account: paper, achievable, what lay between, what the market did not fill."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.notes import Listing
from basketbt.report.data import Row
from basketbt.report.views.context import Context, real
from basketbt.report.views.numbers import percent, points, unsigned

# Notes of an account that is not of the whole list.
_PARTIAL = ("account_left_out", "account_in_cash")
# Shares and dates named one by one in a sentence; more are counted.
_NAMED = 12


# Parts of the shortfall beside delay, and what can stop an order, in the order of the sentence.
_PARTS = ("unfilled", "fees", "lots_cash", "residual")
_STOPPED = (
    "limit-up", "limit-down", "suspended", "closed", "not traded", "T+1", "participation",
    "refused",
)  # fmt: skip


def sentences(context: Context, row: Row) -> Iterator[tuple[str, str]]:
    """(basket, sentence): what part of it an account is of, and how it fared.

    ``row`` is one of summary.csv. Of a list without an account why it has none.
    """
    basket = str(row["basket"])
    if row["paper_return"] is None:
        why = context.notes(row["notes"], context.shorten("summary.csv"))
        yield basket, context.say("account.no_account", why=why)
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
        "account.part",
        held=values["held"],
        names=row["names"],
        covered=unsigned(real(row["holdable"])),
        shares=shares.text(context.language, context.shorten("summary.csv")),
        cash=context.say("account.stays") if part.kind.code == "account_in_cash" else "",
        whole=percent(real(row["list_return"])),
    )


def _sentence(context: Context, row: Row) -> str:
    """Paper, achievable and the reasons of the difference, the largest first."""
    published = context.data.lists[str(row["basket"])].published
    since = percent(real(row["paper_since_entry"]))
    return context.say(
        "account.sentence",
        entry=context.say(f"conclusion.entries.{row['entry']}"),
        session=row["start_date"],
        early=context.say("account.early", published=published)
        if row["knowledge"] == "hindsight"
        else "",
        paper=percent(real(row["paper_return"])),
        since=context.say("account.since", value=since, day=row["base_date"])
        if _waited(row)
        else "",
        achieved=percent(real(row["total_return"])),
        reasons=_reasons(context, row),
        met=_unfilled(context, row) + _unsold(context, row),
    )


def _waited(row: Row) -> bool:
    """Whether paper had sessions to move in before the entry."""
    return isinstance(row["first_day"], int) and row["first_day"] > 0


def _reasons(context: Context, row: Row) -> str:
    """The parts that round to at least 0.1 points, in words."""
    parts = [(real(row[f"shortfall_{key}"]) or 0.0, f"account.parts.{key}") for key in _PARTS]
    delay = real(row["shortfall_delay"]) or 0.0
    if _waited(row):
        before = (real(row["paper_return"]) or 0.0) - (real(row["paper_since_entry"]) or 0.0)
        parts = [(delay - before, "account.later_than_eve"), *parts, (before, "account.before")]
    else:
        parts = [(delay, "account.later"), *parts]
    lines = [
        context.say(
            "account.cost" if value > 0 else "account.gave",
            what=context.say(what),
            points=points(value),
        )
        for value, what in sorted(parts, key=lambda part: -abs(part[0]))
        if float(points(value)) > 0
    ]
    return context.comma(lines) or context.say("account.same")


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
    said = context.say("account.too_small", where=context.comma(sorted(small))) if small else ""
    for reason in _STOPPED:
        stopped = [order for order in orders if order["reason"] == reason]
        if stopped:
            said += context.say(f"account.met.{reason}", where=_where(context, stopped))
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
            "account.many", shares=len(found), sessions=len(every), first=every[0], last=every[-1]
        )
    return context.comma(
        [
            context.say("account.on", symbol=name, days=context.comma(days))
            for name, days in found.items()
        ]
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
            "account.shares",
            symbol=one["symbol"],
            shares=one["shares"],
            reason=why.get(one["symbol"], context.say("account.not_ordered")),
        )
        for one in left
    ]
    return context.say(
        "account.unsold",
        value=sum(real(one["value"]) or 0.0 for one in left),
        part=unsigned(real(row["unsold"])),
        where=context.comma(where),
    )
