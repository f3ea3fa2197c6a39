"""Security codes as vendors write them, matched against those a study asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unicodedata import normalize

from basketbt.data.sources.files.spec import Exchange, Kind
from basketbt.errors import BadSymbol, InvalidFile, Problem
from basketbt.market.indexes import INDEXES
from basketbt.market.symbols import Symbol, described, parse_symbol, readings
from basketbt.notes import message

_EXCHANGES = {
    **dict.fromkeys(("SH", "SS", "SSE", "XSHG", "SHSE", "SHA", "CG"), "SH"),
    **dict.fromkeys(("SZ", "SZSE", "XSHE", "SHE", "CS"), "SZ"),
    **dict.fromkeys(("BJ", "BSE", "XBSE"), "BJ"),
    **dict.fromkeys(("HK", "HKG", "XHKG", "116"), "HK"),
    **dict.fromkeys(("CSI", "2"), "CSI"),
    "1": "SH",  # Eastmoney's market numbers: 1.688111, 0.000034, 116.06682, 2.930713
    "0": "SZ",
}
#: Names of folders that hold one exchange's files.
FOLDERS: dict[str, Exchange] = {"sh": "SH", "sz": "SZ", "bj": "BJ", "hk": "HK"}
_LETTERS = "|".join(sorted((name for name in _EXCHANGES if name.isalpha()), key=len, reverse=True))
_CODE = r"[HN]?[0-9]{1,6}"
_AFTER = re.compile(rf"({_CODE})[. ]({_LETTERS})(?: EQUITY)?")
_BEFORE = re.compile(rf"({_LETTERS}|116|[012])[.:#]({_CODE})|({_LETTERS})({_CODE})")
# Bloomberg's CH is a share of Shanghai, Shenzhen or Beijing, never an index.
_CHINA = re.compile(r"([0-9]{6}) (?:CH|C1|C2)(?: EQUITY)?")
_TICKERS = {"SHSZ300 INDEX": "000300.SH", "SHCOMP INDEX": "000001.SH", "SZCOMP INDEX": "399106.SZ"}
_CHINESE = re.compile("[\u4e00-\u9fff]")
_WITH_NAME = re.compile(r"(?<![0-9A-Z])([A-Z]{2})?[0-9]{6}(\.[A-Z]{2,4})?(?![0-9])|[0-9]{4,5}\.HK")
_DIGITS = re.compile(r"[0-9]+")
_SIX = 6

# Indexes of Shanghai that people keep in files, whose digits may be a share's of Shenzhen.
_USED = (
    *("000001", "000010", "000015", "000016", "000300", "000510", "000688", "000698", "000819"),
    *("000827", "000852", "000903", "000904", "000905", "000906", "000922", "000932", "000933"),
    *("000985", "000991", "000993"),
)
_INDEXES = {*INDEXES, *(f"{code}.SH" for code in _USED)}

# A code in the name of a file: with its exchange, or six digits alone.
_NAMED = re.compile(
    rf"(?<![A-Z0-9])(?:(?P<before>{_LETTERS})[#._-]?(?P<after_it>[HN]?[0-9]{{4,6}})"
    rf"|(?P<code>[HN]?[0-9]{{4,6}})[._-](?P<after>{_LETTERS}))(?![A-Z0-9])"
)
_BARE = re.compile(r"(?<![0-9A-Z.])([0-9]{6})(?![0-9])")


@contextmanager
def read_from(path: str) -> Iterator[None]:
    """While codes of a table are read: one without its exchange becomes ``InvalidFile``."""
    try:
        yield
    except BadSymbol as error:
        fix = message("do-write-the-exchange-000001-sz")
        raise InvalidFile([Problem(Path(path).name, 1, str(error), fix)]) from None


class CodeIndex:
    """Positions of the securities asked for, found under any vendor's spelling.

    A code of another security is -1. Only codes whose digits match one asked for are parsed, so a
    table of the whole market costs next to nothing.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self.symbols = tuple(dict.fromkeys(wanted))
        self._position = {symbol: number for number, symbol in enumerate(self.symbols)}
        self._numbers = {_number(symbol) for symbol in self.symbols}

    def position(
        self, text: str, kind: Kind = "bars", exchange: str | None = None, padded: bool = False
    ) -> int:
        """Position of the security in ``symbols``, or -1.

        ``exchange``: of codes that have none. ``padded``: shorter codes lost their zeros.
        Raises ``BadSymbol`` for digits of one asked for that could be another security as well.
        """
        known = self._position.get(text)
        if known is not None:
            return known
        if _number(text) not in self._numbers:
            return -1
        word = bare(text)
        if not word.isdigit():
            return self._position.get(canonical(word) or "", -1)
        return self._of_digits(word, kind, exchange, padded)

    def positions(
        self, texts: Sequence[str], kind: Kind = "bars", exchange: str | None = None
    ) -> list[int]:
        """The same of all the codes of a table: where one has six digits, all have."""
        padded = any(len(word) == _SIX and word.isdigit() for word in map(bare, texts))
        return [self.position(text, kind, exchange, padded) for text in texts]

    def _of_digits(self, word: str, kind: Kind, exchange: str | None, padded: bool) -> int:
        if exchange is not None:
            return self._position.get(canonical(f"{_filled(word, exchange)}.{exchange}") or "", -1)
        possible = meanings(word, kind, padded)
        asked = [one for one in possible if one.canonical in self._position]
        if not asked:
            return -1
        if len(possible) > 1:
            raise _ambiguous(word, possible)
        return self._position[asked[0].canonical]


