"""CSV, Parquet and XLSX as columns of Arrow, read no further than needed.

Each class has ``headers`` and ``read(columns, text)``; Parquet also skips the rows of securities
that were not asked for before it decodes their prices.
"""

from __future__ import annotations

import gzip
import warnings
import zipfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Collection, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from basketbt.data.sources.files.arrow import coded, taken
from basketbt.data.sources.files.folder import split_name
from basketbt.errors import InvalidFile, Problem, RefusedPath

MAX_UNPACKED = 1024**3
# A gzip may hold a thousand times its size; one of prices does not come near the ratio allowed.
_ALWAYS_UNPACKED, _MAX_RATIO, _PART = 64 * 1024**2, 200, 1024**2
MAX_SHEET_CELLS = 20_000_000
EMPTY_CELLS = ("", "-", "--", "—", "nan", "NaN", "NA", "N/A", "#N/A", "null", "NULL", "None")
_FOOTERS = ("数据来源", "资料来源", "source:", "data source")

Keep = Callable[[Sequence[str]], NDArray[np.bool_]]


class TableFile(Protocol):
    """A table on disk. ``first_line`` is the line (or row) its first row of data stands on."""

    headers: tuple[str, ...]
    first_line: int

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table: ...


def open_table(path: Path) -> TableFile:
    """The table in a file, by its suffix.

    Raises:
        InvalidFile: not what the suffix says, or without a header.
        RefusedPath: it unpacks to more than 1 GiB, or to more than 200 times its size.
    """
    suffix = split_name(path.name)[1]
    try:
        if suffix == ".parquet":
            return ParquetTable(path)
        if suffix == ".xlsx":
            return SheetTable(path)
        return CsvTable(path.name, _unpacked(path))
    except (pa.ArrowInvalid, OSError, EOFError, zipfile.BadZipFile, KeyError) as error:
        what = f"cannot be read as {suffix[1:]}: {error}"
        raise InvalidFile([Problem(path.name, 1, what)]) from None


def read_in_parts(
    table: TableFile, columns: Sequence[str], text: Collection[str]
) -> Iterator[pa.Table]:
    """What ``table.read`` gives, in parts, so that a whole market is never in memory at once."""
    if isinstance(table, ParquetTable):
        yield from table.row_groups(columns)
    else:
        yield table.read(columns, text)


