"""One security's bars as a test writes them, and a table taken apart to look at it."""

from __future__ import annotations

import numpy as np

from basketbt.data.bars import Bars


def history(
    symbol: str,
    dates: np.ndarray,
    *,
    adjusted: bool = False,
    currency: str = "CNY",
    table: str = "",
    **columns: np.ndarray | None,
) -> Bars:
    """The table of one security; a column that is None or not given is NaN throughout."""
    given = {name: values for name, values in columns.items() if values is not None}
    return Bars.single(symbol, dates, given, adjusted=adjusted, currency=currency, table=table)


def each(bars: Bars) -> dict[str, Bars]:
    """Every security's rows by its symbol."""
    return {symbol: bars.of(symbol) for symbol in bars.symbols}
