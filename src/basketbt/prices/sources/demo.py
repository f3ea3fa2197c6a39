"""An invented market, generated from a seed, for demonstrations, tutorials and tests.

It covers 2023-01-03 to 2025-12-31 on the real calendars, for any share or index asked for. Prices
obey the dated rules of the exchanges (tick, limits, reference prices), rise around DeepSeek's
releases, and hold what a study must be able to handle: suspensions, one-word limit-up boards, late
listings, cash dividends, bonus issues. A history depends on the seed and its own code only: it is
generated whole, then cut to the request.

The factor is the running product of previous close / theoretical reference, where the theoretical
reference, unrounded, is (previous close - cash) / (1 + bonus); it is 1 on a share's first bar.

Nothing here happened. ``MarketData.invented`` says so, and every output repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from basketbt.market.symbols import parse_symbol
from basketbt.prices.data import CorporateAction, FxSeries, MarketData, PriceRequest
from basketbt.prices.sources.demo_levels import index_bars, rate
from basketbt.prices.sources.demo_shares import share_histories
from basketbt.prices.sources.demo_streams import common_factors, sessions_of


@dataclass(frozen=True)
class DemoSource:
    """The invented market of a seed. Funds are generated as indexes: a level, no volume."""

    seed: int = 20250120

    @property
    def name(self) -> str:
        return "demo"

    def load(self, request: PriceRequest) -> MarketData:
        """Everything of the request that lies within the invented period.

        Raises:
            BadSymbol: a code that is not canonical.
        """
        codes = dict.fromkeys((*request.symbols, *request.indexes))
        securities = dict.fromkeys(parse_symbol(code) for code in codes)
        factors = common_factors(self.seed)
        histories = [
            history
            for exchange in ("XSHG", "XHKG")
            for history in share_histories(
                [one for one in securities if one.board and one.calendar == exchange],
                sessions_of(exchange),
                factors,
                self.seed,
            )
        ]
        levels = [index_bars(one, factors, self.seed) for one in securities if not one.board]
        whole = [*(history.bars for history in histories), *levels]
        cut = {bars.symbol: bars.between(request.start, request.end) for bars in whole}
        rates = [series for pair in request.fx if (series := rate(pair, self.seed))]
        return MarketData(
            source=self.name,
            bars={code: bars for code, bars in cut.items() if len(bars.dates)},
            actions={part.bars.symbol: _within(part.actions, request) for part in histories},
            shares={part.bars.symbol: part.shares for part in histories},
            fx={series.base + series.quote: _cut_rate(series, request) for series in rates},
            instruments={part.bars.symbol: part.instrument for part in histories},
            has_actions=True,
            invented=True,
        )


def _cut_rate(series: FxSeries, request: PriceRequest) -> FxSeries:
    rows = _rows(series.dates, request)
    return replace(series, dates=series.dates[rows], rate=series.rate[rows])


def _rows(dates: NDArray[np.datetime64], request: PriceRequest) -> slice:
    first, behind = np.searchsorted(dates, [request.start, request.end + np.timedelta64(1, "D")])
    return slice(int(first), int(behind))


def _within(
    actions: tuple[CorporateAction, ...], request: PriceRequest
) -> tuple[CorporateAction, ...]:
    return tuple(one for one in actions if request.start <= one.ex_date <= request.end)
