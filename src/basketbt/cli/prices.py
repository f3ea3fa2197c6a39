"""Commands on tables of prices that a user has: what is in them, and where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.common import Commands
from basketbt.cli.console import Json, on_screen, padded, say, say_json, warn
from basketbt.cli.language import spoken
from basketbt.notes import listing, message

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


def _lines(one: TableFound) -> list[tuple[str, object]]:
    if one.spec.kind not in ("bars", "indexes"):
        return [("columns", one.form), ("rows", f"{one.rows:,}")]
    count = len(one.securities)
    named = listing(one.securities, most=_NAMED)
    securities = message("inspect-securities", count=count, names=named)
    if one.read < count:
        securities = message("inspect-of-many", count=count, names=named, read=one.read)
    volume = message("said", what=spoken(one.volume_unit))
    if one.ratio is not None:
        volume = message("inspect-ratio", unit=spoken(one.volume_unit), ratio=f"{one.ratio:.3g}")
    days = {"first": one.first, "last": one.last, "rows": f"{one.rows:,}"}
    factors = message("inspect-factors", count=one.has_factor)
    return [
        ("form", spoken(one.form)),
        ("securities", securities),
        ("ambiguous", "; ".join(one.unread)),
        ("days", message("inspect-days", **days)),
        ("volume in", volume),
        ("amount in", spoken(one.amount_unit)),
        ("prices", listing([*map(spoken, one.evidence), factors], "semicolon")),
        ("suspended", message("inspect-suspended", rows=one.suspensions, gaps=one.gaps)),
        ("lacks", listing(map(spoken, one.lacks), "semicolon") if one.lacks else ""),
    ]
