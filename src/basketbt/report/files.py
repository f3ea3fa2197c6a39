"""A run's files as bytes, and a run read from its files: the same data either way.

The tables' files and report.json hold everything a rendering says. Each is checked against its hash
in the manifest, so no page ever shows numbers that the run did not make.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from basketbt.bounded import read_json, read_plain
from basketbt.durable import sha256
from basketbt.errors import InputError, RefusedPath
from basketbt.locale import Language
from basketbt.notes import Note, NoteKind, as_data, listing, message, note_from
from basketbt.report.csvfile import csv_bytes, table_from_csv
from basketbt.report.data import Colours, ReportData, RunInfo
from basketbt.report.layouts import LAYOUTS
from basketbt.report.model import Layout, Table, Value
from basketbt.report.parquetfile import parquet_bytes, table_from_parquet
from basketbt.report.publish import MANIFEST, publish, republish
from basketbt.report.render import PICTURES, TABLES, Format, rendered

#: What a run says beside its tables, and the notes of their rows.
REPORT = "report.json"
LARGEST = 2**30  # bytes of a file of a run
STORED_OTHERWISE = NoteKind("stored-otherwise", severity="warning")


class NotARun(InputError):
    """A folder that does not hold a run, or no longer the one its manifest tells of."""


@dataclass(frozen=True)
class _Manifest:
    """What is read of a manifest again; it may hold more."""

    outputs: dict[str, str]
    run: str = ""
    data: list[dict[str, Any]] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredRun:
    """A run's data, its manifest, and all its files as bytes."""

    data: ReportData
    manifest: dict[str, Any]
    files: dict[str, bytes]


def run_files(
    data: ReportData,
    formats: Collection[Format] = (),
    *,
    full: bool = False,
    illustrated: bool = False,
) -> dict[str, bytes]:
    """Name → content of everything a run publishes, the manifest last.

    ``full`` adds the bulk tables as CSV and a workbook with every table; ``illustrated``: pictures
    are there, and the memo shows them.
    """
    language = data.info.language
    files = table_files(data.tables.values(), language, full=full)
    files[REPORT] = report_json(data)
    files |= rendered(data, formats, full=full, illustrated=illustrated)
    files[MANIFEST] = manifest(data.info, files)
    return files


def table_files(tables: Iterable[Table], language: Language, *, full: bool) -> dict[str, bytes]:
    """Name → content of tables: bulk ones as Parquet, and as CSV too if ``full``; others as CSV."""
    files: dict[str, bytes] = {}
    for table in tables:
        if table.layout.bulk:
            files[table.layout.file] = parquet_bytes(table, language)
        if full or not table.layout.bulk:
            files[table.layout.csv] = csv_bytes(table, language)
    return files


def is_full(names: Collection[str]) -> bool:
    """Whether these are the files of a run that was written with all that can be asked for."""
    return TABLES in names or any(layout.csv in names for layout in LAYOUTS if layout.bulk)


