"""The commands that show runs: render one again, put several side by side."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from basketbt.cli.console import Json, Quiet, say, say_json, say_place, say_screen
from basketbt.cli.language import screen_language
from basketbt.cli.options import Full, RunName, run_folder
from basketbt.errors import unknown

if TYPE_CHECKING:
    from basketbt.locale import Language
    from basketbt.report.compare import Comparison
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
    run: RunName,
    formats: Formats = None,
    full: Full = False,
    lang: Annotated[str | None, typer.Option(help="Language of the renderings: zh or en.")] = None,
    colours: Annotated[
        str | None, typer.Option(help="cn: red up, green down; intl: the reverse.")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page when done.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Render a run again from its files, without computing: the page, and what --format names.

    Another language or other colours go to a folder beside the run's; the run stays as it is.
    """
    from typing import get_args

    from basketbt.locale import Language
    from basketbt.report.data import Colours
    from basketbt.report.files import render_again

    given, chosen = run_folder(run), choose_formats(formats, page=True)
    folder = render_again(
        given,
        chosen,
        language=_one_of("language", lang, get_args(Language)),
        colours=_one_of("colours", colours, get_args(Colours)),
        full=full,
    )
    page = folder / "report.html"
    if as_json:
        say_json({"folder": str(folder), "page": str(page)})
    elif not quiet:
        shown = folder if given.is_absolute() else Path(os.path.relpath(folder))
        say_made(shown, chosen, screen_language())
    if show:
        typer.launch(str(page))


def say_made(folder: Path, formats: Sequence[Format], language: Language) -> None:
    """Where the page is, and each other file that was asked for."""
    from basketbt.report.render import PAGE, PDF, WORD, WORKBOOK

    for kind, file in (("page", PAGE), ("docx", WORD), ("pdf", PDF), ("xlsx", WORKBOOK)):
        if kind in formats:
            say_place(kind, folder / file, language)


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Two runs or more: a study's name, `latest`, a piece of an id, or a folder.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for comparisons.")] = Path(
        "results/compare"
    ),
    lang: Annotated[str | None, typer.Option(help="Language of the words: zh or en.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page when done.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Put runs side by side, of one event or of several: each list's returns and what they differ.

    Also written: every return, level, statistic and setting as tables, a memo and a page.
    """
    from typing import get_args

    from basketbt.locale import Language
    from basketbt.report.compare import PAGE, compared, comparison
    from basketbt.report.files import read_run
    from basketbt.report.publish import publish

    language = _one_of("language", lang, get_args(Language))
    stored = [read_run(run_folder(run)).data for run in runs]
    files = comparison(stored, language)
    folder = publish(files, out, "-".join(data.info.run[:6] for data in stored))
    if as_json:
        told = [{"study": one.info.study, "run": one.info.run} for one in stored]
        say_json({"runs": told, "folder": str(folder), "page": str(folder / PAGE)})
    elif not quiet:
        _say_comparison(compared(stored, language), folder)
    if show:
        typer.launch(str(folder / PAGE))


def _say_comparison(made: Comparison, folder: Path) -> None:
    from basketbt.report.compare import PAGE, legend, screens

    for line in legend(made):
        say(line)
    for screen in screens(made):
        say()
        say_screen(screen, made.language)
    say()
    say_place("tables", folder, made.language)
    say_place("page", folder / PAGE, made.language)
