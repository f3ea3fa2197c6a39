"""Concept boards: who is on one today, by Eastmoney; 同花顺's are in :mod:`.ths`.

Nobody publishes who was on a board in the past. A list made from today's members and tested on an
earlier event is chosen with hindsight, which whatever is made from it has to say.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from basketbt.data.sources.akshare.eastmoney import NAME
from basketbt.data.sources.frames import asked, require
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.transport import Transport
from basketbt.errors import BadSymbol, UnknownName
from basketbt.market.symbols import parse_symbol
from basketbt.notes import message

_BOARD_CODE = re.compile(r"BK\d+")
_UNKNOWN = (0, 100, 102)  # Eastmoney's return codes for "answered" and "no such code"
_EXCHANGES = {1: ("SH",), 0: ("SZ", "BJ")}  # Eastmoney's market number


@dataclass(frozen=True)
class Board:
    """The mainland shares on a board, by symbol; ``left_out`` are codes of other kinds."""

    name: str
    retrieved: date
    members: tuple[tuple[str, str], ...]  # symbol, Chinese name
    left_out: tuple[str, ...]


def concept_board(name: str, today: date, hosts: RateLimiter) -> Board:
    """Today's members of a board, by its name (DeepSeek概念) or code (BK1188).

    Raises ``UnknownName`` for a name that is no board, or a ``VendorFailure``.
    """
    transport = Transport(NAME, name, hosts, inspect=_inspect)
    code = name if _BOARD_CODE.fullmatch(name) else _code_of(name, transport)
    asked(transport, "stock_board_concept_cons_em", code)
    members: dict[str, str] = {}
    left_out: list[str] = []
    for row in _members(transport):
        market = row.get("f13")
        exchanges = _EXCHANGES.get(market, ()) if isinstance(market, int) else ()
        symbol = share_of(str(row["f12"]), exchanges)
        if symbol is None:
            left_out.append(str(row["f12"]))
        else:
            members[symbol] = str(row["f14"])
    return Board(name, today, tuple(sorted(members.items())), tuple(left_out))


def _code_of(name: str, transport: Transport) -> str:
    """The code of the board of that name. akshare asks for the list once a process."""
    frame = asked(transport, "stock_board_concept_name_em")
    require(frame, ("板块名称", "板块代码"), transport)
    codes = dict(zip(map(str, frame["板块名称"]), map(str, frame["板块代码"]), strict=True))
    if not all(_BOARD_CODE.fullmatch(code) for code in codes.values()):
        transport.changed(message("why-the-list-of-boards-has"))
    return code_named(name, codes, "Eastmoney")


def code_named(name: str, codes: Mapping[str, str], vendor: str) -> str:
    """The code of the board of that name; ``UnknownName`` with the nearest one."""
    if name not in codes:
        near = difflib.get_close_matches(name, codes, 1, cutoff=0.3)
        raise UnknownName(
            kind=message("kind-board"),
            name=name,
            nearest=message("did-you-mean", meant=near[0]) if near else "",
            known=message("boards-of", count=len(codes), vendor=vendor),
        )
    return codes[name]


def _members(transport: Transport) -> list[dict[str, Any]]:
    """The rows of all pages of members, read from the answers themselves: akshare names their
    columns by position."""
    rows: list[dict[str, Any]] = []
    for exchange in transport.exchanges:
        if parse_qs(urlsplit(exchange.url).query).get("fs", [""])[0].startswith("b:"):
            rows += json.loads(exchange.body)["data"]["diff"]
    return rows


def share_of(code: str, exchanges: Iterable[str]) -> str | None:
    """The canonical symbol of a mainland share of one of these exchanges; None if it is none."""
    for exchange in exchanges:
        try:
            symbol = parse_symbol(f"{code}.{exchange}")
        except BadSymbol:
            continue
        if symbol.kind == "share":
            return symbol.canonical
    return None


def _inspect(transport: Transport, url: str, body: bytes) -> None:
    try:
        data = json.loads(body)["data"]
        rows = [] if data is None else data["diff"]
    except (ValueError, KeyError, TypeError):
        transport.changed(message("why-the-answer-is-not-a"))
    if not rows and json.loads(body).get("rc", 0) not in _UNKNOWN:
        transport.told_an_error(message("why-no-list-of-members-limited"))
    if not rows:
        transport.no_data(message("why-the-board-is-empty-or"))
    if not all(isinstance(row, dict) and {"f12", "f14"} <= row.keys() for row in rows):
        transport.changed(message("why-a-row-has-no-code"))
