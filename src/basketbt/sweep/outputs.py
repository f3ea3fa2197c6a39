"""The files of a grid: the rows of its blocks, what they say, one folder put in place whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from basketbt.bounded import demand_plain, read_plain
from basketbt.durable import demand_writable
from basketbt.engine.batch.engine import FALL_ROWS, FIGURES, GridStatistics
from basketbt.errors import BasketbtError, OutputError
from basketbt.plan.model import span
from basketbt.report.build import prices_cell, run_info
from basketbt.report.csvfile import csv_bytes
from basketbt.report.files import as_json, manifest_content
from basketbt.report.layouts import PRICES
from basketbt.report.model import Layout, Table, Value
from basketbt.report.publish import MANIFEST, republish
from basketbt.report.render import PAGE
from basketbt.report.render.html import page
from basketbt.report.render.markdown import memo
from basketbt.report.render.pictures import drawable, figures
from basketbt.sweep.checkpoint import Checkpoint
from basketbt.sweep.curve import Standing, VariedChoice, read_results, row_groups
from basketbt.sweep.dictionary import CHOICE_VALUES, QUANTILES, ROWS, STANDING
from basketbt.sweep.planner import GridPlan
from basketbt.sweep.sheets import Block, Drawn, GridJob, Sheet
from basketbt.sweep.views import grid_document

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows of a group in grid.parquet, whatever the blocks were.
_GROUP = 65_536
GRID_CSV = "grid.csv"
_LARGEST_MANIFEST = 64 * 1024**2  # bytes


def write_outputs(plan: GridPlan, blocks: Checkpoint, folder: Path, *, full: bool) -> None:
    """Write everything a grid publishes aside and put it in place.

    Raises ``OutputError``; the finished blocks stay.
    """
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        _write(plan, blocks, aside, full=full or (folder / GRID_CSV).exists())
        if folder.is_dir():  # a file of it was changed: each is put in place, the manifest last
            for path in sorted(aside.iterdir(), key=lambda path: (path.name == MANIFEST, path)):
                demand_writable(folder / path.name)
                path.replace(folder / path.name)
        else:
            aside.rename(folder)
    except OSError as error:
        raise OutputError.of(error, folder) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)  # a full disk needs the room


def is_whole(folder: Path, grid: str) -> bool:
    """Whether a folder holds a finished grid, each file of it as the manifest says."""
    try:
        content = json.loads(read_plain(folder / MANIFEST, _LARGEST_MANIFEST))
        outputs = dict(content["outputs"])
        return bool(content["grid"] == grid and "grid.parquet" in outputs) and all(
            Path(name).name == name and _digest(folder / name) == digest
            for name, digest in outputs.items()
        )
    except (BasketbtError, OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def add_csv(folder: Path) -> None:
    """Write grid.csv into a finished grid that lacks it, and its hash into the manifest, last.

    Raises ``OutputError``; the grid stays as it was.
    """
    path, manifest = folder / GRID_CSV, folder / MANIFEST
    if path.exists():
        return
    aside = folder / f".{GRID_CSV}"
    try:
        write_csv(row_groups(folder / "grid.parquet"), aside)
        content = json.loads(manifest.read_bytes())
        content["outputs"] = dict(sorted((content["outputs"] | {GRID_CSV: _digest(aside)}).items()))
        aside.replace(path)
    except OSError as error:
        raise OutputError.of(error, path) from error
    finally:
        aside.unlink(missing_ok=True)
    republish({MANIFEST: as_json(content)}, folder)


def _write(plan: GridPlan, blocks: Checkpoint, folder: Path, *, full: bool) -> None:
    language = plan.config.language
    rows = folder / "grid.parquet"
    write_parquet(blocks.tables(), rows)
    if full:
        write_csv(row_groups(rows), folder / GRID_CSV)
    results = read_results(rows, plan.spec.measure)
    prices = prices_cell(plan.inputs)
    document = grid_document(plan, results, language)
    drawn = grid_document(plan, results, drawable(language))
    files = {
        "choices.csv": csv_bytes(choices_table(results.choices, prices), language),
        "standing.csv": csv_bytes(standing_table(results.standings, prices), language),
        "grid.md": memo(document).encode(),
        PAGE: page(document),
        **figures(drawn, ("svg",)),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST).write_bytes(_manifest(plan, folder))


def _manifest(plan: GridPlan, folder: Path) -> bytes:
    """The manifest of a run, of the study as written, with the grid's name and choices."""
    content = manifest_content(run_info(plan.inputs))
    del content["run"]
    return as_json(
        content
        | {
            "inputs": plan.hashes,
            "config": json.loads(plan.config.canonical()),
            "outputs": {path.name: _digest(path) for path in sorted(folder.iterdir())},
            "grid": plan.id,
            "variants": plan.job.variants,
            "choices": json.loads(plan.spec.model_dump_json()),
        }
    )


