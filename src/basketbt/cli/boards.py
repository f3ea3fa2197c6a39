"""A list from a vendor's concept board: the file, and the warning that belongs to it."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.cli.console import say, warn

if TYPE_CHECKING:
    from basketbt.prices.sources.akshare.board import Board

HEAD = """\
# yaml-language-server: $schema=../basket.schema.json
# {vendor}'s concept board {name}, as it stood on {retrieved}.
# HINDSIGHT: these are today's members. For an event before {retrieved} they were chosen knowing
# what happened since; a study of such an event says so.
broker: {broker}
broker_zh: {vendor_zh}板块
broker_en: {vendor} board
theme:
  zh: {name}
  en: {name}
source:
  publisher: {vendor_zh} ({vendor})
  title: {title}
  published: {retrieved}
  members_on: {retrieved}
notes: >-
  Members of the board on {retrieved}. Who was on it earlier is not known: tested on an earlier
  event, this list is chosen with hindsight.

constituents:
"""
ROW = "  - {{symbol: {symbol}, name_zh: {name}, stance: watch, origin: mapped, reason: {reason}}}\n"


class BoardVendor(StrEnum):
    """Whose boards: two vendors draw the same concept differently."""

    EASTMONEY = "eastmoney"
    THS = "ths"


_CALLED = {
    BoardVendor.EASTMONEY: ("Eastmoney", "东方财富"),
    BoardVendor.THS: ("THS", "同花顺"),
}


def basket_from_board(
    path_name: str, board_name: str, vendor: BoardVendor = BoardVendor.EASTMONEY
) -> Path:
    """Fetch a board's members and write ``baskets/BROKER/LIST.yaml`` from them.

    Raises what ``start_basket`` and asking the vendor raise.
    """
    from datetime import date

    from basketbt.cli.starting import start_basket
    from basketbt.prices.sources.akshare.board import concept_board
    from basketbt.prices.sources.akshare.ths import ths_board
    from basketbt.prices.store import Store, store_path

    with Store(store_path()) as store:
        ask = ths_board if vendor is BoardVendor.THS else concept_board
        board = ask(board_name, date.today(), store.hosts())  # noqa: DTZ011
    written = start_basket(path_name, lambda broker, _: board_text(broker, board, vendor))
    say(f"{len(board.members)} shares; left out: {', '.join(board.left_out) or 'none'}")
    warn(
        f"warning: these are the members of {board.retrieved}; for an earlier event this list is "
        "chosen with hindsight"
    )
    return written


def board_text(broker: str, board: Board, vendor: BoardVendor = BoardVendor.EASTMONEY) -> str:
    """The YAML of a list; every text that came from outside is quoted."""
    title = json.dumps(f"概念板块 {board.name}", ensure_ascii=False)
    head = HEAD.format(
        broker=broker,
        vendor=_CALLED[vendor][0],
        vendor_zh=_CALLED[vendor][1],
        name=json.dumps(board.name, ensure_ascii=False),
        retrieved=board.retrieved,
        title=title,
    )
    reason = json.dumps(f"on the board on {board.retrieved}")
    rows = [
        ROW.format(symbol=symbol, name=json.dumps(name, ensure_ascii=False), reason=reason)
        for symbol, name in board.members
    ]
    return head + "".join(rows)
