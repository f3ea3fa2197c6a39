"""The command that runs a study."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.console import (
    Json,
    Quiet,
    resumable,
    say,
    say_json,
    say_place,
    say_table,
    say_warning,
    uncollected,
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
    StudyPath,
    access,
    chosen_source,
    overrides,
)
from basketbt.cli.reporting import Formats, choose_formats

if TYPE_CHECKING:
    from basketbt.api import Run
    from basketbt.notes import Language
    from basketbt.study import Progress


PAGE = "report.html"


def register(app: typer.Typer) -> None:
    """Add the command to the command tree."""
    app.command()(run)


def run(
    study: StudyPath,
    source: Source = None,
    lock: LockFile = None,
    store: StoreFile = None,
    offline: Offline = False,
    settings: Settings = None,
    lang: Lang = None,
    out: Out = RESULTS,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Make the page (report.html).")
    ] = True,
    formats: Formats = None,
    full: Full = False,
    show: Annotated[bool, typer.Option("--open", help="Open the page when done.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a study: levels, statistics, tables, a memo and a page for every list and event."""
    from basketbt.api import run as run_api

    prices = chosen_source(source, lock)
    chosen = choose_formats(formats, page=report or show)
    with progress_line(quiet=quiet or as_json) as progress:
        with uncollected():
            finished = run_api(
                study,
                source=prices,
                overrides=overrides(settings, lang),
                access=access(store, offline, progress),
                progress=progress,
            )
        progress("writing")
        folder = finished.write(out, chosen, full=full)
    if as_json:
        say_json(as_data(finished, folder, "summary"))
    elif not quiet:
        _say_result(finished, folder)
    if show:
        typer.launch(str(folder / PAGE))


@contextmanager
def progress_line(*, quiet: bool) -> Iterator[Progress]:
    """A line on the terminal that says what is being done; nothing when piped. See resumable."""
    with resumable():
        if quiet or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console

        with Console(stderr=True).status("starting") as status:
            yield status.update


def say_folder(folder: Path, language: Language) -> None:
    """Where a run's memo and tables are."""
    say_place("memo", folder / "memo.md", language)
    say_place("tables", folder, language)


def as_data(finished: Run, folder: Path, *tables: str) -> dict[str, object]:
    """A run as JSON: what it is, where it is, and the rows of ``tables`` under their names."""
    info = finished.data.info
    return {
        "study": info.study,
        "run": info.run,
        "prices": info.prices.text("en"),
        "folder": str(folder),
        **{name: finished.data.tables[name].worded(info.language).select() for name in tables},
    }


def _say_result(finished: Run, folder: Path) -> None:
    from basketbt.report.render.terminal import answer_lines, headlines, prices_line

    info = finished.data.info
    for screen in headlines(finished.data):
        say_table(screen.header, screen.rows, title=screen.title, right=screen.numbers)
    say(prices_line(finished.data))
    for line in answer_lines(finished.data):
        say(line)
    for note in finished.result.notes:
        if note.kind.severity == "warning":
            say_warning(note.text(info.language), info.language)
    say_folder(folder, info.language)
    if (folder / PAGE).exists():
        say_place("page", folder / PAGE, info.language)
