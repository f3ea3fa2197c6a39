"""A lock: the prices a study used, frozen in one file that gives the same run anywhere.

A zip of a folder of the *files* convention and ``manifest.json``. Numbers are written with the
fewest digits that give the same double back, rows and files in a fixed order, without compression,
clock or machine: the same prices make the same bytes on every platform, and a changed byte is
found by its SHA-256.
"""

from __future__ import annotations

import csv
import io
import json
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError

from basketbt.bounded import demand_plain, read_head, read_json
from basketbt.data.bars import (
    COLUMNS,
    RATIOS,
    Bars,
    Dates,
    Floats,
    MarketData,
    PriceRequest,
    UniverseCloses,
)
from basketbt.data.ends import known_ends
from basketbt.data.sources.files.folder import by_convention
from basketbt.data.sources.files.formats import CsvTable
from basketbt.data.sources.files.source import TableSource
from basketbt.data.sources.files.universe import read_wide_universe
from basketbt.data.sources.sample import SampleSource
from basketbt.durable import sha256, write_whole, zipped
from basketbt.errors import DataError, InputError, InvalidFile, OutsideData, RefusedPath
from basketbt.market.indexes import EQUAL_MARKET
from basketbt.notes import Note, as_data, listing, message, note_from
from basketbt.shipped import SAMPLE

FORMAT = 3
MANIFEST = "manifest.json"
UNIVERSE = "universe_adjusted.csv"
UNIVERSE_VOLUME = "universe_volume.csv"
_NAME_AT = 30  # bytes of a zip before the name of its first file
LARGEST = 2**30  # bytes of content; a lock of a whole market has a tenth
_ACTION = ("symbol", "ex_date", *RATIOS)
_INSTRUMENT = ("symbol", "name", "listed", "delisted", "lot", "industry")


class BadLock(InputError):
    """Fields: path, why."""


class NotTheSample(DataError):
    """Field: path."""


class LockTooSmall(DataError):
    """Fields: path, what."""


def write_lock(path: Path, data: MarketData, request: PriceRequest, *, force: bool = False) -> str:
    """Freeze what a source gave for a request. Gives the SHA-256 of the content.

    Only what the request names is kept, however much more the source held. The file appears whole
    or not at all; a lock that was there before is replaced only then, any other file only with
    ``force``. Raises ``OutputError``.
    """
    bars = data.bars.only(_securities(request))
    files = dict(sorted(_tables(data, bars, request).items()))
    digests = {name: sha256(content) for name, content in files.items()}
    told = {"format": FORMAT, "files": digests, **_beside_tables(data, bars, request)}
    content = sha256(_canonical(told))
    manifest = _canonical({**told, "content": content})
    ours = None if force else is_lock
    write_whole(path, zipped({MANIFEST: manifest, **files}), ours=ours)
    return content


def is_lock(path: Path) -> bool:
    """Whether a file is a lock of any format, sound or damaged."""
    name = MANIFEST.encode()
    return read_head(path, _NAME_AT + len(name))[_NAME_AT:] == name  # the first file of the zip


