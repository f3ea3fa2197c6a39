"""What commands share: tables, JSON and the one place that talks to the terminal."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from basketbt.cli.language import screen_language, spoken
from basketbt.locale import catalogue
from basketbt.notes import Note, Worded, message, worded
from basketbt.text import escaped, shortened, visible

if TYPE_CHECKING:
    from pathlib import Path

    from basketbt.locale import Language
    from basketbt.report.render.terminal import Screen

_NAME = 27  # columns of a terminal that the longest name of a shipped list fills

#: Of what --json prints; a change that a reader must know of makes it another.
JSON_FORMAT = 1

Json = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


@dataclass
class _Manner:
    """How the command that runs is to speak."""

    quiet: bool = False


_manner = _Manner()


def hush(*, quiet: bool) -> None:
    """Whether only errors are printed from now on."""
    _manner.quiet = quiet


def on_screen(text: object) -> str:
    """Text as the screen shows it: messages in its language, control characters visible."""
    return visible(str(worded(text, screen_language())))


def tell(key: str, /, **values: object) -> None:
    """Print a message of the catalogue to standard output."""
    say(catalogue(screen_language())[key].format(**values))


def say(text: str | Worded = "") -> None:
    """Print to standard output."""
    if not _manner.quiet:
        typer.echo(on_screen(text))


def warn(text: str | Worded) -> None:
    """Print to standard error, so that piped output stays clean."""
    typer.echo(on_screen(text), err=True)


def ask(question: Worded) -> bool:
    """Whether a person says yes."""
    return typer.confirm(on_screen(question))


#: Warnings that a screen has room for, and how many letters of each.
_WARNINGS, _LETTERS = 6, 150
_DOUBT = "price_check"  # the kind of notes on prices that may be wrong


def say_warnings(notes: Iterable[Note], language: Language) -> None:
    """Print what the user should not pass over: the first few, each short, the rest counted.

    Prices that are doubted come first: everything else stands on them. What was cut or counted
    stands in the memo.
    """
    words = catalogue(language)
    warnings = [note for note in notes if note.kind.severity == "warning"]
    warnings.sort(key=lambda note: note.kind.code != _DOUBT)
    told = dict.fromkeys(note.text(language) for note in warnings)
    shown = {text: shortened(text, _LETTERS) for text in list(told)[:_WARNINGS]}
    for text in shown.values():
        say(words["cli.warning"].format(text=text))
    if len(told) > _WARNINGS:
        say(words["cli.more_warnings"].format(count=len(told) - _WARNINGS))
    elif any(text != short for text, short in shown.items()):
        say(words["cli.whole_warnings"])


def warn_of(notes: Iterable[Note], language: Language) -> None:
    """Print notes to standard error, also where nothing else is said."""
    for note in notes:
        warn(catalogue(language)["cli.warning"].format(text=note.text(language)))


def say_place(what: str, path: Path, language: Language) -> None:
    """Print where a result lies; ``what``: memo, tables, page or curve."""
    say(catalogue(language)[f"cli.{what}"].format(path=path))


class Stopped(BaseException):
    """The command was told to end by a signal other than Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


_FETCHED = message("say-stopped-every-price-fetched")


@contextmanager
def resumable(kept: Worded = _FETCHED) -> Iterator[None]:
    """Around long work: a signal ends it with a word on what is ``kept``.

    The exit code is 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.
    """
    try:
        yield
    except (KeyboardInterrupt, Stopped) as stopped:
        warn(kept)
        raise typer.Exit(getattr(stopped, "exit_code", 130)) from None


