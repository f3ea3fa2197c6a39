"""Faults of the hosts beside the bars: factors, share counts, actions, first days, rates.

Bars are worth having without most of them: what is missing is named, what is stored is right.
"""

from __future__ import annotations

import pytest

from basketbt.data.sources.vendor import Refused, Unreachable
from basketbt.data.store import Store
from replay import faults
from replay.server import Replay
from replay.setting import earned, wrong_rows
from replay.wire import HTML, Fault, Reply
from support.asked import fetch

WIRE = {
    "dropped": Reply(manner="drop"),
    "connection refused": None,
    "429": Reply(b"Too Many Requests", 429, "text/plain"),
    "403": Reply(HTML, 403, "text/html"),
    "456": Reply(HTML, 456, "text/html"),
    "500": Reply(b"{}", 500),
    "502": Reply(HTML, 502, "text/html"),
    "HTML": Reply(HTML, 200, "text/html"),
    "empty": Reply(b""),
    "reset": Reply(b"[" * 5000, manner="reset"),
    "cut short": Reply(b'var x={"total":3,"data":[{"d":"2024', 200),
    "code": Reply(b'__import__("os").abort()', 200),
}
ACTIONS, RATE = "datacenter-web.eastmoney.com", "push2his.eastmoney.com"
SAFE = "www.safe.gov.cn"


def broken(replay: Replay, host: str, name: str) -> None:
    reply = WIRE[name]
    if reply is None:
        replay.server.closed.add(host)
        return
    fault: Fault = lambda request, _: reply if request.host == host else None  # noqa: E731
    replay.vendors.faults.append(fault)


@pytest.mark.parametrize("name", WIRE)
def test_without_actions_and_share_counts_the_prices_are_kept(
    replay: Replay, store: Store, name: str
) -> None:
    broken(replay, ACTIONS, name)
    (outcome,) = fetch(store, "000034.SZ")
    assert (outcome.state, outcome.vendor) == ("fetched", "sina")
    assert {failure.fields["host"] for failure in outcome.lacking} == {ACTIONS}
    coverage = store.coverages("000034.SZ")["sina"]
    assert (coverage.actions_from, coverage.steps_from) == (None, "sina")
    assert wrong_rows(store, replay.vendors.market) == []


@pytest.mark.parametrize("name", WIRE)
def test_without_sinas_factor_it_follows_from_the_actions(
    replay: Replay, store: Store, name: str
) -> None:
    reply = WIRE[name] or Reply(manner="drop")
    replay.vendors.faults.append(
        lambda request, _: reply if request.path.endswith("hfq.js") else None
    )
    (outcome,) = fetch(store, "000034.SZ")
    assert (outcome.state, outcome.vendor) == ("fetched", "tencent")
    coverage = store.coverages("000034.SZ")["tencent"]
    assert coverage.steps_from == "eastmoney"
    history = store.read(coverage, coverage.first, coverage.last)
    security = replay.vendors.market["000034.SZ"]
    truth = security.total_return(*history.bars.dates[[0, -1]].tolist())
    assert earned(history) == pytest.approx(truth, abs=1e-6)


def test_bars_need_one_host_a_vendor(replay: Replay, store: Store) -> None:
    """Nobody is asked for Sina's share counts nor, as akshare does, for Tencent's first day."""
    fetch(store, "300624.SZ")
    replay.vendors.faults.append(faults.on("sina", Reply(HTML, 502, "text/html")))
    (outcome,) = fetch(store, "301269.SZ")
    assert outcome.vendor == "tencent"
    hosts = {request.host for request in replay.vendors.log}
    assert {"finance.sina.com.cn", "proxy.finance.qq.com"} <= hosts
    assert hosts.isdisjoint({"stock.finance.sina.com.cn", "web.ifzq.gtimg.cn"})


@pytest.mark.parametrize("name", WIRE)
def test_without_eastmoneys_rate_safes_is_taken_then_yahoos(
    replay: Replay, store: Store, name: str
) -> None:
    broken(replay, RATE, name)
    (outcome,) = fetch(store, "HKDCNY")
    assert (outcome.state, outcome.vendor) == ("fetched", "safe")
    assert outcome.failures[0].fields["host"] == RATE
    broken(replay, SAFE, name)
    (outcome,) = fetch(store, "HKDCNY", end="2025-06-20")
    assert (outcome.state, outcome.vendor) == ("fetched", "yahoo")
    assert outcome.failures[1].fields["host"] == SAFE


@pytest.mark.parametrize("name", WIRE)
def test_without_any_rate_it_is_named_and_nothing_stored(
    replay: Replay, store: Store, name: str
) -> None:
    broken(replay, RATE, name)
    broken(replay, SAFE, name)
    replay.vendors.faults.append(faults.on("yahoo", Reply(HTML, 403, "text/html")))
    (outcome,) = fetch(store, "HKDCNY")
    assert outcome.state == "failed"
    assert "HKDCNY: no vendor delivered" in str(outcome.error)
    assert store.all_coverages() == []


@pytest.mark.parametrize("name", ["dropped", "connection refused", "403"])
def test_a_host_in_trouble_is_left_alone_by_the_next_symbols(
    replay: Replay, store: Store, name: str
) -> None:
    broken(replay, ACTIONS, name)
    outcomes = fetch(store, "688111.SH", "300624.SZ", "301269.SZ")
    assert [outcome.state for outcome in outcomes] == ["fetched"] * 3
    kinds = {type(failure) for failure in outcomes[-1].lacking}
    assert kinds <= {Refused, Unreachable}
    assert replay.asked("eastmoney") <= 12
