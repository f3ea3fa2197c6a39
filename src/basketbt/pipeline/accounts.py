"""The step of a study in which lists are bought and sold under the rules of the market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from basketbt.config.account import AccountSpec
from basketbt.data.bars import MarketData
from basketbt.data.panel import PricePanel, Status
from basketbt.engine.account import Entry
from basketbt.engine.account.book import AccountBook, account_book
from basketbt.engine.account.dividends import BOOKED_AS_CASH
from basketbt.engine.account.schedule import entry_point
from basketbt.engine.account.settings import AccountSettings
from basketbt.engine.book import IndexBook
from basketbt.engine.shocks import ShockedWindow, shocked_window
from basketbt.errors import DataError, OutsideData
from basketbt.market.fees import Broker
from basketbt.metrics.evaluation import Evaluation, evaluate
from basketbt.notes import Note, NoteKind, listing, message
from basketbt.pipeline.books import books_of
from basketbt.pipeline.panels import shares_panel
from basketbt.pipeline.screening import (
    FOR_LACK_OF_PRICES,
    HoldablePart,
    ShareFacts,
    entry_rows,
    facts_of,
    holdable_part,
)
from basketbt.plan.model import StudyPlan
from basketbt.plan.request import HOME_CURRENCY, NoEntry, account_exit
from basketbt.results import AccountKept, CaseResult
from basketbt.results.accounts import accounts_of

NOT_OVER = NoteKind("accounts_not_over", severity="warning")
UNTAXED = NoteKind("dividends_untaxed", severity="warning")
NOTHING_TO_TAX = NoteKind("dividends_nothing_to_tax", severity="warning")
LOCKED = NoteKind("account_locked")
CAPACITY_OF_PART = NoteKind("account_capacity_of_part")
NO_CAPACITY = NoteKind("account_no_capacity")

_SHOWN = 6  # an error fits one screen


class AccountsBeyondPrices(OutsideData):
    """Fields: what, first and last (day with prices)."""


class NoAccounts(DataError):
    """No list of a study can have an account. Fields: why (all reasons)."""


def all_accounted(
    plan: StudyPlan, spec: AccountSpec, results: Sequence[CaseResult], data: MarketData
) -> tuple[tuple[CaseResult, ...], tuple[Note, ...]]:
    """The cases with their accounts. Where each list is its own event, those that are not over are
    left without, and the notes name them.

    Raises what :func:`accounted` and :func:`refuse_none` raise.
    """
    made: list[CaseResult] = []
    notes: list[Note] = []
    refused: AccountsBeyondPrices | None = None
    for result in results:
        try:
            made.append(accounted(plan, spec, result, data))
        except AccountsBeyondPrices as error:
            if not plan.config.by_publication:
                raise
            refused = refused or error
            made.append(result)
            last = str(result.case.session(account_exit(plan.config, result.case)))
            names = listing(basket.id for basket in result.case.baskets)
            notes.append(NOT_OVER(baskets=names, exit=last))
    if refused and len(notes) == len(made):
        raise refused
    refuse_none(made)
    return tuple(made), tuple(notes)


def accounted(
    plan: StudyPlan, spec: AccountSpec, result: CaseResult, data: MarketData
) -> CaseResult:
    """The case with its accounts: for each entry one beside each index book, bought at the close of
    day -1 and followed to the exit.

    A basket of which the account could hold less weight than the study asks has no account, nor one
    whose entry comes before day -1 or after the exit; its notes say why. Accounts are kept in yuan,
    so lists measured in another currency are priced anew for them.

    Raises ``AccountsBeyondPrices``, ``LotsDisagree``, ``WarningsDisagree`` and what
    ``account_book`` raises.
    """
    case, home = result.case, result.case.calendar.name
    panel = result.panel if HOME_CURRENCY[home] == "CNY" else shares_panel(plan, data, home, "CNY")
    last = account_exit(plan.config, case)
    _check_reach(panel, first=result.zero - 1, last=result.zero + last, event=case.event.id)
    books = books_of(plan.config, case, panel, result.zero, {0: last})
    late = plan.config.late_listing
    parts = [holdable_part(panel, index, spec, late) for index in books]
    facts = facts_of(plan.baskets, panel.instruments)
    in_yuan = replace(result, panel=panel)
    kept = tuple(
        _kept(spec, entry, in_yuan, index, part, facts, has_actions=data.has_actions)
        for entry in spec.entry
        for index, part in zip(books, parts, strict=True)
    )
    another = "" if panel is result.panel else panel.digest
    return replace(result, accounts=kept, accounts_digest=another)


def refuse_none(cases: Sequence[CaseResult]) -> None:
    """Refuse a study none of whose lists has an account: it asked for something that cannot be.

    Raises ``NoEntry`` when the dates alone are to blame, else ``NoAccounts``.
    """
    everyone = [one for case in cases for one in accounts_of(case, opened=False)]
    if any(one.opened for one in everyone):
        return
    reasons = dict.fromkeys(
        (f"{one.basket.id}: {note.text()}", note.kind in FOR_LACK_OF_PRICES)
        for one in everyone
        for note in one.kept.notes[one.member]
    )
    shown = [reason.replace("no account: ", "") for reason, _ in reasons]
    more = [f"and {len(shown) - _SHOWN} more"] if len(shown) > _SHOWN else []
    why = "; ".join([*shown[:_SHOWN], *more])
    raise NoAccounts(why=why) if any(lack for _, lack in reasons) else NoEntry(why=why)


def _check_reach(panel: PricePanel, *, first: int, last: int, event: str) -> None:
    """Refuse accounts that begin (row ``first``) before the prices or end after them (``last``).

    Raises ``AccountsBeyondPrices``.
    """
    priced = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    if not priced.size or first < priced[0] or last > priced[-1]:
        known = panel.sessions[priced[[0, -1]]] if priced.size else ("none", "none")
        raise AccountsBeyondPrices(
            what=message(
                "why-the-accounts-of-run-from",
                event=event,
                sessions=panel.sessions[max(first, 0)],
                sessions2=panel.sessions[last],
            ),
            first=known[0],
            last=known[1],
        )


def _kept(
    spec: AccountSpec,
    entry: Entry,
    result: CaseResult,
    index: IndexBook,
    part: HoldablePart,
    facts: ShareFacts,
    *,
    has_actions: bool,
) -> AccountKept:
    points = tuple(
        entry_point(entry, result.case.event, basket.source.published, result.case.calendar)
        for basket in result.case.baskets
    )
    base = index.paths[0].base
    sessions = result.panel.sessions[base : base + len(part.path.levels)]
    rows, notes = entry_rows(part, points, sessions)
    book = account_book(
        result.panel,
        part.path,
        base=base,
        entry=rows,
        moments=np.array([point.moment for point in points], dtype=np.int8),
        settings=settings_of(spec),
        refused=part.refused,
        risk_warning=facts.risk_warning,
        lots=facts.lots,
    )
    return AccountKept(
        entry=entry,
        index=index,
        holdable=part.holdable,
        refused=part.refused,
        points=points,
        book=book,
        statistics=_statistics(result, book),
        shocked=tuple(_shocked(result, book, number) for number in range(len(points))),
        notes=tuple(
            (
                *own,
                *_entry_notes(result.panel, book, number),
                *_payment_notes(result.panel, book, number, has_actions=has_actions),
            )
            for number, own in enumerate(notes)
        ),
    )


def settings_of(spec: AccountSpec) -> AccountSettings:
    """The account's settings as the study has them."""
    alike = spec.model_dump(
        include={"cash", "participation", "slippage_bps", "patience", "dividends"}
    )
    broker = Broker(**spec.broker.model_dump())
    return AccountSettings(**alike, follow=spec.rebalance == "follow", broker=broker)


