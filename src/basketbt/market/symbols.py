"""Security codes: one canonical spelling, and what the code alone tells about the security.

A mainland code is six digits and its exchange (``688111.SH``, ``000034.SZ``, ``920819.BJ``), a
Hong Kong code at least four digits (``6682.HK``), a CSI index six characters (``000985.CSI``,
``H00300.CSI``), an index that is computed here letters (``EWA.CALC``). Digits alone are not enough:
000001 is both Ping An Bank and the SSE Composite.
Pure Python, because listing and checking baskets must not wait for NumPy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple, cast, get_args

from basketbt.errors import BadSymbol
from basketbt.notes import Listing, Note, listing, message

Exchange = Literal["SH", "SZ", "BJ", "HK", "CSI", "CALC"]
Kind = Literal["share", "index", "fund", "b_share"]
Board = Literal["main", "chinext", "star", "bse", "hk"]


class _Range(NamedTuple):
    """All six-digit codes of an exchange that begin with one of ``prefixes``."""

    exchange: Exchange
    prefixes: tuple[str, ...]
    kind: Kind
    board: Board | None


# Code ranges assigned by the exchanges; B shares follow the main board's rules.
_RANGES = (
    _Range("SH", ("600", "601", "603", "605"), "share", "main"),
    _Range("SH", ("688", "689"), "share", "star"),
    _Range("SH", ("900",), "b_share", "main"),
    _Range("SH", ("000",), "index", None),
    _Range("SH", ("5",), "fund", None),
    _Range("SZ", ("000", "001", "002", "003"), "share", "main"),
    _Range("SZ", ("300", "301", "302"), "share", "chinext"),
    _Range("SZ", ("200", "201"), "b_share", "main"),
    _Range("SZ", ("399",), "index", None),
    _Range("SZ", ("15", "16", "18"), "fund", None),
    _Range("BJ", ("43", "83", "87", "88", "92"), "share", "bse"),
    _Range("BJ", ("899",), "index", None),
)

_DIGITS = re.compile(r"[0-9]{6}")
_HK_CODE = re.compile(r"[0-9]{1,5}")
# "Exchanges" that give out indexes only. H: total return, N: net total return.
_INDEX_CODES = {
    "CSI": (
        re.compile(r"[0-9]{6}|[HN][0-9]{5}"),
        "a CSI index has six digits, or H or N and five digits",
    ),
    "CALC": (re.compile(r"[A-Z]{2,8}"), "an index computed here has two to eight letters"),
}

# Spellings of other programs, told apart from plain mistakes to say what to write instead.
_FOREIGN_SPELLINGS: dict[str, Exchange] = {
    "SS": "SH",
    "SSE": "SH",
    "XSHG": "SH",
    "SZSE": "SZ",
    "XSHE": "SZ",
    "BSE": "BJ",
    "HKG": "HK",
    "XHKG": "HK",
}


@dataclass(frozen=True)
class Symbol:
    """A security code and what follows from it. Make one with :func:`parse_symbol`."""

    code: str
    exchange: Exchange
    kind: Kind
    board: Board | None

    @property
    def canonical(self) -> str:
        """The one spelling used everywhere: ``688111.SH``, ``6682.HK``."""
        return f"{self.code}.{self.exchange}"

    @property
    def currency(self) -> Literal["CNY", "HKD", "USD"]:
        """Currency of the listing; Shanghai B shares trade in USD, Shenzhen's in HKD."""
        if self.kind == "b_share":
            return "USD" if self.exchange == "SH" else "HKD"
        return "HKD" if self.exchange == "HK" else "CNY"

    @property
    def calendar(self) -> Literal["XSHG", "XHKG"]:
        """Its trading calendar; Shanghai, Shenzhen, Beijing and the CSI indexes share one."""
        return "XHKG" if self.exchange == "HK" else "XSHG"

    def __str__(self) -> str:
        return self.canonical


@cache
def parse_symbol(text: str) -> Symbol:
    """The security that ``text`` names.

    Letters may be small and a Hong Kong code may carry leading zeros (``06682.HK``); everything
    else must be canonical, because a guess would silently price another security. Raises
    ``BadSymbol`` for no or an unknown exchange, a wrong number of digits, or a code that the named
    exchange does not give out (``688111.SZ``).
    """
    code, dot, exchange = text.strip().upper().rpartition(".")
    if not dot:
        raise BadSymbol(text=text, why=_why_no_exchange(exchange))
    if exchange not in get_args(Exchange):
        raise BadSymbol(text=text, why=_why_unknown_exchange(code, exchange))
    if exchange == "HK":
        return _parse_hong_kong(text, code)
    if exchange in _INDEX_CODES:
        pattern, rule = _INDEX_CODES[exchange]
        if not pattern.fullmatch(code):
            raise BadSymbol(text=text, why=rule)
        return Symbol(code, cast(Exchange, exchange), "index", None)
    if not _DIGITS.fullmatch(code):
        raise BadSymbol(text=text, why=message("why-a-code-of-has-six", exchange=exchange))
    for known in readings(code):
        if known.exchange == exchange:
            return known
    raise BadSymbol(text=text, why=_why_contradiction(code, exchange))


def _parse_hong_kong(text: str, code: str) -> Symbol:
    if not _HK_CODE.fullmatch(code) or int(code) == 0:
        raise BadSymbol(text=text, why=message("why-a-hong-kong-code-has"))
    return Symbol(f"{int(code):04d}", "HK", "share", "hk")


def readings(code: str) -> tuple[Symbol, ...]:
    """Everything a six-digit code can be on the mainland, by exchange."""
    return tuple(
        Symbol(code, row.exchange, row.kind, row.board)
        for row in _RANGES
        if code.startswith(row.prefixes)
    )


def described(symbols: tuple[Symbol, ...]) -> Listing:
    """Symbols with what each is, for a message."""
    return listing(message(f"is-{one.kind}", symbol=one.canonical) for one in symbols)


def _why_no_exchange(code: str) -> Note:
    if _DIGITS.fullmatch(code) and (known := readings(code)):
        return message("why-it-has-no-exchange", described=described(known))
    if _HK_CODE.fullmatch(code):
        return message("why-no-exchange-hong-kong", digits=code.zfill(4))
    return message("why-no-exchange-after-a-dot")


def _why_unknown_exchange(code: str, exchange: str) -> Note:
    if exchange in _FOREIGN_SPELLINGS:
        return message(
            "why-foreign-exchange",
            meant=f"{code}.{_FOREIGN_SPELLINGS[exchange]}",
            exchange=exchange,
        )
    return message("why-unknown-exchange", exchange=exchange, known=listing(get_args(Exchange)))


def _why_contradiction(code: str, exchange: str) -> Note:
    if known := readings(code):
        return message("why-no-code-like-it", exchange=exchange, described=described(known))
    return message("why-no-code-begins", exchange=exchange, start=code[:3])
