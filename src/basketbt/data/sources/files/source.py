"""The ``files`` source: tables in order of precedence, one :class:`MarketData` out of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from basketbt.data.bars import (
    Bars,
    CorporateAction,
    Instrument,
    MarketData,
    PriceRequest,
    UniverseCloses,
)
from basketbt.data.ends import share_ends
from basketbt.data.sources.files.arrow import release
from basketbt.data.sources.files.codes import CodeIndex, code_in_name, read_from
from basketbt.data.sources.files.folder import (
    files_of,
    is_pattern,
    safe_path,
    split_name,
    tables_of,
)
from basketbt.data.sources.files.formats import TableFile, open_table
from basketbt.data.sources.files.headers import near_misses
from basketbt.data.sources.files.layouts import adjustment_of
from basketbt.data.sources.files.named import with_symbol
from basketbt.data.sources.files.proof import Proof, joined_rows
from basketbt.data.sources.files.reach import last_days
from basketbt.data.sources.files.side_tables import (
    read_actions,
    read_fx,
    read_instruments,
    read_market_values,
    read_shares,
)
from basketbt.data.sources.files.spec import FROM_THE_NAME, TableSpec
from basketbt.data.sources.files.tidy import BarRows, read_bars
from basketbt.data.sources.files.universe import equal_market, read_universe
from basketbt.data.sources.files.wide import is_wide, read_wide_bars
from basketbt.errors import RefusedPath
from basketbt.market.calendars import calendar
from basketbt.market.indexes import EQUAL_MARKET
from basketbt.notes import Note, NoteKind, listing, message

ADJUSTED_TABLE = NoteKind("adjusted_table")
SUSPECT_ROWS = NoteKind("suspect_rows", severity="warning")
UNREAD_HEADER = NoteKind("unread_header", severity="warning")

Actions = Mapping[str, tuple[CorporateAction, ...]]

T = TypeVar("T")
A = TypeVar("A")

_SAMPLED = 20  # files of a table of thousands that tell how far it goes
_LISTED = 8  # rows named in a note before "and n more"


class TableSource:
    """Prices from tables, the first one first; ``opened`` opens the one that a spec names."""

    def __init__(
        self, tables: tuple[TableSpec, ...], opened: Callable[[TableSpec], TableFile]
    ) -> None:
        self._tables, self._open = tables, opened

    @property
    def name(self) -> str:
        return "files"

    def load(self, request: PriceRequest) -> MarketData:
        """What the tables know of a request, as they have it: rows are not checked or sorted.

        A security comes whole from the first table that has a row of it in the range, so two
        adjustments are never spliced. Actions and share counts reach back before the range.

        Raises ``InvalidFile``, with the line.
        """
        wanted = tuple(dict.fromkeys((*request.shares, *request.indexes)))
        codes = CodeIndex(wanted)
        kinds = ("actions", "shares", "instruments", "fx")
        by_kind = {kind: list(self._of(kind)) for kind in kinds}
        actions = _merged(read_actions, by_kind["actions"], codes)
        bars, notes, ends = self._bars(wanted, request, actions)
        notes += [note for own in by_kind.values() for s, t in own for note in _unread(s, t)]
        universe = self._universe(request) if request.universe else None
        if universe is not None and EQUAL_MARKET not in bars.symbols:
            bars = Bars.joined((bars, *self._equal_market(universe, request)))
        return MarketData(
            source=self.name,
            bars=bars,
            actions=actions,
            shares=_merged(read_shares, by_kind["shares"], codes),
            market_values=_merged(read_market_values, by_kind["shares"], codes),
            fx=_merged(read_fx, by_kind["fx"], request),
            instruments=_merged(read_instruments, by_kind["instruments"], codes),
            has_actions=bool(by_kind["actions"]),
            notes=tuple(notes),
            universe=universe,
            ends=ends,
        )

    def _universe(self, request: PriceRequest) -> UniverseCloses | None:
        """The market of the first tidy table of adjusted bars; None without such a table."""
        for spec, table in self._of("bars"):
            if not spec.adjusted or _wide(spec, table):
                continue
            found = read_universe(table, spec, request)
            if found is not None:
                release()  # of the rows that were read and not kept
                codes = CodeIndex(found.symbols)
                known = _merged(read_instruments, self._of("instruments"), codes)
                unknown = Instrument(symbol="")
                industry = tuple(known.get(one, unknown).industry for one in found.symbols)
                return replace(found, industry=industry)
        return None

    def _equal_market(self, universe: UniverseCloses, request: PriceRequest) -> tuple[Bars, ...]:
        """The equal-weighted market: of a table of indexes, else made of the universe.

        The sample's universe is a part of the market; the index that comes with it is of all.
        """
        for spec, _ in self._of("indexes"):
            found, _ = self._read([spec], CodeIndex((EQUAL_MARKET,)), set(), request, {})
            if found.symbols:
                return (found,)
        made = equal_market(universe)
        return () if made is None else (made,)

    def _of(self, kind: str) -> Iterator[tuple[TableSpec, TableFile]]:
        for spec in self._tables:
            if spec.kind == kind:
                yield spec, self._open(spec)

    def _bars(
        self, wanted: tuple[str, ...], request: PriceRequest, actions: Actions
    ) -> tuple[Bars, list[Note], dict[tuple[str, str], np.datetime64]]:
        """Bars, notes, and the ends of the tables that go on after the rows that were wanted."""
        parts: list[Bars] = []
        ends: dict[tuple[str, str], np.datetime64] = {}
        notes: list[Note] = []
        used: set[str] = set()
        for specs in _groups(self._tables):
            known = {symbol for part in parts for symbol in part.symbols}
            codes = CodeIndex(symbol for symbol in wanted if symbol not in known)
            specs = [one for one in specs if one.path not in used]
            if not specs or not codes.symbols:
                continue
            bars, own = self._read(specs, codes, used, request, actions)
            notes += own
            if bars.symbols and specs[0].adjusted:
                count, names = len(bars.symbols), listing(bars.symbols)
                notes.append(ADJUSTED_TABLE(count=count, table=bars.tables[0], symbols=names))
            parts.append(bars)
            if _stops_short(bars, request):
                for spec in (*specs, *self._others(specs[0])):
                    for exchange, day in last_days(self._open(spec), spec, request).items():
                        key = (bars.tables[0], exchange)
                        ends[key] = max(ends.get(key, day), day)
        return Bars.joined(parts).only(wanted), notes, ends

    def _others(self, spec: TableSpec) -> Iterable[TableSpec]:
        """Some further files of the table that a file belongs to, which nobody asked for."""
        return ()

    def _settled(
        self, read: BarRows, specs: Sequence[TableSpec], actions: Actions
    ) -> tuple[Bars, list[Note]]:
        """What is used of the rows of a table: as they are."""
        return read.bars, []

    def _read(
        self,
        specs: Sequence[TableSpec],
        codes: CodeIndex,
        used: set[str],
        request: PriceRequest,
        actions: Actions,
    ) -> tuple[Bars, list[Note]]:
        """The bars of a table, or of the wide tables that belong together, within the range.

        Also the notes on suspect rows and on headers that were probably meant to be read.
        """
        read, notes = self._rows(specs, codes, used, request)
        notes += _suspects(read.bars.rows(read.suspect))
        bars, own = self._settled(read, specs, actions)
        return bars, [*notes, *own]

    def _rows(
        self, specs: Sequence[TableSpec], codes: CodeIndex, used: set[str], request: PriceRequest
    ) -> tuple[BarRows, list[Note]]:
        """The rows of a table, and its headers that were probably meant to be read."""
        tables = [(spec, self._open(spec)) for spec in specs]
        used.update(spec.path for spec in specs)
        notes = _unread(*tables[0])
        if len(tables) == 1 and _wide(*tables[0]):
            parts = [*tables, *self._beside(specs[0], used)]
            return read_wide_bars(parts, codes, request), notes
        return joined_rows([read_bars(one, spec, codes, request) for spec, one in tables]), notes

    def _beside(self, spec: TableSpec, used: set[str]) -> Iterator[tuple[TableSpec, TableFile]]:
        """The wide tables of other fields that belong to a wide one."""
        for other in self._tables:
            same = (other.kind, other.adjusted) == (spec.kind, spec.adjusted)
            if same and other.layout == "wide" and other.path not in used:
                used.add(other.path)
                yield other, self._open(other)


class FilesSource(TableSource):
    """Prices from a folder (or one file) of tables.

    ``tables`` is how to read it, first table first; None: by the folder convention. Raises what
    ``folder.tables_of`` and ``folder.safe_path`` raise.
    """

    def __init__(self, root: Path, tables: tuple[TableSpec, ...] | None = None) -> None:
        self._given = tables_of(root) if tables is None else tables
        self._root = root
        self._paths: dict[str, Path] = {}
        self._files = {
            spec.path: files_of(root, spec.path) for spec in self._given if is_pattern(spec.path)
        }
        for spec in self._given:
            if spec.path not in self._files:
                self._paths[spec.path] = safe_path(root, spec.path)
            elif not self._files[spec.path]:
                raise RefusedPath(
                    path=spec.path, why=message("why-no-table-in-is-called", root=root)
                )
        super().__init__(self._given, self._opened)

    def load(self, request: PriceRequest) -> MarketData:
        """As of any tables; of files of one security each, those asked for are opened."""
        self.expand(CodeIndex((*request.shares, *request.indexes)))
        return super().load(request)

    def expand(self, wanted: CodeIndex) -> None:
        """Put for each pattern those of its files that hold a security asked for."""
        self._tables = tuple(one for spec in self._given for one in self._files_for(spec, wanted))

    def files(self, spec: TableSpec) -> list[TableSpec]:
        """The files of a table: those of its pattern, or itself."""
        paths = self._files.get(spec.path)
        if paths is None:
            return [spec]
        return [replace(spec, path=path, group=spec.path) for path in paths]

    def examined(self, request: PriceRequest) -> tuple[BarRows, Proof]:
        """Of a source of one table: its rows, and what they are taken for."""
        (specs,) = _groups(self._tables)
        read, _ = self._rows(specs, CodeIndex(request.symbols), set(), request)
        return read, self._proof(read, specs, {})

    def opened(self, spec: TableSpec) -> TableFile:
        """The file that a spec names."""
        return self._opened(spec)

    def _files_for(self, spec: TableSpec, wanted: CodeIndex) -> Iterator[TableSpec]:
        if spec.path not in self._files:
            yield spec
            return
        for path, stem in self._files[spec.path].items():
            code = code_in_name(stem)
            if code is None and spec.symbol == FROM_THE_NAME:
                continue
            with read_from(path):
                asked = code is None or wanted.position(code, spec.kind, spec.exchange) >= 0
            if asked:
                yield replace(spec, path=path, group=spec.path)

    def _opened(self, spec: TableSpec) -> TableFile:
        if spec.path not in self._paths:
            self._paths[spec.path] = safe_path(self._root, spec.path)
        path = self._paths[spec.path]
        return with_symbol(open_table(path), spec, split_name(path.name)[0])

    def _others(self, spec: TableSpec) -> Iterable[TableSpec]:
        if spec.group is None:
            return
        paths = [path for path in self._files[spec.group] if path not in self._paths]
        for path in paths[:: max(1, len(paths) // _SAMPLED)]:
            yield replace(spec, path=path, group=spec.group)

    def _settled(
        self, read: BarRows, specs: Sequence[TableSpec], actions: Actions
    ) -> tuple[Bars, list[Note]]:
        """Raw prices with a factor, where the table shows how they were made; else adjusted."""
        return self._proof(read, specs, actions).settled()

    def _proof(self, read: BarRows, specs: Sequence[TableSpec], actions: Actions) -> Proof:
        told = [adjustment_of(one) for one in (specs[0].path, *read.titles)]
        said = next((one for one in told if one is not None), None)
        return Proof(read, specs[0], said, actions)


def _groups(tables: Iterable[TableSpec]) -> list[list[TableSpec]]:
    """Tables of prices; the files of one pattern together."""
    found: dict[str, list[TableSpec]] = {}
    for spec in tables:
        if spec.kind in ("bars", "indexes"):
            found.setdefault(spec.group or f"/{spec.path}", []).append(spec)
    return list(found.values())


def _stops_short(bars: Bars, request: PriceRequest) -> bool:
    """Whether no share among the rows shows that its table goes on to the end of the range."""
    return any(
        last < calendar(exchange).on_or_before(request.end)
        for (_, exchange), last in share_ends(bars).items()
    )


def _wide(spec: TableSpec, table: TableFile) -> bool:
    return is_wide(table) if spec.layout is None else spec.layout == "wide"


def _unread(spec: TableSpec, table: TableFile) -> list[Note]:
    """Headers of a tidy table that look like a slip of the pen."""
    if _wide(spec, table):
        return []
    return [
        UNREAD_HEADER(table=spec.path, header=header, meant=meant, field=field)
        for header, meant, field in near_misses(table.headers, spec.kind, spec.columns)
    ]


def _merged(
    read: Callable[[TableFile, TableSpec, A], dict[str, T]],
    tables: Iterable[tuple[TableSpec, TableFile]],
    asked: A,
) -> dict[str, T]:
    """All entries of some tables; of one that several have, the first table's."""
    merged: dict[str, T] = {}
    for spec, table in tables:
        merged = read(table, spec, asked) | merged
    return merged


def _suspects(rows: Bars) -> list[Note]:
    if not len(rows):
        return []
    named = (f"{rows.symbols[code]} {day}" for code, day in zip(rows.code, rows.dates, strict=True))
    return [SUSPECT_ROWS(table=rows.tables[0], rows=listing(named, most=_LISTED))]
