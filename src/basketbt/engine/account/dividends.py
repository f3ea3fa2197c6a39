"""What a holding receives on an ex-date: cash and shares; and the tax on the cash, when wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import CorporateAction, Dates, Floats
from basketbt.data.panel import PricePanel, Status
from basketbt.engine.account.quotes import carried
from basketbt.engine.account.sizing import MILLION, Numbers
from basketbt.errors import DataError
from basketbt.market.dividendtax import dividend_tax_rate
from basketbt.market.symbols import Board, parse_symbol
from basketbt.notes import Note, NoteKind

Ints = NDArray[np.int64]

CASH_UNIT = 1_000_000  # dividends per share are counted in 1e-6 yuan
_PER_FEN = CASH_UNIT // 100
# References are whole fen: half a fen tells a restated one from the previous close.
_HALF_FEN = 0.005

BOOKED_AS_CASH = NoteKind("booked_as_cash")
RIGHTS_LAPSE = NoteKind("rights_lapse", severity="warning")


class Consolidated(DataError):
    """A restated previous close above the close itself. Fields: symbol, date."""


@dataclass(frozen=True, kw_only=True)
class Payments:
    """What one share held at the previous close receives before a session, (R, N) each.

    ``cash`` in 1e-6 yuan, ``bonus`` in millionths of a share; ``taxable`` is the part of ``cash``
    that a corporate action names a dividend. ``notes`` as (column, note).
    """

    cash: Ints
    bonus: Ints
    taxable: Ints
    notes: tuple[tuple[int, Note], ...]


def payments(panel: PricePanel, rows: slice, held: NDArray[np.bool_]) -> Payments:
    """The corporate actions of ``held`` (N,) shares over R sessions of a panel.

    An action while a share is suspended takes effect on its next bar. Where the previous close was
    restated and no action says why, the difference is booked as cash: the holding keeps its value.
    That is told from the close of the session before, so only for shares of the home exchange:
    another exchange may have traded in between, and there only named actions are booked.

    Raises ``Consolidated`` for a reference above the previous close without an action.
    """
    shape = (rows.stop - rows.start, len(panel.symbols))
    cash, bonus, taxable = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    notes: list[tuple[int, Note]] = []
    explained = np.zeros(shape, dtype=np.bool_)
    for action in panel.actions:
        column = panel.column(action.symbol)
        row = _effective_row(panel, action, column) - rows.start
        if not held[column] or not 0 < row < shape[0]:
            continue
        explained[row, column] = True
        rate = panel.rate[rows.start + row, column]
        paid = round(action.cash * rate * CASH_UNIT)
        cash[row, column] += paid
        taxable[row, column] += paid
        bonus[row, column] += round(action.bonus * MILLION)
        if action.rights:
            said = RIGHTS_LAPSE(symbol=action.symbol, date=str(panel.sessions[rows][row]))
            notes.append((column, said))
    # The close of the bar before each row; NaN where there is none.
    known = carried(panel.close, np.isfinite(panel.close))
    before = np.vstack([np.full((1, known.shape[1]), np.nan), known[:-1]])[rows]
    home = np.array([parse_symbol(name).calendar == panel.calendar for name in panel.symbols])
    drop = np.where(held & home & ~explained, before - panel.reference[rows], 0.0)
    drop[0] = 0.0  # nothing was held before the first row
    for row, column in np.argwhere(np.abs(np.nan_to_num(drop)) > _HALF_FEN):
        fall = float(drop[row, column])
        where = {"symbol": panel.symbols[column], "date": str(panel.sessions[rows][row])}
        if fall < 0:
            raise Consolidated(**where)
        rate = panel.rate[rows.start + row, column]
        cash[row, column] = round(fall * rate * CASH_UNIT)
        notes.append((int(column), BOOKED_AS_CASH(amount=f"{fall:.4g}", **where)))
    return Payments(cash=cash, bonus=bonus, taxable=taxable, notes=tuple(notes))


def cash_received(shares: Numbers, per_share: Ints) -> Numbers:
    """(B, N) fen for (B, N) shares at (N,) 1e-6 yuan each, half a fen up."""
    return (shares * per_share + _PER_FEN // 2) // _PER_FEN


def shares_received(shares: Numbers, bonus: Ints) -> Numbers:
    """(B, N) whole new shares; fractions of a share are lost."""
    return shares * bonus // MILLION


@dataclass
class TaxedLots:
    """The purchases of B accounts in order, with the dividends on which tax is still due.

    Every layer is one session's purchases: its row, the shares left of it (B, N), and for every
    ex-date since a pair of row and fen received (B, N).
    """

    boards: Sequence[Board]
    sessions: Dates
    layers: list[_Layer] = field(default_factory=list)

    def buy(self, row: int, shares: Ints) -> None:
        self.layers.append(_Layer(row, shares.copy()))

    def pay(self, row: int, taxable: Ints, bonus: Ints) -> None:
        """A dividend and new shares on everything held."""
        for layer in self.layers:
            if taxable.any():
                layer.received.append((row, cash_received(layer.shares, taxable)))
            layer.shares += shares_received(layer.shares, bonus)

    def sell(self, row: int, shares: Ints) -> Ints:
        """(B, N) fen of tax on selling ``shares``, the oldest first."""
        tax = np.zeros_like(shares)
        left = shares.copy()
        for layer in self.layers:
            sold = np.minimum(left, layer.shares)
            for number, (ex_row, received) in enumerate(layer.received):
                due = np.where(sold > 0, received * sold // np.maximum(layer.shares, 1), 0)
                layer.received[number] = (ex_row, received - due)
                # Rates are whole percents; half a fen is rounded up.
                percent = np.rint(self._rates(layer.row, ex_row, row) * 100).astype(np.int64)
                tax += (due * percent + 50) // 100
            layer.shares -= sold
            left -= sold
        return tax

    def _rates(self, bought: int, ex_row: int, sold: int) -> Floats:
        """(N,) the rate of each share."""
        days = [self.sessions[row] for row in (ex_row, bought, sold)]
        by_board = {board: dividend_tax_rate(board, *days) for board in set(self.boards)}
        return np.array([by_board[board] for board in self.boards])


@dataclass
class _Layer:
    row: int
    shares: Ints
    received: list[tuple[int, Ints]] = field(default_factory=list)


def _effective_row(panel: PricePanel, action: CorporateAction, column: int) -> int:
    """The first session with a bar on or after the ex-date; beyond the last when there is none."""
    start = int(np.searchsorted(panel.sessions, action.ex_date))
    traded = np.flatnonzero(panel.status[start:, column] == Status.TRADED)
    return start + int(traded[0]) if traded.size else len(panel.sessions)
