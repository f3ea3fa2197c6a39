"""Options that several commands take, each said once: prices, settings, language, results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from basketbt.sources import Access

StudyPath = Annotated[Path, typer.Argument(help="Study file, or a shipped study's name.")]
Source = Annotated[
    str | None,
    typer.Option(
        help="Where prices come from: sample, auto, akshare, yfinance, files:FOLDER or lock:FILE.",
        show_default=False,
    ),
]
LockFile = Annotated[
    Path | None,
    typer.Option("--lock", help="Prices frozen by `basketbt lock`; nothing is fetched."),
]
StoreFile = Annotated[
    Path | None,
    typer.Option("--store", help="The store's file; default: BASKETBT_STORE, then your own."),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Use what is stored; ask no vendor.", show_default=False)
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a key of the study, e.g. windows=[[0,5]]."
    ),
]
Lang = Annotated[str | None, typer.Option(help="Language of headers and memo: zh or en.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for results.")]
Full = Annotated[
    bool,
    typer.Option(
        "--full",
        help="Also write the bulk tables, which are Parquet, as CSV and as sheets of the workbook.",
        show_default=False,
    ),
]

RESULTS = Path("results")


def chosen_source(source: str | None, lock: Path | None) -> str | None:
    """What ``--source`` and ``--lock`` say together. Raises ``typer.BadParameter`` for both."""
    if lock is None:
        return source
    if source is not None:
        raise typer.BadParameter("--lock and --source exclude each other")
    return f"lock:{lock}"


def overrides(settings: Sequence[str] | None, lang: str | None) -> list[str]:
    """The ``--set`` texts, and ``--lang`` as one of them."""
    return [*(settings or ()), *([f"language={lang}"] if lang else ())]


def access(store: Path | None, offline: bool, progress: Callable[[str], None]) -> Access:
    """How prices may be had; ``progress`` hears of every symbol that is fetched."""
    from basketbt.sources import Access

    return Access(store, offline, lambda one: progress(f"{one.symbol}: {one.state}"))
