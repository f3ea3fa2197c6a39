"""Commands that move prices: fetch into the store, lock a study's, verify a run by them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from basketbt.cli.console import Json, Quiet, resumable, say, say_json, say_table, warn
from basketbt.cli.options import (
    Day,
    Force,
    Offline,
    RunName,
    Settings,
    Source,
    StoreFile,
    Target,
    access,
    requested,
    route,
    run_folder,
    target_of,
)
from basketbt.cli.progress import progress
from basketbt.errors import Advice
from basketbt.notes import listing, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    from basketbt.data.successors import names_today

    request = requested(target_of(target, settings or ()), start, end)
    with Store(store_path(store)) as opened:
        fetcher = Fetcher(opened, route(source))
        with resumable(), progress(len(names_today(request)), quiet=quiet or as_json) as report:
            outcomes = fetcher.fetch(request, thorough=True, again=refresh, report=report)
    if not (quiet or as_json):
        _warn_of_the_calendar()
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
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Freeze the prices of a study in one file that gives the same run on any machine."""
    from basketbt.config.study import load_study
    from basketbt.data.lock import is_lock, write_lock
    from basketbt.durable import demand_writable
    from basketbt.pipeline.sources import choose_source
    from basketbt.plan.study import make_plan
    from basketbt.shipped import find_study

    file = load_study(find_study(Path(study)), settings or ())
    demand_writable(out, None if force else is_lock)  # before prices are fetched for nothing
    plan = make_plan(file)
    with resumable():
        data = choose_source(file, source, access(store, offline)).load(plan.request)
    content = write_lock(out, data, plan.request, force=force)
    for note in data.notes:
        if note.kind.severity == "warning":
            warn(message("say-warning", what=note))
    if as_json:
        say_json({"file": str(out), "content": content})
        return
    say(message("say-lock", out=out))
    say(message("say-content", content=content))
    say(message("say-use-it-basketbt-run-source", study=study, out=out))


def verify(
    run: RunName,
    source: Source = None,
    store: StoreFile = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Compute a run again and compare every file; exit 5 and a diff when one differs."""
    from basketbt.errors import VerificationError
    from basketbt.verification import verify as recompute

    folder = run_folder(run)
    with resumable():
        differences = recompute(folder, source=source, access=access(store, offline))
    if as_json:
        say_json({"run": str(folder), "reproduces": not differences, "differences": differences})
    for difference in () if as_json else differences:
        say(message("name-and-what", name=difference.name, what=difference.what))
        for line in difference.diff:
            say(f"    {line}")
    if differences:
        names = ", ".join(difference.name for difference in differences)
        raise VerificationError(
            run=folder, why=message("why-file-s-differ", count=len(differences), names=names)
        )
    if not as_json:
        say(message("say-reproduces", run=folder))


# --- what is printed -------------------------------------------------------------------------


def _say_outcomes(outcomes: Sequence[Outcome], *, quiet: bool) -> None:
    from basketbt.data.sources.nobody import nobody_left

    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if error := nobody_left(outcomes):
        raise error
    if not quiet:
        say_table(
            ("symbol", "", "from", "rows added", "rows rewritten"),
            [(o.symbol, o.state, o.vendor, o.added, o.revised) for o in outcomes],
        )
    say_failures("failed", [(o.symbol, o.failures) for o in failed])
    if not quiet:
        fetched = [outcome for outcome in outcomes if outcome.state != "failed"]
        say_failures("passed-over", [(o.symbol, o.failures) for o in fetched])
        say_failures("without", [(o.symbol, o.lacking) for o in fetched])
        _say_late([outcome for outcome in fetched if outcome.until])
    if failed:
        warn(message("say-to-do", what=Advice(failed[0].error)))
    if any(o.revised for o in outcomes):
        warn(message("say-some-vendors-rewrote-their-past"))


def _warn_of_the_calendar() -> None:
    """A study that ends earlier does not need later sessions; the next one will."""
    from datetime import UTC, datetime

    from basketbt.market.calendars import as_day, calendar

    exchange = calendar("XSHG")
    today = as_day(datetime.now(UTC).astimezone(exchange.zone).date())
    if today > exchange.last and today > exchange.known_until:
        warn(message("say-warning", what=message("say-no-session-known", day=exchange.known_until)))


def _say_late(late: Sequence[Outcome]) -> None:
    if late:
        until = min(outcome.until for outcome in late)
        warn(
            message("say-not-yet-told-by-any", until=until, count=len(late), symbol=late[0].symbol)
        )


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
        names = listing((symbol for symbol, _ in several), most=NAMED)
        warn(message(f"say-{word}", symbols=names, what=several[0][1].note))


def _as_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "symbol": outcome.symbol,
        "state": outcome.state,
        "vendor": outcome.vendor,
        "added": outcome.added,
        "revised": outcome.revised,
        "passed_over": [str(failure.note) for failure in outcome.failures],
        "lacking": [str(failure.note) for failure in outcome.lacking],
        "until": outcome.until or None,
    }
