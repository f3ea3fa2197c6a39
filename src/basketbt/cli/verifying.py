"""The command that recomputes a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from basketbt.cli.console import resumable, say
from basketbt.cli.options import Offline, Source, StoreFile


def register(app: typer.Typer) -> None:
    """Add the command to the command tree."""
    app.command()(verify)


def verify(
    run: Annotated[Path, typer.Argument(help="Folder of a run, e.g. results/STUDY/latest.")],
    source: Source = None,
    store: StoreFile = None,
    offline: Offline = False,
) -> None:
    """Compute a run again and compare every file; exit 5 and a diff when one differs."""
    from basketbt.errors import VerificationError
    from basketbt.sources import Access
    from basketbt.verification import verify as recompute

    with resumable():
        differences = recompute(run, source=source, access=Access(store=store, offline=offline))
    for difference in differences:
        say(f"{difference.name} {difference.what}")
        for line in difference.diff:
            say(f"    {line}")
    if differences:
        names = ", ".join(difference.name for difference in differences)
        raise VerificationError(run=run, why=f"{len(differences)} file(s) differ: {names}")
    say(f"{run} reproduces")
