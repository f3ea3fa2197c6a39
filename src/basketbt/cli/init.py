"""``basketbt init``: the files to start from, never over an existing one or outside the folder.

The templates lie beside this module: right as they stand, and commented to be changed.
"""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from basketbt.baskets.library import FOLDER
from basketbt.cli.baskets import BoardVendor
from basketbt.cli.console import say, warn
from basketbt.errors import OutputError, RefusedPath
from basketbt.shipped import shipped

if TYPE_CHECKING:
    from basketbt.prices.sources.akshare.board import Board

SCHEMA = "basket.schema.json"

_TEMPLATES = Path(__file__).with_name("templates")
_BASKET_NAME = re.compile(r"([a-z0-9][a-z0-9-]*)/([a-z0-9][a-z0-9-]*)")
_STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CALLED = {
    BoardVendor.EASTMONEY: ("Eastmoney", "东方财富"),
    BoardVendor.THS: ("THS", "同花顺"),
}


def start_basket(name: str) -> Path:
    """Write ``baskets/BROKER/LIST.yaml`` below the working directory; the schema beside it.

    Raises ``RefusedPath`` (a name that is not BROKER/LIST) or ``OutputError`` (the file exists).
    """
    broker, stem = _parts(name)
    return _write_basket(broker, stem, _filled("basket", broker=broker, name=stem))


def start_study(name: str) -> Path:
    """Write ``NAME.yaml`` into the working directory.

    Raises ``RefusedPath`` (a name that cannot be a file's) or ``OutputError`` (the file exists).
    """
    if not _STUDY_NAME.fullmatch(name):
        raise RefusedPath(path=name, why="a study's name is letters, digits, dots and dashes")
    return _write(Path(f"{name}.yaml"), _filled("study", name=name))


def basket_from_board(
    name: str, board_name: str, vendor: BoardVendor = BoardVendor.EASTMONEY
) -> Path:
    """Fetch a board's members and write ``baskets/BROKER/LIST.yaml`` from them.

    Raises what :func:`start_basket` and asking the vendor raise.
    """
    from basketbt.prices.sources.akshare.board import concept_board
    from basketbt.prices.sources.akshare.ths import ths_board
    from basketbt.prices.store import Store, store_path

    with Store(store_path()) as store:
        ask = ths_board if vendor is BoardVendor.THS else concept_board
        board = ask(board_name, date.today(), store.hosts())  # noqa: DTZ011
    broker, stem = _parts(name)
    written = _write_basket(broker, stem, board_text(broker, board, vendor))
    say(f"{len(board.members)} shares; left out: {', '.join(board.left_out) or 'none'}")
    warn(
        f"warning: these are the members of {board.retrieved}; for an earlier event this list is "
        "chosen with hindsight"
    )
    return written


def board_text(broker: str, board: Board, vendor: BoardVendor = BoardVendor.EASTMONEY) -> str:
    """The YAML of a list; every text that came from outside is quoted."""
    called, called_zh = _CALLED[vendor]
    head = _filled(
        "board",
        broker=broker,
        vendor=called,
        vendor_zh=called_zh,
        name=_quoted(board.name),
        retrieved=board.retrieved,
        title=_quoted(f"概念板块 {board.name}"),
    )
    fixed = (
        f"stance: watch, origin: mapped, reason: {_quoted(f'on the board on {board.retrieved}')}"
    )
    return head + "".join(
        f"  - {{symbol: {symbol}, name_zh: {_quoted(name)}, {fixed}}}\n"
        for symbol, name in board.members
    )


def _filled(template: str, **values: object) -> str:
    text = (_TEMPLATES / f"{template}.yaml").read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _parts(name: str) -> tuple[str, str]:
    """Broker and list of a basket's name. Raises ``RefusedPath``."""
    match = _BASKET_NAME.fullmatch(name)
    if match is None:
        why = "a basket's name is BROKER/LIST, in small letters, digits and dashes: mine/robots"
        raise RefusedPath(path=name, why=why)
    return match[1], match[2]


def _write_basket(broker: str, stem: str, text: str) -> Path:
    path = _write(Path(FOLDER, broker, f"{stem}.yaml"), text)
    if not Path(FOLDER, SCHEMA).exists():
        shutil.copyfile(shipped("baskets") / SCHEMA, Path(FOLDER, SCHEMA))
    return path


def _write(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise OutputError(path=path, why="it exists already; choose another name") from None
    except OSError as error:
        raise OutputError(path=path, why=error.strerror or str(error)) from None
    return path
