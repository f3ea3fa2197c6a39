"""The tables of a page and of a run's files, as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq

from support.written import table

Row = dict[str, str]


def rows(folder: Path, name: str) -> list[Row]:
    """The rows of a table as its CSV has them, also where it is Parquet."""
    if (folder / f"{name}.parquet").exists():
        return [
            {key: written(cell) for key, cell in row.items()}
            for row in pq.read_table(folder / f"{name}.parquet").to_pylist()
        ]
    return table(folder / f"{name}.csv")


def written(cell: object) -> str:
    """A cell of a Parquet table as a CSV file has it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    return repr(cell) if isinstance(cell, float) else str(cell)


def percent(cell: str) -> str:
    """A decimal as the page prints it, worked out from the text of the CSV cell."""
    if not cell:
        return "–"
    text = f"{float(cell) * 100:+.1f}%"
    return "0.0%" if text in ("+0.0%", "-0.0%") else text


@dataclass
class Grid:
    """A table of the page as text."""

    caption: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def column(self, head: str) -> dict[str, str]:
        place = self.heads.index(head)
        return {row[0]: row[place] for row in self.rows}


class Tables(HTMLParser):
    """Every table of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.grids: list[Grid] = []
        self._inside = ""
        self._grouping = self._aside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.grids.append(Grid())
        elif tag == "caption":
            self._inside = "caption"
        elif tag in ("thead", "tbody"):
            self._inside = tag
        elif tag == "tr" and self._inside == "tbody":
            self.grids[-1].rows.append([])
        elif tag in ("td", "th") and self._inside == "tbody":
            self.grids[-1].rows[-1].append("")
        elif tag == "th" and self._inside == "thead":
            self._grouping = ("scope", "colgroup") in attrs
            if not self._grouping:
                self.grids[-1].heads.append("")
        elif tag == "small":
            # A row is headed by a list's name with its id beside it, by which files know it.
            row = self.grids[-1].rows[-1] if self._inside == "tbody" else []
            self._aside = len(row) != 1
            if not self._aside:
                row[0] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "small":
            self._aside = False
        if tag in ("caption", "table"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "caption":
            self.grids[-1].caption += data
        elif self._inside == "thead" and data.strip() and not self._grouping:
            self.grids[-1].heads[-1] += data.strip()
        elif (
            self._inside == "tbody"
            and not self._aside
            and self.grids[-1].rows
            and self.grids[-1].rows[-1]
        ):
            self.grids[-1].rows[-1][-1] += data.strip()


def grids(folder: Path) -> list[Grid]:
    reader = Tables()
    reader.feed((folder / "report.html").read_text("utf-8").partition("<script>")[0])
    return reader.grids


def grid(folder: Path, start: str) -> Grid:
    return next(one for one in grids(folder) if one.caption.startswith(start))