class ParquetTable:
    """Parquet: only the columns asked for, row group by row group."""

    first_line = 1

    def __init__(self, path: Path) -> None:
        from pyarrow.parquet import ParquetFile

        self._path = path
        self._file = ParquetFile(path, memory_map=True)
        self.headers = tuple(self._file.schema_arrow.names)

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table:
        """All rows of some columns."""
        return self._file.read(columns=list(columns))

    def row_groups(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """The same rows, a group at a time."""
        for group in range(self._file.num_row_groups):
            yield self._file.read_row_group(group, columns=list(columns))

    def read_matching(self, columns: Sequence[str], key: str, keep: Keep) -> pa.Table:
        """The rows whose ``key`` is kept. ``keep`` sees each distinct text once a row group."""
        from pyarrow.parquet import ParquetFile

        file = ParquetFile(self._path, memory_map=True, read_dictionary=[key])
        parts: list[pa.Table] = []
        for group in range(file.num_row_groups):
            texts, numbers = coded(file.read_row_group(group, columns=[key]).column(0))
            kept = np.append(keep(texts), np.False_)  # the last one for null, whose number is -1
            rows = np.flatnonzero(kept[numbers])
            if rows.size or not parts:
                parts.append(taken(file.read_row_group(group, columns=list(columns)), rows))
        return pa.concat_tables(parts)


class CsvTable:
    """CSV, gzipped or not, in UTF-8, GBK or UTF-16, separated by comma, semicolon or tab."""

    first_line = 2

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        text = _as_utf8(content, name)
        line = text.partition(b"\n")[0].decode().strip("\r\ufeff")
        if not line.strip():
            raise pa.ArrowInvalid("the first line is empty, a header is expected")
        self._separator = max(",;\t", key=line.count)
        self.headers = tuple(self._parse(_handed_over(f"{line}\n".encode()), {}, []).column_names)
        self._text = _handed_over(text)

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table:
        """Some columns; those in ``text`` as written, the others as numbers if they are."""
        types = {name: pa.string() for name in text}
        return self._parse(self._text, types, list(columns))

    def _parse(
        self, text: pa.Buffer, types: dict[str, pa.DataType], columns: list[str]
    ) -> pa.Table:
        from pyarrow import csv

        try:
            return csv.read_csv(
                pa.BufferReader(text),
                # Threads would hold the handler of bad rows; see _handed_over.
                read_options=csv.ReadOptions(use_threads=False),
                parse_options=csv.ParseOptions(
                    delimiter=self._separator, invalid_row_handler=_skip_footer
                ),
                convert_options=csv.ConvertOptions(
                    column_types=types,
                    include_columns=columns,
                    null_values=list(EMPTY_CELLS),
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as error:
            raise InvalidFile([Problem(self._name, 1, f"not a CSV table: {error}")]) from None


class SheetTable:
    """The first sheet of an XLSX workbook."""

    first_line = 2

    def __init__(self, path: Path) -> None:
        self._name = path.name
        rows = [row for row in _sheet_rows(path) if any(cell is not None for cell in row)]
        if not rows:
            raise pa.ArrowInvalid("the first sheet is empty")
        self.headers = tuple("" if cell is None else str(cell) for cell in rows[0])
        self._rows = [row for row in rows[1:] if not _is_footer(row[0])]

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table:
        """Some columns; those in ``text`` as text, a column of mixed cells as text too."""
        return pa.table({name: self._column(name, name in text) for name in columns})

    def _column(self, name: str, as_text: bool) -> pa.Array:
        at = self.headers.index(name)
        cells = [row[at] if at < len(row) else None for row in self._rows]
        cells = [None if cell in EMPTY_CELLS else cell for cell in cells]
        if not as_text:
            try:
                return pa.array(cells, pa.float64())
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                pass
        return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())


def _unpacked(path: Path) -> bytes:
    """The bytes of a CSV, gzipped or not, never more of them in memory than is allowed."""
    most = min(MAX_UNPACKED, max(_ALWAYS_UNPACKED, _MAX_RATIO * path.stat().st_size))
    opener: Any = gzip.open if path.name.lower().endswith(".gz") else open
    parts, size = [], 0
    with opener(path, "rb") as file:
        while part := file.read(_PART):
            size += len(part)
            if size > most:
                what = f"holds more than {most / 1024**2:.0f} MiB of text"
                raise RefusedPath(path=path, why=f"{what}; use Parquet")
            parts.append(part)
    return b"".join(parts)


def _as_utf8(data: bytes, name: str) -> bytes:
    """Text as UTF-8, from that, GBK or UTF-16, which Excel calls Unicode text and marks.

    Raises ``InvalidFile``, with the line, for anything else.
    """
    marked = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    for codec in ("utf-16",) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
        else:
            return data if codec == "utf-8" else text.encode()
    what = "a character that is neither UTF-8 nor GBK nor marked as UTF-16"
    raise InvalidFile([Problem(name, line, what, "Save the table as UTF-8.")])


def _handed_over(text: bytes) -> pa.Buffer:
    """A copy in Arrow's own memory.

    Arrow's threads let go of what they read some time after they have read it; where that is an
    object of Python's, a program that ends meanwhile is aborted (apache/arrow#34314).
    """
    stream = pa.BufferOutputStream()
    stream.write(text)
    return stream.getvalue()


def _skip_footer(row: Any) -> str:
    return "skip" if row.text is None or _is_footer(row.text) else "error"


def _is_footer(cell: object) -> bool:
    """``数据来源:Wind`` below an export."""
    return isinstance(cell, str) and cell.strip().lower().startswith(_FOOTERS)


def _sheet_rows(path: Path) -> list[tuple[Any, ...]]:
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            raise RefusedPath(path=path, why="unpacks to more than 1 GiB")
    import openpyxl

    with warnings.catch_warnings():
        # Exports lack the default style, of which openpyxl warns; it does not concern values.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(BytesIO(path.read_bytes()), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        if (sheet.max_row or 0) * (sheet.max_column or 0) > MAX_SHEET_CELLS:
            raise RefusedPath(path=path, why="has more than 20 million cells; use Parquet or CSV")
        return list(sheet.iter_rows(values_only=True))
