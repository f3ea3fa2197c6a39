"""The tables of the vendors' clients: asked for, and as plain arrays, refusing what is not what it
should be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from basketbt.data.bars import PRICES, Bars, Dates, Floats
from basketbt.data.sources.tap import ask
from basketbt.data.sources.transport import Transport
from basketbt.notes import message

if TYPE_CHECKING:
    import pandas as pd


@cache
def akshare() -> Any:
    """The akshare package. Importing it takes a second and opens no connection."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    import akshare as package

    return package


def asked(transport: Transport, function: str, *arguments: str, **options: str) -> Any:
    """The table that a function of akshare returns, asked for through ``transport``."""
    return ask(transport, lambda: getattr(akshare(), function)(*arguments, **options))


def bars_from(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    transport: Transport,
    *,
    currency: str,
    shares_per_unit: float = 1.0,
    price_units: float = 1.0,
) -> Bars:
    """Bars from a table; ``columns`` maps ``date`` and our fields to its headers.

    A field that is not mapped is NaN throughout. Prices are told for so many ``price_units``.
    Raises ``Changed`` for a missing column, a text where a number belongs, or a date that is none.
    """
    require(frame, columns.values(), transport)
    dates = dates_from(frame, columns["date"], transport)
    fields = {name: header for name, header in columns.items() if name != "date"}
    values = {name: numbers_from(frame, header, transport) for name, header in fields.items()}
    for name in set(values) & set(PRICES):
        values[name] = values[name] / price_units
    if "volume" in values:
        values["volume"] = values["volume"] * shares_per_unit
    symbol, table = transport.symbol, transport.vendor
    return Bars.single(symbol, dates, values, currency=currency, table=table)


def require(frame: pd.DataFrame, headers: Iterable[str], transport: Transport) -> None:
    """Raise ``Changed`` unless every header is there."""
    missing = sorted(set(headers) - set(map(str, frame.columns)))
    if missing:
        transport.changed(message("why-the-column-is-missing", missing=", ".join(missing)))


def dates_from(frame: pd.DataFrame, header: str, transport: Transport) -> Dates:
    """One column as days; ``Changed`` when a cell is no date."""
    import pandas as pd

    try:
        dates: Dates = pd.to_datetime(frame[header]).to_numpy(dtype="datetime64[D]")
    except (ValueError, TypeError) as error:
        transport.changed(message("why-holds-something-that-is-no", header=header, error=error))
    if np.isnat(dates).any():
        transport.changed(message("why-holds-an-empty-date", header=header))
    return dates


def numbers_from(frame: pd.DataFrame, header: str, transport: Transport) -> Floats:
    """One column as floats; ``Changed`` when a cell is text that is no number."""
    import pandas as pd

    try:
        numbers: Floats = pd.to_numeric(frame[header]).to_numpy(dtype=np.float64)
    except (ValueError, TypeError) as error:
        transport.changed(
            message("why-holds-something-that-is-no-number", header=header, error=error)
        )
    return numbers
