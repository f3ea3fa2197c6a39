"""The command that runs a study."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.console import Json, Quiet, say, say_json, say_table
from basketbt.cli.fetching import StoreFile
from basketbt.cli.reporting import Formats, choose_formats

if TYPE_CHECKING:
    from basketbt.api import Run
    from basketbt.study import Progress


PAGE = "report.html"


def register(app: typer.Typer) -> None:
    """Add the command to the command tree."""
    app.command()(run)


def run(
    study: Annotated[Path, typer.Argument(help="Study file, e.g. configs/deepseek-r1.yaml.")],
    source: Annotated[
        str | None,
        typer.Option(
            help="Where prices come from: auto, akshare, yfinance, files:FOLDER or demo.",
            show_default=False,
        ),
    ] = None,
    lock: Annotated[
        Path | None, typer.Option(help="Prices frozen by `basketbt lock`; nothing is fetched.")
    ] = None,
    store: StoreFile = None,
    offline: Annotated[bool, typer.Option(help="Use what is stored; ask no vendor.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Override a key of the study, e.g. windows=[[0,5]]."
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="Language of headers and memo: zh or en.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("results"),
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Make the page (report.html).")
    ] = True,
    formats: Formats = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page when done.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a study: levels, statistics, tables, a memo and a page for every list and event."""
    from basketbt.api import run as run_api
    from basketbt.sources import Access

    if lock is not None and source is not None:
        raise typer.BadParameter("--lock and --source exclude each other")
    chosen = choose_formats(formats, page=report or show)
    overrides = [*(settings or ()), *([f"language={lang}"] if lang else ())]
    with progress_line(quiet=quiet or as_json) as progress:
        finished = run_api(
            study,
            source=source if lock is None else f"lock:{lock}",
            overrides=overrides,
            access=Access(store, offline, lambda one: progress(f"{one.symbol}: {one.state}")),
            progress=progress,
        )
        progress("writing")
        folder = finished.write(out, chosen)
    if as_json:
        say_json(_as_data(finished, folder))
    elif not quiet:
        _say_result(finished, folder)
    if show:
        typer.launch(str(folder / PAGE))


@contextmanager
def progress_line(*, quiet: bool) -> Iterator[Progress]:
    """A line on the terminal that says what is being done; nothing when piped."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield status.update


def _as_data(finished: Run, folder: Path) -> dict[str, object]:
    from basketbt.report.tables.summary import summary_table

    table = summary_table(finished.result, finished.result.plan.config.language)
    return {
        "study": finished.result.plan.config.study,
        "run": finished.run_id,
        "demo": finished.result.invented,
        "folder": str(folder),
        "summary": [dict(zip(table.layout.keys, row, strict=True)) for row in table.rows],
    }


def _say_result(finished: Run, folder: Path) -> None:
    from basketbt.report.screen import headline_rows

    for title, header, rows in headline_rows(finished.result):
        say_table(header, rows, title=title, right=range(1, len(header)))
    for note in finished.result.notes:
        if note.kind.severity == "warning":
            say(f"warning: {note.text(finished.result.plan.config.language)}")
    say(f"memo:   {folder / 'memo.md'}")
    say(f"tables: {folder}")
    if (folder / PAGE).exists():
        say(f"page:   {folder / PAGE}")
