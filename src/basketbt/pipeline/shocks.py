"""The step that finds the shocks of the market in the prices of a study."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from basketbt.data.bars import Dates, Floats, MarketData
from basketbt.data.panel import build_panel
from basketbt.engine.shocks import MetShock
from basketbt.market.shocks import MARKET_INDEXES, Shock, shocks_among
from basketbt.pipeline.panels import benchmark_levels
from basketbt.plan.model import StudyPlan

#: Shocks are sessions of Shanghai, wherever the lists trade.
_SHANGHAI = "XSHG"


def shocks_of(plan: StudyPlan, data: MarketData) -> tuple[Shock, ...]:
    """The shocks from the first session that the study reads to its last.

    Of the CSI 300 in its own prices, as price index or else as total return; of a study with
    neither, and on sessions that the index lacks, those of the shipped record.
    """
    sessions = plan.sessions(_SHANGHAI)
    codes = [code for code in MARKET_INDEXES if code in plan.request.indexes]
    code = codes[0] if codes else MARKET_INDEXES[0]
    levels: Floats = np.full(len(sessions), np.nan)
    if codes:
        panel = build_panel(data, (code,), calendar=_SHANGHAI, sessions=sessions, fx="local")
        levels = benchmark_levels(panel, (code,))[:, 0]
    return shocks_among(sessions, levels, code)


def met_by(shocks: Sequence[Shock], sessions: Dates) -> tuple[MetShock, ...]:
    """The shocks on a panel's sessions; one on whose day its exchange was shut, on the next."""
    rows = np.searchsorted(sessions, [one.session for one in shocks]).tolist() if shocks else []
    return tuple(
        MetShock(row=row, shock=one)
        for row, one in zip(rows, shocks, strict=True)
        if row < len(sessions)
    )
