"""From a study's price section, or ``--source``, to a price source."""

from __future__ import annotations

from pathlib import Path

from basketbt.config import PricesSpec, StudyFile
from basketbt.errors import InputError
from basketbt.prices.data import PriceSource


class NoSource(InputError):
    template = "study {study} does not say where its prices come from"
    fix = "Add --source files:FOLDER (your own tables) or --source demo (an invented market)."


class UnknownSource(InputError):
    template = "{text!r} is not a price source"
    fix = "Write files:FOLDER_OR_FILE or demo."


def choose_source(study: StudyFile, override: str | None = None) -> PriceSource:
    """The source of a run; ``override`` is ``demo`` or ``files:PATH``.

    A path on the command line is relative to the working directory, one in a study to the study.

    Raises ``NoSource``, ``UnknownSource`` or what opening the source raises.
    """
    prices = study.config.prices
    if override is not None:
        kind, _, path = override.partition(":")
        if kind == "files" and path:
            return _files(prices, Path(path))
        if override == "demo":
            return _demo(prices)
        raise UnknownSource(text=override)
    if prices.source == "files" and prices.path:
        return _files(prices, study.folder / prices.path)
    if prices.source == "demo":
        return _demo(prices)
    raise NoSource(study=study.config.study)


def _files(prices: PricesSpec, root: Path) -> PriceSource:
    from basketbt.prices.sources.files import FilesSource, TableSpec

    tables = tuple(TableSpec(**table.model_dump()) for table in prices.tables)
    return FilesSource(root, tables or None)


def _demo(prices: PricesSpec) -> PriceSource:
    from basketbt.prices.sources.demo import DemoSource

    return DemoSource(seed=prices.seed)
