"""The promises of every source, kept by the files and by the sample of record."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from basketbt.data.bars import PriceRequest, PriceSource
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.sample import SampleSource
from support.source_contract import Oracle, SourceContract

D = np.datetime64

TIDY = """\
date,symbol,open,high,low,close,volume,amount,adj_factor
2025-01-20,688111.SH,10,10.5,9.9,10.2,100000,1020000,0.5
2025-01-21,688111.SH,10.2,10.6,10.1,10.4,200000,2076000,0.5
2025-01-22,688111.SH,5.2,5.2,5.0,5.05,300000,1524000,1
2025-01-23,688111.SH,5.05,5.15,5.0,5.1,300000,1524000,1
2025-01-20,000300.SH,3800,3820,3790,3810,,,
2025-01-21,000300.SH,3810,3830,3800,3820,,,
2025-01-22,000300.SH,3820,3830,3800,3810,,,
"""
HONG_KONG = """\
日期,代码,开盘,最高,最低,收盘,成交量,成交额
2025-01-20,06682.HK,50,51,49,50.5,2000,101000
2025-01-21,06682.HK,50.5,52,50,51.5,3000,153000
2025-01-22,06682.HK,51.5,52,51,51.2,3000,154500
"""


class TestFiles(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> PriceSource:
        (tmp_path / "bars.csv").write_text(TIDY, encoding="utf-8")
        (tmp_path / "hk_adjusted.csv").write_text(HONG_KONG, encoding="gbk")
        return FilesSource(tmp_path)

    @pytest.fixture
    def request_(self) -> PriceRequest:
        return PriceRequest(
            symbols=("688111.SH", "6682.HK"),
            indexes=("000300.SH",),
            start=D("2025-01-20"),
            end=D("2025-01-23"),
        )

    @pytest.fixture
    def unknown(self) -> str:
        return "600519.SH"

    @pytest.fixture
    def oracle(self) -> tuple[Oracle, ...]:
        share = {"open": 10.2, "close": 10.4, "volume": 200000, "amount": 2076000, "factor": 0.5}
        return (
            ("688111.SH", "2025-01-21", share),
            ("6682.HK", "2025-01-22", {"close": 51.2, "volume": 3000}),
        )


class TestSample(SourceContract):
    @pytest.fixture
    def source(self) -> PriceSource:
        return SampleSource()

    @pytest.fixture
    def request_(self) -> PriceRequest:
        return PriceRequest(
            symbols=("688111.SH", "000034.SZ", "6682.HK"),
            indexes=("000300.SH", "H00300.CSI"),
            start=D("2024-06-03"),
            end=D("2025-03-31"),
        )

    # What the sample lacks may exist, so it is refused: tests/data/test_sample.py.
    test_an_unknown_security_is_absent_and_no_error = None  # type: ignore[assignment]
