"""CSV, Parquet and workbooks as columns of Arrow, read no further than needed.

Each class has ``headers`` and ``read(columns, text)``; Parquet also skips the rows of securities
that were not asked for before it decodes their prices. What a table is comes from its content: a
text that is called .xls is read as the text it is.
"""

from __future__ import annotations

import csv as rows_of
import gzip
import struct
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from basketbt.bounded import demand_plain
from basketbt.data.sources.files.arrow import as_text, coded, holds_text, is_plain, taken
from basketbt.data.sources.files.folder import split_name
from basketbt.data.sources.files.head import MOST, Head, find_head
from basketbt.data.sources.files.rows import EMPTY_CELLS, RowsTable, cells_of, sheet_rows
from basketbt.errors import InvalidFile, Problem, RefusedPath
from basketbt.notes import message

MAX_UNPACKED = 1024**3
MAX_COLUMNS = 20_000
MAX_ROWS = 100_000_000  # of a Parquet file; the whole market since 1990 has a fifth of it
# A gzip may hold a thousand times its size; one of prices does not come near the ratio allowed.
_ALWAYS_UNPACKED, _MAX_RATIO, _PART = 64 * 1024**2, 200, 1024**2
_FOOTERS = (
    "数据来源",
    "资料来源",
    "source:",
    "data source",
    "注:",
    "注：",
    "备注",
    "说明:",
    "说明：",
)
_EXCEL, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"

# What files that are not what they say make their readers raise.
_UNREADABLE = (
    *(pa.ArrowException, OSError, EOFError, LookupError, RuntimeError, ValueError),
    *(zipfile.BadZipFile, zlib.error, struct.error, rows_of.Error),
)

Keep = Callable[[Sequence[str]], NDArray[np.bool_]]


class TableFile(Protocol):
    """A table on disk. ``first_line`` is the line (or row) its first row of data stands on.

    ``titles`` stand above its headers; ``field`` is what a wide table says that it holds.
    """

    headers: tuple[str, ...]
    first_line: int
    titles: tuple[str, ...]
    field: str | None

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table: ...


def open_table(path: Path) -> TableFile:
    """The table in a file, by its content.

    Raises:
        InvalidFile: not what the suffix says, or without a header.
        RefusedPath: it unpacks to more than 1 GiB, or to more than 200 times its size.
    """
    suffix = split_name(path.name)[1]
    demand_plain(path)
    try:
        if suffix == ".parquet":
            return paired(ParquetTable(path), path.name)
        with path.open("rb") as file:
            begins = file.read(4)
        if begins in (_EXCEL, _ZIP) and suffix.startswith(".xls"):
            return RowsTable(path.name, _without_footer(sheet_rows(path, MAX_UNPACKED)))
        return text_table(path.name, _unpacked(path))
    except _UNREADABLE as error:
        what = message("why-cannot-be-read-as", suffix=suffix[1:], error=error)
        raise InvalidFile([Problem(path.name, 1, what)]) from None


