"""An error in a vendor's own form never passes for "there is nothing", nor the other way round.

Seen in 2026: Eastmoney's code 9501 was stored as "never paid a dividend".
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.vendor import Changed, NoData, Refused, VendorFailure
from basketbt.data.store import Store
from replay import faults
from replay.server import Replay
from replay.setting import known, wrong_rows
from replay.wire import Fault, Reply, Request, json_reply
from support.asked import HOSTS, ask, fetch, put_first

ENVELOPES: dict[str, list[tuple[Reply, type[VendorFailure]]]] = {
    "eastmoney": [
        (json_reply({"rc": 0, "data": {"code": "688111", "klines": []}}), Refused),
        (json_reply({"rc": 102, "data": None}), NoData),
        (json_reply({"rc": 0, "data": {"code": "688111"}}), Changed),
    ],
    "tencent": [
        (Reply(b'kline_day={"code":1,"msg":"param error","data":[]}'), Refused),
        (Reply(b'kline_day={"code":-1,"msg":"server busy","data":{}}'), Refused),
        (Reply(b'kline_day={"code":0,"msg":"","data":[]}'), NoData),
        (Reply(b'kline_day={"code":0,"msg":"","data":{"sh688111":{"day":[]}}}'), NoData),
        (Reply(b'kline_day={"code":0,"msg":"","data":{"sh688111":{"qt":{}}}}'), Changed),
    ],
    "csindex": [
        (json_reply({"code": "500", "msg": "error", "data": None, "success": False}), Refused),
        (json_reply({"code": "200", "msg": "limited", "data": [], "success": False}), Refused),
        (json_reply({"code": "200", "msg": "Success", "data": [], "success": True}), NoData),
    ],
    "yahoo": [
        (
            json_reply(
                {
                    "chart": {
                        "result": None,
                        "error": {"code": "Unauthorized", "description": "Invalid Crumb"},
                    }
                }
            ),
            Refused,
        ),
        (
            json_reply(
                {
                    "chart": {
                        "result": None,
                        "error": {"code": "internal-error", "description": "Unknown Host"},
                    }
                }
            ),
            Refused,
        ),
        (
            json_reply(
                {
                    "chart": {
                        "result": None,
                        "error": {"code": "Not Found", "description": "No data found"},
                    }
                }
            ),
            NoData,
        ),
    ],
}
CELLS = [(vendor, at) for vendor, several in ENVELOPES.items() for at in range(len(several))]


@pytest.mark.parametrize(("vendor", "at"), CELLS)
def test_an_envelope_says_an_error_or_nothing_and_never_the_other(
    replay: Replay, hosts: RateLimiter, vendor: str, at: int
) -> None:
    reply, error = ENVELOPES[vendor][at]
    replay.vendors.faults.append(faults.on(vendor, reply))
    assert type(ask(vendor, hosts)) is error
    (host,) = {r.host for r in replay.vendors.log if r.host in HOSTS[vendor] and faults.is_bars(r)}
    assert hosts.closed(host) is None  # one such answer may be this question's fault
    ask(vendor, hosts)
    assert (hosts.closed(host) is not None) == (error is Refused)  # a second one is not


def report(name: str, reply: Reply) -> Fault:
    def fault(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        return reply if request.query.get("reportName") == name else None

    return fault


ERRORS = {
    "9501": {"success": False, "message": "report is not there", "code": 9501, "result": None},
    "9999": {"success": False, "message": "busy", "code": 9999, "result": None},
    "no code": {"success": False, "result": None},
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_report_that_fails_is_never_stored_as_no_dividends(
    replay: Replay, store: Store, name: str
) -> None:
    replay.vendors.faults.append(report("RPT_SHAREBONUS_DET", json_reply(ERRORS[name])))
    (outcome,) = fetch(store, "000034.SZ")
    assert [type(failure) for failure in outcome.lacking] == [Refused]
    assert store.coverages("000034.SZ")["sina"].actions_from is None
    assert wrong_rows(store, replay.vendors.market) == []


def test_a_share_that_never_paid_is_known_to_have_paid_nothing(
    replay: Replay, store: Store
) -> None:
    (outcome,) = fetch(store, "301269.SZ")
    coverage = store.coverages("301269.SZ")["sina"]
    assert outcome.lacking == ()
    assert coverage.actions_from == "eastmoney"
    assert known(store.read(coverage, coverage.first, coverage.last).actions) == ()


@pytest.mark.parametrize("vendor", ["eastmoney", "tencent", "csindex"])
def test_an_index_is_not_judged_by_price_times_volume(
    replay: Replay, store: Store, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    """Recorded of 000300: amount / (volume x level) is 0.0057, neither 1 nor 100."""
    if vendor == "eastmoney":
        thin = faults.eastmoney_lines(
            lambda cells: faults.with_cell(cells, 6, str(float(cells[6]) * 0.0057))
        )
        replay.vendors.faults.append(faults.rewritten("eastmoney", thin))
    put_first(monkeypatch, vendor)
    (outcome,) = fetch(store, "000300.SH")
    assert (outcome.state, outcome.vendor) == ("fetched", vendor), outcome.failures
    assert wrong_rows(store, replay.vendors.market) == []


def test_csi_begins_with_a_row_that_is_no_session(
    replay: Replay, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked from a Saturday on, CSI invents a row of that day."""

    def placeholder(body: bytes) -> bytes:
        answer = json.loads(body)
        answer["data"].insert(0, {**answer["data"][0], "tradeDate": "20240302"})
        return json.dumps(answer).encode()

    replay.vendors.faults.append(faults.rewritten("csindex", placeholder))
    put_first(monkeypatch, "csindex")
    (outcome,) = fetch(store, "000300.SH", start="2024-03-02")
    assert outcome.vendor == "csindex", outcome.failures
    assert wrong_rows(store, replay.vendors.market) == []


