"""Shocks: sessions on which the whole market moved so far that they decide what a window shows.

The shipped ones are data in ``shocks.yaml``, complete over its dates, each with its dated cause or
none. Elsewhere they are found in the levels of the index itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from basketbt.market.clock import Event, select_event

#: A session is a shock when the CSI 300 moved by at least so much from close to close.
THRESHOLD = 0.05

#: The CSI 300, and its total-return twin for a study without it.
MARKET_INDEXES = ("000300.SH", "H00300.CSI")

NOT_DATED = "not dated"

_SHIPPED = Path(__file__).parent / "shocks.yaml"


@dataclass(frozen=True, kw_only=True)
class Shock:
    """One session of Shanghai, the CSI 300's return (a decimal) and what caused it.

    ``index`` is the code the return is of. ``cause`` is None where no cause is dated; ``source``
    says who gives it.
    """

    session: np.datetime64
    market_return: float
    index: str = MARKET_INDEXES[0]
    cause: Event | None = None
    source: str = ""


@dataclass(frozen=True)
class ShippedShocks:
    """The shipped shocks by session: all there were from ``first`` to ``last``."""

    first: date
    last: date
    by_session: Mapping[np.datetime64, Shock]


@cache
def shipped_shocks() -> ShippedShocks:
    """The shocks that come with the program."""
    from basketbt.yamlfile import load

    data = load(_SHIPPED).data
    found = (
        Shock(
            session=np.datetime64(str(one["session"]), "D"),
            market_return=float(one["market_return"]),
            cause=None if one["cause"] == NOT_DATED else select_event(one["cause"]),
            source=one.get("source", ""),
        )
        for one in data["sessions"]
    )
    return ShippedShocks(
        first=date.fromisoformat(str(data["first"])),
        last=date.fromisoformat(str(data["last"])),
        by_session={shock.session: shock for shock in found},
    )


def shocks_among(
    sessions: NDArray[np.datetime64], levels: NDArray[np.float64], index: str
) -> tuple[Shock, ...]:
    """The shocks among the sessions of Shanghai (T,), with the causes that are known.

    ``levels`` (T,) are closes of the ``index``, NaN where there is none. A session's own return
    decides where it has one, the shipped record elsewhere.
    """
    returns = np.full(len(levels), np.nan)
    returns[1:] = levels[1:] / levels[:-1] - 1.0
    shipped = shipped_shocks().by_session
    found = []
    for session, moved in zip(sessions, returns.tolist(), strict=True):
        known = shipped.get(session)
        if np.isnan(moved):
            found += [known] if known else []
        elif abs(moved) >= THRESHOLD:
            found.append(
                Shock(
                    session=session,
                    market_return=moved,
                    index=index,
                    cause=known.cause if known else None,
                    source=known.source if known else "",
                )
            )
    return tuple(found)
