"""Entry point: builds the command tree and turns errors into one clear screen and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from basketbt.cli import (
    baskets,
    extracting,
    grid,
    market,
    prices,
    reporting,
    runs,
    store,
    study,
)
from basketbt.cli.common import Commands, Root
from basketbt.cli.console import Stopped, say, warn
from basketbt.cli.failures import end, make_ready
from basketbt.cli.language import screen_language, spoken
from basketbt.locale import Language
from basketbt.locale import say as worded

#: The base of what is wrong with a command line, wherever this version of typer has it.
_USAGE_ERROR: type[Any] = typer.BadParameter.__mro__[2]

app = Commands(
    name="basketbt",
    cls=Root,
    help="Broker lists as weighted A-share baskets, backtested around the DeepSeek releases.",
    no_args_is_help=True,
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


for group in (study, grid, reporting, runs, baskets, extracting, market, prices, store):
    group.register(app)


def main() -> None:
    """Run the command line; whatever goes wrong ends in one message, never in a traceback."""
    # The matrices of a study are small: starting BLAS threads costs more than the products do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        make_ready()
        _run_in(screen_language())
    except Stopped as stopped:
        warn(spoken("stopped"))
        sys.exit(stopped.exit_code)
    except Exception as error:  # noqa: BLE001 - the one place that everything ends at
        end(error)


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
