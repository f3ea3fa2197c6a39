"""A run read back from its folder: the way to render again without computing.

The contract: facts.json and the CSV files hold everything a rendering says. Each is checked
against its hash in the manifest, so a page never shows numbers that the run did not make.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from basketbt.errors import InputError
from basketbt.notes import Language
from basketbt.report.facts import FILE as FACTS
from basketbt.report.facts import Facts
from basketbt.report.files import LAYOUTS
from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.manifest import with_outputs
from basketbt.report.publish import MANIFEST, republish
from basketbt.report.record import Record
from basketbt.report.render import Format, rendered

MEMO = "memo.md"
_FORMULA = ("=", "+", "-", "@", "\t")


class NotARun(InputError):
    """A folder that does not hold a run, or no longer the one its manifest tells of."""

    template = "{folder} is not a run's folder: {why}"
    fix = "Give the folder that `basketbt run` printed, e.g. results/STUDY/latest, or run it again."


@dataclass(frozen=True)
class StoredRun:
    """A run's record, its memo, and all its files as bytes."""

    record: Record
    memo: str
    manifest: dict[str, Any]
    files: dict[str, bytes]


def read_run(folder: Path) -> StoredRun:
    """A run from its folder.

    Raises ``NotARun``: no manifest, a file missing or changed, or a run of another version.
    """
    manifest = _manifest(folder)
    files = {name: _checked(folder, name, wanted) for name, wanted in manifest["outputs"].items()}
    if FACTS not in files or MEMO not in files:
        raise NotARun(folder=folder, why=f"it has no {FACTS} or no {MEMO}")
    facts = _facts(folder, files[FACTS])
    tables = {
        layout.name: table_from_csv(layout, files[f"{layout.name}.csv"], facts.language)
        for layout in LAYOUTS
        if f"{layout.name}.csv" in files
    }
    return StoredRun(Record(facts, tables), files[MEMO].decode(), manifest, files)


def render_again(folder: Path, formats: Collection[Format]) -> Path:
    """Write the renderings of a stored run anew, beside its tables; returns its folder.

    Renderings that are not asked for are left as they are. Raises ``NotARun`` or ``OutputError``.
    """
    folder = folder.resolve()
    run = read_run(folder)
    files = {name: content for name, content in run.files.items() if name != MANIFEST}
    if "figures" in formats:
        files = {name: data for name, data in files.items() if not name.startswith("figures/")}
    files |= rendered(run.record, run.memo, formats)
    files[MANIFEST] = with_outputs(run.manifest, files)
    return republish(files, folder)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
        outputs = content["outputs"]
    except OSError as error:
        raise NotARun(folder=folder, why=f"no {MANIFEST} can be read in it") from error
    except (ValueError, KeyError, TypeError) as error:
        raise NotARun(folder=folder, why=f"its {MANIFEST} is damaged") from error
    if not isinstance(outputs, dict) or any(_escapes(name) for name in outputs):
        raise NotARun(folder=folder, why=f"its {MANIFEST} is damaged")
    return {key: value for key, value in content.items() if key != "outputs"} | {"outputs": outputs}


def _escapes(name: str) -> bool:
    path = Path(name)
    return path.is_absolute() or ".." in path.parts


def _checked(folder: Path, name: str, wanted: str) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise NotARun(folder=folder, why=f"{name} is missing") from error
    if hashlib.sha256(content).hexdigest() != wanted:
        raise NotARun(folder=folder, why=f"{name} was changed after the run wrote it")
    return content


def _facts(folder: Path, content: bytes) -> Facts:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Facts).validate_json(content)
    except ValidationError as error:
        raise NotARun(folder=folder, why=f"{FACTS} is of another version of basketbt") from error


def table_from_csv(layout: Layout, content: bytes, language: Language) -> Table:
    """A table as it was before it became CSV; an empty cell is None.

    Raises ``NotARun`` when the headers are not the layout's.
    """
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    header = next(lines, [])
    if header != [column.header(language) for column in layout.columns]:
        raise NotARun(folder=f"{layout.name}.csv", why="its columns are of another version")
    return Table(
        layout,
        tuple(
            tuple(_cell(text, column) for text, column in zip(line, layout.columns, strict=True))
            for line in lines
        ),
    )


def _cell(text: str, column: Column) -> Cell:
    if text == "":
        return None
    if column.kind in ("text", "date"):
        return text[1:] if text[0] == "'" and text[1:].startswith(_FORMULA) else text
    if column.kind == "integer":
        return int(text)
    if column.kind == "flag":
        return text == "true"
    return float(text)
