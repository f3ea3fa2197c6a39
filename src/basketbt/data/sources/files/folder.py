"""Which tables a folder holds, and the paths that are refused."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from basketbt.data.bars import COLUMNS
from basketbt.data.sources.files.codes import FOLDERS, code_in_name
from basketbt.data.sources.files.headers import KNOWN, plain
from basketbt.data.sources.files.spec import FROM_THE_NAME, Kind, TableSpec
from basketbt.errors import InputError, RefusedPath, of_system
from basketbt.notes import message

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb")
MAX_BYTES = 2 * 1024**3

# Names of the folder convention, in order of precedence; `*_adjusted` tables come after these.
CONVENTION: tuple[Kind, ...] = ("bars", "indexes", "fx", "shares", "actions", "instruments")
ADJUSTED = "_adjusted"
_FOLDERS = 50  # of one security a file are looked for


class NoTables(InputError):
    """A folder in which no file follows the convention. Fields: path, seen."""


def tables_of(root: Path) -> tuple[TableSpec, ...]:
    """The tables of a folder by the convention, or the one table that ``root`` itself is.

    Raises:
        RefusedPath: no such path, or two files for one table (bars.csv and bars.parquet).
        NoTables: a folder without a table of prices.
    """
    if root.is_file():
        stem, _ = split_name(root.name)
        return (TableSpec(path=root.name, adjusted=stem.endswith(ADJUSTED) or None),)
    if not root.is_dir():
        raise RefusedPath(path=root, why=message("why-no-such-folder-or-file"))
    names = [entry.name for entry in root.iterdir()]
    tables = (*by_convention(names), *_by_field(names), *_by_code(root, names))
    if not any(table.kind in ("bars", "indexes") for table in tables):
        raise NoTables(path=root, seen=", ".join(sorted(names)[:12]) or "no file")
    return tables


def by_convention(names: Iterable[str]) -> tuple[TableSpec, ...]:
    """The tables among some files, told by their names, in order of precedence.

    Raises ``RefusedPath`` for two files of one table.
    """
    found: dict[str, str] = {}
    for name in sorted(names):
        stem, suffix = split_name(name)
        if not suffix or not (stem in CONVENTION or stem.endswith(ADJUSTED)):
            continue
        if stem in found:
            why = message("why-stands-beside-keep-one-or", found=found[stem])
            raise RefusedPath(path=name, why=why)
        found[stem] = name
    plain = [TableSpec(path=found[kind], kind=kind) for kind in CONVENTION if kind in found]
    adjusted = [
        TableSpec(path=name, adjusted=True) for s, name in found.items() if s.endswith(ADJUSTED)
    ]
    return (*plain, *adjusted)


def _by_field(names: Iterable[str]) -> list[TableSpec]:
    """Wide tables that are called by what they hold: close.csv, 收盘价.xlsx."""
    found: dict[str, str] = {}
    for name in sorted(names):
        stem, suffix = split_name(name)
        word = plain(stem)[0]
        fields = [field for field in COLUMNS if word in KNOWN["bars"][field]]
        if suffix and fields:
            found.setdefault(fields[0], name)
    return [TableSpec(path=name, layout="wide", field=field) for field, name in found.items()]


def _by_code(root: Path, names: Iterable[str]) -> list[TableSpec]:
    """Files of one security each, called by its code: here, or in folders of the convention."""
    found = []
    for folder in sorted(one for one in root.iterdir() if one.is_dir())[:_FOLDERS]:
        name = folder.name.lower()
        known = name in ("bars", "indexes", f"bars{ADJUSTED}")
        if known or any(code_in_name(split_name(one.name)[0]) for one in folder.iterdir()):
            kind: Kind = "indexes" if name.startswith("index") or "指数" in name else "bars"
            said = True if name.endswith(ADJUSTED) else None
            spec = TableSpec(path=f"{folder.name}/*", kind=kind, adjusted=said)
            named = FROM_THE_NAME if not known else None
            found.append(replace(spec, symbol=named, exchange=FOLDERS.get(name)))
    coded = {suffix for stem, suffix in map(split_name, names) if suffix and code_in_name(stem)}
    found += [TableSpec(path=f"*{suffix}", symbol=FROM_THE_NAME) for suffix in sorted(coded)]
    return found


def is_pattern(path: str) -> bool:
    """Whether a table's path stands for several files."""
    return any(mark in path for mark in "*?[")


def files_of(root: Path, pattern: str) -> dict[str, str]:
    """The tables that a pattern stands for, by path, each with its name's stem; sorted.

    Raises ``RefusedPath`` for a pattern that leads out of the folder.
    """
    named = Path(pattern)
    if named.is_absolute() or ".." in named.parts:
        raise RefusedPath(path=pattern, why=message("why-a-tables-path-is-relative"))
    found = {}
    for path in sorted(root.glob(pattern)):
        stem, suffix = split_name(path.name)
        if suffix and not path.name.startswith(("~$", ".")):
            found[path.relative_to(root).as_posix()] = stem
    return found


def split_name(name: str) -> tuple[str, str]:
    """``bars.csv.gz`` → (``bars``, ``.csv.gz``); the suffix is empty when it is not a table's."""
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)], suffix
    return name, ""


def safe_path(root: Path, relative: str) -> Path:
    """The file that a table names, surely inside the folder.

    Raises:
        RefusedPath: an absolute path, one that leaves the folder (also by a symlink), anything
            but a plain file, an unknown suffix, or a file above 2 GiB.
    """
    folder = (root.parent if root.is_file() else root).resolve()
    named = Path(relative)
    if named.is_absolute() or ".." in named.parts:
        raise RefusedPath(path=relative, why=message("why-a-tables-path-is-relative"))
    path = folder / named
    try:
        real = path.resolve(strict=True)
        mode, size = real.stat().st_mode, real.stat().st_size
    except OSError as error:
        raise RefusedPath(path=path, why=of_system(error)) from None
    if not real.is_relative_to(folder):
        raise RefusedPath(path=path, why=message("why-leads-out-of", folder=folder))
    if not stat.S_ISREG(mode):
        raise RefusedPath(path=path, why=message("why-is-not-a-plain-file"))
    if size > MAX_BYTES:
        raise RefusedPath(path=path, why=message("why-has-gib-more-than-2", size=size / 1024**3))
    if not split_name(named.name)[1]:
        raise RefusedPath(path=path, why=message("why-is-none-of", suffixes=", ".join(SUFFIXES)))
    return path