def test_tencent_is_asked_for_no_more_than_an_answer_holds(
    replay: Replay, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_first(monkeypatch, "tencent")
    (outcome,) = fetch(store, "000034.SZ", start="2019-01-02", end="2025-06-30")
    asked = [r.query["param"] for r in replay.vendors.log if r.vendor == "tencent"]
    assert len(asked) == 4
    assert {param.split(",")[4] for param in asked} == {"640"}
    assert outcome.vendor == "tencent"


def test_a_full_answer_of_tencent_is_not_believed(replay: Replay, hosts: RateLimiter) -> None:
    def full(body: bytes) -> bytes:
        head, _, text = body.partition(b"=")
        answer = json.loads(text)
        rows = answer["data"]["sh688111"]["day"]
        answer["data"]["sh688111"]["day"] = (rows * 4)[:640]
        return head + b"=" + json.dumps(answer).encode()

    replay.vendors.faults.append(faults.rewritten("tencent", full))
    assert "most there can be" in str(ask("tencent", hosts))


def test_what_a_symbol_was_answered_is_not_asked_for_again(replay: Replay, store: Store) -> None:
    """Sina's bars and the actions came, then everybody refused: the next fetch has them."""

    def after_the_actions(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        refused = request.path.endswith("hfq.js") or request.vendor in ("tencent", "yahoo")
        bars = request.vendor == "eastmoney" and faults.is_bars(request)
        actions = request.query.get("reportName") == "RPT_SHAREBONUS_DET"
        return Reply(b"no", 456, "text/plain") if refused or bars or actions else None

    replay.vendors.faults.append(after_the_actions)
    (failed,) = fetch(store, "688111.SH")
    assert failed.state == "failed"
    first = {(r.host, r.path) for r in replay.vendors.log if faults.is_bars(r)}
    assert ("finance.sina.com.cn" in {host for host, _ in first}) is True
    replay.vendors.faults.clear()
    before = len(replay.vendors.log)
    (done,) = fetch(store, "688111.SH")
    assert (done.state, done.vendor) == ("fetched", "sina")
    again = {(r.host, r.path) for r in replay.vendors.log[before:]}
    assert not any("klc_kl" in path for _, path in again)
    assert wrong_rows(store, replay.vendors.market) == []
    with store._guarded():
        kept = store._db.execute("SELECT count(*) FROM answer").fetchone()
    assert kept == (0,)