def meanings(word: str, kind: Kind, padded: bool = False) -> tuple[Symbol, ...]:
    """What digits without an exchange can be in a table of some kind.

    A table of indexes holds indexes. Elsewhere an index is meant only if it is one that people
    use: 000977 is a share, though an index of that number could be; 000001 is both.
    """
    if len(word) == _SIX:
        found = readings(word)
    elif len(word) > 4 or word.startswith("0"):  # no mainland code is so short without its zeros
        found = (parse_symbol(f"{word}.HK"),) if int(word) else ()
    else:
        found = readings(word.zfill(_SIX))
        found = found if padded else (*found, parse_symbol(f"{word}.HK"))
    if kind == "indexes":
        return tuple(one for one in found if one.kind == "index")
    used = [one for one in found if one.kind != "index" or one.canonical in _INDEXES]
    return tuple(used or found)


def one_meaning(word: str) -> Symbol | None:
    """The security that six digits are in a table of shares; None for none.

    Raises ``BadSymbol`` for digits that could be another as well.
    """
    possible = meanings(word, "bars", padded=True)
    if len(possible) > 1:
        raise _ambiguous(word, possible)
    return possible[0] if possible else None


def _ambiguous(word: str, possible: tuple[Symbol, ...]) -> BadSymbol:
    return BadSymbol(
        text=word, why=message("why-it-has-no-exchange", described=described(possible))
    )


def bare(text: str) -> str:
    """A code without what surrounds it: blanks, an apostrophe, ="…", full-width letters, a name."""
    word = normalize("NFKC", text).strip().upper()
    if _CHINESE.search(word) and (code := _WITH_NAME.search(word)):
        word = code[0]
    return word.strip("='\"`\u2018\u2019 \t").removesuffix(".0")


def is_code(text: str) -> bool:
    """Whether a text is written as a security's code is; digits alone have six."""
    word = bare(text)
    if word.isdigit():
        return len(word) == _SIX and bool(readings(word))
    return canonical(word) is not None


def canonical(text: str) -> str | None:
    """``688111.SH`` for sh688111, 688111.XSHG, SH.688111, 1.688111; None for no such code.

    Raises:
        BadSymbol: digits without an exchange.
    """
    word = bare(text)
    if word.isdigit():
        parse_symbol(word)  # which says what the digits could be
    if word in _TICKERS:
        return _TICKERS[word]
    if china := _CHINA.fullmatch(word):
        shares = [one for one in readings(china.group(1)) if one.kind == "share"]
        return shares[0].canonical if len(shares) == 1 else None
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


def code_in_name(stem: str) -> str | None:
    """The code that the name of a file tells: 600519.SH, SH#600519, 600519_贵州茅台; else None.

    With the exchange if the name has it, else six digits that are some security's.
    """
    word = normalize("NFKC", stem).upper()
    found = {
        f"{one['code'] or one['after_it']}.{_EXCHANGES[one['after'] or one['before']]}"
        for one in _NAMED.finditer(word)
    }
    if not found:
        found = {code for code in _BARE.findall(word) if readings(code)}
    if len(found) != 1:
        return None
    code = found.pop()
    return code if code.isdigit() else canonical(code)


def _filled(word: str, exchange: str) -> str:
    return word if exchange == "HK" else word.zfill(_SIX)


@cache
def _number(text: str) -> int:
    digits = _DIGITS.findall(normalize("NFKC", text).removesuffix(".0"))
    return int(max(digits, key=len)) if digits else _TICKER_NUMBERS.get(bare(text), -1)


_TICKER_NUMBERS = {ticker: int(code[:6]) for ticker, code in _TICKERS.items()}
