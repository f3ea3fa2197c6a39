"""The ``files`` source: tables in order of precedence, one :class:`MarketData` out of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, NoteKind, listing
from basketbt.prices.data import (
    MarketData,
    PriceRequest,
    SymbolBars,
    UniverseCloses,
)
from basketbt.prices.sources.files.arrow import release
from basketbt.prices.sources.files.codes import CodeIndex
from basketbt.prices.sources.files.folder import safe_path, tables_of
from basketbt.prices.sources.files.formats import Table, open_table
from basketbt.prices.sources.files.headers import near_misses
from basketbt.prices.sources.files.side_tables import (
    read_actions,
    read_fx,
    read_instruments,
    read_shares,
)
from basketbt.prices.sources.files.spec import TableSpec
from basketbt.prices.sources.files.tidy import LongBars, read_bars
from basketbt.prices.sources.files.universe import industries, read_universe
from basketbt.prices.sources.files.wide import is_wide, read_wide_bars

ADJUSTED_TABLE = NoteKind(
    "adjusted_table",
    en="only adjusted prices exist for {count} securities, from {table}: {symbols}",
    zh="{count}只证券仅有复权价格，来自{table}：{symbols}",
)
SUSPECT_ROWS = NoteKind(
    "suspect_rows",
    en="{table} marks rows as suspect: {rows}",
    zh="{table}将以下行标记为可疑：{rows}",
    severity="warning",
)
UNREAD_HEADER = NoteKind(
    "unread_header",
    en="{table}: {header} is not read; did you mean {meant} ({field})?",
    zh="{table}：未读取{header}；是否应为{meant}（{field}）？",
    severity="warning",
)
T = TypeVar("T")

_LISTED = 8  # rows named in a note before "and n more"


class FilesSource:
    """Prices from a folder (or one file) of tables.

    Args:
        root: the folder, or the file.
        tables: how to read it, first table first; None: by the folder convention.

    Raises:
        RefusedPath: a table outside the folder, or no plain file; see ``folder.safe_path``.
        NoTables: a folder in which no name follows the convention.
    """

    def __init__(self, root: Path, tables: tuple[TableSpec, ...] | None = None) -> None:
        self._tables = tables_of(root) if tables is None else tables
        self._paths = {spec.path: safe_path(root, spec.path) for spec in self._tables}

    @property
    def name(self) -> str:
        return "files"

    def load(self, request: PriceRequest) -> MarketData:
        """What the tables know of a request, as they have it: rows are not checked or sorted.

        A security comes whole from the first table that has a row of it in the range, so two
        adjustments are never spliced. Actions and share counts reach back before the range.

        Raises:
            InvalidFile: a table that cannot be read, with its line.
        """
        wanted = tuple(dict.fromkeys((*request.symbols, *request.indexes)))
        bars, notes = self._bars(wanted, request)
        codes = CodeIndex(wanted)
        kinds = ("actions", "shares", "instruments", "fx")
        by_kind = {kind: list(self._of(kind)) for kind in kinds}
        notes += [note for own in by_kind.values() for s, t in own for note in _unread(s, t)]
        return MarketData(
            source=self.name,
            bars={symbol: bars[symbol] for symbol in wanted if symbol in bars},
            actions=_first_wins([read_actions(t, s, codes) for s, t in by_kind["actions"]]),
            shares=_first_wins([read_shares(t, s, codes) for s, t in by_kind["shares"]]),
            fx=_first_wins([read_fx(t, s, request) for s, t in by_kind["fx"]]),
            instruments=_first_wins(
                [read_instruments(t, s, codes) for s, t in by_kind["instruments"]]
            ),
            has_actions=bool(by_kind["actions"]),
            notes=tuple(notes),
            universe=self._universe(request) if request.universe else None,
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
                known = _first_wins(
                    [read_instruments(t, s, codes) for s, t in self._of("instruments")]
                )
                return replace(found, industry=industries(found.symbols, known))
        return None

    def _of(self, kind: str) -> Iterator[tuple[TableSpec, Table]]:
        for spec in self._tables:
            if spec.kind == kind:
                yield spec, open_table(self._paths[spec.path])

    def _bars(
        self, wanted: tuple[str, ...], request: PriceRequest
    ) -> tuple[dict[str, SymbolBars], list[Note]]:
        bars: dict[str, SymbolBars] = {}
        notes: list[Note] = []
        used: set[str] = set()
        for spec in self._tables:
            codes = CodeIndex(symbol for symbol in wanted if symbol not in bars)
            if spec.kind not in ("bars", "indexes") or spec.path in used or not codes.symbols:
                continue
            long, name, unread = self._read(spec, codes, used)
            notes += unread
            long = long.within(request.start, request.end)
            found = _histories(long, codes, spec, name)
            bars |= found
            notes += _suspects(long, codes, name)
            if spec.adjusted and found:
                notes.append(ADJUSTED_TABLE(count=len(found), table=name, symbols=listing(found)))
        return bars, notes

    def _read(
        self, spec: TableSpec, codes: CodeIndex, used: set[str]
    ) -> tuple[LongBars, str, list[Note]]:
        """The bars of a table, or of the wide tables that belong together; and what to call it.

        Also the notes on headers that were probably meant to be read.
        """
        table = open_table(self._paths[spec.path])
        used.add(spec.path)
        if not _wide(spec, table):
            return read_bars(table, spec, codes), spec.path, _unread(spec, table)
        parts = [(spec, table)]
        for other in self._tables:
            same = (other.kind, other.adjusted) == (spec.kind, spec.adjusted)
            if same and other.layout == "wide" and other.path not in used:
                used.add(other.path)
                parts.append((other, open_table(self._paths[other.path])))
        return read_wide_bars(parts, codes), " + ".join(part.path for part, _ in parts), []


def _wide(spec: TableSpec, table: Table) -> bool:
    return is_wide(table) if spec.layout is None else spec.layout == "wide"


def _unread(spec: TableSpec, table: Table) -> list[Note]:
    """Headers of a tidy table that look like a slip of the pen."""
    if _wide(spec, table):
        return []
    return [
        UNREAD_HEADER(table=spec.path, header=header, meant=meant, field=field)
        for header, meant, field in near_misses(table.headers, spec.kind, spec.columns)
    ]


def _first_wins(tables: list[dict[str, T]]) -> dict[str, T]:
    """All entries; of one that several tables have, the first table's."""
    merged: dict[str, T] = {}
    for table in tables:
        merged = table | merged
    return merged


