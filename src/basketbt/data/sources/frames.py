"""From a vendor client's pandas table to plain arrays, refusing what is not what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from basketbt.data.bars import Bars, Dates, Floats
from basketbt.data.sources.transport import Transport

if TYPE_CHECKING:
    import pandas as pd


def bars_from(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    transport: Transport,
    *,
    currency: str,
    shares_per_unit: float = 1.0,
) -> Bars:
    """Bars from a table; ``columns`` maps ``date`` and our fields to its headers.

    A field that is not mapped is NaN throughout. Raises ``Changed`` for a missing column, a text
    where a number belongs, or a date that is none.
    """
    require(frame, columns.values(), transport)
    values = {
        name: numbers_from(frame, header, transport)
        for name, header in columns.items()
        if name != "date"
    }
    if "volume" in values:
        values["volume"] = values["volume"] * shares_per_unit
    return Bars.single(
        transport.symbol,
        dates_from(frame, columns["date"], transport),
        values,
        currency=currency,
        table=transport.vendor,
    )


def require(frame: pd.DataFrame, headers: object, transport: Transport) -> None:
    """Raise ``Changed`` unless every header is there."""
    missing = sorted(set(headers) - set(map(str, frame.columns)))  # type: ignore[call-overload]
    if missing:
        transport.changed(f"the column {', '.join(missing)} is missing")


def dates_from(frame: pd.DataFrame, header: str, transport: Transport) -> Dates:
    """One column as days; ``Changed`` when a cell is no date."""
    import pandas as pd

    try:
        dates: Dates = pd.to_datetime(frame[header]).to_numpy(dtype="datetime64[D]")
    except (ValueError, TypeError) as error:
        transport.changed(f"{header} holds something that is no date ({error})")
    if np.isnat(dates).any():
        transport.changed(f"{header} holds an empty date")
    return dates


def numbers_from(frame: pd.DataFrame, header: str, transport: Transport) -> Floats:
    """One column as floats; ``Changed`` when a cell is text that is no number."""
    import pandas as pd

    try:
        numbers: Floats = pd.to_numeric(frame[header]).to_numpy(dtype=np.float64)
    except (ValueError, TypeError) as error:
        transport.changed(f"{header} holds something that is no number ({error})")
    return numbers