class LockSource:
    """A lock as a price source. Its name and notes are those of the source it was made from."""

    def __init__(self, path: Path) -> None:
        """Read and verify the file. Raises ``BadLock``."""
        self._path = path
        self._manifest, self._files = _read(path)
        try:
            self._request = PriceRequest.from_data(self._manifest.request.model_dump())
        except ValueError as error:
            raise BadLock(
                path=path, why=message("why-its-manifest-cannot-be-read", error=error)
            ) from error

    @property
    def name(self) -> str:
        return self._manifest.source

    @property
    def content(self) -> str:
        """SHA-256 of the content."""
        return self._manifest.content

    def load(self, request: PriceRequest) -> MarketData:
        """What was frozen. Raises ``LockTooSmall`` when the request goes beyond what was locked:
        what nobody asked for then may exist, so it must not pass for missing now; ``BadLock`` for
        tables that cannot be read."""
        lacking = self._request.lacks(request)
        if lacking:
            raise LockTooSmall(path=self._path, what=listing(lacking, "semicolon"))
        names = [name for name in self._files if name not in (UNIVERSE, UNIVERSE_VOLUME)]
        tables = TableSource(by_convention(names), lambda spec: self._table(spec.path))
        try:
            named = replace(request, symbols=_securities(request), also=(), indexes=())
            asked = replace(named, universe=False)
            data = tables.load(asked)
            universe = self._universe(request) if request.universe else None
            ends = self._ends(request)
            known = [self._manifest.symbols[symbol] for symbol in data.bars.symbols]
            bars = replace(
                data.bars,
                currencies=tuple(one.currency for one in known),
                tables=tuple(one.table for one in known),
            )
        except (InvalidFile, KeyError, ValueError, TypeError) as error:
            raise BadLock(
                path=self._path, why=message("why-its-tables-cannot-be-read", error=error)
            ) from error
        told = self._manifest
        return replace(
            data,
            bars=bars,
            universe=universe,
            source=told.source,
            origin=self._origin(bars, asked) if told.source == SAMPLE else None,
            has_actions=told.has_actions,
            notes=told.notes,
            ends=ends,
        )

    def _origin(self, bars: Bars, asked: PriceRequest) -> Note:
        """The word of the sample of record, where these are its prices, whatever the lock says."""
        try:
            sample = SampleSource().load(asked)
        except OutsideData as error:
            raise NotTheSample(path=self._path) from error
        theirs = sample.bars.only(bars.symbols)
        same = all(
            np.array_equal(own, other, equal_nan=True) for own, other in _numbers(bars, theirs)
        )
        if sample.origin is None or not same:
            raise NotTheSample(path=self._path)
        return sample.origin

    def _ends(self, request: PriceRequest) -> dict[tuple[str, str], np.datetime64]:
        ends = {
            (one.table, one.calendar): np.datetime64(one.last, "D") for one in self._manifest.ends
        }
        return {key: min(day, request.end) for key, day in ends.items()}

    def _table(self, name: str) -> CsvTable:
        return CsvTable(name, self._files[name])

    def _universe(self, request: PriceRequest) -> UniverseCloses | None:
        told = self._manifest.universe
        if told is None:
            return None
        volumes = self._table(UNIVERSE_VOLUME) if UNIVERSE_VOLUME in self._files else None
        whole = read_wide_universe(self._table(UNIVERSE), UNIVERSE, volumes, UNIVERSE_VOLUME)
        named = replace(whole, industry=told.industry, table=told.table)
        return named.between(request.start, request.end)


def _numbers(own: Bars, other: Bars) -> Iterator[tuple[Floats, Floats]]:
    """The days and the columns of two sets of bars, side by side."""
    yield own.dates.astype(np.float64), other.dates.astype(np.float64)
    for name in COLUMNS:
        yield getattr(own, name), getattr(other, name)


def _securities(request: PriceRequest) -> tuple[str, ...]:
    """What a request means by name; the equal-weighted market comes with the universe."""
    market = (EQUAL_MARKET,) if request.universe else ()
    return tuple(dict.fromkeys((*request.shares, *request.indexes, *market)))


# --- writing -------------------------------------------------------------------------------------


def _tables(data: MarketData, bars: Bars, request: PriceRequest) -> dict[str, bytes]:
    """CSV tables by file name."""
    names = bars.symbols
    adjusted = bars.per_row(bars.adjusted)
    actions = (one for name in names for one in data.actions.get(name, ()))
    shares = [data.shares[name] for name in names if name in data.shares]
    rates = {pair: data.fx[pair] for pair in request.fx if pair in data.fx}
    known = (data.instruments[name] for name in names if name in data.instruments)
    files = {
        "bars.csv": _bars_table(bars.rows(~adjusted)),
        "actions.csv": _csv(_ACTION, map(attrgetter(*_ACTION), actions)),
        "shares.csv": _csv(
            ("symbol", "date", "total", "tradable"),
            (
                (one.symbol, *row)
                for one in shares
                for row in _columns(one.dates, one.total, one.tradable)
            ),
        ),
        "fx.csv": _csv(
            ("pair", "date", "rate"),
            ((pair, *row) for pair, one in rates.items() for row in _columns(one.dates, one.rate)),
        ),
        "instruments.csv": _csv(_INSTRUMENT, map(attrgetter(*_INSTRUMENT), known)),
    }
    if adjusted.any():
        files["bars_adjusted.csv"] = _bars_table(bars.rows(adjusted))
    if request.universe and data.universe is not None:
        market = data.universe
        files[UNIVERSE] = _csv(("date", *market.symbols), _columns(market.dates, *market.close.T))
        if market.volume is not None:
            rows = _columns(market.dates, *market.volume.T)
            files[UNIVERSE_VOLUME] = _csv(("date", *market.symbols), rows)
    return files


