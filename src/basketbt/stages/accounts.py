"""The wing of the hall where a case's lists are bought and sold under the rules of the market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.account.book import AccountBook, account_book
from basketbt.backtest.account.choices import Entry
from basketbt.backtest.account.entries import EntryPoint, entry_point
from basketbt.backtest.account.quotes import refused_shares, risk_warnings
from basketbt.backtest.account.settings import AccountSettings
from basketbt.backtest.book import BookPath, IndexBook
from basketbt.config.account import AccountSpec
from basketbt.errors import NeedsRawPrices, OutsideData
from basketbt.market.fees import Broker
from basketbt.notes import Note, NoteKind
from basketbt.plan.account import ExitBeforeEntry
from basketbt.plan.model import StudyPlan
from basketbt.plan.request import HOME_CURRENCY, account_exit
from basketbt.prices.data import Floats, MarketData
from basketbt.prices.panel import PricePanel, Status
from basketbt.results import AccountKept, CaseResult
from basketbt.stages.books import books_of
from basketbt.stages.panels import shares_panel
from basketbt.statistics.evaluation import Evaluation, evaluate

Bools = NDArray[np.bool_]

REFUSED_ADJUSTED = NoteKind(
    "account_refused_adjusted",
    en="account: only adjusted prices for {symbols}, which it cannot trade; {weight} of the weight "
    "stays in cash",
    zh="账户:{symbols}仅有复权价,无法交易;{weight}的权重留作现金",
    severity="warning",
)
REFUSED_CURRENCY = NoteKind(
    "account_refused_currency",
    en="account: no rate to yuan for {symbols}, which it cannot pay; {weight} of the weight stays "
    "in cash",
    zh="账户:{symbols}无兑人民币汇率,无法买入;{weight}的权重留作现金",
    severity="warning",
)
TOO_MUCH_REFUSED = NoteKind(
    "account_too_much_refused",
    en="no account: it could not hold {symbols}, {weight} of the weight (at most {allowed} may be "
    "missing); raw prices and rates to yuan are needed",
    zh="无账户:无法持有{symbols},占权重{weight}(上限{allowed});需要未复权价及兑人民币汇率",
    severity="warning",
)
ENTRY_AFTER_EXIT = NoteKind(
    "account_entry_after_exit",
    en="no account: its first order ({entry}) would come after its end ({exit})",
    zh="无账户:首笔委托({entry})晚于账户结束日({exit})",
    severity="warning",
)


def accounted(
    plan: StudyPlan, spec: AccountSpec, result: CaseResult, data: MarketData
) -> CaseResult:
    """The case with its accounts, beside index books that are bought at the close of day -1.

    Accounts are kept in yuan, so lists measured in another currency are priced anew for them.
    """
    case, home = result.case, result.case.calendar.name
    panel = result.panel if HOME_CURRENCY[home] == "CNY" else shares_panel(plan, data, home, "CNY")
    last = account_exit(plan.config, case)
    _check_reach(panel, first=result.zero - 1, last=result.zero + last, event=case.event.id)
    books = books_of(plan.config, case, panel, result.zero, {0: last})
    in_yuan = replace(result, panel=panel)
    kept = keep_accounts(spec, in_yuan, books, allowed=plan.config.max_missing_weight)
    another = "" if panel is result.panel else panel.digest
    return replace(result, accounts=kept, accounts_digest=another)


def keep_accounts(
    spec: AccountSpec,
    result: CaseResult,
    indexes: Sequence[IndexBook],
    *,
    allowed: float,
) -> tuple[AccountKept, ...]:
    """One account book for each entry and each index book of a case.

    ``indexes`` are bought at the close of day -1 and run to the exit (first offset 0). A basket of
    which the account could not hold more weight than ``allowed`` has no account, nor one whose
    entry comes after the exit.

    Raises ``NeedsRawPrices`` or ``ExitBeforeEntry`` when that is so of every basket, and what
    ``account_book`` raises.
    """
    return tuple(
        _kept(spec, entry, result, index, allowed) for entry in spec.entry for index in indexes
    )


def _check_reach(panel: PricePanel, *, first: int, last: int, event: str) -> None:
    """Refuse accounts that begin (row ``first``) before the prices or end after them (``last``).

    Raises ``OutsideData``.
    """
    priced = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    if not priced.size or first < priced[0] or last > priced[-1]:
        known = panel.sessions[priced[[0, -1]]] if priced.size else ("none", "none")
        raise OutsideData(
            what=f"the accounts of {event} run from {panel.sessions[max(first, 0)]} to "
            f"{panel.sessions[last]}",
            first=known[0],
            last=known[1],
        )


def _kept(
    spec: AccountSpec, entry: Entry, result: CaseResult, index: IndexBook, allowed: float
) -> AccountKept:
    path = index.paths[0]
    points = tuple(
        entry_point(entry, result.case.event, basket.source.published, result.case.calendar)
        for basket in result.case.baskets
    )
    screened = _screened(result.panel, path, points, allowed)
    _refuse_all(result, path, points, screened)
    book = account_book(
        result.panel,
        path.total,
        base=path.base,
        entry=screened.entry,
        moments=np.array([point.moment for point in points], dtype=np.int8),
        settings=settings_of(spec),
        refused=screened.refused,
        risk_warning=risk_warnings(_names(result)),
        lots=_lots(result),
    )
    return AccountKept(
        entry=entry,
        index=index,
        points=points,
        book=book,
        statistics=_statistics(result, book),
        notes=tuple(
            (*own, *_payment_notes(book, number)) for number, own in enumerate(screened.notes)
        ),
    )


def settings_of(spec: AccountSpec) -> AccountSettings:
    """The account's settings as the study has them."""
    return AccountSettings(
        cash=spec.cash,
        participation=spec.participation,
        slippage_bps=spec.slippage_bps,
        patience=spec.patience,
        dividends=spec.dividends,
        follow=spec.rebalance == "follow",
        broker=Broker(
            rate=spec.broker.rate,
            minimum=spec.broker.minimum,
            includes_exchange_fees=spec.broker.includes_exchange_fees,
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Screened:
    """``entry`` (B,) path rows, -1 without an account; ``refused`` (N,); notes a basket."""

    entry: NDArray[np.intp]
    refused: Bools
    notes: tuple[tuple[Note, ...], ...]


def _screened(
    panel: PricePanel, path: BookPath, points: tuple[EntryPoint, ...], allowed: float
) -> _Screened:
    """Which baskets get an account, and what is to be said of them."""
    adjusted, foreign = refused_shares(panel)
    sessions = panel.sessions[path.base : path.base + len(path.total.levels)]
    rows = np.searchsorted(sessions, [point.session for point in points])
    entry, notes = rows.copy(), []
    for number, weights in enumerate(path.total.targets):
        lost = float(weights[adjusted | foreign].sum())
        own = [
            kind(symbols=_held(panel, weights, which), weight=f"{weights[which].sum():.1%}")
            for kind, which in ((REFUSED_ADJUSTED, adjusted), (REFUSED_CURRENCY, foreign))
            if weights[which].any()
        ]
        if lost > allowed:
            entry[number] = -1
            symbols = _held(panel, weights, adjusted | foreign)
            own = [
                TOO_MUCH_REFUSED(symbols=symbols, weight=f"{lost:.1%}", allowed=f"{allowed:.1%}")
            ]
        elif rows[number] >= len(sessions):
            entry[number] = -1
            own = [ENTRY_AFTER_EXIT(entry=str(points[number].session), exit=str(sessions[-1]))]
        notes.append(tuple(own))
    return _Screened(entry=entry, refused=adjusted | foreign, notes=tuple(notes))


def _refuse_all(
    result: CaseResult, path: BookPath, points: tuple[EntryPoint, ...], screened: _Screened
) -> None:
    """Raise when no basket has an account: then the study asked for something that cannot be."""
    if (screened.entry >= 0).any():
        return
    kinds = {note.kind for own in screened.notes for note in own}
    event = result.case.event.id
    if TOO_MUCH_REFUSED in kinds:
        held = path.total.targets.any(axis=0) & screened.refused
        raise NeedsRawPrices(
            what=f"the account of {event}",
            symbols=", ".join(np.array(result.panel.symbols)[held]),
        )
    last = result.panel.sessions[path.base + len(path.total.levels) - 1]
    first = min(point.session for point in points)
    raise ExitBeforeEntry(event=event, exit=last, entry=f"at the open of {first}")


def _held(panel: PricePanel, weights: Floats, which: Bools) -> str:
    return ", ".join(np.array(panel.symbols)[which & (weights > 0)])


def _names(result: CaseResult) -> list[str]:
    """(N,) what the lists call each share of the panel: their names when they were published."""
    called = {
        one.symbol: one.name_zh for basket in result.case.baskets for one in basket.constituents
    }
    return [called.get(symbol, "") for symbol in result.panel.symbols]


def _lots(result: CaseResult) -> list[int | None]:
    """(N,) board lots from the lists, else from the instruments of the prices."""
    listed = {one.symbol: one.lot for basket in result.case.baskets for one in basket.constituents}
    return [listed.get(one.symbol) or one.lot for one in result.panel.instruments]


def _payment_notes(book: AccountBook, number: int) -> list[Note]:
    """Notes on corporate actions of the shares that a basket held then."""
    if not book.opened[number]:
        return []
    held = np.asarray(book.books.shares[:, number].any(axis=0))
    return [note for column, note in book.payments if held[column]]


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
