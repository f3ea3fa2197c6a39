"""The commands on runs that are there: list them, delete those that nobody needs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from basketbt.cli.common import Commands
from basketbt.cli.console import Json, Quiet, hush, say, say_json, say_table, tell
from basketbt.cli.language import screen_language, speak
from basketbt.cli.options import RESULTS, Lang, Yes
from basketbt.errors import InputError
from basketbt.locale import say as worded


class NobodyToAsk(InputError):
    """Field: count."""


class NothingToPrune(InputError):
    """It has no fields."""


Results = Annotated[Path, typer.Option("--results", help="Folder of results.")]

group = Commands(
    help="Runs that are there: list them, newest first; delete old ones.",
    invoke_without_command=True,
)


def register(app: typer.Typer) -> None:
    """Add the group to the command tree."""
    app.add_typer(group, name="runs")


@group.callback()
def runs(
    context: typer.Context,
    results: Results = RESULTS,
    limit: Annotated[int, typer.Option(help="List at most so many; 0: all of them.", min=0)] = 30,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """List runs, event studies and grids, newest first, and write the page that links them."""
    from basketbt.report.runs import cells_of, run_line, run_places, write_index

    if context.invoked_subcommand is not None:
        return
    hush(quiet=quiet)
    speak(lang)
    language = screen_language()
    places = run_places(results)
    lines = [run_line(place) for place in (places[:limit] if limit else places)]
    if as_json:
        say_json(lines)
        return
    if not lines:
        tell("runs.none", folder=results)
        return
    heads = worded("runs.heads", language).split("|")
    say_table(heads, [(line.name, *cells_of(line)) for line in lines], right=(6,))
    if len(places) > len(lines):
        tell("runs.more", count=len(places) - len(lines))
    if page := write_index(results, language):
        tell("cli.index", path=page)


@group.command()
def prune(
    results: Results = RESULTS,
    keep: Annotated[
        int | None, typer.Option(help="Keep so many of each study and kind.", min=0)
    ] = None,
    older_than: Annotated[
        float | None,
        typer.Option(metavar="DAYS", help="Only those older than so many days.", min=0),
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Delete old runs; what `latest` names always stays."""
    import time

    from basketbt.report.runs import removable, remove, run_places, write_index

    if keep is None and older_than is None:
        raise NothingToPrune
    language = screen_language()
    before = None if older_than is None else time.time() - older_than * 86_400
    chosen = removable(run_places(results), keep=keep, before=before)
    if not as_json:
        for one in chosen:
            say(one.name)
    if chosen and not yes:
        if not sys.stdin.isatty():
            raise NobodyToAsk(count=len(chosen))
        typer.confirm(worded("runs.confirm", language, count=len(chosen)), abort=True)
    for one in chosen:
        remove(one)
    write_index(results, language)
    if as_json:
        say_json([one.name for one in chosen])
    else:
        tell("runs.removed", count=len(chosen))