def _beside_tables(data: MarketData, bars: Bars, request: PriceRequest) -> dict[str, Any]:
    """What the manifest says beside the tables: what was asked, of whom, and the notes."""
    universe = data.universe if request.universe else None
    return {
        "source": data.source,
        "has_actions": data.has_actions,
        "request": request.as_data(),
        "universe": universe and {"table": universe.table, "industry": list(universe.industry)},
        "symbols": {
            symbol: {"currency": bars.currencies[number], "table": bars.tables[number]}
            for number, symbol in enumerate(bars.symbols)
        },
        "notes": [as_data(note) for note in data.notes],
        "ends": [
            {"table": table, "calendar": exchange, "last": str(day)}
            for (table, exchange), day in sorted(known_ends(replace(data, bars=bars)).items())
        ],
    }


def _bars_table(bars: Bars) -> bytes:
    whose = (bars.symbols[code] for code in bars.code)
    rows = _columns(bars.dates, *(getattr(bars, name) for name in COLUMNS))
    return _csv(("symbol", "date", *COLUMNS), ((next(whose), *row) for row in rows))


def _columns(dates: Dates, *columns: Floats) -> Iterable[tuple[object, ...]]:
    days = np.datetime_as_string(dates, unit="D").tolist()
    return zip(days, *(column.tolist() for column in columns), strict=True)


def _csv(header: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    content = io.BytesIO()
    buffer = io.TextIOWrapper(content, encoding="utf-8", newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(map(_cell, row) for row in rows)
    buffer.flush()
    return content.getvalue()


def _cell(value: object) -> str:
    """Of a number the fewest digits that give the same double back; empty for None and NaN."""
    if value is None or value != value:
        return ""
    return repr(float(value)) if isinstance(value, float) else str(value)


# --- reading -------------------------------------------------------------------------------------

# What a zip of somebody else makes the standard library raise.
_DAMAGE = (
    *(OSError, EOFError, LookupError, ValueError, RuntimeError),
    *(zipfile.BadZipFile, struct.error),
)

_NoteData = Annotated[Note, PlainValidator(note_from)]


class _Told(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True
    )


class _Request(_Told):
    symbols: tuple[str, ...]
    indexes: tuple[str, ...]
    fx: tuple[str, ...]
    start: str
    end: str
    universe: bool


class _Universe(_Told):
    table: str
    industry: tuple[str | None, ...]


class _Security(_Told):
    currency: str
    table: str


class _End(_Told):
    table: str
    calendar: str
    last: str


class _Manifest(_Told):
    """What ``_beside_tables`` says, with the format and the hashes."""

    format: int
    content: str
    files: dict[str, str]
    source: str
    has_actions: bool
    request: _Request
    universe: _Universe | None
    symbols: dict[str, _Security]
    notes: tuple[_NoteData, ...]
    ends: tuple[_End, ...] = ()  # locks made before 0.1 was out have none


def _read(path: Path) -> tuple[_Manifest, dict[str, bytes]]:
    """The manifest, which its own SHA-256 covers, and the tables it names, each held against its
    own; nothing is made of them before."""
    try:
        told, files = _unzipped(path)
    except RefusedPath as error:
        raise BadLock(path=path, why=error.fields["why"]) from None
    except _DAMAGE as error:
        raise BadLock(path=path, why=message("why-it-is-damaged-or-no", error=error)) from error
    content = told.pop("content", None)
    if content != sha256(_canonical(told)):
        raise BadLock(path=path, why=message("why-its-manifest-was-changed-since"))
    try:
        manifest = _Manifest.model_validate_json(json.dumps({**told, "content": content}))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadLock(
            path=path,
            why=message("why-its-manifest", where=where or message("as-a-whole"), msg=first["msg"]),
        ) from error
    changed = sorted(
        {name for name, text in files.items() if sha256(text) != manifest.files.get(name)}
        | (manifest.files.keys() - files.keys())
    )
    if changed:
        raise BadLock(
            path=path, why=message("why-changed-since-it-was-made", changed=", ".join(changed))
        )
    return manifest, files


def _unzipped(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest as it lies in a zip of this format, and every other file."""
    demand_plain(path, LARGEST)
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise BadLock(path=path, why=message("why-it-is-compressed-which-no"))
        if sum(entry.file_size for entry in entries) > LARGEST:
            raise BadLock(path=path, why=message("why-it-is-larger-than-any"))
        told = read_json(archive.read(MANIFEST))
        found = told.get("format") if isinstance(told, dict) else None
        if found != FORMAT:
            why = message("why-its-format-is-this-basketbt", found=found, format=FORMAT)
            raise BadLock(path=path, why=why)
        names = (entry.filename for entry in entries if entry.filename != MANIFEST)
        return told, {name: archive.read(name) for name in names}


def _canonical(told: Mapping[str, Any]) -> bytes:
    """A manifest as the bytes that are hashed and written."""
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
