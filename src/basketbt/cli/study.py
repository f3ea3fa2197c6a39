"""The commands that run a study: all of it, or only whether its moves are more than chance."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli import options
from basketbt.cli.console import (
    Json,
    Quiet,
    resumable,
    say,
    say_json,
    say_place,
    say_table,
    say_warnings,
    uncollected,
)
from basketbt.cli.language import spoken
from basketbt.cli.market import events
from basketbt.cli.reporting import Formats, choose_formats

if TYPE_CHECKING:
    from basketbt.api import Run
    from basketbt.locale import Language
    from basketbt.pipeline.run import Progress
    from basketbt.report.render.terminal import Screen


PAGE = "report.html"


def register(app: typer.Typer) -> None:
    """Add the commands to the command tree; ``events study`` to the group of ``market``."""
    app.command()(run)
    events.command("study")(events_study)


def run(
    study: options.StudyPath,
    source: options.Source = None,
    lock: options.LockFile = None,
    store: options.StoreFile = None,
    offline: options.Offline = False,
    settings: options.Settings = None,
    lang: options.Lang = None,
    out: options.Out = options.RESULTS,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Make the page (report.html).")
    ] = True,
    formats: Formats = None,
    full: options.Full = False,
    show: Annotated[bool, typer.Option("--open", help="Open the page when done.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a study: levels, statistics, tables, a memo and a page for every list and event."""
    from basketbt.api import run as run_api

    chosen = choose_formats(formats, page=report or show)
    finished, folder = _computed(
        lambda tell: run_api(
            study,
            source=options.chosen_source(source, lock),
            overrides=options.overrides(settings, lang),
            access=options.access(store, offline, tell, quiet=quiet or as_json),
            progress=tell,
        ),
        lambda done: done.write(out, chosen, full=full),
        quiet=quiet or as_json,
    )
    if as_json:
        say_json(as_data(finished, folder, "summary"))
    elif not quiet:
        _say_result(finished, folder)
    if show:
        typer.launch(str(folder / PAGE))


def events_study(
    study: options.StudyPath,
    source: options.Source = None,
    lock: options.LockFile = None,
    store: options.StoreFile = None,
    offline: options.Offline = False,
    settings: options.Settings = None,
    lang: options.Lang = None,
    out: options.Out = options.RESULTS,
    full: options.Full = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run only the event study of a study, with the defaults where it has none."""
    from basketbt.api import event_study

    finished, folder = _computed(
        lambda tell: event_study(
            study,
            source=options.chosen_source(source, lock),
            overrides=options.overrides(settings, lang),
            access=options.access(store, offline, tell, quiet=quiet or as_json),
            progress=tell,
        ),
        lambda done: done.write(out, full=full),
        quiet=quiet or as_json,
    )
    if as_json:
        say_json(as_data(finished, folder, "event_study"))
    elif not quiet:
        _say_event_study(finished, folder)


def _computed(
    compute: Callable[[Progress], Run], write: Callable[[Run], Path], *, quiet: bool
) -> tuple[Run, Path]:
    """A run and the folder it was written to, with a line on the terminal meanwhile."""
    with progress_line(quiet=quiet) as progress:
        with uncollected():
            finished = compute(progress)
        progress("writing")
        return finished, write(finished)


@contextmanager
def progress_line(*, quiet: bool) -> Iterator[Progress]:
    """A line on the terminal that says what is being done; nothing when piped. See resumable."""
    with resumable():
        if quiet or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console

        with Console(stderr=True).status(spoken("starting")) as status:
            yield lambda text: status.update(spoken(text))


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


def _say_screen(screen: Screen, language: Language) -> None:
    say_table(
        screen.header, screen.rows, title=screen.title, right=screen.numbers, language=language
    )


def _say_result(finished: Run, folder: Path) -> None:
    from basketbt.report.render.terminal import answer_lines, headlines, prices_line

    info = finished.data.info
    for screen in headlines(finished.data):
        _say_screen(screen, finished.data.info.language)
        say()
    say(prices_line(finished.data))
    for line in answer_lines(finished.data):
        say(line)
    say_warnings(finished.result.notes, info.language)
    say_folder(folder, info.language)
    if (folder / PAGE).exists():
        say_place("page", folder / PAGE, info.language)


def _say_event_study(finished: Run, folder: Path) -> None:
    from basketbt.report.render.terminal import prices_line, tested

    for screen in tested(finished.data):
        _say_screen(screen, finished.data.info.language)
        say()
    say(prices_line(finished.data))
    say_folder(folder, finished.data.info.language)
