"""Prices that are frames in memory: read by the same layouts and held to the same rules as files.

A frame is anything that Arrow can take: a DataFrame of pandas, and whatever has the Arrow C stream
(Polars, DuckDB, Arrow itself).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from basketbt.data.sources.files.arrow import days
from basketbt.data.sources.files.folder import ADJUSTED, CONVENTION, by_convention
from basketbt.data.sources.files.formats import TableFile, paired
from basketbt.data.sources.files.source import FilesSource
from basketbt.data.sources.files.spec import TableSpec
from basketbt.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from basketbt.data.bars import MarketData, PriceRequest

Frames = Mapping[str, Any]


class NotAFrame(InputError):
    """Fields: what, type."""


class OtherZone(InputError):
    """Fields: what, zone, day, shanghai."""


class TwoColumns(InputError):
    """Fields: what, name."""


class UnknownTable(InputError):
    """Fields: name, known."""


def arrow_of(frame: Any, what: str) -> pa.Table:
    """A frame as an Arrow table, its index as columns where it holds something.

    Raises ``NotAFrame``, ``TwoColumns``, ``OtherZone``.
    """
    if type(frame).__module__.partition(".")[0] == "pandas" and hasattr(frame, "columns"):
        table = _of_pandas(frame, what)
    elif isinstance(frame, pa.Table):
        table = frame
    elif hasattr(frame, "__arrow_c_stream__"):
        table = pa.RecordBatchReader.from_stream(frame).read_all()
    else:
        raise NotAFrame(what=what, type=type(frame).__name__)
    names = table.column_names
    for name in names:
        if names.count(name) > 1:
            raise TwoColumns(what=what, name=name)
    for column in table.columns:
        _refuse_zone(column, what)
    return table.cast(pa.schema([_plain(one) for one in table.schema]))


def _of_pandas(frame: pd.DataFrame, what: str) -> pa.Table:
    import pandas as pd

    index = frame.index
    if not isinstance(index, pd.RangeIndex):
        names = [
            name or ("date" if _is_days(index.get_level_values(at)) else f"index{at}")
            for at, name in enumerate(index.names)
        ]
        frame = frame.set_axis(index.set_names(names)).reset_index()
    flat = frame.set_axis([_name(one) for one in frame.columns], axis=1)
    if flat.columns.has_duplicates:
        raise TwoColumns(what=what, name=flat.columns[flat.columns.duplicated()][0])
    try:
        return pa.Table.from_pandas(flat, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column of several types: as texts
        return pa.Table.from_pandas(
            flat.map(lambda cell: None if pd.isna(cell) else str(cell)), preserve_index=False
        )


def _is_days(level: pd.Index) -> bool:
    return level.dtype.kind == "M"


def _name(label: object) -> str:
    """A column's name; of two levels as pandas writes the pair into a file."""
    if isinstance(label, tuple):
        told = [str(one) for one in label if str(one)]
        return told[0] if len(told) == 1 else str(tuple(str(one) for one in label))
    return str(label)


def _plain(column: pa.Field) -> pa.Field:
    """Views and large texts as the texts that files hold."""
    views = (pa.types.is_large_string, pa.types.is_string_view)
    return column.with_type(pa.string()) if any(is_one(column.type) for is_one in views) else column


def _refuse_zone(column: pa.ChunkedArray, what: str) -> None:
    """Refuse moments whose day is another in their own zone than in Shanghai."""
    import numpy as np
    import pyarrow.compute as pc

    zone = getattr(column.type, "tz", None)
    if zone is None:
        return
    own, ours = days(pc.local_timestamp(column)), days(column)
    other = np.flatnonzero((own != ours) & ~np.isnat(own))
    if other.size:
        raise OtherZone(what=what, zone=zone, day=own[other[0]], shanghai=ours[other[0]])


class ArrowTable:
    """A table in memory, as the reader of files sees one."""

    first_line = 1
    titles: tuple[str, ...] = ()
    field: str | None = None

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self.headers = tuple(table.column_names)

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table:
        """All rows of some columns."""
        return self._table.select(list(columns))


class FrameSource(FilesSource):
    """Prices from frames: of bars, or by the names of the folder convention.

    ``{"bars": …, "indexes": …, "fx": …, "bars_adjusted": …}``; one frame alone is ``bars``.

    Raises ``UnknownTable`` and what :func:`arrow_of` raises.
    """

    def __init__(self, frames: Any) -> None:
        named: Frames = frames if isinstance(frames, Mapping) else {"bars": frames}
        for name in named:
            if name.removesuffix(ADJUSTED) not in CONVENTION:
                raise UnknownTable(name=name, known=", ".join(CONVENTION))
        self._frames = {name: arrow_of(one, f"prices[{name!r}]") for name, one in named.items()}
        self._given = tuple(
            replace(one, path=one.path.removesuffix(".csv"))
            for one in by_convention(f"{name}.csv" for name in named)
        )
        self._paths, self._files = {}, {}
        self._tables, self._open = self._given, self._opened

    def load(self, request: PriceRequest) -> MarketData:
        """What the frames hold of a request; see ``TableSource.load``."""
        return super(FilesSource, self).load(request)

    def _opened(self, spec: TableSpec) -> TableFile:
        return paired(ArrowTable(self._frames[spec.path]), spec.path)
