"""Where the lists and studies that come with the program are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from basketbt.errors import RefusedPath

_PACKAGE = Path(__file__).resolve().parent


def shipped(kind: Literal["baskets", "configs"]) -> Path:
    """The folder of shipped ``baskets`` or ``configs``.

    An installed wheel carries them inside the package; in a source checkout they stand at the top,
    where they are edited. Raises ``RefusedPath`` if an installation lacks them.
    """
    for folder in (_PACKAGE / "_shipped" / kind, _PACKAGE.parents[1] / kind):
        if folder.is_dir():
            return folder
    raise RefusedPath(path=f"_shipped/{kind}", why="is missing from this installation")
