"""同花顺's concept boards: who is on one today.

akshare knows their names only (and asks for those over plain http), so the site's own pages are
read: the index of boards, then a board's table, page by page. They carry akshare's visitor cookie,
as its own requests do. Without a login the site may show the first pages only; then there is no
list, because half a board would pass for the whole one.
"""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

from basketbt.data.sources.akshare.board import Board, code_named, share_of
from basketbt.data.sources.frames import akshare
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.tap import ask
from basketbt.data.sources.transport import Transport
from basketbt.data.sources.vendor import Refused
from basketbt.notes import message

NAME = "ths"
SITE = "https://q.10jqka.com.cn"
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0 Safari/537.36"
_BOARD = re.compile(r'/gn/detail/code/(\d+)/?"[^>]*>([^<]+)</a>')
_SHARE = re.compile(r'stockpage\.10jqka\.com\.cn/(\d{6})/?"[^>]*>([^<]+)</a>')
_PAGES = re.compile(r'class="page_info">\s*(\d+)\s*/\s*(\d+)')
_TABLE = "m-pager-table"
MOST_PAGES = 200


def ths_board(name: str, today: date, hosts: RateLimiter) -> Board:
    """Today's members of a board, by its name (DeepSeek概念) or the six digits of its address.

    Raises ``UnknownName`` for a name that is no board, or a ``VendorFailure``.
    """
    transport = Transport(NAME, name, hosts, missing_is_404=True, pages=True)
    code = name if re.fullmatch(r"\d{6}", name) else _code_of(name, transport)
    names: dict[str, str] = {}
    page, pages = 1, 1
    while page <= pages:
        found, pages = _page(transport, code, page, pages)
        names |= found
        page += 1
    symbols = {digits: share_of(digits, ("SH", "SZ", "BJ")) for digits in names}
    members = {symbol: names[digits] for digits, symbol in symbols.items() if symbol is not None}
    left_out = tuple(digits for digits, symbol in symbols.items() if symbol is None)
    return Board(name, today, tuple(sorted(members.items())), left_out)


def _code_of(name: str, transport: Transport) -> str:
    codes = {
        html.unescape(text).strip(): code for code, text in _BOARD.findall(_text(transport, "/gn/"))
    }
    if not codes:
        transport.changed(message("why-the-index-of-boards-has"))
    return code_named(name, codes, "同花顺")


def _page(transport: Transport, code: str, page: int, pages: int) -> tuple[dict[str, str], int]:
    """Names by six digits on one page of a board, and how many pages there are."""
    path = f"/gn/detail/field/199112/order/desc/page/{page}/ajax/1/code/{code}/"
    try:
        text = _text(transport, path)
    except Refused as refusal:
        if page == 1:
            raise
        why = message("why-on-page-of-the-rest", why=refusal.fields["why"], page=page, pages=pages)
        raise transport.failure(Refused, why, status=refusal.status) from refusal
    if _TABLE not in text:
        transport.changed(message("why-the-page-has-no-table"))
    where = _PAGES.search(text)
    told, last = (int(where[1]), int(where[2])) if where else (1, 1)
    if told != page or not page <= last <= MOST_PAGES or (page > 1 and last != pages):
        transport.changed(
            message("why-asked-for-page-of-told", page=page, pages=pages, told=told, last=last)
        )
    names: dict[str, str] = {}
    for digits, label in _SHARE.findall(text):
        if label.strip() != digits:
            names[digits] = html.unescape(label).strip()
    if not names:
        transport.no_data(message("why-the-board-is-empty-or"))
    return names, last


def _text(transport: Transport, path: str) -> str:
    import requests

    headers = {"User-Agent": _AGENT, "Referer": f"{SITE}/gn/", "Cookie": f"v={_visitor()}"}
    # Without a time-out of its own: the transport sets one, on every request of this process.
    page: bytes = ask(transport, lambda: requests.get(SITE + path, headers=headers).content)
    return page.decode("gbk", "replace")


def _visitor() -> str:
    """The cookie that akshare gives this site, made by the script that it ships."""
    akshare()
    from akshare.datasets import get_ths_js
    from akshare.stock_feature import stock_board_concept_ths as client

    engine: Any = client.py_mini_racer.MiniRacer()
    engine.eval(Path(get_ths_js("ths.js")).read_text(encoding="utf-8"))
    return str(engine.call("v"))
