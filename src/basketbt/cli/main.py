"""Entry point: builds the command tree and turns errors into one clear screen and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import Annotated

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
from basketbt.cli.console import say, warn
from basketbt.errors import BasketbtError, OutputError

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
    """Run the command line; a user's mistake ends in one message, never in a traceback."""
    # The matrices of a study are small: starting BLAS threads costs more than the products do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except BasketbtError as error:
        warn(f"error: {error}")
        if error.hint:
            warn(f"  → {error.hint}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        # Files have errors of their own; what has no name is the standard output.
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF):
            raise
        sys.exit(_cannot_print(error))


def _cannot_print(error: OSError) -> int:
    """Say that standard output cannot be written, and keep Python from trying once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    failure = OutputError.of(error, "standard output")
    warn(f"error: {failure}")
    return failure.exit_code
