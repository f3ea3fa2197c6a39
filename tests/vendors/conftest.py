"""The unpatched vendor clients against the replay; nothing leaves the machine."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from basketbt.prices.data import PriceRequest
from basketbt.prices.sources.courier import Courier, Limits
from basketbt.prices.sources.hosts import PACE_VARIABLE, HostBook
from basketbt.prices.sources.yfinance import CACHE_VARIABLE
from replay.answers import Vendors
from replay.invented import small_market
from replay.server import ReplayServer, running

NOW = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Replay:
    """The vendors behind the proxy, the proxy itself, and its environment for a subprocess."""

    vendors: Vendors
    server: ReplayServer
    environment: dict[str, str]


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    """A fresh market behind the proxy; afterwards: no request to any other host was made."""
    vendors = Vendors(small_market())
    with running(vendors) as (server, environment):
        environment |= {PACE_VARIABLE: "0", CACHE_VARIABLE: str(tmp_path / "cache")}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(
            Courier, "limits", Limits(connect=5.0, read=0.7, total=1.5, first_backoff=0.01)
        )
        with warnings.catch_warnings():
            # The clients' own warnings are not ours to mend.
            warnings.simplefilter("ignore")
            yield Replay(vendors, server, environment)
        assert vendors.unknown == []
        assert server.refused == []


@pytest.fixture
def hosts() -> HostBook:
    return HostBook(pace=0.0)


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


@pytest.fixture
def request_of() -> type[_Requests]:
    return _Requests


class _Requests:
    """Requests in the words of the tests."""

    @staticmethod
    def of(*names: str, start: str = "2024-03-01", end: str = "2025-03-31") -> PriceRequest:
        indexes = tuple(n for n in names if n in ("000300.SH", "H00300.CSI"))
        pairs = tuple(n for n in names if "." not in n)
        shares = tuple(n for n in names if n not in indexes + pairs)
        return PriceRequest(
            symbols=shares, indexes=indexes, start=day(start), end=day(end), fx=pairs
        )
