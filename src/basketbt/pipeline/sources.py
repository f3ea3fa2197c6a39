"""From a study's price section, or ``--source``, to a price source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.config.study import PricesSpec, StudyFile
from basketbt.config.user import NoPricesFolder, prices_folder
from basketbt.data.bars import PriceSource
from basketbt.data.sources.watch import Watch, unwatched
from basketbt.errors import InputError, RefusedPath
from basketbt.plan.study import project_root
from basketbt.shipped import SAMPLE
from basketbt.yamlfile import inside

if TYPE_CHECKING:
    from basketbt.data.sources.routes import Route

ROUTES: Mapping[str, Route] = {"auto": "auto", "akshare": "akshare", "yfinance": "yfinance"}


class UnknownSource(InputError):
    """Field: text."""


@dataclass(frozen=True)
class Access:
    """How a vendor route may use the store and the network.

    ``store`` None: the user's own. ``watch`` is opened around fetching, with the number of
    symbols, and what it gives hears of every one.
    """

    store: Path | None = None
    offline: bool = False
    watch: Watch = unwatched


def choose_source(
    study: StudyFile, override: str | None = None, access: Access | None = None
) -> PriceSource:
    """The source of a run; ``override`` is a route (auto, akshare, yfinance), ``sample``,
    ``files:PATH`` or ``lock:PATH``; ``files`` alone is the user's own folder.

    A path on the command line is relative to the working directory; one in a study is relative to
    the study and must stay inside its project, because a study may come from someone else.

    Raises ``UnknownSource``, ``RefusedPath`` or what opening the source raises.
    """
    prices = study.config.prices
    if override is not None:
        kind, _, given = override.partition(":")
        path = Path(given) if given else None
    else:
        kind = prices.source
        path = None if prices.path is None else _inside_project(study, prices.path)
    if kind == "files" and path is None:
        path = prices_folder()
        if path is None:
            raise NoPricesFolder
    if kind in ("files", "lock") and path is not None:
        return _files(prices, path) if kind == "files" else _lock(path)
    if kind in ROUTES and path is None:
        return _vendors(ROUTES[kind], access or Access())
    if kind != SAMPLE or path is not None:
        raise UnknownSource(text=override)
    from basketbt.data.sources.sample import SampleSource

    return SampleSource()


class PricesElsewhere(InputError):
    """Fields: path, root."""


def _inside_project(study: StudyFile, path: str) -> Path:
    root = project_root(study.folder)
    try:
        return inside(root, study.folder / path)
    except RefusedPath:
        error = PricesElsewhere(path=path, root=root)
        raise study.located(("prices", "path"), error) from None


def _files(prices: PricesSpec, root: Path) -> PriceSource:
    from basketbt.data.sources.files import FilesSource, TableSpec

    tables = tuple(TableSpec(**table.model_dump()) for table in prices.tables)
    return FilesSource(root, tables or None)


def _vendors(route: Route, access: Access) -> PriceSource:
    from basketbt.data.sources.stored import StoreSource
    from basketbt.data.store import store_path

    return StoreSource(store_path(access.store), route, offline=access.offline, watch=access.watch)


def _lock(path: Path) -> PriceSource:
    from basketbt.data.lock import LockSource

    return LockSource(path)
