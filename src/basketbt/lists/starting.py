"""The files to start from: lists and studies, never over an existing file or outside the folder.

The templates lie beside this module: right as they stand, and commented to be changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from string import Template
from typing import Literal, Protocol

from basketbt.durable import write_whole
from basketbt.errors import OutputError, RefusedPath, of_system
from basketbt.lists.library import FOLDER
from basketbt.lists.model import Stance
from basketbt.notes import message
from basketbt.shipped import shipped

SCHEMA = "basket.schema.json"

_TEMPLATES = Path(__file__).with_name("templates")
_BASKET_NAME = re.compile(r"([a-z0-9][a-z0-9-]*)/([a-z0-9][a-z0-9-]*)")
_STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
BoardVendor = Literal["eastmoney", "ths"]
Members = Sequence[tuple[str, str]]  # symbol and Chinese name


class Share(Protocol):
    """A share of a table that somebody keeps."""

    @property
    def symbol(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> float | None: ...
    @property
    def segment(self) -> str | None: ...
    @property
    def stance(self) -> Stance | None: ...


_CALLED: Mapping[BoardVendor, tuple[str, str]] = {
    "eastmoney": ("Eastmoney", "东方财富"),
    "ths": ("THS", "同花顺"),
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
        raise RefusedPath(path=name, why=message("why-a-studys-name-is-letters"))
    return _write(Path(f"{name}.yaml"), _filled("study", name=name))


def start_from_board(
    name: str, board_name: str, members: Members, day: date, vendor: BoardVendor
) -> Path:
    """Write a list of the ``members`` that a concept board has on ``day``; see start_basket."""
    broker, stem = _parts(name)
    return _write_basket(broker, stem, board_text(broker, board_name, members, day, vendor))


def board_text(
    broker: str, board_name: str, members: Members, day: date, vendor: BoardVendor = "eastmoney"
) -> str:
    """The YAML of a list; every text that came from outside is quoted."""
    called, called_zh = _CALLED[vendor]
    head = _filled(
        "board",
        broker=broker,
        vendor=called,
        vendor_zh=called_zh,
        name=_quoted(board_name),
        retrieved=day,
        title=_quoted(f"概念板块 {board_name}"),
    )
    reason = _quoted(f"on the board on {day}")
    return head + "".join(
        f"  - {{symbol: {symbol}, name_zh: {_quoted(name)}, stance: watch, origin: mapped, "
        f"reason: {reason}}}\n"
        for symbol, name in members
    )


def start_from_table(name: str, file: str, shares: Sequence[Share], unread: Sequence[str]) -> Path:
    """Write a list of the ``shares`` of a table; ``unread`` stands below them as comments."""
    broker, stem = _parts(name)
    head = _filled("tabled", broker=broker, name=stem, file=_quoted(file), published=date.today())  # noqa: DTZ011
    return _write_basket(broker, stem, head + _constituents(shares, unread))


def _constituents(shares: Sequence[Share], unread: Sequence[str]) -> str:
    segments = dict.fromkeys(one.segment for one in shares if one.segment)
    lines = ["segments:"] if segments else []
    lines += [f"  {_quoted(one)}: {_quoted(one)}" for one in segments]
    lines += ["", "constituents:"]
    for one in shares:
        given = {"segment": one.segment and _quoted(one.segment), "weight": one.weight}
        more = "".join(f", {key}: {value}" for key, value in given.items() if value is not None)
        lines.append(
            f"  - {{symbol: {one.symbol}, name_zh: {_quoted(one.name)}{more}, "
            f"stance: {one.stance or 'recommend'}, origin: named}}"
        )
    lines += [f"  # not read: {text}" for text in unread]
    return "\n".join(lines) + "\n"


def _filled(template: str, **values: object) -> str:
    text = (_TEMPLATES / f"{template}.yaml").read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _parts(name: str) -> tuple[str, str]:
    """Broker and list of a basket's name. Raises ``RefusedPath``."""
    match = _BASKET_NAME.fullmatch(name)
    if match is None:
        why = message("why-a-baskets-name-is-broker")
        raise RefusedPath(path=name, why=why)
    return match[1], match[2]


def _write_basket(broker: str, stem: str, text: str) -> Path:
    path = _write(Path(FOLDER, broker, f"{stem}.yaml"), text)
    if not Path(FOLDER, SCHEMA).exists():
        write_whole(Path(FOLDER, SCHEMA), (shipped("baskets") / SCHEMA).read_bytes())
    return path


def _write(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise OutputError(path=path, why=message("why-it-exists-already-choose-another")) from None
    except OSError as error:
        raise OutputError(path=path, why=of_system(error)) from None
    return path
