"""Tables that are held as rows of cells: workbooks, and texts of several fields and securities."""

from __future__ import annotations

import os
import re
import sys
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa

from basketbt.data.sources.files.codes import code_in_name
from basketbt.data.sources.files.head import MOST, Head, find_head, text_of
from basketbt.errors import RefusedPath
from basketbt.notes import message

MAX_SHEET_CELLS = 20_000_000
EMPTY_CELLS = (
    *("", "-", "--", "—", "nan", "NaN", "NA", "N/A", "#N/A", "#N/A N/A"),
    *("null", "NULL", "None"),
)
# Cells of a sheet by name: rows and columns, and names that are none.
_ROWS = re.compile(rb"""\sr=["'][A-Za-z]*(\d+)""")
_COLUMNS = re.compile(rb"""\sr=["']([A-Za-z]+)""")
_ODD = re.compile(rb"""\sr=["'][^"']*[^A-Za-z0-9"']""")
_LAST_ROW, _LAST_COLUMN, _DIGITS, _LETTERS = 2**20, 2**14, 12, 7
_EMPTY = frozenset(EMPTY_CELLS)

Cells = Sequence[Any]


class RowsTable:
    """Rows of cells as a tidy or a wide table; one of several fields a security becomes tidy."""

    def __init__(self, name: str, rows: Sequence[Cells]) -> None:
        self._name = name
        above = next((number for number, row in enumerate(rows) if any(map(_filled, row))), 0)
        rows = rows[above:]
        if not rows:
            raise pa.ArrowInvalid("the first sheet is empty")
        head = find_head(rows[: MOST + 1])
        if head.across:
            rows = _turned(rows)
            head = find_head(rows[: MOST + 1])
        if not head.body:
            raise pa.ArrowInvalid("the first row is data, a header is expected above it")
        self.titles, self.field = head.titles, head.field
        self.first_line = above + head.body + 1
        body = [row for row in rows[head.body :] if any(map(_filled, row))]
        self.headers, self._rows = _tidy(head, body) if head.fields else (head.headers, body)

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table:
        """Some columns; those in ``text`` as text, a column of mixed cells as text too."""
        return pa.table({name: self._column(name, name in text) for name in columns})

    def _column(self, name: str, as_text: bool) -> pa.Array:
        at = self.headers.index(name)
        cells = [row[at] if at < len(row) else None for row in self._rows]
        cells = [None if isinstance(cell, str) and cell in _EMPTY else cell for cell in cells]
        if not as_text:
            try:
                return pa.array(cells, pa.float64())
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                pass
        return pa.array([None if cell is None else _written(cell) for cell in cells], pa.string())


def _written(cell: Any) -> str:
    """A cell as text: a day as a day, a whole number without a point."""
    return str(cell)[:10] if isinstance(cell, datetime | date) else text_of(cell)


def _filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def _turned(rows: Sequence[Cells]) -> list[Cells]:
    """Days that stood across, down. Of columns beside the codes (names) only the first is kept."""
    return [list(column) for column in zip_longest(*rows)]


def _tidy(head: Head, rows: Sequence[Cells]) -> tuple[tuple[str, ...], list[Cells]]:
    """A row a day and code, a column a field, of columns that each hold one field of one code."""
    words = list(dict.fromkeys(word for word in head.fields[1:] if word))
    place = {word: number for number, word in enumerate(words)}
    columns: dict[str, list[tuple[int, int]]] = {}
    for at, (code, word) in enumerate(zip(head.headers, head.fields, strict=True)):
        if at and code and word:
            columns.setdefault(code, []).append((place[word], at))
    found: list[Cells] = []
    for code, own in columns.items():
        for row in rows:
            cells: list[Any] = [None] * len(words)
            for number, at in own:
                cells[number] = row[at] if at < len(row) else None
            if any(map(_filled, cells)):
                found.append((row[0], code, *cells))
    return ("date", "symbol", *words), found


