"""``basketbt events study``: only the question whether a move is more than chance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from basketbt.cli.console import Json, Quiet, say, say_json, say_table, uncollected
from basketbt.cli.market import events
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
from basketbt.cli.study import as_data, progress_line, say_folder

if TYPE_CHECKING:
    from basketbt.api import Run


def register(app: typer.Typer) -> None:
    """Add the command to the group ``events``, which ``market`` has put into the tree."""
    events.command()(study)


def study(
    study: StudyPath,
    source: Source = None,
    lock: LockFile = None,
    store: StoreFile = None,
    offline: Offline = False,
    settings: Settings = None,
    lang: Lang = None,
    out: Out = RESULTS,
    full: Full = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run only the event study of a study, with the defaults where it has none."""
    from basketbt.api import event_study

    prices = chosen_source(source, lock)
    with progress_line(quiet=quiet or as_json) as progress:
        with uncollected():
            finished = event_study(
                study,
                source=prices,
                overrides=overrides(settings, lang),
                access=access(store, offline, progress),
                progress=progress,
            )
        progress("writing")
        folder = finished.write(out, full=full)
    if as_json:
        say_json(as_data(finished, folder, "event_study"))
    elif not quiet:
        _say_result(finished, folder)


def _say_result(finished: Run, folder: Path) -> None:
    from basketbt.report.render.terminal import prices_line, tested

    for screen in tested(finished.data):
        say_table(screen.header, screen.rows, title=screen.title, right=screen.numbers)
        say()
    say(prices_line(finished.data))
    say_folder(folder, finished.data.info.language)
