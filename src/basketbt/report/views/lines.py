"""Rows of levels.csv as the lines that charts draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from basketbt.report.data import Row
from basketbt.report.model import Value
from basketbt.report.views.context import real


@dataclass(frozen=True)
class Line:
    """One basket around one event, a value a session.

    ``levels`` are 100 at the base, the close before day 0. What lies before the base is the basket
    as it was bought earlier, in proportion, so that both meet at 100. ``drawdowns`` begin at the
    base: ``dates[start:]`` are theirs.
    """

    basket: str
    dates: tuple[str, ...]
    days: tuple[int, ...]
    levels: tuple[float | None, ...]
    benchmark: tuple[float | None, ...]
    start: int
    drawdowns: tuple[float | None, ...]


def lines(rows: Iterable[Row]) -> list[Line]:
    """A line for each basket of one event and book, in the order of the rows.

    A basket without a path from day 0 is left out.
    """
    paths: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        paths.setdefault(str(row["basket"]), {}).setdefault(str(row["base_date"]), []).append(row)
    found = (_line(basket, list(own.values())) for basket, own in paths.items())
    return [line for line in found if line is not None]


def _line(basket: str, paths: list[list[Row]]) -> Line | None:
    path = next((path for path in paths if path[0]["day"] == -1), None)
    if path is None:
        return None
    before = _before(paths)
    joint = [*before[:-1], *path]
    return Line(
        basket=basket,
        dates=tuple(str(row["date"]) for row in joint),
        days=tuple(_whole(row["day"]) for row in joint),
        levels=tuple(_scaled(before, "level") + [real(row["level"]) for row in path]),
        benchmark=tuple(
            _scaled(before, "benchmark_level") + [real(row["benchmark_level"]) for row in path]
        ),
        start=max(len(before) - 1, 0),
        drawdowns=tuple(real(row["drawdown"]) for row in path),
    )


def _before(paths: list[list[Row]]) -> list[Row]:
    """The rows up to day -1 of the path that was bought first, if it was bought before the base."""
    earliest = min(paths, key=lambda path: _whole(path[0]["day"]))
    rows = [row for row in earliest if _whole(row["day"]) <= -1]
    return rows if rows[-1]["day"] == -1 and len(rows) > 1 else []


def _scaled(before: list[Row], key: str) -> list[float | None]:
    """Values before the base so that the base is 100; None where the base has none."""
    if not before:
        return []
    base = real(before[-1][key])
    values = [real(row[key]) for row in before[:-1]]
    return [v / base * 100.0 if v is not None and base else None for v in values]


def _whole(cell: Value) -> int:
    if not isinstance(cell, int):
        raise TypeError(f"{cell!r} is not a session offset")
    return cell
