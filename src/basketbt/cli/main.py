"""Entry point: builds the command tree and turns errors into one clear screen and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import Annotated, Any

import typer

from basketbt.cli import baskets, extracting, grid, market, prices, reporting, store, study
from basketbt.cli.console import say, warn
from basketbt.cli.language import screen_language
from basketbt.errors import BasketbtError, OutputError
from basketbt.locale import Language
from basketbt.locale import say as worded
from basketbt.notes import message

#: The base of what is wrong with a command line, wherever this version of typer has it.
_USAGE_ERROR: type[Any] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="basketbt",
    help="Broker lists as weighted A-share baskets, backtested around the DeepSeek releases.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        from basketbt import __version__

        say(f"basketbt {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that stand before a command."""


for group in (study, grid, reporting, baskets, extracting, market, prices, store):
    group.register(app)


def main() -> None:
    """Run the command line; a user's mistake ends in one message, never in a traceback."""
    # The matrices of a study are small: starting BLAS threads costs more than the products do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        _run_in(screen_language())
    except BasketbtError as error:
        sys.exit(_explained(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        # Files have errors of their own; what has no name is the standard output.
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF):
            raise
        sys.exit(_cannot_print(error))


def _run_in(language: Language) -> None:
    """Run the command line with help and usage errors in ``language``."""
    if language == "en":
        app()
    from basketbt.cli.chinese import say_usage_error, speak_chinese

    command = typer.main.get_command(app)
    speak_chinese(command)
    try:
        sys.exit(command(standalone_mode=False))
    except typer.Abort:
        warn(worded("cli.aborted", language))
        sys.exit(1)
    except _USAGE_ERROR as error:
        say_usage_error(error)
        sys.exit(error.exit_code)


def _explained(error: BasketbtError) -> int:
    """Say what is wrong and what to do next, in the language of the screen; the exit code."""
    language = screen_language()
    warn(worded("cli.error", language, what=error.text(language)))
    if advice := error.advice(language):
        warn(f"  → {advice}")
    return error.exit_code


def _cannot_print(error: OSError) -> int:
    """Say that standard output cannot be written, and keep Python from trying once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _explained(OutputError.of(error, message("standard-output")))
