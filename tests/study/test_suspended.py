"""A day without trading, however the table writes it, in every part of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from basketbt.data.bars import Bars
from basketbt.eventstudy.from_panel import one_session_returns
from support.made import Made, Study, session

A, B, INDEX = "600001.SH", "600002.SH", "000300.SH"
RISING = {day: 20.0 * 1.01 ** max(day, 0) for day in range(-160, 20)}
MARKET = {day: 4000.0 + day % 7 for day in range(-160, 20)}
HALT = 1  # the first session after day 0


@dataclass
class Halted(Made):
    """A of the made market did not trade on day 1; the table has a row of it or has none."""

    volume: float | None = None

    def _bars(self, symbol: str) -> Bars:
        bars = super()._bars(symbol)
        at = np.flatnonzero(bars.dates == session(HALT))
        if symbol != A or self.volume is None:
            return bars.rows(bars.dates != session(HALT)) if symbol == A else bars
        columns = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")}
        for column in columns.values():
            column[at] = bars.close[at - 1]
        volume, amount = bars.volume.copy(), bars.amount.copy()
        volume[at], amount[at] = self.volume, np.nan
        return replace(bars, volume=volume, amount=amount, **columns)


@pytest.mark.parametrize("volume", [None, 0.0, np.nan], ids=["no row", "volume 0", "no volume"])
def test_constituents_events_and_accounts_see_the_same_suspension(
    study: Study, volume: float | None
) -> None:
    made = Halted({A: RISING, B: RISING, INDEX: MARKET}, volume=volume)
    run = study(
        made,
        [A, B],
        windows="[[0,3]]",
        rebalance=f"{{kind: dates, dates: [{session(HALT)}]}}",
        account="{entry: next_open, cash: 1000000}",
    )
    of_index = run.constituents[run.constituents["book"] == "index"].set_index("symbol")
    assert of_index["suspended"].to_dict() == {A: 1, B: 0}
    panel = run.result.cases[0].panel
    returns, resumption = one_session_returns(panel)
    row, column = run.result.cases[0].zero + HALT, panel.column(A)
    assert np.isnan(returns[row : row + 2, column]).all()
    assert resumption[row + 1, column] == pytest.approx(1.01**2 - 1)
    orders = run.frames["orders"]
    own = orders[(orders["symbol"] == A) & (orders["date"] == session(HALT))]
    assert own["filled"].sum() == 0
    assert set(own["reason"]) <= {"suspended"}
    assert f"{A} (1)" in str(run.summary["notes"].iloc[0])
    # Reset at the close of that day: A stood still, B had gained 1 %, nobody could have bought A.
    bought = 0.5 - 1.0 / (1.0 + 1.01)
    said = f"{bought:.2%} of the book was bought or sold so"
    assert said in str(run.summary["notes"].iloc[0])
