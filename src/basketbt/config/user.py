"""What a user sets once for every study on a machine: where prices of their own lie.

A study stays portable, because nothing of it is written into a study.
"""

from __future__ import annotations

import os
from pathlib import Path

from basketbt import yamlfile
from basketbt.durable import write_whole
from basketbt.errors import InputError, InvalidFile, Problem, RefusedPath
from basketbt.notes import message


class NoPricesFolder(InputError):
    """It has no fields."""


def config_file() -> Path:
    """The file of settings: ``BASKETBT_CONFIG``, else that of the platform."""
    chosen = os.environ.get("BASKETBT_CONFIG")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_config_dir("basketbt", appauthor=False)) / "config.yaml"


def prices_folder() -> Path | None:
    """The user's folder of prices; None where none is set. Raises ``InvalidFile``."""
    path = config_file()
    if not path.is_file():
        return None
    data = yamlfile.load(path).data
    folder = data.get("prices") if isinstance(data, dict) else None
    if not isinstance(folder, str) or not Path(folder).is_absolute():
        what = message("why-is-no-settings-file-with")
        raise InvalidFile([Problem(str(path), 1, what, message("do-basketbt-config-prices-dir"))])
    return Path(folder)


def set_prices_folder(folder: Path) -> Path:
    """Keep where a user's prices lie; gives the file it stands in. Raises ``RefusedPath``."""
    if not folder.is_dir():
        raise RefusedPath(path=folder, why=message("why-no-such-folder"))
    path = config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    quoted = str(folder.resolve()).replace("'", "''")
    write_whole(path, f"prices: '{quoted}'\n".encode())
    return path
