"""The unpatched vendor clients against the replay; nothing leaves the machine."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from basketbt.data.sources.rate_limiter import PACE_VARIABLE, RateLimiter
from basketbt.data.sources.transport import Limits, Transport
from basketbt.data.sources.yfinance import CACHE_VARIABLE
from basketbt.data.store import Store
from replay.answers import Vendors
from replay.invented import small_market
from replay.server import Replay, ReplayServer, running


@pytest.fixture(scope="session")
def proxy() -> Iterator[tuple[ReplayServer, dict[str, str]]]:
    """One proxy for all tests: making certificates takes longer than most of them."""
    with running(Vendors(small_market())) as running_proxy:
        yield running_proxy


@pytest.fixture
def replay(
    proxy: tuple[ReplayServer, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Replay]:
    """A fresh market behind the proxy; afterwards: no request to any other host was made."""
    server, environment = proxy
    vendors = Vendors(small_market())
    server.serve(vendors)
    environment = environment | {PACE_VARIABLE: "0", CACHE_VARIABLE: str(tmp_path / "cache")}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # Long enough for a busy machine: only tests of answers that never end wait for it.
    monkeypatch.setattr(
        Transport, "limits", Limits(connect=10.0, read=10.0, total=20.0, first_backoff=0.01)
    )
    with warnings.catch_warnings():
        # The clients' own warnings are not ours to mend.
        warnings.simplefilter("ignore")
        yield Replay(vendors, server, environment)
    assert vendors.unknown == []
    assert server.refused == []


@pytest.fixture
def hosts() -> RateLimiter:
    return RateLimiter(pace=0.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.sqlite") as opened:
        yield opened