def report_json(data: ReportData) -> bytes:
    """report.json: what no table holds, and the notes of each table's rows, told once each."""
    known: dict[tuple[Note, ...], int] = {}
    rows: dict[str, list[tuple[int, int]]] = {}
    for name, table in data.tables.items():
        for column, cells in zip(table.layout.columns, table.columns, strict=True):
            if column.kind == "notes":
                numbers = (known.setdefault(_notes(cell), len(known)) for cell in cells)
                rows[name] = [(n, len(list(same))) for n, same in groupby(numbers)]
    content = {
        "info": _plain(data.info),
        "notes": [[as_data(note) for note in notes] for notes in known],
        "rows": rows,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _notes(cell: Value) -> tuple[Note, ...]:
    return cell if isinstance(cell, tuple) else ()


def _plain(info: RunInfo) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(RunInfo).dump_python(info, mode="json", exclude={"given"})


def manifest(info: RunInfo, files: Mapping[str, bytes]) -> bytes:
    """What a run was made of and what it made, by hash. It carries no clock."""
    return _with_outputs(manifest_content(info), files)


def manifest_content(info: RunInfo) -> dict[str, Any]:
    """What a run was made of, as its manifest says it."""
    return {
        "format": info.format,
        "study": info.study,
        "run": info.run,
        "prices": info.prices.text("en"),
        "inputs": info.hashes,
        "config": info.config,
        "baskets": {one.id: one.digest for one in info.lists},
        **({"lists": list(info.given)} if info.given else {}),
        "data": [asdict(panel) for panel in info.panels],
        "versions": info.versions,
        "warnings": [note.text("en") for note in info.notes if note.kind.severity == "warning"],
    }


def _with_outputs(content: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A manifest with the hashes of these files as its outputs."""
    outputs = {name: sha256(data) for name, data in sorted(files.items())}
    return as_json({**content, "outputs": outputs})


def as_json(content: Mapping[str, Any]) -> bytes:
    """The bytes of a manifest."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def kept(folder: Path, run: str) -> dict[str, str]:
    """Name → hash of what an earlier writing of a run left in its folder and is as it was left."""
    try:
        old = read_manifest(folder)
    except NotARun:  # none was there, or a damaged one: it is written anew
        return {}
    if old.get("run") != run:
        return {}
    return {name: digest for name, digest in old["outputs"].items() if _is(folder, name, digest)}


def _is(folder: Path, name: str, digest: str) -> bool:
    try:
        return sha256(read_plain(folder / name, LARGEST)) == digest
    except RefusedPath:
        return False


def stored_otherwise(files: Mapping[str, bytes], folder: Path) -> tuple[Note, ...]:
    """A note on tables that a run's folder holds with other content than ``files`` of that run.

    Equal inputs give equal bytes, so either they were edited or something else changed.
    """
    tables = [
        name
        for name, content in files.items()
        if name.endswith((".csv", ".parquet"))
        and (folder / name).exists()
        and not _is(folder, name, sha256(content))
    ]
    if not tables:
        return ()
    return (STORED_OTHERWISE(run=folder.name, files=listing(tables)),)


def keeping(files: Mapping[str, bytes], earlier: Mapping[str, str]) -> dict[str, bytes]:
    """``files`` of a run whose manifest goes on listing what an earlier writing of it left."""
    new = json.loads(files[MANIFEST])
    new["outputs"] = dict(sorted({**earlier, **new["outputs"]}.items()))
    return {**files, MANIFEST: as_json(new)}


def read_run(folder: Path) -> StoredRun:
    """A run from its folder.

    Raises ``NotARun``: no manifest, a file missing or changed, or a run of another version.
    """
    content = read_manifest(folder)
    files = {name: _checked(folder, name, wanted) for name, wanted in content["outputs"].items()}
    if REPORT not in files:
        raise NotARun(folder=folder, why=message("why-it-has-no-as-runs", report=REPORT))
    return StoredRun(_data(folder, files), content, files)


def _data(folder: Path, files: Mapping[str, bytes]) -> ReportData:
    from pydantic import TypeAdapter, ValidationError

    try:
        content = read_json(files[REPORT])
        info = TypeAdapter(RunInfo).validate_python(content["info"])
        notes = [tuple(map(note_from, one)) for one in content["notes"]]
        rows = TypeAdapter(dict[str, list[tuple[int, int]]]).validate_python(content["rows"])
    except (ValidationError, ValueError, LookupError, TypeError):
        why = message("why-is-of-another-version-of", report=REPORT)
        raise NotARun(folder=folder, why=why) from None
    tables = {
        layout.name: _noted(folder, _table(folder, layout, files, info.language), rows, notes)
        for layout in LAYOUTS
        if layout.file in files or layout.csv in files
    }
    data = ReportData(info, tables)
    for event in info.events:
        tests = event.tests
        if tests is not None:
            quoted = {"event": event.id, "window": tests.window, "model": tests.model}
            made = data.rows("event_study", variant="main", **quoted)
            if not {row["basket"] for row in made}.issuperset(event.baskets):
                raise NotARun(
                    folder=folder, why=message("why-quotes-tests-that-were-not", report=REPORT)
                )
    return data


def _table(
    folder: Path,
    layout: Layout,
    files: Mapping[str, bytes],
    language: Language,
) -> Table:
    """A table from its file, without its notes."""
    try:
        if layout.bulk and layout.file in files:
            return table_from_parquet(layout, files[layout.file])
        return table_from_csv(layout, files[layout.csv], language)
    except ValueError as error:
        raise NotARun(folder=folder, why=f"{layout.file}: {error}") from error


def _noted(
    folder: Path,
    table: Table,
    rows: Mapping[str, list[tuple[int, int]]],
    notes: Sequence[tuple[Note, ...]],
) -> Table:
    """A table with the notes of its rows from report.json: number of the notes, count of rows."""
    name, runs = table.layout.file, rows.get(table.layout.name, [])
    told = sum(count for _, count in runs) if all(count > 0 for _, count in runs) else -1
    if runs and told != len(table):
        raise NotARun(
            folder=folder,
            why=message("why-has-notes-of-other-rows", report=REPORT, file=table.layout.file),
        )
    try:
        return table.with_notes([notes[number] for number, count in runs for _ in range(count)])
    except (LookupError, ValueError) as error:
        raise NotARun(folder=folder, why=f"{name}: {error}") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder, with files inside it as its outputs. Raises ``NotARun``."""
    from pydantic import TypeAdapter

    try:
        content = read_json(read_plain(folder / MANIFEST, LARGEST))
        outputs = TypeAdapter(_Manifest).validate_python(content).outputs
    except RefusedPath as error:
        raise NotARun(
            folder=folder, why=message("why-no-can-be-read-in", manifest=MANIFEST)
        ) from error
    except (ValueError, KeyError, TypeError) as error:  # pydantic's is a ValueError
        raise NotARun(
            folder=folder, why=message("why-its-is-damaged", manifest=MANIFEST)
        ) from error
    if any(_escapes(name) for name in outputs):
        raise NotARun(folder=folder, why=message("why-its-is-damaged", manifest=MANIFEST))
    return dict(content)


def _escapes(name: str) -> bool:
    path = Path(name)
    return path.is_absolute() or ".." in path.parts


def _checked(folder: Path, name: str, wanted: str) -> bytes:
    try:
        content = read_plain(folder / name, LARGEST)
    except RefusedPath as error:
        why = message("why-is-missing-2") if not (folder / name).exists() else error.fields["why"]
        raise NotARun(folder=folder, why=f"{name} {why}") from error
    if sha256(content) != wanted:
        raise NotARun(folder=folder, why=message("why-was-changed-after-the-run", name=name))
    return content


def render_again(
    folder: Path,
    formats: Collection[Format],
    *,
    language: Language | None = None,
    colours: Colours | None = None,
    full: bool = False,
) -> Path:
    """Write the renderings of a stored run anew; returns the folder that holds them.

    In its own language and colours they stand beside its tables, and renderings that are not asked
    for are left as they are. Others go to a folder beside the run's (``<run>-zh-cn``), so that the
    run stays what its manifest says. ``full`` adds the bulk tables as CSV and, to a workbook, one
    with every table; a run that has them keeps them. Raises ``NotARun`` or ``OutputError``.
    """
    folder = folder.resolve()
    run = read_run(folder)
    data, own = run.data, run.data.info.language
    spoken = language or own
    shown = colours or data.colours(spoken)
    if (spoken, shown) != (own, data.colours(own)):
        aside = rendered(data, formats, language=spoken, colours=shown, full=full)
        if full:
            aside |= _bulk_csv(data, spoken)
        return publish(aside, folder.parent, f"{folder.name}-{spoken}-{shown}", latest=False)
    files = {name: content for name, content in run.files.items() if name != MANIFEST}
    if "figures" in formats:
        files = {name: one for name, one in files.items() if not name.startswith(PICTURES)}
    if full:
        files |= _bulk_csv(data, own)
    illustrated = any(name.startswith(PICTURES) for name in files)
    files |= rendered(data, formats, full=is_full(files), illustrated=illustrated)
    files[MANIFEST] = _with_outputs(
        {key: value for key, value in run.manifest.items() if key != "outputs"}, files
    )
    return republish(files, folder)


def _bulk_csv(data: ReportData, language: Language) -> dict[str, bytes]:
    """The bulk tables of a run as CSV."""
    bulk = [table for table in data.tables.values() if table.layout.bulk]
    return {table.layout.csv: csv_bytes(table, language) for table in bulk}
