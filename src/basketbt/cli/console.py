"""What commands share: tables, JSON and the one place that talks to the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


def say(text: str = "") -> None:
    """Print text to standard output."""
    typer.echo(text)


def warn(text: str) -> None:
    """Print text to standard error, so that piped output stays clean."""
    typer.echo(text, err=True)


def say_json(value: Any) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str | None = None,
    right: Sequence[int] = (),
) -> None:
    """Print a table; columns in ``right`` (positions) are right-aligned.

    Piped into a file it is as wide as its content, so nothing is cut.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for position, name in enumerate(header):
        table.add_column(
            name, justify="right" if position in right else "left", overflow="fold", no_wrap=False
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=10_000)
        table.expand = False
    console.print(table)
