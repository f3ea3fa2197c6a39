"""The tables of a comparison: one column a run, and the difference of each to the first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from basketbt.report.data import ReportData
from basketbt.report.model import Column, Kind, Layout, Table, Value
from basketbt.report.views.sidebyside import Side, returns

_WHERE = ("event", "basket", "book", "weighting", "rebalance")
_ENTRY = "entry"


def run_names(runs: Sequence[ReportData]) -> tuple[str, ...]:
    """A short name for each run: its study and the beginning of its id."""
    return tuple(f"{run.info.study} {run.info.run[:6]}" for run in runs)


def settings_table(runs: Sequence[ReportData]) -> Table:
    """What differs in the study files, the lists, the prices and the versions."""
    shared = set.intersection(*(set(run.lists) for run in runs))
    everything = [_settings(run, shared) for run in runs]
    keys = list(dict.fromkeys(key for one in everything for key in one))
    layout = Layout(
        "settings",
        (
            Column("setting", "text"),
            *_run_columns(runs, "text"),
        ),
    )
    rows: list[tuple[Value, ...]] = []
    for key in keys:
        values = [one.get(key) or None for one in everything]
        if len(set(values)) > 1:
            rows.append((key, *values))
    return Table.of_rows(layout, rows)


def returns_table(pairs: Sequence[Sequence[Side]]) -> Table:
    """Every return of every list that all runs have, with medians; see ``sidebyside.returns``."""
    made = [returns(sides) for sides in pairs]
    columns = (Column("event", "text"), *made[0].layout.columns)
    rows = (
        (_event_of(sides), *row) for sides, own in zip(pairs, made, strict=True) for row in own.rows
    )
    return Table.of_rows(Layout("returns", columns), rows)


def _event_of(sides: Sequence[Side]) -> str:
    """The event's id; the ids of the sides' events where they differ."""
    ids = (one.event.id for side in sides for one in side.lists.values())
    return " | ".join(dict.fromkeys(ids))


def statistics_table(runs: Sequence[ReportData]) -> Table:
    """Every number of summary.csv in every run that has it."""
    found: list[dict[tuple[Value, ...], float]] = []
    for run in runs:
        own: dict[tuple[Value, ...], float] = {}
        for row in run.rows("summary"):
            where = (*(row[key] for key in _WHERE), row.get(_ENTRY), row["window"])
            for column in run.tables["summary"].layout.columns:
                value = row[column.key]
                if column.kind in ("decimal", "ratio", "money") and isinstance(value, float):
                    own[(*where, column.key)] = value
        found.append(own)
    texts = (
        *(Column(key, "text") for key in _WHERE),
        Column(_ENTRY, "text"),
        Column("window", "text"),
        Column("statistic", "text"),
    )
    return _side_by_side("statistics", runs, texts, found, "ratio")


def levels_table(runs: Sequence[ReportData]) -> Table:
    """Every level of the paths that the runs share or do not share."""
    found = [
        {
            (*(row[key] for key in _WHERE), row["base_date"], row["date"]): level
            for row in run.rows("levels")
            if isinstance(level := row["level"], float)
        }
        for run in runs
    ]
    texts = (
        *(Column(key, "text") for key in _WHERE),
        Column("base_date", "date"),
        Column("date", "date"),
    )
    return _side_by_side("levels", runs, texts, found, "level")


def _side_by_side(
    name: str,
    runs: Sequence[ReportData],
    keys: tuple[Column, ...],
    found: list[dict[tuple[Value, ...], float]],
    kind: Kind,
) -> Table:
    names = run_names(runs)
    differences = (Column(f"{own} - {names[0]}", kind) for own in names[1:])
    layout = Layout(name, (*keys, *_run_columns(runs, kind), *differences))
    rows: list[tuple[Value, ...]] = []
    for key in dict.fromkeys(key for own in found for key in own):
        values = [own.get(key) for own in found]
        rows.append((*key, *values, *_differences(values)))
    return Table.of_rows(layout, rows)


def _differences(values: Sequence[float | None]) -> Iterable[float | None]:
    first = values[0]
    for value in values[1:]:
        yield None if value is None or first is None else value - first


def _run_columns(runs: Sequence[ReportData], kind: Kind) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in run_names(runs))


def _settings(run: ReportData, shared: set[str]) -> dict[str, str]:
    """Everything that shapes a run, flat: ``windows`` → its value in a few words.

    Of lists that the runs share the hash is told, of others that they are there.
    """
    facts = run.info
    found = {**_flat("", facts.config)}
    found |= {f"list.{one.id}": one.digest[:12] for one in facts.lists if one.id in shared}
    found["other_lists"] = ", ".join(one.id for one in facts.lists if one.id not in shared)
    found |= {f"input.{name}": value[:12] for name, value in facts.hashes.items()}
    found |= {f"version.{name}": value for name, value in facts.versions.items()}
    return found


def _flat(prefix: str, value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for key, inner in value.items():
            found |= _flat(f"{prefix}.{key}" if prefix else str(key), inner)
        return found
    return {prefix: _plain(value)}


def _plain(value: Any) -> str:
    """A setting as people write it: ``equal; stance, recommend 2.0``. What is not set is left out.

    What a thing is comes before what belongs to it.
    """
    if isinstance(value, dict):
        given = {key: inner for key, inner in value.items() if inner not in (None, [], {}, "")}
        first = [_plain(given.pop(key)) for key in ("id", "kind", "name") if key in given]
        return ", ".join([*first, *(f"{key} {_plain(inner)}" for key, inner in given.items())])
    if isinstance(value, list):
        if value and all(isinstance(one, int | float) for one in value):
            return f"[{','.join(map(str, value))}]"
        return "; ".join(map(_plain, value))
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
