"""A run's files as bytes, before anything touches a disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from basketbt.notes import Language
from basketbt.report.csvfile import csv_bytes
from basketbt.report.facts import FILE as FACTS
from basketbt.report.facts import facts_bytes, gather
from basketbt.report.layout import Layout, Table
from basketbt.report.manifest import manifest
from basketbt.report.memo import memo
from basketbt.report.parquetfile import parquet_bytes
from basketbt.report.record import Record
from basketbt.report.render import Format, rendered
from basketbt.report.tables import (
    account,
    car_paths,
    constituents,
    correlation,
    drawdowns,
    event_study,
    levels,
    orders,
    overlap,
    placebo,
    positions,
    relative,
    summary,
)
from basketbt.report.tables.keys import PRICES, prices_cell
from basketbt.report.translation import FILE as TRANSLATION
from basketbt.report.translation import translation
from basketbt.results import StudyResult

#: Every table a run can write, in the order of docs/outputs.md.
LAYOUTS: tuple[Layout, ...] = tuple(
    made.LAYOUT.plus(PRICES)
    for made in (
        summary,
        relative,
        levels,
        constituents,
        drawdowns,
        overlap,
        correlation,
        orders,
        positions,
        account,
        event_study,
        car_paths,
        placebo,
    )
)


def tables(result: StudyResult) -> tuple[Table, ...]:
    """The tables of a result, in the order of ``LAYOUTS``; each says where the prices are from."""
    made = (
        *(() if result.events_only else _book_tables(result)),
        *(_account_tables(result) if any(case.accounts for case in result.cases) else ()),
        *(_event_tables(result) if result.plan.config.event_study else ()),
    )
    prices = prices_cell(result)
    return tuple(table.plus(PRICES, prices) for table in made)


def _event_tables(result: StudyResult) -> tuple[Table, ...]:
    language = result.plan.config.language
    return (
        event_study.event_study_table(result, language),
        car_paths.car_paths_table(result, language),
        placebo.placebo_table(result),
    )


def _account_tables(result: StudyResult) -> tuple[Table, ...]:
    return (
        orders.orders_table(result),
        positions.positions_table(result),
        account.account_table(result),
    )


def _book_tables(result: StudyResult) -> tuple[Table, ...]:
    language = result.plan.config.language
    return (
        summary.summary_table(result, language),
        relative.relative_table(result, language),
        levels.levels_table(result),
        constituents.constituents_table(result),
        drawdowns.drawdowns_table(result),
        overlap.overlap_table(result),
        correlation.correlation_table(result),
    )


def table_files(made: Iterable[Table], language: Language, *, full: bool) -> dict[str, bytes]:
    """Name → content of tables: bulk ones as Parquet, and as CSV too if ``full``; others as CSV."""
    files: dict[str, bytes] = {}
    for table in made:
        if table.layout.bulk:
            files[table.layout.file] = parquet_bytes(table)
        if full or not table.layout.bulk:
            files[table.layout.csv] = csv_bytes(table, language)
    return files


def is_full(names: Collection[str]) -> bool:
    """Whether these are the files of a run that was written with the CSV of its bulk tables."""
    return any(layout.csv in names for layout in LAYOUTS if layout.bulk)


def run_files(
    result: StudyResult, formats: Collection[Format] = (), *, full: bool = False
) -> dict[str, bytes]:
    """Name → content of everything a run publishes, the manifest last.

    ``full`` adds the bulk tables as CSV and as sheets of the workbook. An event study alone has its
    tables and memo, and no other form.
    """
    language = result.plan.config.language
    made = {table.layout.name: table for table in tables(result)}
    files = table_files(made.values(), language, full=full)
    files["memo.md"] = memo(result, language).encode()
    if not result.events_only:
        facts = gather(result)
        files[FACTS] = facts_bytes(facts)
        files[TRANSLATION] = translation(result, made)
        files |= rendered(Record(facts, made), files["memo.md"].decode(), formats, full=full)
    files["manifest.json"] = manifest(result, files)
    return files
