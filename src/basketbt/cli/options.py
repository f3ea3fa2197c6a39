"""What several commands take, each said once: prices, settings, language, results, targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.errors import InputError, unknown

if TYPE_CHECKING:
    import numpy as np

    from basketbt.config.study import StudyFile
    from basketbt.data.bars import Dates, PriceRequest
    from basketbt.data.sources.routes import Route
    from basketbt.lists.model import Basket
    from basketbt.pipeline.sources import Access


class BadDay(InputError):
    """Field: text."""


class OneShare(InputError):
    """Field: symbol."""


def day(text: str) -> date:
    """A day as it is written in an option. Raises ``BadDay``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDay(text=text) from None


def _in_store(path: Path | None) -> Path | None:
    """The sessions that a store learnt are known to the command that uses it."""
    from basketbt.market.calendars import remember_from

    def stored(name: str, after: np.datetime64) -> Dates:
        from basketbt.data.sources.beyond import stored_sessions
        from basketbt.data.store import store_path

        return stored_sessions(store_path(path), name, after)

    remember_from(stored)
    return path


StudyPath = Annotated[Path, typer.Argument(help="Study file, or a shipped study's name.")]
Target = Annotated[
    str, typer.Argument(help="A study's file or name, or a basket (guojin/software).")
]
Day = Annotated[
    date | None, typer.Option(metavar="YYYY-MM-DD", parser=day, help="Only for a basket.")
]
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
    typer.Option(
        "--store",
        help="The store's file; default: BASKETBT_STORE, then your own.",
        callback=_in_store,
    ),
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
        help="Also write bulk tables (Parquet) as CSV, and with xlsx a workbook of every table.",
        show_default=False,
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Write over a file that is there.", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

RESULTS = Path("results")


def _run_names(incomplete: str) -> list[str]:
    """What a shell completes: `latest`, studies, and ids."""
    from basketbt.report.runs import run_places

    places = run_places(RESULTS)
    known = dict.fromkeys(["latest", *(one.study for one in places), *(one.id for one in places)])
    return [name for name in known if name.startswith(incomplete)]


RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run: its study's name, `latest`, a piece of its id, or its folder.",
        autocompletion=_run_names,
        show_default=False,
    ),
]


def run_folder(text: str) -> Path:
    """The folder of the run that is named. Raises ``UnknownRun`` or ``AmbiguousRun``."""
    from basketbt.report.runs import find_run

    return find_run(text, RESULTS)


def chosen_source(source: str | None, lock: Path | None) -> str | None:
    """What ``--source`` and ``--lock`` say together. Raises ``typer.BadParameter`` for both."""
    if lock is None:
        return source
    if source is not None:
        raise typer.BadParameter("--lock and --source exclude each other")
    return f"lock:{lock}"


def study_file(study: Path | None, settings: Sequence[str]) -> StudyFile:
    """The study of a file or of a shipped name. Raises what reading it raises."""
    from basketbt.config.study import load_study
    from basketbt.shipped import find_study

    assert study is not None
    return load_study(find_study(study), settings)


def overrides(settings: Sequence[str] | None, lang: str | None) -> list[str]:
    """The ``--set`` texts, and ``--lang`` as one of them."""
    return [*(settings or ()), *([f"language={lang}"] if lang else ())]


def access(
    store: Path | None,
    offline: bool,
    status: Callable[[str], None] | None = None,
    *,
    quiet: bool = False,
) -> Access:
    """How prices may be had; ``status`` shows a terminal how far fetching is."""
    from basketbt.cli.progress import progress
    from basketbt.pipeline.sources import Access

    return Access(store, offline, partial(progress, status=status, quiet=quiet))


def target_of(target: str, settings: Sequence[str]) -> StudyFile | Basket:
    """The study of that file or name, or the basket.

    Raises what reading either raises, or ``OneShare``.
    """
    from basketbt.config.study import is_study, load_study
    from basketbt.errors import BadSymbol
    from basketbt.lists.library import find_library
    from basketbt.market.symbols import parse_symbol
    from basketbt.shipped import find_study

    path = find_study(Path(target))
    if path.is_file() and is_study(path):
        return load_study(path, settings)
    try:
        raise OneShare(symbol=parse_symbol(target).canonical)
    except BadSymbol:
        return find_library().select([target])[0]


def requested(found: StudyFile | Basket, start: date | None, end: date | None) -> PriceRequest:
    """The prices that a study needs; of a basket those from ``start`` to ``end``."""
    from basketbt.config.study import StudyFile
    from basketbt.plan.request import basket_request
    from basketbt.plan.study import make_plan

    if isinstance(found, StudyFile):
        return make_plan(found).request
    return basket_request(found, start, end)


def route(text: str) -> Route:
    """The route of that name. Raises ``UnknownName``."""
    from basketbt.pipeline.sources import ROUTES

    if text not in ROUTES:
        raise unknown("route", text, ROUTES)
    return ROUTES[text]


def vendor_pair(text: str) -> tuple[str, str]:
    """Two different vendors out of ``sina,eastmoney``. Raises ``UnknownName``, ``NoBaostock``."""
    from basketbt.data.sources import baostock
    from basketbt.data.sources.routes import VENDORS

    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        if name not in VENDORS:
            raise unknown("vendor", name, VENDORS)
    if len(names) != 2 or names[0] == names[1]:
        raise unknown("vendors", text, VENDORS)
    if baostock.NAME in names and not baostock.is_installed():
        raise baostock.NoBaostock
    return names[0], names[1]