def _entry_notes(panel: PricePanel, book: AccountBook, number: int) -> list[Note]:
    """What a basket's account could not buy at its first open, and in that session."""
    if not book.opened[number]:
        return []
    first, symbols = book.first, np.array(panel.symbols)
    weights, locked, could = (one[number] for one in (first.weights, first.locked, first.open))
    session = str(panel.sessions[book.base + book.schedule.entry[number]])
    notes = []
    if locked.any():
        notes.append(
            LOCKED(
                count=int(locked.sum()),
                weight=float(first.locked_weight[number]),
                session=session,
                symbols=listing(symbols[locked].tolist()),
                shut=int(first.shut[number].sum()),
            )
        )
    missing = (weights > 0) & ~could
    if not could.any():
        notes.append(NO_CAPACITY(session=session))
    elif missing.any():
        part = float(weights[could].sum() / weights.sum())
        shares = listing(symbols[missing].tolist())
        notes.append(CAPACITY_OF_PART(weight=part, session=session, symbols=shares))
    return notes


def _payment_notes(
    panel: PricePanel, book: AccountBook, number: int, *, has_actions: bool
) -> list[Note]:
    """Notes on corporate actions of the shares that a basket held then, and on their tax."""
    if not book.opened[number]:
        return []
    held = np.asarray(book.books.shares[:, number].any(axis=0))
    own = [(column, note) for column, note in book.payments if held[column]]
    notes = [note for _, note in own]
    if book.settings.dividends == "taxed":
        unnamed = {column for column, note in own if note.kind is BOOKED_AS_CASH}
        if unnamed:
            symbols = (panel.symbols[column] for column in sorted(unnamed))
            notes.append(UNTAXED(symbols=listing(symbols)))
        elif not has_actions:
            notes.append(NOTHING_TO_TAX())
    return notes


def _statistics(result: CaseResult, book: AccountBook) -> tuple[Evaluation | None, ...]:
    """The measures of each account from the session before its entry on; None without one."""
    yardsticks = result.yardsticks
    found: list[Evaluation | None] = []
    for number, row in enumerate(book.schedule.entry):
        if row < 0:
            found.append(None)
            continue
        first = max(int(row) - 1, 0)
        start = book.base + first
        levels = book.levels[first:, number]
        found.append(
            evaluate(
                levels,
                annualisation=yardsticks.annualisation,
                rf_annual=yardsticks.rf_annual,
                benchmark_levels=yardsticks.levels[start : start + len(levels), 0],
            )
        )
    return tuple(found)


def _shocked(result: CaseResult, book: AccountBook, number: int) -> ShockedWindow | None:
    """The account up to the market's first shock; None without an account or a shock in it."""
    row = int(book.schedule.entry[number])
    if row < 0:
        return None
    first = max(row - 1, 0)
    start = book.base + first
    levels = book.levels[first:, number]
    return shocked_window(
        levels[:, np.newaxis],
        result.yardsticks.levels[start : start + len(levels), 0],
        sessions=result.panel.sessions,
        base=start,
        met=result.shocks,
    )
