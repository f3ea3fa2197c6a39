"""The command that varies every choice of a study."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.console import (
    Json,
    Quiet,
    ask,
    on_screen,
    resumable,
    say,
    say_json,
    say_place,
    say_warnings,
)
from basketbt.cli.options import (
    RESULTS,
    Full,
    Lang,
    LockFile,
    Offline,
    Out,
    Settings,
    Source,
    StoreFile,
    access,
    chosen_source,
    overrides,
)
from basketbt.cli.study import index_runs, progress_line
from basketbt.errors import unknown
from basketbt.locale import say as worded
from basketbt.notes import message
from basketbt.shipped import find_study

if TYPE_CHECKING:
    from basketbt.sweep.planner import GridPlan
    from basketbt.sweep.run import GridProgress

# Bytes of a variant in grid.csv and grid.parquet, and of the page with its pictures.
_ROW_CSV, _ROW_PARQUET, _REST = 300, 18, 1_500_000
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}


def register(app: typer.Typer) -> None:
    """Add the command to the command tree."""
    app.command()(grid)


def grid(
    study: Annotated[Path, typer.Argument(help="Study file with a section grid.")],
    source: Source = None,
    lock: LockFile = None,
    store: StoreFile = None,
    offline: Offline = False,
    settings: Settings = None,
    out: Out = RESULTS,
    scheduler: Annotated[
        str, typer.Option(help="local, processes, or the address of a Dask scheduler (tcp://…).")
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(help="Threads or processes; all cores if not given.", min=1),
    ] = None,
    memory: Annotated[
        str, typer.Option(help="What this process may hold while it computes, e.g. 500MB.")
    ] = "2GB",
    max_variants: Annotated[
        int, typer.Option(help="Larger grids ask first, or need --yes.", min=1)
    ] = 1_000_000,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Compute however large it is.")] = False,
    full: Full = False,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run every variant of a study: other day 0s, weights, windows, delays, costs, random lists."""
    from basketbt.config.study import load_study
    from basketbt.pipeline.sources import choose_source
    from basketbt.sweep.planner import plan_grid
    from basketbt.sweep.run import GridOptions, run_grid
    from basketbt.sweep.schedulers import check_scheduler, usable_cores

    options = GridOptions(scheduler, workers or usable_cores(), _bytes(memory), full)
    check_scheduler(scheduler)
    file = load_study(find_study(study), overrides(settings, lang))
    prices = chosen_source(source, lock)
    with progress_line(quiet=quiet or as_json) as tell:
        prices_from = access(store, offline, tell, quiet=quiet or as_json)
        plan = plan_grid(file, choose_source(file, prices, prices_from), tell)
    if not (quiet or as_json):
        _say_size(plan, full=full)
    _agree_on_size(plan.job.variants, max_variants, yes=yes)
    with (
        resumable(message("say-interrupted-finished-blocks-are-kept")),
        _bar(plan.job.variants, quiet=quiet or as_json) as progress,
    ):
        folder = run_grid(plan, out, options, progress)
    index_runs(folder, plan.config.language)
    if as_json:
        say_json({"grid": plan.id, "variants": plan.job.variants, "folder": str(folder)})
    elif not quiet:
        places = {"memo": "grid.md", "curve": "curve.svg", "tables": "", "page": "report.html"}
        for what, name in places.items():
            if (folder / name).exists():  # without a value there is no curve
                say_place(what, folder / name, plan.config.language)


def _bytes(text: str) -> int:
    """``500MB`` as a number. Raises ``UnknownName``."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]?)I?B?", text.strip().upper())
    if match is None:
        raise unknown("memory", text, ["500MB", "4GB"])
    return int(float(match[1]) * _UNITS[match[2]])


def _say_size(plan: GridPlan, *, full: bool) -> None:
    job, language = plan.job, plan.config.language
    size = job.variants * (_ROW_CSV * full + _ROW_PARQUET) + _REST
    say(
        worded(
            "cli.grid_size",
            language,
            variants=job.variants,
            listed=job.listed,
            random=job.variants - job.listed,
            shares=max(table.prices.shape[1] for table in job.tables),
            sessions=max((sheet.sessions for sheet in job.sheets), default=0),
            megabytes=size / 1e6,
        )
    )
    say_warnings(plan.inputs.notes, language)


def _agree_on_size(variants: int, allowed: int, *, yes: bool) -> None:
    """Ask a person; refuse when nobody can answer. Raises ``TooManyVariants``."""
    from basketbt.sweep.run import TooManyVariants

    if variants <= allowed or yes:
        return
    if not sys.stdin.isatty():
        raise TooManyVariants(variants=variants, allowed=allowed)
    if not ask(message("ask-compute-them", allowed=allowed)):
        raise typer.Abort


@contextmanager
def _bar(variants: int, *, quiet: bool) -> Iterator[GridProgress]:
    """A bar with the rate on the terminal; nothing when piped."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.completed:,.0f} / {task.total:,.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=variants, rate="")

        def advance(done: int, total: int) -> None:
            speed = progress.tasks[task].speed
            rate = on_screen(message("variants-a-second", rate=f"{speed:,.0f}")) if speed else ""
            progress.update(task, completed=done, total=total, rate=rate)

        yield advance
