"""The commands that run a study: all of it, or only whether its moves are more than chance."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli import adhoc, options
from basketbt.cli.console import (
    Json,
    Quiet,
    resumable,
    say,
    say_json,
    say_place,
    say_screen,
    say_warnings,
    uncollected,
    warn_of,
)
from basketbt.cli.language import spoken
from basketbt.cli.market import events
from basketbt.cli.reporting import Formats, choose_formats, say_made

if TYPE_CHECKING:
    from basketbt.api import Run
    from basketbt.locale import Language
    from basketbt.notes import Note
    from basketbt.pipeline.run import Progress
    from basketbt.plan.adhoc import Question
    from basketbt.report.render import Format


PAGE = "report.html"


def register(app: typer.Typer) -> None:
    """Add the commands to the command tree; ``events study`` to the group of ``market``."""
    app.command()(run)
    events.command("study")(events_study)


def run(
    study: Annotated[
        Path | None,
        typer.Argument(help="Study file, or a shipped study's name; none with --list."),
    ] = None,
    lists: adhoc.Lists = None,
    event: adhoc.EventNames = None,
    published: adhoc.Published = None,
    since: adhoc.Since = None,
    until: adhoc.Until = None,
    save: adhoc.Save = None,
    force: adhoc.Force = False,
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
    """Run a study, or a list without a file: levels, statistics, tables, a memo and a page."""
    from basketbt.api import run_file

    words = {"--event": event, "--published": published, "--since": since, "--until": until}
    adhoc.refuse_both(study, {"--list": lists, **words, "--save": save})
    chosen = choose_formats(formats, page=report or show)
    prices = options.chosen_source(source, lock)
    changes = options.overrides(settings, lang)
    question = found = None
    if lists:
        question = adhoc.asked(lists, event, published, since, until, save, prices)
        if not (quiet or as_json):
            adhoc.say_unknown(question)
        found = adhoc.planned(question, changes)
        if save:
            adhoc.refuse_files(found, force=force)
    file = found.study if found else options.study_file(study, changes)
    finished, folder = _computed(
        lambda tell: run_file(
            file,
            source=prices,
            access=options.access(store, offline, tell, quiet=quiet or as_json),
            progress=tell,
        ),
        lambda done, tell: (adhoc.in_files(done) if save else done).write(
            out, chosen, full=full, tell=tell
        ),
        quiet=quiet or as_json,
    )
    if as_json:
        say_json(as_data(finished, folder, "summary"))
    elif not quiet:
        _say_result(finished, folder, chosen, question)
    if found and save:
        adhoc.save_files(found, file.config.language, quiet=quiet or as_json)
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
        lambda done, tell: done.write(out, full=full, tell=tell),
        quiet=quiet or as_json,
    )
    if as_json:
        say_json(as_data(finished, folder, "event_study"))
    elif not quiet:
        _say_event_study(finished, folder)


def _computed(
    compute: Callable[[Progress], Run],
    write: Callable[[Run, Callable[[Iterable[Note]], object]], Path],
    *,
    quiet: bool,
) -> tuple[Run, Path]:
    """A run and the folder it was written to, with a line on the terminal meanwhile."""
    doubts: list[Note] = []
    with progress_line(quiet=quiet) as progress:
        with uncollected():
            finished = compute(progress)
        progress("writing")
        folder = write(finished, doubts.extend)
    warn_of(doubts, finished.data.info.language)
    index_runs(folder, finished.data.info.language)
    return finished, folder


def index_runs(folder: Path, language: Language) -> None:
    """Let the page of all runs know a new one. A run stands without it, so no failure counts."""
    from contextlib import suppress

    from basketbt.errors import OutputError
    from basketbt.report.runs import results_of, write_index

    with suppress(OutputError):
        write_index(results_of(folder), language)


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


def _say_result(
    finished: Run, folder: Path, formats: Sequence[Format], question: Question | None
) -> None:
    """The front table and its sentences; of lists without a file what is asked at the desk."""
    from basketbt.report.render.terminal import answer_lines, answers, headlines, prices_line

    info = finished.data.info
    for screen in (answers if question else headlines)(finished.data):
        say_screen(screen, info.language)
        say()
    say(prices_line(finished.data))
    if question:
        adhoc.say_doubts(question, info)
    else:
        for line in answer_lines(finished.data):
            say(line)
    say_warnings(finished.result.notes, info.language)
    say_folder(folder, info.language)
    say_made(folder, formats, info.language)


def _say_event_study(finished: Run, folder: Path) -> None:
    from basketbt.report.render.terminal import prices_line, tested

    for screen in tested(finished.data):
        say_screen(screen, finished.data.info.language)
        say()
    say(prices_line(finished.data))
    say_folder(folder, finished.data.info.language)