def sheet_rows(path: Path | BytesIO, most: int) -> list[Cells]:
    """The rows of a workbook's first sheet; of sheets that are called by codes all of them.

    Raises:
        RefusedPath: it unpacks to more than ``most`` bytes or 20 million cells.
        pa.ArrowInvalid: it is none.
    """
    named = path if isinstance(path, Path) else "the workbook"
    if zipfile.is_zipfile(path):
        path = _bounded_copy(path, named, most)
    with _calamine() as python_calamine:
        if isinstance(path, BytesIO):
            path.seek(0)
        book = python_calamine.load_workbook(path)
        sheets = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
        cells = sum((one.total_height or 0) * (one.total_width or 0) for _, one in sheets)
        if cells > MAX_SHEET_CELLS:
            raise RefusedPath(path=named, why=message("why-has-more-than-20-million"))
        filled = [(name, one) for name, one in sheets if one.total_height] or sheets[:1]
        codes = [code_in_name(name) for name, _ in filled]
        if len(filled) > 1 and all(codes):
            return _of_sheets(codes, [one.to_python() for _, one in filled])
        return list(filled[0][1].to_python()) if filled else []


def _bounded_copy(path: Path | BytesIO, named: Path | str, most: int) -> BytesIO:
    """An .xlsx without compression, whose sheets and texts are no larger than may be read.

    The reader makes room for every cell up to the farthest one that is named, and where there is
    not so much of it the process ends, whatever is caught.
    """
    copy = BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as whole:
        if sum(part.file_size for part in archive.infolist()) > most:
            raise RefusedPath(path=named, why=message("why-unpacks-to-more-than-1"))
        for part in archive.infolist():
            content = archive.read(part)
            _demand_small(content, part.filename, named)
            whole.writestr(part.filename, content)
    return copy


def _demand_small(content: bytes, part: str, named: Path | str) -> None:
    """Raise for a part of a workbook that stands for too much: ``RefusedPath``, or
    ``pa.ArrowInvalid`` for cells that no sheet has."""
    if content.count(b"<si") > MAX_SHEET_CELLS:
        raise RefusedPath(path=named, why=message("why-more-than-20-million-texts"))
    if not part.startswith("xl/worksheets/"):
        return
    rows = {int(row[-_DIGITS:]) for row in set(_ROWS.findall(content))}
    columns = {_column_number(column) for column in set(_COLUMNS.findall(content))}
    farthest = max(rows, default=1), max(columns, default=1)
    if farthest[0] > _LAST_ROW or farthest[1] > _LAST_COLUMN or _ODD.search(content):
        raise pa.ArrowInvalid("no workbook that can be read, it names cells that no sheet has")
    if farthest[0] * farthest[1] > MAX_SHEET_CELLS:
        raise RefusedPath(path=named, why=message("why-has-more-than-20-million"))


def _column_number(letters: bytes) -> int:
    """``AB`` → 28."""
    number = 0
    for letter in letters[:_LETTERS].upper():
        number = number * 26 + letter - 64
    return number


@contextmanager
def _calamine() -> Iterator[Any]:
    """The reader of workbooks, whose errors become ``pa.ArrowInvalid``.

    On some damaged files it panics, as Rust calls it: that is no ``Exception``, and Rust writes
    where it happened to standard error before anything can be done about it.
    """
    import python_calamine

    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield python_calamine
    except (python_calamine.CalamineError, ValueError) as error:
        raise pa.ArrowInvalid(f"no workbook that can be read ({error})") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise pa.ArrowInvalid("no workbook that can be read, it is damaged") from None
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def cells_of(rows: Sequence[Cells]) -> list[list[str]]:
    """Rows of cells as texts, as a person would read them."""
    return [[_written(cell).strip() if _filled(cell) else "" for cell in row] for row in rows]


def _of_sheets(codes: Sequence[str | None], sheets: Sequence[Sequence[Cells]]) -> list[Cells]:
    """Sheets of one security each as one table, with a column of codes."""
    found: list[Cells] = []
    for code, rows in zip(codes, sheets, strict=True):
        head = find_head(rows[: MOST + 1])
        if not found:
            found.append(["symbol", *head.headers])
        found += [[code, *row] for row in rows[head.body :] if any(map(_filled, row))]
    return found
