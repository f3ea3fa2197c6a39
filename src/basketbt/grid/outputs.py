"""The files of a grid, written into one folder that is put in place whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.errors import OutputError
from basketbt.grid.choices import grid_of
from basketbt.grid.curve import choice_values, read_results, standings
from basketbt.grid.figure import curve_svg
from basketbt.grid.memo import grid_memo
from basketbt.grid.page import PAGE, grid_page
from basketbt.grid.parts import Parts, write_csv, write_parquet
from basketbt.grid.planner import GridPlan
from basketbt.grid.rows import schema
from basketbt.grid.tables import choices_table, curve_rows, standing_table
from basketbt.report.csvfile import csv_bytes
from basketbt.study import versions

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1


def write_outputs(plan: GridPlan, parts: Parts, folder: Path, *, csv: bool) -> None:
    """Write everything a grid publishes; what stood in ``folder`` is replaced.

    Raises ``OutputError``; the finished blocks stay.
    """
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        _write(plan, parts, folder, csv=csv)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)  # a full disk needs the room
        if not isinstance(error, OSError):
            raise
        why = error.strerror or str(error)
        raise OutputError(path=error.filename or folder, why=why) from error


def _write(plan: GridPlan, parts: Parts, folder: Path, *, csv: bool) -> None:
    measure = grid_of(plan.study.config).measure
    language = plan.study.config.language
    rows = folder / "grid.parquet"
    write_parquet(parts.tables(), schema(), rows)
    if csv:
        write_csv(_groups(rows), folder / "grid.csv")
    results = read_results(rows, measure)
    values, stands = choice_values(results), standings(results)
    write_csv(iter([curve_rows(results, language)]), folder / "curve.csv")
    for table in (choices_table(values), standing_table(stands)):
        (folder / f"{table.layout.name}.csv").write_bytes(csv_bytes(table, language))
    figure = curve_svg(results, measure, plan.prices.text("en"))
    (folder / "curve.svg").write_text(figure, encoding="utf-8")
    memo = grid_memo(plan, results, values, stands)
    (folder / "grid.md").write_text(memo, encoding="utf-8")
    (folder / PAGE).write_bytes(grid_page(plan, results, values, stands))
    (folder / "manifest.json").write_bytes(_manifest(plan, folder))


def _groups(path: Path) -> Iterator[pa.Table]:
    """The rows of a Parquet file, a group at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number)


def _manifest(plan: GridPlan, folder: Path) -> bytes:
    """What the grid was made of and what it made, by hash. It carries no clock."""
    config = plan.study.config
    content = {
        "format": FORMAT,
        "study": config.study,
        "grid": plan.job.id,
        "prices": plan.prices.text("en"),
        "variants": plan.job.variants,
        "config": json.loads(config.canonical()),
        "choices": json.loads(grid_of(config).model_dump_json()),
        "versions": dict(versions()),
        "warnings": [n.text("en") for n in plan.notes if n.kind.severity == "warning"],
        "outputs": {path.name: _sha256(path) for path in sorted(folder.iterdir())},
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
