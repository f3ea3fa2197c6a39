"""The market that random baskets are drawn from, as one wide table of a lock."""

from __future__ import annotations

import csv
import io

import numpy as np

from basketbt.prices.data import UniverseCloses

FILE = "universe.csv"
_INDUSTRY = "industry"  # the row below the codes


def universe_text(universe: UniverseCloses) -> str:
    """Codes across, then their industries, then a row a day; empty where a share has no bar."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["date", *universe.symbols])
    writer.writerow([_INDUSTRY, *(name or "" for name in universe.industry)])
    for day, closes in zip(universe.dates, universe.close.tolist(), strict=True):
        writer.writerow([str(day), *("" if x != x else repr(x) for x in closes)])
    return buffer.getvalue()


def universe_from(text: str, table: str) -> UniverseCloses:
    """The universe that ``universe_text`` wrote; ``table`` is where it came from.

    Raises ``ValueError`` or ``IndexError`` on anything unexpected.
    """
    codes, industries, *rows = csv.reader(io.StringIO(text))
    if industries[0] != _INDUSTRY or any(len(row) != len(codes) for row in (industries, *rows)):
        raise ValueError(f"{FILE} is not the table of a market")
    return UniverseCloses(
        symbols=tuple(codes[1:]),
        dates=np.array([row[0] for row in rows], dtype="datetime64[D]"),
        close=np.array([[float(x or "nan") for x in row[1:]] for row in rows], dtype=np.float64),
        industry=tuple(name or None for name in industries[1:]),
        table=table,
    )
