"""The commands that show runs: render one again, put several side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from basketbt.cli.console import Quiet, say
from basketbt.cli.options import Full
from basketbt.errors import unknown

if TYPE_CHECKING:
    from basketbt.report.render import Format

Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="Also make: figures (SVG, PNG), xlsx, docx, pdf. Repeat it, or separate with commas.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command tree."""
    app.command()(report)
    app.command()(compare)


def choose_formats(given: list[str] | None, *, page: bool) -> tuple[Format, ...]:
    """The formats named on the command line, and the page if it is wanted.

    Raises ``UnknownName``, and ``NoTypst`` before anything is computed.
    """
    from basketbt.report.render import FORMATS, pdf

    asked = [name.strip() for text in given or () for name in text.split(",") if name.strip()]
    for name in asked:
        _one_of("format", name, FORMATS)
    if "pdf" in asked:
        pdf.ready()
    return tuple(f for f in FORMATS if f in asked or (f == "page" and page))


def _one_of(kind: str, given: str | None, known: tuple[str, ...]) -> Any:
    """One of the known words, or None. Raises ``UnknownName``."""
    if given is not None and given not in known:
        raise unknown(kind, given, known)
    return given


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder, e.g. results/deepseek-r1/latest.")],
    formats: Formats = None,
    full: Full = False,
    lang: Annotated[str | None, typer.Option(help="Language of the renderings: zh or en.")] = None,
    colours: Annotated[
        str | None, typer.Option(help="cn: red up, green down; intl: the reverse.")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page when done.")] = False,
    quiet: Quiet = False,
) -> None:
    """Render a run again from its files, without computing: the page, and what --format names.

    Another language or other colours go to a folder beside the run's; the run stays as it is.
    """
    from typing import get_args

    from basketbt.locale import Language
    from basketbt.report.data import Colours
    from basketbt.report.files import render_again

    folder = render_again(
        run,
        choose_formats(formats, page=True),
        language=_one_of("language", lang, get_args(Language)),
        colours=_one_of("colours", colours, get_args(Colours)),
        full=full,
    )
    page = folder / "report.html"
    if not quiet:
        say(f"page:   {page}")
    if show:
        typer.launch(str(page))


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Folders of two or more runs.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for comparisons.")] = Path(
        "results/compare"
    ),
    show: Annotated[bool, typer.Option("--open", help="Open the page when done.")] = False,
    quiet: Quiet = False,
) -> None:
    """Put runs side by side: settings, levels and statistics that differ, as tables and a page."""
    from basketbt.report.compare import comparison
    from basketbt.report.files import read_run
    from basketbt.report.publish import publish

    compared = [read_run(run).data for run in runs]
    files = comparison(compared)
    name = "-".join(data.info.run[:6] for data in compared)
    folder = publish(files, out, name)
    page = folder / "compare.html"
    if not quiet:
        say(f"tables: {folder}")
        say(f"page:   {page}")
    if show:
        typer.launch(str(page))
