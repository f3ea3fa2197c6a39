"""A run read back from its folder: the way to render again without computing.

The contract: facts.json and the tables' files hold everything a rendering says. Each is checked
against its hash in the manifest, so a page never shows numbers that the run did not make.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from basketbt.errors import InputError
from basketbt.notes import Language
from basketbt.report.csvfile import csv_bytes
from basketbt.report.facts import FILE as FACTS
from basketbt.report.facts import Colours, Facts
from basketbt.report.files import LAYOUTS, is_full
from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.manifest import with_outputs
from basketbt.report.parquetfile import table_from_parquet
from basketbt.report.publish import MANIFEST, publish, republish
from basketbt.report.record import Record
from basketbt.report.render import MEMO, Format, rendered, with_workbook
from basketbt.report.translation import FILE as TRANSLATION
from basketbt.report.translation import Translation, translated

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
        layout.name: _table(layout, files, facts.language)
        for layout in LAYOUTS
        if layout.file in files or layout.csv in files
    }
    return StoredRun(Record(facts, tables), files[MEMO].decode(), manifest, files)


@dataclass(frozen=True)
class Voice:
    """How a run is to be rendered; None leaves what it was made with."""

    language: Language | None = None
    colours: Colours | None = None


def render_again(
    folder: Path, formats: Collection[Format], voice: Voice | None = None, *, full: bool = False
) -> Path:
    """Write the renderings of a stored run anew; returns the folder that holds them.

    In its own language and colours they stand beside its tables, and renderings that are not asked
    for are left as they are. Others go to a folder beside the run's (``<run>-zh-cn``), so that the
    run stays what its manifest says. ``full`` adds the bulk tables as CSV and as sheets; a run that
    has them keeps them. Raises ``NotARun`` or ``OutputError``.
    """
    folder = folder.resolve()
    run = read_run(folder)
    record, memo = spoken(folder, run, voice or Voice())
    if record.facts != run.record.facts:
        name = "-".join([folder.name, record.facts.language, record.facts.colours])
        aside = {MEMO: memo.encode()} | rendered(record, memo, formats, full=full)
        if full:
            aside |= _bulk_csv(record)
        return publish(aside, folder.parent, name, latest=False)
    files = {name: content for name, content in run.files.items() if name != MANIFEST}
    if "figures" in formats:
        files = {name: data for name, data in files.items() if not name.startswith("figures/")}
    if full:
        files |= _bulk_csv(record)
        formats = with_workbook(formats, files)
    files |= rendered(run.record, run.memo, formats, full=is_full(files))
    files[MANIFEST] = with_outputs(run.manifest, files)
    return republish(files, folder)


def _bulk_csv(record: Record) -> dict[str, bytes]:
    """The bulk tables of a run as CSV."""
    return {
        table.layout.csv: csv_bytes(table, record.facts.language)
        for table in record.tables.values()
        if table.layout.bulk
    }


def spoken(folder: Path, run: StoredRun, voice: Voice) -> tuple[Record, str]:
    """A run's record and memo in the language and colours asked for.

    Raises ``NotARun`` for another language of a run that holds only its own.
    """
    record, memo = run.record, run.memo
    if voice.language not in (None, record.facts.language):
        if TRANSLATION not in run.files:
            raise NotARun(folder=folder, why=f"it has no {TRANSLATION}, its other language")
        said = _translation(folder, run.files[TRANSLATION])
        record, memo = translated(record, said), said.memo
    if voice.colours is not None:
        record = replace(record, facts=replace(record.facts, colours=voice.colours))
    return record, memo


def _translation(folder: Path, content: bytes) -> Translation:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Translation).validate_json(content)
    except ValidationError as error:
        why = f"{TRANSLATION} is of another version of basketbt"
        raise NotARun(folder=folder, why=why) from error


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


def _table(layout: Layout, files: Mapping[str, bytes], language: Language) -> Table:
    """A table from its file; a bulk table of an older run has only its CSV."""
    if not layout.bulk or layout.file not in files:
        return table_from_csv(layout, files[layout.csv], language)
    try:
        return table_from_parquet(layout, files[layout.file])
    except ValueError as error:
        raise NotARun(folder=layout.file, why=str(error)) from error


def table_from_csv(layout: Layout, content: bytes, language: Language) -> Table:
    """A table as it was before it became CSV; an empty cell is None.

    Raises ``NotARun`` when the headers are not the layout's.
    """
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    header = next(lines, [])
    if header != [column.header(language) for column in layout.columns]:
        raise NotARun(folder=layout.csv, why="its columns are of another version")
    rows = (
        [_cell(text, column) for text, column in zip(line, layout.columns, strict=True)]
        for line in lines
    )
    return Table.of_rows(layout, rows)


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
