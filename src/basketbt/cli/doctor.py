"""`doctor`: whether this machine can do the work, and with --live whether the vendors answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.console import Json, say, say_json, say_table, warn
from basketbt.cli.language import spoken
from basketbt.cli.options import StoreFile
from basketbt.errors import Advice
from basketbt.notes import listing, message

if TYPE_CHECKING:
    from pathlib import Path

    from basketbt.data.probe import Finding

PACKAGES = (
    *("basketbt", "numpy", "pandas", "pyarrow", "exchange-calendars"),
    *("akshare", "yfinance"),  # prices
    *("vectorbt", "numba", "scipy"),  # accounts, grids, event studies
    *("resvg-py", "xlsxwriter", "python-docx"),  # what is handed on
)
OPTIONAL = ("vectorbt-rust", "dask")  # faster accounts, grids on several machines
UNWELL = 3
_PLACES = ("inside", "outside")  # of mainland China
#: What is looked at, and what was found.
Rows = list[tuple[str, object]]


def doctor(
    live: Annotated[bool, typer.Option(help="Also ask every vendor for one symbol.")] = False,
    store: StoreFile = None,
    as_json: Json = False,
) -> None:
    """Check versions, folders, store and calendars; with --live the vendors too (exit 3)."""
    from basketbt.data.probe import BLAMELESS
    from basketbt.data.store import store_path

    path = store_path(store)
    here = [*_versions(), *_calendars(), *_folders(path), _fonts()]
    if not as_json:
        say_table(("what", "found"), [(spoken(what), found) for what, found in here])
    findings = _vendors(path) if live else ()
    if as_json:
        say_json({"here": {what: str(one) for what, one in here}, "vendors": findings})
    elif live:
        _say_vendors(findings)
    if any(finding.state not in BLAMELESS for finding in findings):
        raise typer.Exit(UNWELL)


def _versions() -> Rows:
    import platform
    import sqlite3
    from importlib.metadata import PackageNotFoundError, version

    rows: Rows = [("python", platform.python_version()), ("sqlite", sqlite3.sqlite_version)]
    for name in (*PACKAGES, *OPTIONAL):
        try:
            rows.append((name, version(name)))
        except PackageNotFoundError:
            kind = "not-installed-optional" if name in OPTIONAL else "not-installed"
            rows.append((name, message(kind, name=name)))
    return rows


def _calendars() -> Rows:
    from basketbt.market.calendars import calendar

    known = [calendar(name) for name in ("XSHG", "XHKG")]
    return [
        (f"calendar {one.name}", message("range", first=one.first, last=one.last)) for one in known
    ]


def _folders(path: Path) -> Rows:
    """Where lists are read from, and what is kept for this user."""
    from basketbt.data.sources.yfinance import cache_folder
    from basketbt.lists.library import find_library

    return [
        ("lists", ", ".join(map(str, find_library().roots))),
        *_store(path),
        ("cache of yfinance", str(cache_folder())),
    ]


def _store(path: Path) -> Rows:
    from basketbt.data.store import Store
    from basketbt.data.store.connection import EmptyStore
    from basketbt.errors import BasketbtError

    try:
        with Store(path, read_only=True) as opened:
            held = opened.all_coverages()
    except EmptyStore:
        return [("store", message("store-not-there", path=path))]
    except BasketbtError as error:
        return [("store", error)]
    return [("store", message("store-holds", path=path, count=len(held)))]


def _fonts() -> tuple[str, object]:
    """Whether pictures can hold Chinese characters."""
    from basketbt.report.render.pictures import draws_chinese

    return ("chinese font", message("font-installed") if draws_chinese() else message("no-font"))


def _vendors(path: Path) -> tuple[Finding, ...]:
    """Ask every vendor, all at once.

    Hosts that answer are asked again by the next fetch, whatever happened before.
    """
    from datetime import UTC, datetime

    from basketbt.data.probe import probe
    from basketbt.data.sources.rate_limiter import RateLimiter

    book = RateLimiter(tries=1)
    findings = probe(datetime.now(UTC), book)
    _end_pauses(path, book.answering)
    return findings


def _say_vendors(findings: tuple[Finding, ...]) -> None:
    from basketbt.data.probe import place_of
    from basketbt.data.sources.nobody import NobodyLeft

    say()
    say_table(
        ("vendor", "asked for", "state", "last bar", "close", "seconds", "what is wrong"),
        [
            (f.vendor, f.symbol, f.state, f.last_bar, _price(f.close), f.seconds, f.failure)
            for f in findings
        ],
        right=(4, 5),
    )
    silent = sorted({f.host for f in findings if f.state == "unreachable"})
    if silent:
        warn(message("say-unreachable", hosts=listing(silent)))
    if all(finding.state == "unreachable" for finding in findings):
        warn(message("say-to-do", what=Advice(NobodyLeft())))
    if (place := place_of(findings)) in _PLACES:
        say(message(f"say-{place}"))


def _price(close: float | None) -> str | None:
    return None if close is None else f"{close:.2f}"


def _end_pauses(path: Path, hosts: set[str]) -> None:
    import os

    from basketbt.data.store import Store
    from basketbt.errors import BasketbtError

    if not (hosts and path.is_file() and os.access(path, os.W_OK)):
        return
    try:
        with Store(path) as store:
            for host in sorted(hosts):
                store.hosts().answered(host)
    except BasketbtError as error:  # the table above has said it
        warn(message("say-pauses-stay-as-they-are", error=error))
