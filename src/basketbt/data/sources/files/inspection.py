"""What a folder or a file of prices holds, as it would be read; and how a study names it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from basketbt.data.bars import Bars, Floats, PriceRequest
from basketbt.data.sources.files.arrow import coded
from basketbt.data.sources.files.codes import CodeIndex, bare, canonical, code_in_name, meanings
from basketbt.data.sources.files.folder import NoTables, split_name, tables_of
from basketbt.data.sources.files.formats import TableFile
from basketbt.data.sources.files.headers import find_columns, plain
from basketbt.data.sources.files.layouts import layout_of
from basketbt.data.sources.files.source import FilesSource
from basketbt.data.sources.files.spec import Kind, TableSpec
from basketbt.data.sources.files.tidy import BarRows
from basketbt.data.sources.files.wide import is_wide
from basketbt.data.suspension import suspended
from basketbt.data.validation import rows as rules
from basketbt.errors import BasketbtError
from basketbt.market.symbols import described, parse_symbol
from basketbt.notes import Note

#: Securities of a table that are read; more of them say no more of how it is written.
MOST = 200
_EVER = (np.datetime64("1990-01-01"), np.datetime64("2100-01-01"))
_UNITS = {1.0: "1", 100.0: "100 (lots)", 1e3: "1,000", 1e4: "10,000", 1e8: "100,000,000"}


@dataclass(frozen=True, kw_only=True)
class TableFound:
    """One table: what it is, and what was read of it. ``problem``: why it cannot be read.

    ``ratio`` is amount / (volume x close), 1 where the units are right; ``unread`` securities
    could be two and are named with both; ``lacks`` is what an account needs beside.
    """

    spec: TableSpec
    layout: str = ""
    form: str = ""
    securities: tuple[str, ...] = ()
    read: int = 0
    rows: int = 0
    first: str = ""
    last: str = ""
    volume_unit: str = ""
    amount_unit: str = ""
    ratio: float | None = None
    evidence: tuple[str, ...] = ()
    adjusted: int = 0
    has_factor: int = 0
    suspensions: int = 0
    gaps: int = 0
    unread: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    problem: str = ""


def inspect(root: Path) -> tuple[TableFound, ...]:
    """Every table of prices of a folder, or the one file; by the convention, else by content.

    Raises what opening the folder raises; what is wrong with one table stands in its ``problem``.
    """
    try:
        tables = tables_of(root)
    except NoTables:
        tables = _by_content(root)
        if not tables:
            raise
    return tuple(_found(root, spec) for spec in tables)


def section(root: Path, path: str, found: Sequence[TableFound]) -> str:
    """The ``prices`` of a study that reads these tables, as YAML."""
    lines = ["prices:", "  source: files"]
    if Path(path).is_absolute():
        lines += [
            "  # A path inside the study's project; or none, with `basketbt config prices DIR`."
        ]
    lines += [f"  path: {path}"]
    try:
        by_convention = tables_of(root) == tuple(one.spec for one in found)
    except NoTables:
        by_convention = False
    if not by_convention:
        lines.append("  tables:")
        lines += [f"    - {{{_spec(one.spec)}}}" for one in found if not one.problem]
    return "\n".join(lines)


def _spec(spec: TableSpec) -> str:
    given = {"path": spec.path, "kind": spec.kind, "layout": spec.layout, "field": spec.field}
    return ", ".join(f"{name}: {value}" for name, value in given.items() if value is not None)


def _by_content(root: Path) -> tuple[TableSpec, ...]:
    """Tables of a folder whose files are called otherwise; files of one suffix that are alike."""
    names = sorted(one.name for one in root.iterdir() if split_name(one.name)[1])
    specs = []
    for name in names[:MOST]:
        found = _found(root, TableSpec(path=name))
        indexes = [one for one in found.securities if parse_symbol(one).kind == "index"]
        kind: Kind = "indexes" if indexes and len(indexes) == len(found.securities) else "bars"
        if found.securities and not found.problem:
            specs.append(TableSpec(path=name, kind=kind))
    return tuple(specs)


def _found(root: Path, spec: TableSpec) -> TableFound:
    try:
        if spec.kind in ("bars", "indexes"):
            return _prices(FilesSource(root, (spec,)), spec)
        return _beside(FilesSource(root, (spec,)), spec)
    except BasketbtError as error:
        return TableFound(spec=spec, problem=str(error))


def _beside(source: FilesSource, spec: TableSpec) -> TableFound:
    table = source.opened(spec)
    columns = find_columns(table.headers, spec.kind, spec.columns, spec.path)
    rows = table.read([columns["date" if "date" in columns else "symbol"].header], ()).num_rows
    return TableFound(spec=spec, form=", ".join(columns), rows=rows)


def _prices(source: FilesSource, spec: TableSpec) -> TableFound:
    files = source.files(spec)
    first = files[0]
    table = source.opened(first)
    wide = is_wide(table) if spec.layout is None else spec.layout == "wide"
    named = sorted({code for one in files if (code := _named(one.path))})
    words = named or list(_codes(table, spec, wide))
    securities, unread = _told(words, spec)
    chosen = securities[:MOST]
    request = PriceRequest(symbols=chosen, indexes=(), start=_EVER[0], end=_EVER[1])
    source.expand(CodeIndex(chosen))
    rows, proof = source.examined(request)
    bars, notes = proof.settled()
    layout = layout_of(plain(header)[0] for header in table.headers)
    form = "wide" if wide else "tidy"
    found = TableFound(
        spec=spec,
        layout=layout.name if layout and not wide else "",
        form=f"{form}, {len(files)} files" if len(files) > 1 else form,
        securities=securities,
        unread=unread,
        evidence=tuple(f"{count} {reason}" for reason, count in proof.reasons.items()),
        notes=tuple(notes),
    )
    return _counted(found, rows, bars)


def _counted(found: TableFound, read: BarRows, bars: Bars) -> TableFound:
    if not len(bars):
        return replace(found, problem="no row of a security that could be told")
    ordered = bars.rows(np.lexsort((bars.dates, bars.code)))
    idle = suspended(ordered)
    traded = ordered.rows(~idle)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = traded.amount / (traded.volume * traded.close)
    known = ratio[np.isfinite(ratio) & (ratio > 0)]
    shares = [one.kind == "share" for one in bars.parsed]
    return replace(
        found,
        read=len(bars.symbols),
        rows=len(bars),
        first=str(bars.dates.min()),
        last=str(bars.dates.max()),
        volume_unit=_unit(traded.volume, read.units[0], "shares"),
        amount_unit=_unit(traded.amount, read.units[1], "yuan"),
        ratio=float(np.median(known)) if known.size and any(shares) else None,
        adjusted=int(bars.adjusted.sum()),
        has_factor=int(bars.has_factor.sum()),
        suspensions=int(idle.sum()),
        gaps=int(sum(one.value for one in rules.gaps(ordered))),
        lacks=tuple(_lacks(traded)) if any(shares) else (),
    )


def _unit(values: Floats, scale: float, unit: str) -> str:
    if not (values > 0).any():
        return "none"
    return unit if scale == 1.0 else f"{_UNITS.get(scale, f'{scale:g}')} {unit}"


def _lacks(bars: Bars) -> Iterator[str]:
    """What an account, or a total return, needs and the table lacks."""
    if bars.adjusted.any():
        yield "raw prices (an account trades none that are adjusted)"
    for name in ("open", "high", "low", "volume"):
        if not np.isfinite(getattr(bars, name)).any():
            yield name
    if not (bars.amount > 0).any():
        yield "amount (it shows the unit of the volume)"
    if not bars.adjusted.all() and not bars.has_factor.any():
        yield "factor, previous closes or an actions table (total return)"


def _named(path: str) -> str | None:
    return code_in_name(split_name(Path(path).name)[0])


def _codes(table: TableFile, spec: TableSpec, wide: bool) -> Iterator[str]:
    if wide:
        yield from (spec.columns.get(one, one) for one in table.headers[1:])
        return
    columns = find_columns(table.headers, spec.kind, spec.columns, spec.path)
    key = columns["symbol"].header
    yield from (one for one in coded(table.read([key], [key])[key])[0] if one)


def _told(words: Sequence[str], spec: TableSpec) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The securities that codes are; and the codes that could be two, with both."""
    found: list[str] = []
    unread: list[str] = []
    padded = any(len(bare(word)) == 6 and bare(word).isdigit() for word in words)
    for word in map(bare, words):
        if not word.isdigit():
            known = canonical(word)
            found += [known] if known else []
        elif spec.exchange is not None:
            known = canonical(f"{word.zfill(6)}.{spec.exchange}")
            found += [known] if known else []
        else:
            possible = meanings(word, spec.kind, padded)
            if len(possible) == 1:
                found.append(possible[0].canonical)
            elif possible:
                unread.append(described(possible).text())
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unread))