def _digest(path: Path) -> str:
    demand_plain(path)
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_parquet(tables: Iterator[pa.Table], path: Path) -> None:
    """All rows of a grid in one file; its bytes do not depend on how the tables were cut."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    waiting: list[pa.Table] = []
    rows = 0
    with pq.ParquetWriter(path, schema(), **_encodings()) as writer:
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


def _encodings() -> dict[str, Any]:
    """How each column is packed: figures by their bytes, the rest, which repeats, by dictionary.

    A third smaller than what Arrow does untold; pandas, Polars, DuckDB and Spark read it.
    """
    numbers = dict.fromkeys(FIGURES, "BYTE_STREAM_SPLIT") | {"variant": "DELTA_BINARY_PACKED"}
    return {
        "compression": "zstd",
        "use_dictionary": [key for key in ROWS.keys if key not in numbers],
        "column_encoding": numbers,
    }


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


def schema() -> pa.Schema:
    """Names and types of grid.parquet; days are texts, as in its CSV."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "date": pa.string(),
        "integer": pa.int64(),
        "flag": pa.bool_(),
    }
    return pa.schema([(one.key, types.get(one.kind, pa.float64())) for one in ROWS.columns])


def rows_of(job: GridJob, block: Block, found: GridStatistics) -> pa.Table:
    """One row for every basket, window and cost of a block, in that order."""
    import pyarrow as pa

    types, sheet = schema(), job.sheets[block.sheet]
    dates = [str(day) for day in job.tables[sheet.table].sessions[sheet.base :][: sheet.sessions]]
    shape = (block.stop - block.first, len(sheet.spans), len(sheet.costs))
    basket, of_span, of_cost = np.indices(shape, dtype=np.int32).reshape(3, -1)
    same = np.zeros_like(basket)
    first = job.first_variant(block.sheet) + block.first * sheet.variants_each
    # Each key's values, and which of them every row has; -1 for none.
    coded: dict[str, tuple[Sequence[object], NDArray[np.int32]]] = {
        "event": ([sheet.event], same),
        "day0": ([sheet.day_zero], same),
        "rebalance": ([sheet.rebalance.label], same),
        "late_listing": ([sheet.late_listing], same),
        "window": ([span(*one.window) for one in sheet.spans], of_span),
        "entry_delay": ([one.delay for one in sheet.spans], of_span),
        "cost": (sheet.costs, of_cost),
        "base_date": (dates[:1], same),
        "end_date": ([dates[one.end] for one in sheet.spans], of_span),
        **{f"drawdown_{name}": (dates, fall) for name, fall in _falls(found)},
    }
    own = _basket_cells(sheet, slice(block.first, block.stop))
    coded |= {key: (values, basket) for key, values in own.items()}
    plain = [[not (one.delay or cost) for cost in sheet.costs] for one in sheet.spans]
    published = np.array(own["published"])[basket] & np.array(plain)[of_span, of_cost]
    columns = {
        key: pa.array(values, types.field(key).type).take(pa.array(places, mask=places < 0))
        for key, (values, places) in coded.items()
    }
    columns |= {key: pa.array(found.figures[key].ravel(), from_pandas=True) for key in FIGURES}
    columns |= {
        "variant": pa.array(first + np.arange(len(basket))),
        "published": pa.array(published),
    }
    return pa.table([columns[name] for name in types.names], schema=types)


def _falls(found: GridStatistics) -> Iterator[tuple[str, NDArray[np.int32]]]:
    """The rows of the deepest fall by name, one of each for every row of results."""
    yield from zip(FALL_ROWS, found.falls.reshape(-1, len(FALL_ROWS)).T, strict=True)


def _basket_cells(sheet: Sheet, part: slice) -> dict[str, list[object]]:
    """The cells that belong to a basket; ``published`` also looks at window and cost."""
    if isinstance(sheet.baskets, Drawn):
        count = part.stop - part.start
        cells = {"basket": f"random {sheet.baskets.size}", "shares": sheet.baskets.size}
        cells |= {"weighting": "equal", "cap": None, "left_out": None, "published": False}
        same = {key: [cell] * count for key, cell in cells.items()}
        return {**same, "draw": list(range(part.start, part.stop))}
    own = sheet.baskets.baskets[part]
    return {
        "basket": [one.basket for one in own],
        "draw": [None] * len(own),
        "shares": (sheet.baskets.weights[part] > 0).sum(axis=1).tolist(),
        "weighting": [one.weighting for one in own],
        "cap": [one.cap for one in own],
        "left_out": [one.left_out for one in own],
        "published": [one.published and sheet.published for one in own],
    }


def choices_table(choices: tuple[VariedChoice, ...], prices: str) -> Table:
    """choices.csv."""
    rows = (
        {**vars(choice), **vars(one), **_quantile_cells("shift_", one.shifts)}
        for choice in choices
        for one in choice.values
    )
    return _table(CHOICE_VALUES, rows, prices)


def standing_table(stands: tuple[Standing, ...], prices: str) -> Table:
    """standing.csv."""
    rows = ({**vars(one), **_quantile_cells("", one.quantiles)} for one in stands)
    return _table(STANDING, rows, prices)


def _table(layout: Layout, rows: Iterable[dict[str, Any]], prices: str) -> Table:
    """The cells that a layout has of values under its keys, and where the prices are from."""
    cells = ({key: row[key] for key in layout.keys} for row in rows)
    return Table.of(layout, cells).plus(PRICES, prices)


def _quantile_cells(prefix: str, values: tuple[float, ...]) -> dict[str, Value]:
    return {f"{prefix}p{round(q * 100):02d}": v for q, v in zip(QUANTILES, values, strict=True)}
