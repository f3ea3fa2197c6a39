"""The sample of record: the prices that come with the program, enough for the shipped studies.

A folder of the *files* convention with a manifest of hashes. It answers what it holds and nothing
else: a share or a day that it lacks is an error, never a gap, and no vendor falls back on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from basketbt.data.bars import MarketData, PriceRequest
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.files.folder import tables_of
from basketbt.durable import sha256
from basketbt.errors import DataError, OutsideData, of_system
from basketbt.notes import NoteKind, listing, message
from basketbt.shipped import SAMPLE, shipped

MANIFEST = "manifest.json"
SAMPLE_OF_RECORD = NoteKind("sample_of_record")
SAMPLE_POOL = NoteKind("sample_pool")
#: SHA-256 of the manifest that was shipped; tools/make_sample.py writes it here.
DIGEST = "a68cbaaf08f6e62f5f6caf909015f712e2cf242f17e18e308149eebfc49ed1da"


class BadSample(DataError):
    """Fields: path, why."""


class OutsideSample(OutsideData):
    """Fields: what, shares (how many), others (indexes and rates), first, last."""


@dataclass(frozen=True)
class SampleSource:
    """The sample that is installed with the program, or one in another ``folder``."""

    folder: Path | None = None

    @property
    def name(self) -> str:
        return SAMPLE

    def load(self, request: PriceRequest) -> MarketData:
        """What the sample holds of a request.

        Raises:
            BadSample: a file is missing or is not the one that the manifest lists.
            OutsideSample: the request names a share, index, rate or day that the sample lacks.
        """
        folder = self.folder or shipped("sample")
        manifest = json.loads(_verified(folder / MANIFEST, DIGEST))
        for name, digest in manifest["files"].items():
            _verified(folder / name, digest)
        held = PriceRequest.from_data(manifest["request"])
        lacking = held.lacks(request)
        if lacking:
            raise OutsideSample(
                what=listing(lacking, "semicolon"),
                shares=len(held.symbols),
                others=", ".join((*held.indexes, *held.fx)),
                first=held.start,
                last=held.end,
            )
        tables = tuple(
            replace(one, adjusted=bool(one.adjusted))  # its README says which are raw
            for one in tables_of(folder)
            if one.path in manifest["files"]
        )
        data = FilesSource(folder, tables).load(request)
        notes = [replace(note, kind=replace(note.kind, severity="info")) for note in data.notes]
        if data.universe is not None:
            notes.append(SAMPLE_POOL(count=len(data.universe.symbols)))
        return replace(
            data,
            source=SAMPLE,
            origin=SAMPLE_OF_RECORD(first=str(held.start), last=str(held.end)),
            notes=tuple(notes),  # what is known of its rows stands in its README: no warnings
        )


def _verified(path: Path, digest: str) -> bytes:
    """The bytes of a file that is the one that was shipped."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSample(
            path=path, why=message("why-cannot-be-read-because", error=of_system(error))
        ) from error
    if sha256(content) != digest:
        raise BadSample(path=path, why=message("why-is-not-the-file-that"))
    return content
