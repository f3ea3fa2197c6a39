"""The files of a grid, written into one folder that is put in place whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.grid.checkpoint import Checkpoint, explained
from basketbt.grid.curve import read_results
from basketbt.grid.figure import curve_svg
from basketbt.grid.memo import grid_memo
from basketbt.grid.page import PAGE, grid_page
from basketbt.grid.planner import GridPlan
from basketbt.grid.sweep_report import sweep_report
from basketbt.grid.tables import choices_table, curve_rows, schema, standing_table
from basketbt.report.csvfile import csv_bytes
from basketbt.report.manifest import manifest

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows of a group in grid.parquet, whatever the blocks were.
_GROUP = 65_536


def write_outputs(plan: GridPlan, blocks: Checkpoint, folder: Path, *, csv: bool) -> None:
    """Write everything a grid publishes aside and put it in place.

    Raises ``OutputError``; the finished blocks stay.
    """
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        with explained(folder):
            aside.mkdir(parents=True)
            _write(plan, blocks, aside, csv=csv)
            aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)  # a full disk needs the room


def _write(plan: GridPlan, blocks: Checkpoint, folder: Path, *, csv: bool) -> None:
    language = plan.config.language
    rows = folder / "grid.parquet"
    write_parquet(blocks.tables(), rows)
    if csv:
        write_csv(_groups(rows), folder / "grid.csv")
    results = read_results(rows, plan.spec.measure)
    report = sweep_report(plan, results)
    write_csv(iter([curve_rows(results, report.source, language)]), folder / "curve.csv")
    files = {
        "choices.csv": csv_bytes(choices_table(report.choices, report.source), language),
        "standing.csv": csv_bytes(standing_table(report.standings, report.source), language),
        "curve.svg": curve_svg(report.curve, report.measure, report.prices.text("en")).encode(),
        "grid.md": grid_memo(report).encode(),
        PAGE: grid_page(report),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_bytes(_manifest(plan, folder))


def _manifest(plan: GridPlan, folder: Path) -> bytes:
    """The manifest of a run, of the study as written, with the grid's name and choices."""
    content = json.loads(manifest(plan.base, {}))
    del content["run"]
    content |= {
        "grid": plan.id,
        "variants": plan.job.variants,
        "inputs": plan.hashes,
        "config": json.loads(plan.config.canonical()),
        "choices": json.loads(plan.spec.model_dump_json()),
        "outputs": {path.name: _digest(path) for path in sorted(folder.iterdir())},
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _groups(path: Path) -> Iterator[pa.Table]:
    """The rows of a Parquet file, a group at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number)


def write_parquet(tables: Iterator[pa.Table], path: Path) -> None:
    """All rows of a grid in one file; its bytes do not depend on how the tables were cut."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    waiting: list[pa.Table] = []
    rows = 0
    with pq.ParquetWriter(path, schema()) as writer:
        for table in tables:
            waiting.append(table)
            rows += table.num_rows
            while rows >= _GROUP:
                whole = pa.concat_tables(waiting)
                writer.write_table(whole.slice(0, _GROUP).combine_chunks(), row_group_size=_GROUP)
                waiting = [whole.slice(_GROUP)]
                rows -= _GROUP
        if rows:
            writer.write_table(pa.concat_tables(waiting).combine_chunks(), row_group_size=_GROUP)


def write_csv(tables: Iterator[pa.Table], path: Path) -> None:
    """Rows as CSV: UTF-8 with a byte-order mark, full precision, empty where undefined.

    Quotes stand only where a comma needs them, as in all tables of the project; Arrow's own writer
    puts them around every text.
    """
    import pyarrow.compute as pc

    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        for number, table in enumerate(tables):
            if number == 0:
                handle.write(",".join(table.column_names) + "\n")
            cells = [_cells(column) for column in table.combine_chunks().columns]
            lines = pc.binary_join_element_wise(
                *cells, ",", null_handling="replace", null_replacement=""
            )
            handle.writelines(f"{line}\n" for line in lines.to_pylist())


def _cells(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as the texts of its cells."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    quoted = pc.binary_join_element_wise('"', column, '"', "")
    return pc.if_else(pc.match_substring(column, ","), quoted, column)
