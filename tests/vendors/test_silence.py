"""Where nobody answers: hosts are waited for together, and the end comes within ten seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.transport import Limits, Transport
from support.children import child_environment

SITUATIONS = Path(__file__).resolve().parents[2] / "benchmarks" / "vendor_situations.py"


def test_hosts_in_silence_are_waited_for_together() -> None:
    clock = [0.0]
    hosts = RateLimiter(pace=0.0, clock=lambda: clock[0])
    transport = Transport("sina", "688111.SH", hosts)
    transport.limits = Limits(connect=8.0, silence=6.0, connect_in_silence=1.5)
    assert transport.connect_within == 6.0
    hosts.wait_for_turn("finance.sina.com.cn")
    clock[0] = 4.0
    assert transport.connect_within == 2.0
    clock[0] = 60.0
    assert transport.connect_within == 1.5
    hosts.answered("query2.finance.yahoo.com")
    assert transport.connect_within == 8.0


@pytest.mark.slow
@pytest.mark.parametrize("situation", ["no-network", "black-hole"])
def test_a_fetch_that_nobody_answers_ends_within_ten_seconds(situation: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(SITUATIONS), situation],
        env=child_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    row = [cell.strip() for cell in done.stdout.splitlines()[-1].strip("|").split("|")]
    assert float(row[2].removesuffix(" s")) <= 10
    assert row[3:6] == ["3", "0", "123"]
