"""Where the lists and studies that come with the program are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from basketbt.errors import RefusedPath
from basketbt.notes import message

#: The sample of record as ``--source`` and a study name it.
SAMPLE = "sample"

_PACKAGE = Path(__file__).resolve().parent


def shipped(kind: Literal["baskets", "configs", "sample"]) -> Path:
    """The folder of shipped ``baskets`` or ``configs``, or of the sample of record.

    An installed wheel carries them inside the package; in a source checkout ``baskets`` and
    ``configs`` stand at the top, where they are edited.

    Raises ``RefusedPath`` if an installation lacks them.
    """
    for folder in (_PACKAGE / "_shipped" / kind, _PACKAGE.parents[1] / kind):
        if folder.is_dir():
            return folder
    raise RefusedPath(path=f"_shipped/{kind}", why=message("why-is-missing-from-this-installation"))


def find_study(path: Path) -> Path:
    """``path`` if it exists, else the shipped study it names: ``deepseek-r1``, also with
    ``configs/`` before and ``.yaml`` behind.

    A path that is neither is given back as it is, for the reader of the file to refuse.
    """
    named = path.parent in (Path(), Path("configs")) and path.suffix in ("", ".yaml")
    if path.is_file() or not named:
        return path
    candidate = shipped("configs") / f"{path.stem}.yaml"
    return candidate if candidate.is_file() else path
