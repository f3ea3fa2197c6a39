"""The sample of record: the prices that come with the program, enough for the shipped studies.

A folder of the *files* convention with a manifest of hashes. It answers what it holds and nothing
else: a share or a day that it lacks is an error, never a gap, and no vendor falls back on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from basketbt.errors import DataError, OutsideData
from basketbt.notes import NoteKind
from basketbt.prices.data import MarketData, PriceRequest
from basketbt.prices.sources.files import FilesSource
from basketbt.prices.sources.files.folder import tables_of
from basketbt.shipped import shipped

NAME = "sample"
MANIFEST = "manifest.json"

SAMPLE = NoteKind(
    "sample_of_record",
    en="sample of record, {first} to {last}: end-of-day facts compiled from several public "
    "sources, no vendor's feed, not for trading",
    zh="随附样本行情，{first}至{last}：据多个公开来源整理的日终数据，并非数据商行情，不得用于交易",
)


class BadSample(DataError):
    """Fields: path, why."""

    template = "the sample of record is damaged: {path} {why}"
    fix = "Install basketbt again, or name other prices: --source auto or --source files:FOLDER."


class OutsideSample(OutsideData):
    """Fields: what, shares, first, last."""

    template = (
        "the sample of record holds {shares} shares of the shipped lists from {first} to {last}; "
        "this study also needs {what}"
    )
    fix = (
        "Fetch them once into your own store: `basketbt run STUDY --source auto`; or give your own "
        "tables: `--source files:FOLDER`."
    )


@dataclass(frozen=True)
class SampleSource:
    """The sample that is installed with the program, or one in another ``folder``."""

    folder: Path | None = None

    @property
    def name(self) -> str:
        return NAME

    def load(self, request: PriceRequest) -> MarketData:
        """What the sample holds of a request.

        Raises:
            BadSample: a file is missing or is not the one that the manifest lists.
            OutsideSample: the request names a share, index, rate or day that the sample lacks.
        """
        folder = self.folder or shipped("sample")
        manifest = _manifest(folder / MANIFEST)
        for name, digest in manifest["files"].items():
            _verify(folder / name, digest)
        held = PriceRequest(
            symbols=tuple(manifest["symbols"]),
            indexes=tuple(manifest["indexes"]),
            start=np.datetime64(manifest["first"], "D"),
            end=np.datetime64(manifest["last"], "D"),
            fx=tuple(manifest["fx"]),
            universe=True,
        )
        lacking = held.lacks(request)
        if lacking:
            raise OutsideSample(
                what="; ".join(lacking), shares=len(held.symbols), first=held.start, last=held.end
            )
        tables = tuple(one for one in tables_of(folder) if one.path in manifest["files"])
        data = FilesSource(folder, tables).load(request)
        return replace(data, source=NAME, origin=SAMPLE(first=str(held.start), last=str(held.end)))


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_bytes())
        files: object = content["files"]
    except OSError as error:
        raise BadSample(path=path, why=error.strerror or "cannot be read") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadSample(path=path, why="cannot be read") from error
    if not isinstance(files, dict) or not files:
        raise BadSample(path=path, why="lists no file")
    found: Mapping[str, Any] = content
    return found


def _verify(path: Path, digest: str) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSample(path=path, why=f"cannot be read ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise BadSample(path=path, why="is not the file that was shipped (its SHA-256 differs)")
