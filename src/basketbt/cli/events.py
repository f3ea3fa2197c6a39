"""``basketbt events study``: only the question whether a move is more than chance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.console import Json, Quiet, say, say_json, say_table
from basketbt.cli.market import events
from basketbt.cli.study import progress_line

if TYPE_CHECKING:
    from basketbt.api import Run


def register(app: typer.Typer) -> None:
    """Add the command to the group ``events``, which ``market`` has put into the tree."""
    events.command()(study)


def study(
    study: Annotated[Path, typer.Argument(help="Study file, or a shipped study's name.")],
    source: Annotated[
        str | None,
        typer.Option(help="Where prices come from: files:FOLDER or demo.", show_default=False),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Override a key, e.g. event_study.same_mix=board."
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="Language of headers and memo: zh or en.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("results"),
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run only the event study of a study, with the defaults where it has none."""
    from basketbt.api import event_study

    overrides = [*(settings or ()), *([f"language={lang}"] if lang else ())]
    with progress_line(quiet=quiet or as_json) as progress:
        finished = event_study(study, source=source, overrides=overrides, progress=progress)
        progress("writing")
        folder = finished.write(out)
    if as_json:
        say_json(_as_data(finished, folder))
    elif not quiet:
        _say_result(finished, folder)


def _as_data(finished: Run, folder: Path) -> dict[str, object]:
    from basketbt.report.tables.event_study import event_study_table

    table = event_study_table(finished.result, finished.result.plan.config.language)
    return {
        "study": finished.result.plan.config.study,
        "run": finished.run_id,
        "demo": finished.result.invented,
        "folder": str(folder),
        "event_study": [dict(zip(table.layout.keys, row, strict=True)) for row in table.rows],
    }


def _say_result(finished: Run, folder: Path) -> None:
    from basketbt.report.screen import chance_rows

    for title, header, rows in chance_rows(finished.result):
        say_table(header, rows, title=title, right=range(1, len(header)))
        say()
    say(f"memo:   {folder / 'memo.md'}")
    say(f"tables: {folder}")
