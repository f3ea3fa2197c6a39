"""The one aligned in-memory table that everything downstream reads.

A panel stands on the sessions of one home calendar. Securities of another exchange are aligned by
date: on a home session they show the last price known at that date, so what happened while the
home exchange was shut arrives on its next session.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from basketbt.notes import Note
from basketbt.prices.data import CorporateAction, Dates, Floats, Instrument, ShareCounts


class Status(IntEnum):
    """Why a cell of the panel has a bar or has none."""

    TRADED = 0
    SUSPENDED = 1  # its exchange was open, it has no bar: level carried, no one-session return
    CLOSED = 2  # its own exchange had no session that day (Hong Kong on a mainland session)
    UNLISTED = 3  # before its first bar
    DELISTED = 4  # after its delisting date: carried at the last price


@dataclass(frozen=True, kw_only=True)
class PricePanel:
    """T sessions x N symbols. Rows follow ``sessions``, columns follow ``symbols``.

    Raw columns (``open`` … ``amount``) are NaN where there is no bar that session, and everywhere
    for symbols with adjusted prices only. ``reference`` is the previous close restated for an
    ex-date (the base of price limits and of the session's return), NaN before the second bar.

    ``total`` and ``price`` are the prices returns are made of: carried over sessions without a
    bar, NaN before the first. ``total`` reinvests cash; ``price`` adjusts share changes only and
    is NaN from the first factor step that no corporate action explains. Both are scaled to the
    raw close at the panel's last session, and are in the home currency where a rate was applied.
    """

    calendar: str
    sessions: Dates  # (T,)
    symbols: tuple[str, ...]  # N
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    amount: Floats
    reference: Floats
    total: Floats
    price: Floats
    status: NDArray[np.int8]
    currencies: tuple[str, ...]  # N, of the listing
    in_home_currency: NDArray[np.bool_]  # (N,) False: local returns are compounded (fx: local)
    adjusted_only: NDArray[np.bool_]  # (N,)
    tables: tuple[str, ...]  # N, where each symbol's rows came from
    instruments: tuple[Instrument, ...]  # N
    actions: tuple[CorporateAction, ...]  # of these symbols, within the sessions
    shares: tuple[ShareCounts | None, ...]  # N
    missing: tuple[str, ...]  # requested, but the source has no row for them
    source: str
    invented: bool
    notes: tuple[Note, ...]
    digest: str  # sha256 over the content above: the "data" part of a run's id

    def column(self, symbol: str) -> int:
        """Position of a symbol; KeyError when it has no prices here."""
        try:
            return self.symbols.index(symbol)
        except ValueError:
            raise KeyError(symbol) from None
