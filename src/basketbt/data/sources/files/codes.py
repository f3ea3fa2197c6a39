"""Security codes as vendors write them, matched against those a study asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from basketbt.errors import BadSymbol, InvalidFile, Problem
from basketbt.market.symbols import parse_symbol

_EXCHANGES = {
    **dict.fromkeys(("SH", "SS", "SSE", "XSHG"), "SH"),
    **dict.fromkeys(("SZ", "SZSE", "XSHE"), "SZ"),
    **dict.fromkeys(("BJ", "BSE", "XBSE"), "BJ"),
    **dict.fromkeys(("HK", "HKG", "XHKG", "116"), "HK"),
    **dict.fromkeys(("CSI", "2"), "CSI"),
    "1": "SH",  # Eastmoney's market numbers: 1.688111, 0.000034, 116.06682, 2.930713
    "0": "SZ",
}
_LETTERS = "|".join(sorted((name for name in _EXCHANGES if name.isalpha()), key=len, reverse=True))
_CODE = r"[HN]?[0-9]{1,6}"
_AFTER = re.compile(rf"({_CODE})\.({_LETTERS})")
_BEFORE = re.compile(rf"({_LETTERS}|116|[012])\.({_CODE})|({_LETTERS})({_CODE})")
_DIGITS = re.compile(r"[0-9]+")


@contextmanager
def read_from(path: str) -> Iterator[None]:
    """While codes of a table are read: one without its exchange becomes ``InvalidFile``."""
    try:
        yield
    except BadSymbol as error:
        raise InvalidFile([Problem(Path(path).name, 1, str(error), error.hint)]) from None


class CodeIndex:
    """Positions of the securities asked for, found under any vendor's spelling.

    A code of another security is -1. Only codes whose digits match one asked for are parsed, so a
    table of the whole market costs next to nothing.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self.symbols = tuple(dict.fromkeys(wanted))
        self._position = {symbol: number for number, symbol in enumerate(self.symbols)}
        self._numbers = {_number(symbol) for symbol in self.symbols}

    def position(self, text: str) -> int:
        """Position of the security in ``symbols``, or -1.

        Raises:
            BadSymbol: the digits of one asked for, without an exchange: 000001 is two securities.
        """
        known = self._position.get(text)
        if known is not None:
            return known
        if _number(text) not in self._numbers:
            return -1
        return self._position.get(canonical(text) or "", -1)


def canonical(text: str) -> str | None:
    """``688111.SH`` for sh688111, 688111.XSHG, SH.688111, 1.688111; None for no such code.

    Raises:
        BadSymbol: digits without an exchange.
    """
    word = text.strip().upper()
    if word.isdigit():
        parse_symbol(word)  # which says what the digits could be
    if after := _AFTER.fullmatch(word):
        code, exchange = after.groups()
    elif before := _BEFORE.fullmatch(word):
        exchange, code = (part for part in before.groups() if part)
    else:
        return None
    try:
        return parse_symbol(f"{code}.{_EXCHANGES[exchange]}").canonical
    except BadSymbol:
        return None


@cache
def _number(text: str) -> int:
    digits = _DIGITS.findall(text)
    return int(max(digits, key=len)) if digits else -1
