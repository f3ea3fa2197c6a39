"""Which shares became shares of another one, at which ratio and from when: dated facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from basketbt.yamlfile import load

_TABLE = Path(__file__).with_name("mergers.yaml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Merger:
    """For one share of ``symbol`` a holder got ``ratio`` shares of ``successor``.

    ``symbol`` is not listed from ``delisted`` on; the new shares trade from ``since`` on.
    """

    symbol: str
    successor: str
    ratio: float
    delisted: date
    since: date
    source: str


@cache
def mergers() -> Mapping[str, Merger]:
    """The mergers that are known, by the share that went."""
    return {one["symbol"]: _merger(one) for one in load(_TABLE).data}


def _merger(told: Mapping[str, Any]) -> Merger:
    days = {name: date.fromisoformat(told[name]) for name in ("delisted", "since")}
    return Merger(**{**told, **days})
