"""A list's excess over a market in three parts: market, own industries, selection.

Returns over a window are sums of simple one-session returns, so that the parts add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import Floats
from basketbt.eventstudy.portfolio import SMALLEST_WEIGHT

_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class ThreeParts:
    """Of C lists over one window, each (C,), NaN where undefined.

    ``excess`` = R_p - R_m = ``market`` + ``industries`` + ``selection``. ``covered`` is the share
    of a list's weight whose industry has a return and a beta.
    """

    excess: Floats
    market: Floats
    industries: Floats
    selection: Floats
    beta: Floats
    beta_industries: Floats
    covered: Floats


def three_parts(
    *,
    returns: Floats,
    market: Floats,
    industries: Floats,
    weights: Floats,
    beta: Floats,
    industry_betas: Floats,
) -> ThreeParts:
    """The parts of C lists over the n sessions of a window.

    market = (beta - 1) R_m; industries = sum w_i (R_ind(i) - beta_ind(i) R_m); selection is the
    rest, R_p - beta R_m - industries. ``returns`` (n, C) of the lists, ``market`` (n,),
    ``industries`` (n, N) of each share's industry, ``weights`` (C, N) at the base, ``beta`` (C,)
    and ``industry_betas`` (N,) of the estimation window. A share whose industry lacks a session or
    a beta is left out and the weights of the others rescaled, if those are at least 80 % of a list.
    """
    whole = returns.sum(axis=0)
    moved = float(market.sum())
    own = industries.sum(axis=0)
    known = np.isfinite(own) & np.isfinite(industry_betas)
    covered = weights @ known / weights.sum(axis=1)
    enough = covered >= SMALLEST_WEIGHT - _ROUNDING
    scaled = weights * known
    scaled = scaled / np.where(enough, scaled.sum(axis=1), np.nan)[:, None]
    beta_industries = scaled @ np.where(known, industry_betas, 0.0)
    of_industries = scaled @ np.where(known, own - industry_betas * moved, 0.0)
    of_market = (beta - 1.0) * moved
    excess = whole - moved
    return ThreeParts(
        excess=excess,
        market=of_market,
        industries=of_industries,
        selection=excess - of_market - of_industries,
        beta=beta,
        beta_industries=beta_industries,
        covered=covered,
    )
