"""The hall of the grid: plan, compute what is missing, put it together, read it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from basketbt.durable import demand_no_link
from basketbt.errors import InputError
from basketbt.report.publish import point_latest
from basketbt.report.runs import GRIDS
from basketbt.sweep.checkpoint import Checkpoint, block_sizes, cut
from basketbt.sweep.outputs import add_csv, is_whole, rows_of, write_outputs
from basketbt.sweep.planner import GridPlan
from basketbt.sweep.schedulers import check_scheduler, computed
from basketbt.sweep.sheets import GridJob

#: Called with the variants that are done and those there are.
GridProgress = Callable[[int, int], None]


class EmptyGrid(InputError):
    """Field: study."""


class TooManyVariants(InputError):
    """Fields: variants, allowed."""


@dataclass(frozen=True)
class GridOptions:
    """How a grid is computed; nothing here changes a result.

    ``workers``: threads (``local``) or processes; ``memory``: bytes that this process may use;
    ``full``: grid.csv beside grid.parquet.
    """

    scheduler: str = "local"
    workers: int = 1
    memory: int = 2_000_000_000
    full: bool = False


def grid_folder(plan: GridPlan, out: Path) -> Path:
    """Where a grid's results belong: equal grids have the same folder."""
    return out / plan.config.study / GRIDS / plan.id


def checkpoint_folder(plan: GridPlan, out: Path) -> Path:
    """Where finished blocks wait; publishing clears old hidden folders that have a hyphen."""
    return grid_folder(plan, out).with_name(f".blocks.{plan.id}")


def run_grid(
    plan: GridPlan,
    out: Path,
    options: GridOptions,
    progress: GridProgress = lambda done, total: None,
) -> Path:
    """Compute a planned grid and write its files; returns their folder.

    Blocks that an earlier run finished are not computed again, and a grid whose files are all what
    its manifest says is left alone; one that was changed is computed again and mended.

    Raises ``EmptyGrid``, ``MemoryTooSmall``, ``OutputError`` (finished blocks stay, or another
    process computes the grid) or what the scheduler raises.
    """
    if not plan.job.variants:
        raise EmptyGrid(study=plan.config.study)
    folder, kept = grid_folder(plan, out), checkpoint_folder(plan, out)
    for path in (folder, kept):
        demand_no_link(out, str(path.relative_to(out)))
    if not is_whole(folder, plan.id):
        check_scheduler(options.scheduler)
        _write_grid(plan, Checkpoint(kept, plan.id), folder, options, progress)
    if options.full:
        add_csv(folder)
    point_latest(folder)
    return folder


def _write_grid(
    plan: GridPlan, blocks: Checkpoint, folder: Path, options: GridOptions, progress: GridProgress
) -> None:
    """Compute what is missing and put the files in place, unless another process just did."""
    with blocks.held():
        if not is_whole(folder, plan.id):
            _compute(plan.job, blocks, options, progress)
            write_outputs(plan, blocks, folder, full=options.full)
    blocks.remove()


def _compute(
    job: GridJob, blocks: Checkpoint, options: GridOptions, progress: GridProgress
) -> None:
    local = options.scheduler == "local"
    # Processes and machines of a cluster each compute one block at a time, in memory of their own.
    sizes = block_sizes(job, options.memory, memory_in_use(), options.workers if local else 1)
    finished = blocks.finished()
    todo = cut(job, sizes, finished)
    each = [sheet.variants_each for sheet in job.sheets]
    done = sum((block.stop - block.first) * each[block.sheet] for block in finished)
    progress(done, job.variants)
    for block, found in computed(job, todo, options.scheduler, options.workers):
        blocks.store(block, rows_of(job, block, found))
        done += (block.stop - block.first) * each[block.sheet]
        progress(done, job.variants)
    # A scheduler that lost a block must never look like a grid with fewer variants.
    assert done == job.variants, f"{done} of {job.variants} variants were computed"


def memory_in_use() -> int:
    """Bytes that this process holds; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        import resource

        return int(statm.read_text().split()[1]) * resource.getpagesize()
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0