def all_cells(name: str, content: bytes) -> list[list[str]]:
    """The texts of a table of any form, row by row; of a text without separators its lines.

    Raises ``InvalidFile`` or ``RefusedPath``.
    """
    if content[:4] in (_EXCEL, _ZIP):
        try:
            return cells_of(sheet_rows(BytesIO(content), MAX_UNPACKED))
        except _UNREADABLE as error:
            raise InvalidFile(
                [Problem(name, 1, message("why-cannot-be-read-because", error=error))]
            ) from None
    lines = _as_utf8(content, name).decode().lstrip("\ufeff").splitlines()
    separator = max(",;\t|", key=lambda one: sum(one in line for line in lines))
    try:
        return list(rows_of.reader(lines, delimiter=separator))
    except rows_of.Error as error:
        raise InvalidFile(
            [Problem(name, 1, message("why-cannot-be-read-because", error=error))]
        ) from None


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
    titles: tuple[str, ...] = ()
    field: str | None = None

    def __init__(self, path: Path) -> None:
        from pyarrow.parquet import ParquetFile

        self._path = path
        # No memory map: a file that is cut while it is read would end the process.
        self._file = ParquetFile(path)
        if self._file.metadata.num_rows > MAX_ROWS:
            raise RefusedPath(path=path, why=message("why-has-more-than-rows", max_rows=MAX_ROWS))
        self.headers = tuple(self._file.schema_arrow.names)
        if len(self.headers) > MAX_COLUMNS:
            raise RefusedPath(path=path, why=message("why-has-more-than-columns", most=MAX_COLUMNS))
        if len(set(self.headers)) < len(self.headers):
            raise InvalidFile([Problem(path.name, 1, message("why-two-columns-of-one-name"))])

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table:
        """All rows of some columns."""
        self._demand_plain(columns)
        with self._told():
            return self._plain(self._file.read(columns=list(columns)))

    def row_groups(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """The same rows, a group at a time."""
        self._demand_plain(columns)
        for group in range(self._file.num_row_groups):
            with self._told():
                part = self._plain(self._file.read_row_group(group, columns=list(columns)))
            yield part

    def read_matching(self, columns: Sequence[str], key: str, keep: Keep) -> pa.Table:
        """The rows whose ``key`` is kept. ``keep`` sees each distinct text once a row group."""
        from pyarrow.parquet import ParquetFile

        parts: list[pa.Table] = []
        with self._told():
            self._demand_plain([key, *columns])
            file = ParquetFile(self._path, read_dictionary=[key])
            for group in range(file.num_row_groups):
                found = self._plain(file.read_row_group(group, columns=[key]))
                texts, numbers = coded(found.column(0))
                kept = np.append(keep(texts), np.False_)  # the last one for null, number -1
                rows = np.flatnonzero(kept[numbers])
                if rows.size or not parts:
                    part = taken(file.read_row_group(group, columns=list(columns)), rows)
                    parts.append(self._plain(part))
            return pa.concat_tables(parts)

    def _demand_plain(self, columns: Sequence[str]) -> None:
        """Raise ``InvalidFile`` for columns of structures, lists and the like."""
        for name in columns:
            kind = self._file.schema_arrow.field(name).type
            if not is_plain(kind):
                what = message("why-no-plain-values", name=name, kind=kind)
                raise InvalidFile([Problem(self._path.name, 1, what)])

    def _plain(self, table: pa.Table) -> pa.Table:
        """The table with its texts as texts. Raises ``InvalidFile`` for those that are none."""
        for at, (name, column) in enumerate(zip(table.column_names, table.columns, strict=True)):
            if not holds_text(column.type):
                continue
            try:
                table = table.set_column(at, name, as_text(column))
            except pa.ArrowException as error:
                what = message("why-bytes-no-text", name=name, error=error)
                raise InvalidFile([Problem(self._path.name, 1, what)]) from None
        return table

    @contextmanager
    def _told(self) -> Iterator[None]:
        """While it is read: what Arrow cannot make out becomes ``InvalidFile``."""
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            what = f"cannot be read as parquet: {error}".strip()
            raise InvalidFile([Problem(self._path.name, 1, what)]) from None


def paired(table: TableFile, name: str) -> TableFile:
    """A table; one whose columns are pairs of pandas, ('Close', '600519.SS'), as rows."""
    pairs = [name[2:-2].split("', '") for name in table.headers if name.startswith("('")]
    if len(pairs) < len(table.headers) - 1 or not pairs or any(len(one) != 2 for one in pairs):
        return table
    first, whole = len(table.headers) - len(pairs), table.read(table.headers, ())
    ordered = [*(n for n in table.headers if not n.startswith("('"))]
    columns = [*ordered, *(n for n in table.headers if n.startswith("('"))]
    body = zip(*(whole[one].to_pylist() for one in columns), strict=True)
    heads = [[*[""] * first, *(pair[level] for pair in pairs)] for level in (0, 1)]
    return RowsTable(name, [*heads, *body])


class CsvTable:
    """CSV in UTF-8, GBK or UTF-16, separated by comma, semicolon or tab."""

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        text = _as_utf8(content, name)
        self._lines, self._separator, self.head = _first_lines(text)
        self.titles, self.field = self.head.titles, self.head.field
        self.first_line = self.head.body + 1
        self.headers = _named(self.head.headers)
        self._text = _handed_over(_body_of(text, self.head.body))

    def rows(self) -> list[list[str]]:
        """Everything as rows of cells, which a table of several fields is put together from."""
        body = self._text.to_pybytes().decode()
        return [
            *self._lines[: self.head.body],
            *rows_of.reader(StringIO(body), delimiter=self._separator),
        ]

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table:
        """Some columns; those in ``text`` as written, the others as numbers if they are."""
        from pyarrow import csv

        if not self._text.size:
            return pa.table({name: pa.array([], pa.string()) for name in columns})
        try:
            return csv.read_csv(
                pa.BufferReader(self._text),
                # Threads would hold the handler of bad rows; see _handed_over.
                read_options=csv.ReadOptions(use_threads=False, column_names=list(self.headers)),
                parse_options=csv.ParseOptions(
                    delimiter=self._separator, invalid_row_handler=_skip_footer
                ),
                convert_options=csv.ConvertOptions(
                    column_types={name: pa.string() for name in text},
                    include_columns=list(columns),
                    null_values=list(EMPTY_CELLS),
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as error:
            raise InvalidFile(
                [Problem(self._name, 1, message("why-not-a-csv-table", error=error))]
            ) from None


def text_table(name: str, content: bytes) -> TableFile:
    """A text as the table it is: tidy, wide, or of several fields and securities."""
    if content[:512].lstrip().lower().startswith((b"<html", b"<table", b"<!doctype", b"<?xml")):
        what = message("why-is-a-web-page-and")
        raise InvalidFile([Problem(name, 1, what, message("do-open-it-in-excel-and"))])
    table = CsvTable(name, content)
    if table.head.fields or table.head.across:
        return RowsTable(name, table.rows())
    return table


def _first_lines(text: bytes) -> tuple[list[list[str]], str, Head]:
    """The first lines as cells, what separates them, and the head they make."""
    lines = [line.decode().strip("\r\n\ufeff") for line in islice(_lines(text), MOST + 1)]
    if not any(line.strip() for line in lines):
        raise pa.ArrowInvalid("the first line is empty, a header is expected")
    separator = max(",;\t", key=lambda one: sum(line.count(one) > 0 for line in lines))
    if not any(separator in line for line in lines):
        separator = ","
    rows = [next(rows_of.reader([line], delimiter=separator), []) for line in lines]
    if max(map(len, rows)) > MAX_COLUMNS:
        raise pa.ArrowInvalid(f"it has more than {MAX_COLUMNS:,} columns")
    head = find_head(rows)
    if head.body == 0:
        raise pa.ArrowInvalid("the first line is data, a header is expected above it")
    return rows, separator, head


def _lines(text: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end


def _body_of(text: bytes, skipped: int) -> bytes:
    """The rows of data: without the lines above them and what an export writes below them."""
    start = 0
    for _ in range(skipped):
        start = text.find(b"\n", start) + 1 or len(text)
    end = len(text)
    while end > start:
        line = text.rfind(b"\n", start, end - 1) + 1 or start
        last = text[line:end].decode().strip(' \t\r\n,;"')
        if last and not _is_footer(last):
            break
        end = line
    return text[start:end]


def _named(headers: Sequence[str]) -> tuple[str, ...]:
    """Headers without blanks around them, all different."""
    found: list[str] = []
    for header in headers:
        name = header.strip()
        while name in found:
            name += " "
        found.append(name)
    return tuple(found)


def _unpacked(path: Path) -> bytes:
    """The bytes of a CSV, gzipped or not, never more of them in memory than is allowed."""
    most = min(MAX_UNPACKED, max(_ALWAYS_UNPACKED, _MAX_RATIO * path.stat().st_size))
    opener: Any = gzip.open if path.name.lower().endswith(".gz") else open
    parts, size = [], 0
    with opener(path, "rb") as file:
        while part := file.read(_PART):
            size += len(part)
            if size > most:
                what = message("why-holds-more-than-mib-of", most=most / 1024**2)
                raise RefusedPath(path=path, why=message("why-use-parquet", what=what))
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
    what = message("why-a-character-that-is-neither")
    raise InvalidFile([Problem(name, line, what, message("do-save-the-table-as-utf"))])


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


def _without_footer(rows: list[Sequence[Any]]) -> list[Sequence[Any]]:
    while rows and (not any(map(_filled, rows[-1])) or _is_footer(next(filter(_filled, rows[-1])))):
        rows = rows[:-1]
    return rows


def _filled(cell: object) -> bool:
    return cell is not None and cell != ""


def _is_footer(cell: object) -> bool:
    """``数据来源:Wind`` below an export, also as a comment."""
    return isinstance(cell, str) and cell.strip("# \t\"'").lower().startswith(_FOOTERS)
