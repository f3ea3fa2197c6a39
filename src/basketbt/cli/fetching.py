"""Commands that move prices: fetch into the store, lock a study's, verify a run by them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from basketbt.cli.console import Json, Quiet, resumable, say, say_json, say_table, warn
from basketbt.cli.options import (
    Day,
    Offline,
    Settings,
    Source,
    StoreFile,
    Target,
    requested,
    route,
    target_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from basketbt.data.bars import PriceRequest
    from basketbt.data.sources.auto import Outcome
    from basketbt.data.sources.vendor import VendorFailure

RouteName = Annotated[str, typer.Option("--source", help="auto, akshare or yfinance.")]

PARTLY_FAILED = 3
NAMED = 5  # symbols named of those that failed alike


def fetch(
    target: Target,
    source: RouteName = "auto",
    store: StoreFile = None,
    settings: Settings = None,
    start: Day = None,
    end: Day = None,
    refresh: Annotated[
        bool, typer.Option(help="Ask again for what is stored, to see whether it was rewritten.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Fetch the prices a study or basket needs into the store; run it again to resume."""
    from basketbt.data.sources.auto import Fetcher
    from basketbt.data.store import Store, store_path

    request = requested(target_of(target, settings or ()), start, end)
    outcomes: list[Outcome] = []
    with (
        Store(store_path(store)) as opened,
        outcome_bar(request, quiet=quiet or as_json) as advance,
    ):

        def report(outcome: Outcome) -> None:
            outcomes.append(outcome)
            advance(outcome)

        fetcher = Fetcher(opened, route(source))
        with resumable():
            fetcher.fetch(request, thorough=True, again=refresh, report=report)
    if as_json:
        say_json([_as_data(outcome) for outcome in outcomes])
    else:
        _say_outcomes(outcomes, quiet=quiet)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(PARTLY_FAILED)


def lock(
    study: Annotated[str, typer.Argument(help="A study's file or name.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The lock's file (a zip).")],
    source: Source = None,
    store: StoreFile = None,
    offline: Offline = False,
    settings: Settings = None,
) -> None:
    """Freeze the prices of a study in one file that gives the same run on any machine."""
    from basketbt.config.study import load_study
    from basketbt.data.lock import write_lock
    from basketbt.pipeline.sources import Access, choose_source
    from basketbt.plan.study import make_plan
    from basketbt.shipped import find_study

    file = load_study(find_study(Path(study)), settings or ())
    plan = make_plan(file)
    with resumable():
        data = choose_source(file, source, Access(store=store, offline=offline)).load(plan.request)
    content = write_lock(out, data, plan.request)
    for note in data.notes:
        if note.kind.severity == "warning":
            warn(f"warning: {note.text(file.config.language)}")
    say(f"lock:    {out}")
    say(f"content: {content}")
    say(f"use it:  basketbt run {study} --source lock:{out}")


def verify(
    run: Annotated[Path, typer.Argument(help="Folder of a run, e.g. results/STUDY/latest.")],
    source: Source = None,
    store: StoreFile = None,
    offline: Offline = False,
) -> None:
    """Compute a run again and compare every file; exit 5 and a diff when one differs."""
    from basketbt.errors import VerificationError
    from basketbt.pipeline.sources import Access
    from basketbt.verification import verify as recompute

    with resumable():
        differences = recompute(run, source=source, access=Access(store=store, offline=offline))
    for difference in differences:
        say(f"{difference.name} {difference.what}")
        for line in difference.diff:
            say(f"    {line}")
    if differences:
        names = ", ".join(difference.name for difference in differences)
        raise VerificationError(run=run, why=f"{len(differences)} file(s) differ: {names}")
    say(f"{run} reproduces")


# --- what is printed -------------------------------------------------------------------------


@contextmanager
def outcome_bar(request: PriceRequest, *, quiet: bool) -> Iterator[Callable[[Outcome], None]]:
    """A progress bar with what is stored, fetched and failed; nothing when piped or quiet."""
    if quiet or not sys.stderr.isatty():
        yield lambda outcome: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    total = len({*request.symbols, *request.indexes, *request.fx})
    counts = {"stored": 0, "fetched": 0, "failed": 0}
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)

        def report(outcome: Outcome) -> None:
            counts[outcome.state] += 1
            words = ", ".join(f"{count} {state}" for state, count in counts.items())
            progress.update(task, advance=1, description=words)

        yield report


def _say_outcomes(outcomes: list[Outcome], *, quiet: bool) -> None:
    if not quiet:
        say_table(
            ("symbol", "", "from", "rows added", "rows rewritten"),
            [(o.symbol, o.state, o.vendor, o.added, o.revised) for o in outcomes],
        )
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    say_failures("error", [(o.symbol, o.failures) for o in failed])
    if not quiet:
        fetched = [outcome for outcome in outcomes if outcome.state != "failed"]
        say_failures("passed over", [(o.symbol, o.failures) for o in fetched])
        say_failures("without", [(o.symbol, o.lacking) for o in fetched])
    if failed:
        warn(f"  → {failed[0].error.hint}")
    if any(o.revised for o in outcomes):
        warn("some vendors rewrote their past: see `basketbt store revisions`")


def say_failures(word: str, found: Iterable[tuple[str, Sequence[VendorFailure]]]) -> None:
    """One line for a vendor, host and kind of failure, however many symbols it hit.

    A hundred symbols fail for one reason when a vendor bans or the network is down.
    """
    causes: dict[tuple[str, str, str], list[tuple[str, VendorFailure]]] = {}
    for symbol, failures in found:
        for failure in failures:
            place = (failure.word.code, str(failure.fields["vendor"]), str(failure.fields["host"]))
            causes.setdefault(place, []).append((symbol, failure))
    for several in causes.values():
        names = ", ".join(symbol for symbol, _ in several[:NAMED])
        more = f" and {len(several) - NAMED} more" if len(several) > NAMED else ""
        warn(f"{word}: {names}{more}: {several[0][1].brief}")


def _as_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "symbol": outcome.symbol,
        "state": outcome.state,
        "vendor": outcome.vendor,
        "added": outcome.added,
        "revised": outcome.revised,
        "passed_over": [failure.brief for failure in outcome.failures],
        "lacking": [failure.brief for failure in outcome.lacking],
    }
