"""The `store` command group, and the price commands registered with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.common import Commands
from basketbt.cli.console import Json, ask, say, say_json, say_table, warn
from basketbt.cli.doctor import doctor
from basketbt.cli.fetching import fetch, lock, verify
from basketbt.cli.options import StoreFile, Yes, day
from basketbt.cli.reconciling import reconcile
from basketbt.notes import message

if TYPE_CHECKING:
    from basketbt.data.store import Store

group = Commands(
    help="The store of fetched prices: what is in it, copies, revisions.", no_args_is_help=True
)
UNSOUND = 3


def register(app: typer.Typer) -> None:
    """Add fetch, lock, reconcile, doctor, verify and the `store` group to the command tree."""
    for command in (fetch, lock, reconcile, doctor, verify):
        app.command()(command)
    app.add_typer(group, name="store")


@group.command()
def info(store: StoreFile = None, as_json: Json = False) -> None:
    """Show where the store is, how large, and what it holds."""
    from basketbt.data.store import upkeep

    with _opened(store, read_only=True) as opened:
        found = upkeep.info(opened)
    if as_json:
        say_json(
            {
                "path": str(found.path),
                "bytes": found.bytes,
                "pending_revisions": found.pending_revisions,
                "histories": [
                    [c.vendor, c.symbol, str(c.first), str(c.last), c.updated_at]
                    for c in found.coverages
                ],
            }
        )
        return
    say(message("say-store-mb", path=found.path, bytes=found.bytes / 2**20))
    say(message("say-pending-revisions", pending_revisions=found.pending_revisions))
    say_table(
        ("vendor", "symbol", "from", "to", "factor", "fetched"),
        [
            (c.vendor, c.symbol, c.first, c.last, c.steps_from, c.updated_at[:10])
            for c in found.coverages
        ],
    )


@group.command()
def export(
    out: Annotated[Path, typer.Argument(help="A new file.")],
    store: StoreFile = None,
    as_json: Json = False,
) -> None:
    """Write a compact copy of the store to a new file."""
    from basketbt.data.store import upkeep

    with _opened(store, read_only=True) as opened:
        upkeep.export(opened, out)
    if as_json:
        say_json({"file": str(out)})
    else:
        say(message("say-wrote", path=out))


@group.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="Another store, or a copy made by export.")],
    store: StoreFile = None,
    as_json: Json = False,
) -> None:
    """Merge another store into this one; what contradicts it becomes a revision."""
    from basketbt.data.store import upkeep

    with _opened(store) as opened:
        done = upkeep.import_from(opened, source)
    if as_json:
        say_json(vars(done))
        raise typer.Exit(UNSOUND if done.skipped else 0)
    told = {"histories": done.histories, "added": done.added, "revised": done.revised}
    say(message("say-histories-rows-added-revisions", **told))
    for line in done.skipped:
        warn(message("say-skipped", line=line))
    if done.skipped:
        raise typer.Exit(UNSOUND)


@group.command()
def prune(
    symbols: Annotated[list[str] | None, typer.Argument(help="Symbols; none: all of them.")] = None,
    vendor: Annotated[str | None, typer.Option(help="Only this vendor's histories.")] = None,
    before: Annotated[
        date | None,
        typer.Option(metavar="YYYY-MM-DD", parser=day, help="Only those not fetched since."),
    ] = None,
    yes: Yes = False,
    store: StoreFile = None,
    as_json: Json = False,
) -> None:
    """Delete stored histories: by symbol, by vendor, or not fetched since a day."""
    import numpy as np

    from basketbt.data.store import upkeep

    if not symbols and vendor is None and before is None:
        raise typer.BadParameter("say what to delete: symbols, --vendor or --before")
    limit = None if before is None else np.datetime64(before, "D")
    with _opened(store) as opened:
        chosen = upkeep.chosen(opened, symbols=tuple(symbols or ()), vendor=vendor, before=limit)
        for one in () if as_json else chosen:
            held = {"vendor": one.vendor, "symbol": one.symbol}
            say(message("say-to", **held, first=one.first, last=one.last))
        agreed = chosen and (yes or ask(message("ask-delete-histories", count=len(chosen))))
        if agreed:
            opened.forget(chosen)
        if as_json:
            say_json([[one.vendor, one.symbol] for one in chosen if agreed])
        elif agreed:
            say(message("say-deleted", count=len(chosen)))


@group.command()
def check(
    store: StoreFile = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also hold the vendors of each security together.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the file, every digest and every history in it; exit 3 when something is wrong."""
    from basketbt.data.store import upkeep

    with _opened(store, read_only=True) as opened:
        found = upkeep.problems(opened)
        if deep:
            found += upkeep.disagreements(opened)
    if as_json:
        say_json({"problems": list(found)})
        raise typer.Exit(UNSOUND if found else 0)
    for problem in found:
        warn(problem)
    if found:
        raise typer.Exit(UNSOUND)
    say(message("say-sound"))


@group.command()
def revisions(
    store: StoreFile = None,
    accepted: Annotated[bool, typer.Option(help="Those that were accepted instead.")] = False,
    as_json: Json = False,
) -> None:
    """List what vendors rewrote after it was stored; the old values are in force."""
    with _opened(store, read_only=True) as opened:
        found = opened.revisions(accepted=accepted)
    if as_json:
        say_json(found)
        return
    say_table(
        ("id", "vendor", "symbol", "what", "date", "stored", "now", "noticed"),
        [
            (
                r.id,
                *(r.vendor, r.symbol, r.kind, r.date),
                _cells(r.old),
                _cells(r.new),
                r.noticed_at[:10],
            )
            for r in found
        ],
    )


@group.command()
def accept(
    ids: Annotated[list[int] | None, typer.Argument(help="Ids from `store revisions`.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All pending revisions.")] = False,
    store: StoreFile = None,
    as_json: Json = False,
) -> None:
    """Take revisions over into the store."""
    if bool(ids) == everything:
        raise typer.BadParameter("give ids from `basketbt store revisions`, or --all")
    with _opened(store) as opened:
        chosen = [r.id for r in opened.revisions()] if everything else list(ids or ())
        opened.accept(chosen)
    if as_json:
        say_json({"accepted": chosen})
    else:
        say(message("say-accepted", count=len(chosen)))


def _opened(chosen: Path | None, *, read_only: bool = False) -> Store:
    from basketbt.data.store import Store, store_path

    return Store(store_path(chosen), read_only=read_only)


def _cells(row: tuple[float | None, ...] | None) -> object:
    if row is None:
        return message("none")
    return " ".join("-" if cell is None else f"{cell:.10g}" for cell in row)
