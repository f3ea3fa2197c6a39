"""Commands on tables of prices that a user has: what is in them, and where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.common import Commands
from basketbt.cli.console import Json, on_screen, padded, say, say_json, warn
from basketbt.cli.language import spoken
from basketbt.notes import message

if TYPE_CHECKING:
    from basketbt.data.sources.files.inspection import TableFound

prices = Commands(help="Tables of prices of your own: what they hold, how a study names them.")
config = Commands(help="What holds for every study on this machine.")

_NAMED = 6


@prices.callback()
def _prices() -> None:
    """A group, so that `inspect` keeps its name."""


@config.callback()
def _config() -> None:
    """A group, so that `prices` keeps its name."""


def register(app: typer.Typer) -> None:
    """Add the two groups to the command tree."""
    app.add_typer(prices, name="prices")
    app.add_typer(config, name="config")


@prices.command()
def inspect(
    path: Annotated[Path, typer.Argument(help="A folder of tables, or one file.")],
    as_json: Json = False,
) -> None:
    """Show what is recognised in tables of prices, and the `prices:` section for a study.

    Vendor's layout, securities, days, units, raw or adjusted and by what evidence, suspensions,
    gaps, and what an account would lack. Nothing is written.
    """
    from basketbt.data.sources.files.inspection import inspect as inspected
    from basketbt.data.sources.files.inspection import section

    found = inspected(path)
    if as_json:
        say_json([vars(one) for one in found])
        return
    for one in found:
        _say_table(one)
    say(section(path, str(path), found))
    if any(one.problem for one in found):
        raise typer.Exit(2)


@config.command("prices")
def config_prices(
    folder: Annotated[
        Path | None, typer.Argument(help="Your folder of tables; none: show the one that is set.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Set once where your own prices lie: `prices: {source: files}` without a path reads them."""
    from basketbt.config.user import prices_folder, set_prices_folder

    settings = None if folder is None else set_prices_folder(folder)
    known = prices_folder()
    if as_json:
        say_json({"prices": None if known is None else str(known)})
        return
    if settings is not None:
        say(message("say-prices-of-your-own-in", folder=known, file=settings))
        return
    say(str(known) if known else message("say-no-folder-is-set-basketbt"))


def _say_table(one: TableFound) -> None:
    say(f"{one.spec.path} · {one.spec.kind}" + (f" · {one.layout}" if one.layout else ""))
    if one.problem:
        warn(message("say-cannot-be-read", problem=one.problem))
        say()
        return
    told: list[tuple[str, object]] = [(name, text) for name, text in _lines(one) if text]
    told += [("warning" if n.kind.severity == "warning" else "seen", n) for n in one.notes]
    for name, text in told:
        say(f"  {padded(spoken(name), 12)} {on_screen(text)}")
    say()


def _lines(one: TableFound) -> list[tuple[str, str]]:
    if one.spec.kind not in ("bars", "indexes"):
        return [("columns", one.form), ("rows", f"{one.rows:,}")]
    more = len(one.securities) - _NAMED
    names = ", ".join(one.securities[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    read = f" (the first {one.read} were read)" if one.read < len(one.securities) else ""
    ratio = "" if one.ratio is None else f"; amount / (volume x close) = {one.ratio:.3g}"
    return [
        ("form", one.form),
        ("securities", f"{len(one.securities)}: {names}{read}"),
        ("ambiguous", "; ".join(one.unread)),
        ("days", f"{one.first} to {one.last}, {one.rows:,} rows"),
        ("volume in", f"{one.volume_unit}{ratio}"),
        ("amount in", one.amount_unit),
        ("prices", "; ".join((*one.evidence, f"{one.has_factor} with a factor"))),
        ("suspended", f"{one.suspensions} rows; {one.gaps} sessions without a row"),
        ("lacks", "; ".join(one.lacks)),
    ]
