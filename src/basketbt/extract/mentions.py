"""Where a text names shares: by the names that fit the day, by codes, by short forms.

A mention is what is written; whether a broker picks the share is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from basketbt.errors import BadSymbol
from basketbt.extract.words import vocabulary
from basketbt.market.securities import (
    all_keys,
    current_code,
    key_of,
    names_of,
    namings,
    shares_called,
)
from basketbt.market.symbols import parse_symbol

#: Why a mention is no share that could be picked.
Trouble = Literal["", "two_meanings", "wrong_code", "unknown_code"]
#: How symbols end that can be in no list.
FOREIGN = ".US"


@dataclass(frozen=True)
class Mention:
    """A share as it is written from ``start`` to ``end``, code and suffix included.

    ``symbol`` is empty where ``trouble`` says why. ``plain`` names are words of everyday
    language as well, and count only in company. ``sure`` mentions carry a code.
    """

    start: int
    end: int
    name: str
    symbol: str
    trouble: Trouble = ""
    candidates: tuple[str, ...] = ()
    ordinary: bool = False
    sure: bool = False
    name_end: int = 0


_SHORTEST, _LONGEST = 2, 12
_MARK_BEFORE = re.compile(r"(?:\*?ST|S\*ST|XD|XR|DR|[NC])$")
_SUFFIX = re.compile(
    r"-[A-Z]{1,3}(?![A-Za-z0-9])|[UW](?![A-Za-z])|(?<!\()(?:A股|H股|港股)(?!市场|板块|上市)"
)
_EXCHANGE = r"SH|SZ|BJ|HK|SS|SSE|SZSE|US|O|N|OQ"
_CODE_BEHIND = re.compile(
    r"\s*[(\[【]\s*(?:(?P<words>[^()\[\]【】\d]{0,12})[:]?\s*)?(?P<pre>SH|SZ|BJ|HK|sh|sz|hk)?[.:]?(?P<code>\d{3,6}|(?<![A-Z])[A-Z]{1,5}(?=\.(?:US|O|N|OQ)))"
    rf"(?:\s*[.\-]?\s*(?P<ex>{_EXCHANGE}))?(?P<more>[^()\[\]【】]{{0,40}})[)\]】]",
    re.IGNORECASE,
)
_BARE_BEHIND = re.compile(
    rf"[\s\-]?(?P<code>\d{{5,6}})(?:\.(?P<ex>{_EXCHANGE}))?(?![\d.%亿万元倍年])"
)
_CODE_BEFORE = re.compile(rf"(?P<code>\d{{4,6}})\.(?P<ex>{_EXCHANGE})[\s,:)]*$")
_LONE_CODE = re.compile(r"(?<![\d.])(?P<code>\d{4,6})\.(?P<ex>SH|SZ|BJ|HK)(?![A-Za-z])")
_HK_BEFORE = re.compile(
    r"(?:港股|H股)(?:的|上市|公司|标的|龙头|通|方面|重点|推荐|关注|建议|[:,、])*$"
)
_HK_BEHIND = re.compile(r"(?:[、和及与][^,，。;；、]{1,12}){0,8}等?[^,，。;；、]{0,4}(?:H股|港股)")
_HK_MONEY = re.compile(r"港元|港币|HK\$|港仙")
_MAINLAND = re.compile(r"A股|人民币|\d元")
_HONG_KONG = re.compile(r"港股|H股|港元|港交所|港币|HKD?\$?|恒生|恒指")


@cache
def _index() -> dict[str, tuple[int, ...]]:
    """First two characters of every name → the lengths of names that begin so, longest first."""
    lengths: dict[str, set[int]] = {}
    for key in (*all_keys(), *_short_forms()):
        if len(key) >= _SHORTEST and not key.isdigit():
            lengths.setdefault(key[:2], set()).add(len(key))
    return {two: tuple(sorted(known, reverse=True)) for two, known in lengths.items()}


@cache
def _names() -> frozenset[str]:
    return frozenset(all_keys())


@cache
def _short_forms() -> dict[str, str]:
    """Short form → symbol; also of names that end in A (万科A), which are written without it."""
    files = (Path(__file__).with_name(f"{name}.txt") for name in ("abbreviations", "foreign"))
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    forms = {row[0]: row[1] for row in rows}
    for key in _names():
        if key[-1:] == "A" and len(key) > 3 and not key[-2].isascii() and key[:-1] not in _names():
            found = [one for one in shares_called(key) if not one.endswith(".HK")]
            if len(found) == 1:
                forms.setdefault(key[:-1], found[0])
    return forms


def is_name(text: str) -> bool:
    """Whether some share is or was called so."""
    return key_of(text) in _names()


def longest_name(text: str, at: int) -> int:
    """The length of the longest name of a share that begins at ``at``; 0 for none."""
    return _longest_at(text.upper() if len(text.upper()) == len(text) else text, at, set())


def mentions_in(text: str, day: date | None, taken: set[int] | None = None) -> list[Mention]:
    """The shares that ``text`` (simplified, single width) names, in order, none overlapping.

    ``taken`` places belong to other names, of brokers for instance. Names are those of ``day``.
    """
    upper = text.upper() if len(text.upper()) == len(text) else text
    hong_kong = _HONG_KONG.search(text) is not None
    found: list[Mention] = []
    at, size = 0, len(text)
    while at < size - 1:
        length = _longest_at(upper, at, taken or set())
        if length:
            mention = _mention(text, upper, at, at + length, day)
            found.append(_settled(mention, text, hong_kong))
            at = max(mention.end, at + length)
        else:
            at += 1
    return _with_lone_codes(text, found)


def _longest_at(upper: str, at: int, taken: set[int]) -> int:
    for length in _index().get(upper[at : at + 2], ()):
        end = at + length
        if end > len(upper) or at in taken:
            continue
        piece = upper[at:end]
        if piece not in _names() and piece not in _short_forms():
            continue
        if (
            piece[-1].isascii()
            and piece[-1].isalnum()
            and upper[end : end + 1].isascii()
            and upper[end : end + 1].isalnum()
        ):
            continue
        if (
            piece[0].isascii()
            and piece[0].isalnum()
            and at
            and upper[at - 1].isascii()
            and upper[at - 1].isalnum()
        ):
            continue
        return length
    return 0


def _mention(text: str, upper: str, start: int, end: int, day: date | None) -> Mention:
    name = upper[start:end]
    mark = _MARK_BEFORE.search(upper, max(0, start - 4), start)
    begun = mark.start() if mark and mark[0] not in ("N", "C") else start
    closed = end
    suffix = _SUFFIX.match(text, end)
    if suffix:
        closed = suffix.end()
    short = _short_forms().get(name)
    ordinary = name in vocabulary("ordinary") or (len(name) == 2 and short is None)
    symbols = shares_called(name, day)
    if short is not None and (not symbols or short.endswith(".HK")):
        symbols = tuple(sorted({short, *symbols}))
    symbols = tuple(one for one in symbols if not one.startswith(("900", "200", "201")))
    whole = Mention(begun, closed, name, "", candidates=symbols, ordinary=ordinary, name_end=closed)
    if suffix and suffix[0] in ("A股", "H股", "港股"):
        is_hk = suffix[0] != "A股"
        kept = tuple(one for one in symbols if one.endswith(".HK") == is_hk)
        whole = replace(whole, candidates=kept or symbols, sure=bool(kept))
    return _coded(text, whole)


def _coded(text: str, mention: Mention) -> Mention:
    """With the code that stands in brackets behind the name, or bare before or behind it."""
    match = _CODE_BEHIND.match(text, mention.end) or _BARE_BEHIND.match(text, mention.end)
    if match is None:
        before = _CODE_BEFORE.search(text, max(0, mention.start - 14), mention.start)
        if before is None:
            return mention
        symbol = _symbol_of(before["code"], before["ex"] or "", "")
        return _checked(
            replace(mention, start=before.start()), symbol, before["code"], before["ex"]
        )
    groups = match.groupdict()
    symbol = _symbol_of(
        groups["code"], groups["ex"] or groups.get("pre") or "", groups.get("words") or ""
    )
    checked = _checked(
        replace(mention, end=match.end()), symbol, groups["code"], groups["ex"] or ""
    )
    return checked if checked.sure or checked.trouble else mention


def _symbol_of(code: str, exchange: str, words: str) -> str:
    """The symbol that a code means; empty for none. Foreign ones keep their ending."""
    exchange = {"SS": "SH", "SSE": "SH", "SZSE": "SZ"}.get(exchange.upper(), exchange.upper())
    if exchange in ("US", "O", "N", "OQ"):
        return f"{code}.US"
    options = [exchange] if exchange else (["HK"] if len(code) < 6 else ["SH", "SZ", "BJ"])
    for option in options:
        try:
            symbol = parse_symbol(f"{code}.{option}")
        except BadSymbol:
            continue
        if symbol.kind in ("share", "b_share"):
            return current_code(symbol.canonical)
    return ""


def _checked(mention: Mention, symbol: str, code: str, exchange: str) -> Mention:
    """The mention with its code believed, if the code is of a share of that name."""
    if not symbol:
        return mention
    short = len(code) < 4
    if symbol.endswith(FOREIGN):
        return replace(mention, candidates=(symbol,), sure=True, ordinary=False)
    if symbol in mention.candidates or (
        not short and _is_called(symbol, mention, known_only=not exchange)
    ):
        return replace(mention, candidates=(symbol,), sure=True, ordinary=False)
    if short or (symbol.startswith(("19", "20")) and len(symbol) == 7):
        return mention  # a number or a year in brackets
    return replace(mention, trouble="wrong_code", candidates=(*mention.candidates, symbol))


def _is_called(symbol: str, mention: Mention, *, known_only: bool) -> bool:
    """Whether a name of the share holds ``name`` or is held by it: 腾讯 and 腾讯控股."""
    keys = [key_of(known) for known in names_of(symbol)]
    if not keys:
        return not known_only  # younger than the table: an exchange makes it a code
    own = [mention.name, *(key_of(name) for one in mention.candidates for name in names_of(one))]
    return any(name in key or key in name or _alike(name, key) for key in keys for name in own)


def _alike(one: str, other: str) -> bool:
    """Names of one company at two exchanges begin alike: 比亚迪 and 比亚迪股份."""
    return len(one) >= 3 and len(other) >= 3 and one[:3] == other[:3]


def _settled(mention: Mention, text: str, hong_kong: bool) -> Mention:
    """The mention with its one share, or with what keeps it from being one.

    A company that is listed on both sides is the mainland's share, unless words of the sentence
    point to Hong Kong.
    """
    if mention.trouble:
        return mention
    sides = mention.candidates
    mainland = tuple(one for one in sides if not one.endswith((".HK", FOREIGN)))
    if mainland and len(sides) > len(mainland):
        hk = tuple(one for one in sides if one.endswith(".HK"))
        sides = hk if hong_kong and _points_to_hong_kong(text, mention) else mainland
    if len(sides) > 1 and not mainland:
        seen = {one: _last_seen(one, mention.name) for one in sides}
        sides = tuple(one for one in sides if seen[one] == max(seen.values()))
    if len(sides) == 1:
        return replace(mention, symbol=sides[0])
    if len(sides) > 1 and mention.name in _short_forms():
        return replace(mention, symbol=_short_forms()[mention.name])
    return replace(mention, trouble="two_meanings" if sides else "unknown_code")


def _last_seen(symbol: str, name: str) -> date:
    """The last day of the name at the code: in Hong Kong names move to new codes."""
    runs = (run.last for run in namings(symbol) if run.last and key_of(run.name) == name)
    return max(runs, default=date.min)


def _points_to_hong_kong(text: str, mention: Mention) -> bool:
    """Whether its list is one of Hong Kong's shares, or its sentence counts in their currency."""
    before, behind = text[: mention.start], text[mention.end :]
    if _HK_BEFORE.search(before) or _HK_BEHIND.match(behind):
        return True
    sentence = re.split(r"[。;；]", before)[-1] + re.split(r"[。;；]", behind)[0]
    return _HK_MONEY.search(sentence) is not None and _MAINLAND.search(sentence) is None


def settled_alike(lines: Sequence[Sequence[Mention]]) -> list[list[Mention]]:
    """Mentions of one text: a name that carries its code once is that share throughout."""
    coded: dict[str, set[str]] = {}
    for mention in (one for line in lines for one in line):
        if mention.sure and mention.symbol:
            coded.setdefault(mention.name, set()).add(mention.symbol)
    return [[_as_coded(one, coded.get(one.name, set())) for one in line] for line in lines]


def _as_coded(mention: Mention, symbols: set[str]) -> Mention:
    if mention.sure or len(symbols) != 1 or mention.trouble == "wrong_code":
        return mention
    return replace(mention, symbol=next(iter(symbols)), trouble="", ordinary=False)


def _with_lone_codes(text: str, found: list[Mention]) -> list[Mention]:
    """Also the codes with an exchange that stand where no known name does."""
    taken = [(one.start, one.end) for one in found]
    for match in _LONE_CODE.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        symbol = _symbol_of(match["code"], match["ex"], "")
        names = names_of(symbol) if symbol else ()
        if symbol:
            name = names[0] if names else ""
            found.append(
                Mention(match.start(), match.end(), name, symbol, sure=True, name_end=match.end())
            )
    return sorted(found, key=lambda one: one.start)
