"""The vendor routes and the lock keep the promises of every price source."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.data.bars import PriceRequest, PriceSource
from basketbt.data.lock import LockSource, LockTooSmall, write_lock
from basketbt.data.sources.stored import StoreSource
from replay.invented import small_market
from replay.server import Replay
from replay.setting import NOW, request_for
from support.source_contract import Oracle, SourceContract

NAMES = ("688111.SH", "000034.SZ", "6682.HK", "000300.SH", "HKDCNY")


class VendorContract(SourceContract):
    @pytest.fixture
    def request_(self) -> PriceRequest:
        return request_for(*NAMES)

    @pytest.fixture
    def unknown(self) -> str:
        return "600999.SH"

    @pytest.fixture
    def oracle(self) -> tuple[Oracle, ...]:
        market = small_market()
        days = ("2024-06-12", "2025-01-21", "2025-03-31")
        fields = ("open", "high", "low", "close", "volume")
        return tuple(
            (name, day, {field: getattr(bar, field) for field in fields})
            for name in NAMES[:-1]
            for bar in market[name].bars
            if (day := bar.day.isoformat()) in days
        )


class TestRoutes(VendorContract):
    @pytest.fixture(params=["auto", "akshare", "yfinance"])
    def source(self, request: pytest.FixtureRequest, replay: Replay, tmp_path: Path) -> PriceSource:
        return StoreSource(tmp_path / "store.sqlite", request.param, now=NOW)


class TestOffline(VendorContract):
    @pytest.fixture
    def source(self, replay: Replay, request_: PriceRequest, tmp_path: Path) -> PriceSource:
        path = tmp_path / "store.sqlite"
        StoreSource(path, now=NOW).load(request_)
        return StoreSource(path, offline=True, now=NOW)


class TestLock(VendorContract):
    @pytest.fixture
    def source(self, replay: Replay, request_: PriceRequest, tmp_path: Path) -> PriceSource:
        fetched = StoreSource(tmp_path / "store.sqlite", now=NOW).load(request_)
        write_lock(tmp_path / "x.lock", fetched, request_)
        return LockSource(tmp_path / "x.lock")

    def test_an_unknown_security_is_absent_and_no_error(
        self, source: PriceSource, request_: PriceRequest, unknown: str
    ) -> None:
        """A lock cannot know whether it exists: nobody asked when the lock was made."""
        with pytest.raises(LockTooSmall, match=unknown):
            super().test_an_unknown_security_is_absent_and_no_error(source, request_, unknown)
