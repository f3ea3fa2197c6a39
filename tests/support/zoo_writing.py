"""Ways to write the invented market into files, which the layouts of vendors have in common."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from basketbt.market.calendars import calendar
from support.zoo_market import BENCHMARK, END, START, Share, Truth


def day(value: np.datetime64, form: str = "%Y-%m-%d") -> str:
    return str(value.astype(date).strftime(form))


def text(rows: Sequence[Sequence[Any]], separator: str = ",", end: str = "") -> str:
    return "\n".join(separator.join(map(str, row)) for row in rows) + "\n" + end


def tidy(
    shares: Truth,
    header: Sequence[str],
    row: Callable[[Share, int], Sequence[Any]],
    *,
    newest_first: bool = False,
    with_halts: bool = False,
    separator: str = ",",
    end: str = "",
) -> str:
    rows: list[Sequence[Any]] = []
    for one in shares:
        kept = [n for n in range(len(one.dates)) if with_halts or not one.halted[n]]
        rows += [row(one, n) for n in (reversed(kept) if newest_first else kept)]
    return text([header, *rows], separator, end)


def number(value: float, digits: int = 2) -> str:
    """As vendors print prices: never fewer digits than they have."""
    return f"{value:.{digits}f}" if abs(value - round(value, digits)) < 1e-9 else repr(float(value))


def workbook(rows: Sequence[Sequence[Any]], path: Path, style: str = "plain") -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    dated = book.add_format({"num_format": "yyyy-mm-dd"})
    for r, cells in enumerate(rows):
        for c, cell in enumerate(cells):
            if isinstance(cell, np.datetime64):
                sheet.write_datetime(
                    r, c, datetime.combine(cell.astype(date), datetime.min.time()), dated
                )
            elif isinstance(cell, float) and np.isnan(cell):
                continue
            else:
                sheet.write(r, c, cell)
    book.close()
    if style == "nameless":
        _without_style_names(path)


def _without_style_names(path: Path) -> None:
    """What the Wind terminal writes: a cell style without a name."""
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b' name="Normal"', b"")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def old_workbook(rows: Sequence[Sequence[Any]], path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    dated = xlwt.XFStyle()
    dated.num_format_str = "yyyy-mm-dd"
    for r, cells in enumerate(rows):
        for c, cell in enumerate(cells):
            if isinstance(cell, np.datetime64):
                sheet.write(r, c, datetime.combine(cell.astype(date), datetime.min.time()), dated)
            elif not (isinstance(cell, float) and np.isnan(cell)):
                sheet.write(r, c, cell)
    book.save(str(path))


# --- layouts

Write = Callable[[Path, Truth], None]


@dataclass(frozen=True)
class Layout:
    """How one vendor writes the market into a folder, and what a reader can know from it.

    ``returns``: "total" (a factor, or previous closes), "price" (raw closes and no more) or
    "adjusted". ``volume`` and ``amount``: whether they are there; ``halts``: whether suspended days
    can be told from missing ones (they are always left out).
    """

    name: str
    write: Write
    returns: str = "price"
    volume: bool = True
    amount: bool = True
    previous: bool = False
    factor: bool = False


class Layouts(list[Layout]):
    """Layouts, each added by the function that writes it."""

    def add(self, name: str, **known: Any) -> Callable[[Write], Write]:
        def keep(write: Write) -> Write:
            self.append(Layout(name, write, **known))
            return write

        return keep


def ohlc(one: Share, n: int) -> tuple[str, str, str, str]:
    return number(one.open[n]), number(one.high[n]), number(one.low[n]), number(one.close[n])


def percent(one: Share, n: int) -> float:
    return 100.0 * float(one.close[n] / one.previous[n] - 1.0)


def grid(shares: Truth, field: str) -> list[list[Any]]:
    days = shares[0].dates
    return [
        [days[n], *(float("nan") if s.halted[n] else float(getattr(s, field)[n]) for s in shares)]
        for n in range(len(days))
    ]


def csv_cells(rows: Sequence[Sequence[Any]]) -> str:
    def cell(value: Any) -> Any:
        if isinstance(value, np.datetime64):
            return day(value)
        return "" if isinstance(value, float) and np.isnan(value) else value

    return text([[cell(value) for value in row] for row in rows])


def parquet(path: Path, body: str, texts: Sequence[str], single: bool = False) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    header, *rows = [line.split(",") for line in body.splitlines()]
    kind = pa.float32() if single else pa.float64()
    columns = {}
    for place, name in enumerate(header):
        cells = [row[place] for row in rows]
        if name in texts:
            columns[name] = pa.array(cells, pa.string())
        else:
            columns[name] = pa.array(
                [None if cell == "" else float(cell) for cell in cells], pa.float64()
            ).cast(kind)
    pq.write_table(pa.table(columns), path)


def indexes(folder: Path) -> None:
    """Levels of a benchmark beside the shares."""
    sessions = calendar("XSHG").between(START, END)
    rows = [(day(one), BENCHMARK, 3800 + n) for n, one in enumerate(sessions)]
    (folder / "indexes.csv").write_text(text([("date", "symbol", "close"), *rows]))
