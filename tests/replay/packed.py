"""Writes the packed bars that Sina serves, so that akshare's own decoder can read them.

Written from the observable behaviour of that decoder: 6 bits a character, least significant
first; 12 bits name the layout, the next 6 must be 63. Layout 3466 holds bars with amounts (A
shares, funds), layout 1479 bars without (indexes, Hong Kong). Day 0 is 1990-12-19.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from replay.invented import Bar

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DAY_ZERO = date(1990, 12, 19)
CENTS, MILLS = 2, 3  # decimals of a price in the two layouts
FIELDS = "ohlcva"  # widths below are in units of 3 bits
DEFAULT_UNITS = {"o": 3, "h": 3, "l": 3, "c": 3, "v": 5, "a": 5}
UNITS = {"o": 8, "h": 8, "l": 8, "c": 8, "v": 14, "a": 14}  # wide enough for any market here


class Bits:
    """A bit stream, written least significant bit first."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def number(self, width: int, value: int) -> None:
        """A two's complement (negative) or plain integer of ``width`` bits."""
        assert -(1 << (width - 1)) <= value < (1 << width), (value, width)
        self._bits.extend((value >> i) & 1 for i in range(width))

    def flags(self, *values: bool | int) -> None:
        self._bits.extend(int(bool(value)) for value in values)

    def unary(self, delta: int) -> None:
        """A signed integer that is not zero: its sign, then ones, then a zero."""
        assert delta, "zero cannot be written"
        self._bits.append(int(delta > 0))
        self._bits.extend([1] * (abs(delta) - 1))
        self._bits.append(0)

    def text(self) -> str:
        bits = self._bits + [0] * (-len(self._bits) % 6)
        return "".join(
            ALPHABET[sum(bits[i + j] << j for j in range(6))] for i in range(0, len(bits), 6)
        )


def with_amounts(bars: Sequence[Bar], ex_days: frozenset[date]) -> str:
    """Layout 3466. On ex-dates the reference price travels along, as in the vendor's file."""
    ticks = [_ticks(bar, CENTS) for bar in bars]
    before = [0, *(close for *_, close in ticks[:-1])]
    opened = [t[0] for t in ticks]
    references = [round(bar.reference * 10**CENTS) if bar.day in ex_days else None for bar in bars]
    from_base = [
        o - (b if r is None else r) for o, b, r in zip(opened, before, references, strict=True)
    ]
    volumes = [bar.volume for bar in bars]
    by_volume = [v - p for v, p in zip(volumes, [0, *volumes[:-1]], strict=True)]
    residuals = [_residual(bar, t) for bar, t in zip(bars, ticks, strict=True)]
    columns = {
        "o": from_base,
        "h": [h - o for o, h, _, _ in ticks],
        "l": [o - low for o, _, low, _ in ticks],
        "c": [c - o for o, _, _, c in ticks],
        "v": by_volume,
        "a": residuals,
    }
    bits = Bits()
    bits.number(12, 3466)
    bits.number(6, 63)
    expected: date | None = None
    for i, bar in enumerate(bars):
        jump = bar.day != expected
        expected = _next_weekday(bar.day)
        reference = references[i]
        move = None if reference is None else reference - before[i]
        _head(bits, bar.day, first=i == 0, jump=jump, moved=move)
        for name in FIELDS:
            bits.number(3 * UNITS[name], columns[name][i])
    bits.flags(1, 1, 0, 0, 0)
    return bits.text()


def _head(bits: Bits, day: date, *, first: bool, jump: bool, moved: int | None) -> None:
    """What stands before a bar: nothing new, a jump in time, new widths, a reference price."""
    if not first and moved is None:
        if jump:
            bits.flags(1, 0, 1, 1, 1)
            _day(bits, day)
        else:
            bits.flags(0)
        return
    bits.flags(1, 1, 0)  # two decimals, as by default
    bits.flags(first or jump)
    if first or jump:
        for name in FIELDS:
            delta = UNITS[name] - DEFAULT_UNITS[name] if first else 0
            bits.flags(delta)
            if delta:
                bits.unary(delta)
        bits.flags(jump)
        if jump:
            _day(bits, day)
    bits.flags(moved is not None)
    if moved is not None:
        bits.flags(0)
        bits.number(3 * UNITS["o"], moved)


def without_amounts(bars: Sequence[Bar]) -> str:
    """Layout 1479."""
    price, volume = UNITS["o"], UNITS["v"]
    bits = Bits()
    bits.number(12, 1479)
    bits.number(6, 63)
    bits.number(6, MILLS)
    bits.number(18, (bars[0].day - DAY_ZERO).days)
    bits.number(3, price - 1)
    bits.number(3, volume - 7)
    expected = bars[0].day
    close_before = volume_before = 0
    for i, bar in enumerate(bars):
        jump = bar.day != expected
        bits.number(6, 32 if i == 0 or jump else 0)
        if jump:
            bits.number(6, 1 | (16 if i == 0 else 0))
            bits.number(18, (bar.day - DAY_ZERO).days)
        if i == 0:
            bits.number(6, 63)
            bits.number(3, 1)
            bits.number(3, 7)
        o, h, low, c = _ticks(bar, MILLS)
        for value in (o - close_before, h - o, o - low, c - o):
            bits.number(3 * price, value)
        bits.number(3 * volume, bar.volume - volume_before)
        close_before, volume_before = c, bar.volume
        expected = _next_weekday(bar.day)
    return bits.text()


def sessions(days: Sequence[date]) -> str:
    """Layout 139: the trading calendar, as runs of open weekdays between closed ones."""
    opened, runs, run, day = set(days), [], 0, days[0]
    while day <= days[-1]:
        if day in opened:
            run += 1
        else:
            runs.append(run)
            run = 0
        day = _next_weekday(day)
    runs.append(run)
    units = -(-max(runs).bit_length() // 3)
    bits = Bits()
    bits.number(12, 139)
    bits.number(6, 63)
    for end in (days[0], days[-1]):
        bits.number(18, (end - DAY_ZERO).days)
    for at, length in enumerate(runs):
        bits.flags(at == 0)
        if at == 0:
            bits.unary(units) if units else None
        bits.number(3 * units, length)
    return bits.text()


def _ticks(bar: Bar, digits: int) -> tuple[int, int, int, int]:
    open_, high, low, close = (
        round(price * 10**digits) for price in (bar.open, bar.high, bar.low, bar.close)
    )
    return open_, high, low, close


def _residual(bar: Bar, ticks: tuple[int, int, int, int]) -> int:
    """The amount less what the decoder predicts from the mean price, rounded half to even."""
    quotient, rest = divmod((sum(ticks) * bar.volume + 2) // 4, 100)
    return bar.amount - quotient - int(rest > 50 or (rest == 50 and quotient % 2 == 1))


def _day(bits: Bits, day: date) -> None:
    bits.number(3, 1)
    bits.number(18, (day - DAY_ZERO).days)


def _next_weekday(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day
