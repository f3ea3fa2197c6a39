"""Writing the files to start from: never over an existing one, never outside the folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from basketbt.baskets.library import FOLDER
from basketbt.cli.templates import BASKET, STUDY
from basketbt.errors import OutputError, RefusedPath
from basketbt.shipped import shipped

SCHEMA = "basket.schema.json"

_BASKET_NAME = re.compile(r"([a-z0-9][a-z0-9-]*)/([a-z0-9][a-z0-9-]*)")
_STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _commented(broker: str, name: str) -> str:
    return BASKET.format(broker=broker, name=name)


def start_basket(name: str, text: Callable[[str, str], str] = _commented) -> Path:
    """Write ``baskets/BROKER/LIST.yaml`` below the working directory; the schema beside it.

    ``text`` makes the content from the broker and the list's name.

    Raises ``RefusedPath`` (a name that is not BROKER/LIST) or ``OutputError`` (the file exists).
    """
    match = _BASKET_NAME.fullmatch(name)
    if match is None:
        why = "a basket's name is BROKER/LIST, in small letters, digits and dashes: mine/robots"
        raise RefusedPath(path=name, why=why)
    broker, stem = match.groups()
    path = Path(FOLDER, broker, f"{stem}.yaml")
    _write(path, text(broker, stem))
    if not Path(FOLDER, SCHEMA).exists():
        shutil.copyfile(shipped("baskets") / SCHEMA, Path(FOLDER, SCHEMA))
    return path


def start_study(name: str) -> Path:
    """Write ``NAME.yaml`` into the working directory.

    Raises ``RefusedPath`` (a name that cannot be a file's) or ``OutputError`` (the file exists).
    """
    if not _STUDY_NAME.fullmatch(name):
        raise RefusedPath(path=name, why="a study's name is letters, digits, dots and dashes")
    path = Path(f"{name}.yaml")
    _write(path, STUDY.format(name=name))
    return path


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise OutputError(path=path, why="it exists already; choose another name") from None
    except OSError as error:
        raise OutputError(path=path, why=error.strerror or str(error)) from None
