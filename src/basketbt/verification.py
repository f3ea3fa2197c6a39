"""Recomputing a run from its manifest, and comparing every file with what lies on the disk."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from basketbt.config.study import StudyConfig, StudyFile
from basketbt.data.bars import PriceSource
from basketbt.durable import sha256
from basketbt.errors import InputError
from basketbt.lists.model import Basket
from basketbt.lists.stored import basket_from
from basketbt.notes import Note, message
from basketbt.pipeline.run import run_study
from basketbt.pipeline.sources import ROUTES, Access, choose_source
from basketbt.report.build import report_data
from basketbt.report.csvfile import csv_bytes
from basketbt.report.files import NotARun, is_full, read_manifest, run_files
from basketbt.report.layouts import LAYOUTS
from basketbt.report.parquetfile import table_from_parquet
from basketbt.report.publish import MANIFEST
from basketbt.report.render import PAGE, PDF, PICTURES, WORD, WORKBOOK, Format
from basketbt.shipped import SAMPLE
from basketbt.sweep.outputs import GRID_CSV
from basketbt.sweep.planner import plan_grid
from basketbt.sweep.run import GridOptions, run_grid
from basketbt.sweep.schedulers import usable_cores

LARGEST_DIFF = 8  # lines shown of a file that differs
_SAME_LINES = "the same lines, in other bytes"


class PricesNotNamed(InputError):
    """Fields: folder, source (files, where the run does not know the folder)."""


@dataclass(frozen=True)
class Difference:
    """One file that is not what it should be, in one line, with the changed lines below."""

    name: str
    what: Note
    diff: tuple[str, ...] = ()


def verify(
    folder: Path, *, source: str | None, access: Access | None = None
) -> tuple[Difference, ...]:
    """What differs between a run's files and the same run computed now; empty when nothing does.

    A grid is a run too. The study is the one in the manifest, whole or its event study alone; lists
    are the manifest's where they stood in no file, else those of the nearest ``baskets`` folder;
    prices come from ``source``: by default the vendor route or the sample that the run names. A run
    does not carry prices.

    Raises ``NotARun``, ``PricesNotNamed``, and whatever running the study raises.
    """
    manifest = read_manifest(folder)
    study = StudyFile(
        _config(folder, manifest), Path("study.yaml"), lists=_own_lists(folder, manifest)
    )
    prices = choose_source(study, source or _own_source(folder, manifest), access)
    outputs = manifest["outputs"]
    if "choices" in manifest:
        expected = _grid_files(study, prices, full=GRID_CSV in outputs)
    else:
        result = run_study(study, prices, events_only="summary.csv" not in outputs)
        expected = run_files(report_data(result), _formats(outputs), full=is_full(outputs))
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return tuple(
        _difference(name, found.get(name), expected.get(name), outputs.get(name))
        for name in sorted(expected.keys() | found.keys())
        if found.get(name) != expected.get(name)
    )


def _grid_files(study: StudyFile, prices: PriceSource, *, full: bool) -> dict[str, bytes]:
    """Name → content of a grid computed now, aside."""
    with TemporaryDirectory() as aside:
        options = GridOptions(workers=usable_cores(), full=full)
        folder = run_grid(plan_grid(study, prices), Path(aside), options)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def _own_source(folder: Path, manifest: dict[str, Any]) -> str:
    """Where a run's prices came from, as ``--source`` takes it."""
    names = {str(entry.get("source")) for entry in manifest.get("data", ())} - {"None"}
    if len(names) == 1 and names <= {*ROUTES, SAMPLE}:
        return names.pop()
    raise PricesNotNamed(folder=folder, source=", ".join(sorted(names)) or "somewhere unnamed")


def _formats(outputs: Collection[str]) -> tuple[Format, ...]:
    """The renderings that a run was written with, from the names of its files."""
    signs: dict[Format, str] = {
        "page": PAGE,
        "figures": PICTURES,
        "xlsx": WORKBOOK,
        "docx": WORD,
        "pdf": PDF,
    }
    return tuple(
        name for name, sign in signs.items() if any(file.startswith(sign) for file in outputs)
    )


def _config(folder: Path, manifest: dict[str, Any]) -> StudyConfig:
    try:
        config = manifest.get("config")
        choices = manifest.get("choices")
        if isinstance(config, dict) and isinstance(choices, dict):
            given = {name: value for name, value in choices.items() if value != []}
            config = config | {"grid": given}  # lists that are not varied are written empty
        return StudyConfig.model_validate_json(json.dumps(config))
    except ValidationError as error:
        why = message("why-its-study-cannot-be-read", count=error.error_count())
        raise NotARun(folder=folder, why=why) from error


def _own_lists(folder: Path, manifest: dict[str, Any]) -> tuple[Basket, ...]:
    """The lists that stood in no file when the run was made."""
    try:
        lists = tuple(map(basket_from, manifest.get("lists", ())))
        if all(manifest["baskets"][one.id] == one.digest for one in lists):
            return lists
    except (ValueError, LookupError, TypeError):  # pydantic's is a ValueError
        pass
    raise NotARun(folder=folder, why=message("why-its-is-damaged", manifest=MANIFEST))


def _difference(
    name: str, found: bytes | None, expected: bytes | None, written: str | None
) -> Difference:
    """``written``: the hash that the manifest gives the file, if it lists it."""
    if found is None:
        return Difference(name, message("why-the-file-is-missing"))
    if expected is None:
        return Difference(name, message("why-does-not-belong-to-the-run"))
    tampered = written is not None and sha256(found) != written
    what = (
        message("why-was-changed-after-it-was")
        if tampered
        else message("why-comes-out-otherwise-now")
    )
    sides = _lines(name, found), _lines(name, expected)
    shown = list(difflib.unified_diff(*sides, "on disk", "computed now", lineterm="", n=0))
    shown = shown or [_SAME_LINES]
    if len(shown) > LARGEST_DIFF:
        shown = [*shown[:LARGEST_DIFF], f"... and {len(shown) - LARGEST_DIFF} more lines"]
    return Difference(name, what, tuple(shown))


def _text_lines(content: bytes) -> list[str]:
    """Of a picture, a workbook or a Word file its length: nobody reads their bytes."""
    try:
        return content.decode().splitlines()
    except UnicodeDecodeError:
        return [f"{len(content):,} bytes"]


def _lines(name: str, content: bytes) -> list[str]:
    """A file as lines to compare; a Parquet table as the rows that its CSV would have."""
    layout = next((layout for layout in LAYOUTS if layout.bulk and layout.file == name), None)
    if layout is None:
        return _text_lines(content)
    try:
        table = table_from_parquet(layout, content)
    except ValueError as error:
        return [str(error)]
    return csv_bytes(table, "en").decode("utf-8-sig").splitlines()
