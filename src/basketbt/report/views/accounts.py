"""Sentences on each account: paper, achievable, what lay between, what the market did not fill."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.notes import Listing
from basketbt.report.data import Row
from basketbt.report.views.context import Context, real
from basketbt.report.views.numbers import money, percent, points, unsigned

# Notes of an account that is not of the whole list.
_PARTIAL = ("account_left_out", "account_in_cash")
# Shares and dates named one by one in a sentence; more are counted.
_NAMED = 12


# What an account could not buy at its first open, and in that session.
_AT_ENTRY = ("account_locked", "account_capacity_of_part", "account_no_capacity")
# Parts of an account's own friction, and what can stop an order, in the order of the sentence.
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
    """Paper, what of it came before the entry, achievable, and the friction's parts."""
    published = context.data.lists[str(row["basket"])].published
    return context.say(
        "account.sentence",
        entry=context.say(f"conclusion.entries.{row['entry']}"),
        session=row["start_date"],
        early=context.say("account.early", published=published)
        if row["knowledge"] == "hindsight"
        else "",
        paper=percent(real(row["paper_return"])),
        moved=points(real(row["moved_before_entry"]) or 0.0, signed=True),
        friction=points(-(real(row["friction"]) or 0.0), signed=True),
        achieved=percent(real(row["total_return"])),
        reasons=_reasons(context, row),
        met=_at_entry(context, row) + _unfilled(context, row) + _unsold(context, row),
    )


def _reasons(context: Context, row: Row) -> str:
    """The parts that round to at least 0.1 points, in words."""
    parts = [(real(row[f"shortfall_{key}"]) or 0.0, f"account.parts.{key}") for key in _PARTS]
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


def _at_entry(context: Context, row: Row) -> str:
    """The money that the first session took, and the shares that it did not give."""
    said = ""
    if row["tightest"] is not None:
        said = context.say(
            "account.capacity",
            capacity=money(real(row["capacity"]), context.language),
            tightest=row["tightest"],
            most=money(real(row["capacity_90"]), context.language),
        )
    notes = row["notes"] if isinstance(row["notes"], tuple) else ()
    for note in notes:
        if note.kind.code in _AT_ENTRY:
            words = note.text(context.language, context.shorten("summary.csv"))
            said += context.say("account.at_entry", what=words[:1].upper() + words[1:])
    return said


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
