"""translation.json: what a run says, in the language it was not asked to speak.

With it a stored run is rendered in either language without computing. It holds the facts and the
memo a second time, and every note of the tables beside its counterpart; numbers stay in the tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from basketbt.notes import Language
from basketbt.report.facts import Facts, gather
from basketbt.report.layout import Cell, Table
from basketbt.report.memo import memo
from basketbt.report.record import Record
from basketbt.report.tables import car_paths, event_study, relative, summary
from basketbt.results import StudyResult

FILE = "translation.json"

_NOTES = "notes"
# The tables whose notes are words.
_SPOKEN = (
    summary.summary_table,
    relative.relative_table,
    event_study.event_study_table,
    car_paths.car_paths_table,
)


@dataclass(frozen=True)
class Translation:
    """The other language of a run; ``notes`` maps the cells of its tables to their counterparts."""

    facts: Facts
    memo: str
    notes: Mapping[str, str]


def other(language: Language) -> Language:
    """The language that is not this one."""
    return "zh" if language == "en" else "en"


def translation(result: StudyResult, tables: Mapping[str, Table]) -> bytes:
    """The file's bytes; ``tables`` are those of the run in its own language."""
    language = other(result.plan.config.language)
    notes: dict[str, str] = {}
    for make in _SPOKEN:
        name = make.__name__.removesuffix("_table")
        if name in tables:
            theirs = _notes(make(result, language))
            notes |= dict(zip(_notes(tables[name]), theirs, strict=True))
    content = {
        "facts": asdict(gather(result, language)),
        "memo": memo(result, language),
        "notes": {mine: notes[mine] for mine in sorted(notes) if mine},
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _notes(table: Table) -> list[str]:
    return [str(note or "") for note in table.column(_NOTES)]


def translated(record: Record, said: Translation) -> Record:
    """A run's record in its other language: the same numbers."""
    tables = {name: _spoken(table, said.notes) for name, table in record.tables.items()}
    return replace(record, facts=said.facts, tables=tables)


def _spoken(table: Table, notes: Mapping[str, str]) -> Table:
    if _NOTES not in table.layout.keys:
        return table

    def said(key: str, cells: list[Cell]) -> list[Cell]:
        if key != _NOTES:
            return cells
        return [notes.get(text, text) if isinstance(text, str) else text for text in cells]

    return Table(table.layout, tuple(map(said, table.layout.keys, table.columns)))