def _histories(
    long: LongBars, codes: CodeIndex, spec: TableSpec, name: str
) -> dict[str, SymbolBars]:
    """Rows by security, in the order of the table within one."""
    order = np.argsort(long.position, kind="stable")
    dates = long.dates[order]
    values = {field: column[order] for field, column in long.values.items()}
    edges = np.searchsorted(long.position[order], np.arange(len(codes.symbols) + 1))
    found = {}
    for number, symbol in enumerate(codes.symbols):
        rows = slice(edges[number], edges[number + 1])
        if rows.start == rows.stop:
            continue
        own = {field: column[rows] for field, column in values.items()}
        factor = own.pop("factor")
        found[symbol] = SymbolBars(
            symbol=symbol,
            dates=dates[rows],
            factor=None if spec.adjusted or np.isnan(factor).all() else factor,
            adjusted=spec.adjusted,
            currency=spec.currency or parse_symbol(symbol).currency,
            table=name,
            **own,
        )
    return found


def _suspects(long: LongBars, codes: CodeIndex, name: str) -> list[Note]:
    rows = np.flatnonzero(long.suspect)
    if not rows.size:
        return []
    named = (f"{codes.symbols[long.position[row]]} {long.dates[row]}" for row in rows)
    return [SUSPECT_ROWS(table=name, rows=listing(named, most=_LISTED))]