@contextmanager
def uncollected() -> Iterator[None]:
    """Around a computation whose values live to the end of the command.

    To look for unused cycles among them would take a second, so that nothing looks for cycles
    until it is done, and never among what was made by then.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def say_json(value: Any) -> None:
    """Print a result as JSON (docs/json.md): ``format`` first, then its keys, or its ``rows``.

    Of a record its fields; of a note its English text, of a moment ISO 8601.
    """
    import json
    import sys
    from dataclasses import is_dataclass
    from datetime import datetime

    def plain(one: object) -> object:
        if isinstance(one, Note):
            return one.text()
        if isinstance(one, datetime):
            return one.isoformat()
        return vars(one) if is_dataclass(one) else str(one)

    whole = {"format": JSON_FORMAT, **(value if isinstance(value, dict) else {"rows": value})}
    text = json.dumps(whole, ensure_ascii=False, indent=2, default=plain)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:  # an old code page: JSON has escapes of its own
        text = json.dumps(whole, indent=2, default=plain)
    typer.echo(escaped(text))


def say_screen(screen: Screen, language: Language) -> None:
    """Print a table that a report made for the terminal."""
    say_table(
        screen.header, screen.rows, title=screen.title, right=screen.numbers, language=language
    )
    for line in screen.below:
        say(line)


def say_table(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str | Worded | None = None,
    right: Collection[int] = (),
    language: Language | None = None,
) -> None:
    """Print a table; columns in ``right`` (positions) and of whole numbers are right-aligned.

    Its words are in ``language``; without one the heads are English as the code has them, and what
    the screen speaks is said.

    None is an empty cell. Piped into a file the table is as wide as its content, so nothing is cut;
    in a terminal that is too narrow the cells are folded. Only folding needs rich, which takes its
    time to import.
    """
    import shutil
    import sys

    if _manner.quiet:
        return
    values = [*rows]
    cell_text = on_screen if language else _spoken_cell
    counts = [at for at in range(len(header)) if all(isinstance(row[at], int) for row in values)]
    right = {*right, *counts}
    texts = (["" if cell is None else cell_text(cell) for cell in row] for row in values)
    heads = [visible(one if language else spoken(one)) for one in header]
    cells = [heads, *texts]
    title = on_screen(title) if title else None
    language = language or screen_language()
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
    if sys.stdout.isatty() and sum(widths) + 2 * len(widths) > shutil.get_terminal_size().columns:
        _say_folded(cells, title=title, right=right, language=language)
        return
    lines = [
        "  ".join(
            padded(cell, width, right=position in right)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    rule = "  ".join("─" * width for width in widths)
    typer.echo("\n".join([*([title, ""] if title else []), lines[0], rule, *lines[1:]]))


def _spoken_cell(cell: object) -> str:
    return on_screen(spoken(cell) if isinstance(cell, str) else cell)


def _say_folded(
    cells: list[list[str]], *, title: str | None, right: Collection[int], language: Language
) -> None:
    """Texts are folded, numbers never: of those that find no room the last are left out."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    body = [max(map(display_width, column[1:]), default=0) for column in zip(*cells, strict=True)]
    shown = list(range(len(body)))
    while _least(body, shown, right) > console.width:
        numbers = [position for position in shown if position in right]
        if not numbers:
            break
        shown.remove(numbers[-1])
    for at in (at for at in shown if at in right):  # heads whole where there is room
        whole = [*body[:at], max(body[at], _longest_word(cells[0][at])), *body[at + 1 :]]
        if _least(whole, shown, right) <= console.width:
            body = whole
    named = Text(title) if title else None  # a name is no markup
    table = Table(title=named, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for position in shown:
        number = position in right
        justify: Literal["left", "right"] = "right" if number else "left"
        table.add_column(
            Text(cells[0][position]),
            justify=justify,
            overflow="fold",
            min_width=body[position] if number else min(body[position], _NAME),
            max_width=body[position] if number else None,
        )
    for row in cells[1:]:
        table.add_row(*(Text(row[position]) for position in shown))
    console.print(table)
    if len(shown) < len(body):
        words = catalogue(language)
        left_out = (name for at, name in enumerate(cells[0]) if at not in shown)
        columns = words["joint.comma"].join(left_out)
        typer.echo(words["cli.left_out"].format(columns=columns))


def _least(body: list[int], shown: list[int], right: Collection[int]) -> int:
    """Columns of a terminal that numbers need whole, texts up to a list's name, and the gaps."""
    widths = (body[at] if at in right else min(body[at], _NAME) for at in shown)
    return sum(widths) + 3 * len(shown)


def _longest_word(head: str) -> int:
    """Columns that a head needs: folded between words, long Chinese ones at four signs."""
    words = ((one, display_width(one)) for one in head.split())
    return max((width if one.isascii() else min(width, 8) for one, width in words), default=0)


def display_width(text: str) -> int:
    """Columns of a terminal that the text fills: a Chinese character fills two."""
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def padded(text: str, width: int, *, right: bool = False) -> str:
    space = " " * (width - display_width(text))
    return space + text if right else text + space
