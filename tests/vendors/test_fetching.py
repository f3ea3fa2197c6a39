"""Fetch once, keep for ever: the store filled through the real clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from basketbt.data.bars import COLUMNS, MarketData
from basketbt.data.reconcile import compare_vendors
from basketbt.data.sources.auto import Fetcher, Outcome
from basketbt.data.sources.nobody import NobodyLeft
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import Route
from basketbt.data.sources.stored import NotStored, StoreSource
from basketbt.data.sources.vendor import NoVendorLeft, Unreachable
from basketbt.data.store import Store
from basketbt.data.successors import recoded
from replay import faults
from replay.invented import Security
from replay.server import Replay
from replay.setting import FIRST, LAST, NOW, day, known, request_for, wrong_rows
from replay.wire import HTML, Reply, Request
from support.asked import fetch

EVERYTHING = (
    "688111.SH",
    "000034.SZ",
    "300624.SZ",
    "301269.SZ",
    "6682.HK",
    "0700.HK",
    "000300.SH",
    "H00300.CSI",
    "HKDCNY",
)


Sources = Callable[..., StoreSource]


def states(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.state for outcome in outcomes]


def total_return(data: MarketData, name: str) -> float:
    bars = data.bars.of(name)
    wealth = bars.close * (bars.factor if bars.has_factor.all() else 1.0)
    return float(wealth[-1] / wealth[0] - 1)


@pytest.fixture
def source(tmp_path: Path) -> Sources:
    """The store as a price source along a route."""

    def open_source(route: Route = "auto", *, offline: bool = False) -> StoreSource:
        return StoreSource(tmp_path / f"{route}.sqlite", route, offline=offline, now=NOW)

    return open_source


def test_one_call_fetches_everything_and_the_next_asks_nobody(replay: Replay, store: Store) -> None:
    heard: list[str] = []
    fetcher = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0))
    outcomes = fetcher.fetch(request_for(*EVERYTHING), report=lambda o: heard.append(o.symbol))
    assert states(outcomes) == ["fetched"] * len(EVERYTHING)
    assert sorted(heard) == sorted(EVERYTHING)
    requests = len(replay.vendors.log)
    assert states(fetch(store, *EVERYTHING)) == ["stored"] * len(EVERYTHING)
    assert len(replay.vendors.log) == requests
    assert wrong_rows(store, replay.vendors.market, EVERYTHING[:-1]) == ["HKDCNY is unknown"]


def test_every_stored_history_names_the_raw_answers_behind_it(replay: Replay, store: Store) -> None:
    import sqlite3

    fetch(store, "688111.SH")
    with sqlite3.connect(store.path) as db:
        rows = db.execute("SELECT url, status, sha256, versions FROM fetch").fetchall()
    db.close()
    assert any("klc_kl.js" in url for url, *_ in rows)
    for url, status, digest, versions in rows:
        assert url.startswith("https://")
        assert status == 200
        assert len(digest) == 64
        assert versions.startswith("akshare ")


@pytest.mark.parametrize("route", ["auto", "akshare", "yfinance"])
def test_a_study_reads_the_markets_returns_along_every_route(
    replay: Replay, source: Sources, route: Route
) -> None:
    names = ("688111.SH", "000034.SZ", "000300.SH")
    data = source(route).load(request_for(*names))
    assert data.source == route
    assert data.notes == () or route == "yfinance"
    assert data.has_actions
    for name in names:
        bars = replay.vendors.market[name]
        truth = bars.total_return(*(d.item() for d in data.bars.of(name).dates[[0, -1]]))
        assert total_return(data, name) == pytest.approx(truth, abs=1e-6)


def test_offline_gives_the_same_without_asking_anybody(replay: Replay, source: Sources) -> None:
    request = request_for(*EVERYTHING)
    online = source().load(request)
    requests = len(replay.vendors.log)
    offline = source(offline=True).load(request)
    assert len(replay.vendors.log) == requests
    assert offline.notes == online.notes
    assert offline.bars.symbols == online.bars.symbols
    for field in ("code", "dates", *COLUMNS):
        expected, found = getattr(online.bars, field), getattr(offline.bars, field)
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(offline.fx["HKDCNY"].rate, online.fx["HKDCNY"].rate)
    assert offline.actions == online.actions


def test_offline_with_nothing_stored_says_what_to_do(
    replay: Replay, source: Sources, store: Store
) -> None:
    with pytest.raises(NotStored, match="none of the 1 securities") as caught:
        StoreSource(store.path, offline=True, now=NOW).load(request_for("688111.SH"))
    assert "basketbt fetch" in caught.value.hint
    assert replay.vendors.log == []


def test_offline_with_less_than_asked_says_how_far_it_reaches(replay: Replay, store: Store) -> None:
    fetch(store, "688111.SH", end="2025-02-28")
    source = StoreSource(store.path, offline=True, now=NOW)
    (note,) = source.load(request_for("688111.SH")).notes
    assert "only from 2024-03-01 to 2025-02-28" in note.text("en")


def test_nobody_left_is_an_error_that_says_what_each_host_did(
    replay: Replay, source: Sources
) -> None:
    for vendor in ("sina", "eastmoney", "tencent", "yahoo"):
        replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))
    with pytest.raises(NobodyLeft) as caught:
        source().load(request_for("688111.SH"))
    assert caught.value.exit_code == 3
    assert str(caught.value).count("refused: HTTP 456") == 4
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint


def test_a_code_that_nobody_knows_is_an_error_that_lists_every_vendor(
    replay: Replay, source: Sources
) -> None:
    with pytest.raises(NoVendorLeft) as caught:
        source().load(request_for("600999.SH"))
    assert len(caught.value.failures) == 4


def test_one_symbol_that_fails_does_not_stop_the_others(replay: Replay, source: Sources) -> None:
    data = source().load(request_for("600999.SH", "688111.SH"))
    assert data.bars.symbols == ("688111.SH",)
    (note,) = data.notes
    assert "600999.SH could not be fetched" in note.text("en")
    assert "600999.SH" in note.text("zh")


def test_a_longer_window_only_adds_rows(replay: Replay, store: Store) -> None:
    (first,) = fetch(store, "000034.SZ", start="2024-05-06", end="2024-12-31")
    (more,) = fetch(store, "000034.SZ", start="2024-03-01", end="2025-06-27")
    assert (first.state, more.state, more.revised) == ("fetched", "fetched", 0)
    assert more.added > 100
    coverage = store.coverages("000034.SZ")["sina"]
    assert (str(coverage.first), str(coverage.last)) == ("2024-03-01", "2025-06-27")
    assert wrong_rows(store, replay.vendors.market) == []
    steps = known(store.read(coverage, coverage.first, coverage.last).steps)
    assert [str(d) for d in steps.dates] == ["2024-06-12", "2025-06-11"]


def test_a_window_the_store_has_is_never_asked_again(replay: Replay, store: Store) -> None:
    fetch(store, "688111.SH")
    before = len(replay.vendors.log)
    assert states(fetch(store, "688111.SH", start="2024-08-01", end="2024-09-30")) == ["stored"]
    assert len(replay.vendors.log) == before


# --- a vendor rewrites its past ----------------------------------------------------------------


def rewrite_one_close(replay: Replay, when: str) -> None:
    replay.vendors.edit = faults.edited("sina", faults.raised(when, 1.001, 1.01))


def test_a_rewritten_close_becomes_a_revision_and_the_old_one_stays(
    replay: Replay, store: Store
) -> None:
    fetch(store, "688111.SH", end="2025-02-28")
    rewrite_one_close(replay, "2024-09-02")
    (outcome,) = fetch(store, "688111.SH")
    assert (outcome.state, outcome.revised) == ("fetched", 1)
    (revision,) = store.revisions()
    assert (revision.symbol, revision.kind, revision.date) == ("688111.SH", "bar", "2024-09-02")
    assert known(revision.old)[3] != known(revision.new)[3]
    assert wrong_rows(store, replay.vendors.market) == []  # the truth as first told
    source = StoreSource(store.path, offline=True, now=NOW)
    (note,) = source.load(request_for("688111.SH")).notes
    assert note.kind.severity == "warning"
    assert "rewritten 1 stored values" in note.text("en")


def test_the_same_rewriting_is_noted_once(replay: Replay, store: Store) -> None:
    fetch(store, "688111.SH", end="2025-02-28")
    rewrite_one_close(replay, "2024-09-02")
    fetch(store, "688111.SH", end="2025-03-10")
    (outcome,) = fetch(store, "688111.SH")
    assert outcome.revised == 0
    assert len(store.revisions()) == 1


def test_an_accepted_revision_is_in_force_and_no_longer_pending(
    replay: Replay, store: Store
) -> None:
    fetch(store, "688111.SH", end="2025-02-28")
    rewrite_one_close(replay, "2024-09-02")
    fetch(store, "688111.SH")
    (revision,) = store.revisions()
    store.accept([revision.id])
    assert store.revisions() == []
    assert [r.id for r in store.revisions(accepted=True)] == [revision.id]
    coverage = store.coverages("688111.SH")["sina"]
    stored = store.read(coverage, day("2024-09-02"), day("2024-09-02")).bars
    assert stored.close.tolist() == [known(revision.new)[3]]
    (again,) = fetch(store, "688111.SH", end="2025-04-30")
    assert again.revised == 0


def test_a_changed_old_factor_row_becomes_a_revision(replay: Replay, store: Store) -> None:
    fetch(store, "000034.SZ", end="2025-02-28")

    def change(security: Security, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [
            {**row, "f": str(float(row["f"]) * 1.01)} if row["d"] == "2024-06-12" else row
            for row in rows
        ]

    replay.vendors.factors = change
    (outcome,) = fetch(store, "000034.SZ")
    assert outcome.revised == 1
    (revision,) = store.revisions()
    assert (revision.kind, revision.date) == ("step", "2024-06-12")
    (old,), (new,) = known(revision.old), known(revision.new)
    assert known(new) / known(old) == pytest.approx(1.01)


def test_a_factor_row_that_appears_in_the_past_becomes_a_revision(
    replay: Replay, store: Store
) -> None:
    fetch(store, "688111.SH", end="2025-02-28")
    replay.vendors.factors = lambda security, rows: [
        {"d": "2024-10-10", "f": str(float(rows[0]["f"]) * 1.02)},
        *rows,
    ]
    fetch(store, "688111.SH")
    (revision,) = store.revisions()
    assert (revision.kind, revision.date, revision.old) == ("step", "2024-10-10", None)


# --- rate limits -----------------------------------------------------------------------------


def test_a_refused_host_is_left_alone_by_the_next_process_too(
    replay: Replay, tmp_path: Path
) -> None:
    path = tmp_path / "store.sqlite"
    replay.vendors.faults.append(faults.on("sina", Reply(HTML, 456, "text/html")))
    for _ in range(2):
        with Store(path) as store:
            fetcher = Fetcher(store, now=NOW, hosts=store.hosts(pace=0.0))
            fetcher.fetch(request_for("688111.SH", "300624.SZ", "0700.HK"))
    refused = [r for r in replay.vendors.log if r.vendor == "sina" and faults.is_bars(r)]
    assert len(refused) == 1


def test_two_requests_to_one_host_keep_their_distance() -> None:
    slept: list[float] = []
    clock = [1000.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    hosts = RateLimiter(pace=1.0, clock=lambda: clock[0], sleep=sleep)
    for _ in range(20):
        hosts.wait_for_turn("a.example")
    assert len(slept) == 19
    assert all(1.0 <= seconds <= 2.0 for seconds in slept)
    hosts.wait_for_turn("b.example")
    assert len(slept) == 19


def test_two_processes_share_the_distance(tmp_path: Path) -> None:
    clock = [1000.0]
    slept: list[float] = []
    book = tmp_path / "book.sqlite"
    one = RateLimiter(book, pace=1.0, clock=lambda: clock[0], sleep=slept.append)
    two = RateLimiter(book, pace=1.0, clock=lambda: clock[0], sleep=slept.append)
    for hosts in (one, two, one, two):
        hosts.wait_for_turn("a.example")
    assert slept == sorted(slept)
    assert 1.0 <= slept[0] <= 2.0
    assert 3.0 <= slept[2] <= 6.0


def test_a_clock_that_is_set_back_closes_no_host_for_longer() -> None:
    clock, slept = [10_000.0], list[float]()
    hosts = RateLimiter(pace=1.0, clock=lambda: clock[0], sleep=slept.append)
    hosts.wait_for_turn("a.example")
    hosts.refused("b.example", "HTTP 456")
    clock[0] = 1000.0
    hosts.wait_for_turn("a.example")
    assert sum(slept) <= 2.0
    assert hosts.closed("b.example") is None


def test_the_first_outage_closes_a_host_that_never_answered() -> None:
    hosts = RateLimiter(pace=0.0)
    hosts.unreachable("a.example", "dropped")
    assert not known(hosts.closed("a.example")).refused
    assert hosts.closed("b.example") is None


def test_names_of_one_service_are_paced_and_left_alone_as_one() -> None:
    hosts = RateLimiter(pace=0.0)
    hosts.refused("33.push2his.eastmoney.com", "HTTP 403")
    assert hosts.closed("push2his.eastmoney.com")
    assert hosts.closed("datacenter-web.eastmoney.com") is None
    assert hosts.closed("fc.yahoo.com") is None


def test_the_second_outage_in_a_row_closes_a_host_and_half_an_hour_opens_it() -> None:
    clock = [1000.0]
    hosts = RateLimiter(pace=0.0, clock=lambda: clock[0])
    hosts.answered("a.example")
    hosts.unreachable("a.example", "dropped")
    assert hosts.closed("a.example") is None
    hosts.unreachable("a.example", "dropped")
    assert known(hosts.closed("a.example")).why == "dropped"
    clock[0] += 1801
    assert hosts.closed("a.example") is None


def test_an_outage_is_never_called_a_refusal(replay: Replay, store: Store) -> None:
    """Without a network the third share is unreachable too, not banned."""
    replay.server.closed |= {"finance.sina.com.cn"}
    for vendor in ("eastmoney", "tencent", "yahoo"):
        replay.vendors.faults.append(faults.on(vendor, Reply(manner="drop")))
    outcomes = fetch(store, "688111.SH", "000034.SZ", "300624.SZ", "301269.SZ")
    kinds = {type(f) for outcome in outcomes for f in outcome.failures}
    assert kinds == {Unreachable}
    text = str(outcomes[-1].error)
    assert "could not be reached" in text
    assert "left alone for 30 more minutes" in text
    assert "refused" not in text.lower().replace("connection refused", "")
    assert "688111" not in text  # no other share's address
    assert "doctor --live" in outcomes[-1].error.hint


def test_a_host_that_asks_for_more_time_gets_it(replay: Replay, hosts: RateLimiter) -> None:
    clock = [1000.0]
    book = RateLimiter(pace=0.0, clock=lambda: clock[0])
    book.refused("a.example", "HTTP 429", seconds=7200)
    clock[0] += 1801
    assert known(book.closed("a.example")).seconds == pytest.approx(7200 - 1801)


def test_a_clock_set_back_neither_stops_nor_closes_anything(replay: Replay, store: Store) -> None:
    clock = [100_000.0]
    slept: list[float] = []
    hosts = RateLimiter(pace=1.0, clock=lambda: clock[0], sleep=slept.append)
    hosts.wait_for_turn("a.example")
    hosts.refused("a.example", "HTTP 456")
    clock[0] -= 50_000
    assert hosts.closed("a.example") is None
    hosts.wait_for_turn("a.example")
    assert slept == []
    # And the store keeps what it has, though "now" lies before the last stored session.
    fetch(store, "688111.SH")
    before = store.all_coverages()
    past = Fetcher(store, now=NOW - timedelta(days=200), hosts=RateLimiter(pace=0.0))
    past.fetch(request_for("688111.SH"))
    assert store.all_coverages() == before
    assert store.revisions() == []


def test_a_recoded_share_is_asked_for_under_its_newest_code(replay: Replay, store: Store) -> None:
    replay.vendors.market.securities.append(Security("302132.SZ", 40.0))
    request = request_for("300114.SZ")
    outcomes = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0)).fetch(request)
    assert [(one.symbol, one.state) for one in outcomes] == [("302132.SZ", "fetched")]
    assert not any("300114" in one.path + str(one.query) for one in replay.vendors.log)
    data = StoreSource(store.path, offline=True, now=NOW).load(request)
    found = recoded(data, request.symbols).bars.of("300114.SZ")
    truth = replay.vendors.market["302132.SZ"].closes
    assert dict(zip(found.dates.tolist(), found.close, strict=True)) == {
        day: close for day, close in truth.items() if FIRST <= day <= LAST
    }
    (compared,), failures = compare_vendors(store.path, request, ("sina", "tencent"))
    assert (compared.symbol, compared.close_difference, failures) == ("300114.SZ", 0.0, [])


def test_what_was_lacking_is_asked_for_alone(replay: Replay, store: Store) -> None:
    def no_actions(request: Request, _: Callable[[], Reply]) -> Reply | None:
        refused = request.host == "datacenter-web.eastmoney.com"
        return Reply(HTML, 403, "text/html") if refused else None

    replay.vendors.faults.append(no_actions)
    Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0)).fetch(request_for("688111.SH"))
    replay.vendors.faults.clear()
    replay.vendors.log.clear()
    again = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0))
    (outcome,) = again.fetch(request_for("688111.SH"), thorough=True)
    assert (outcome.state, outcome.lacking) == ("fetched", ())
    assert {request.vendor for request in replay.vendors.log} == {"eastmoney"}
    assert wrong_rows(store, replay.vendors.market) == []
    replay.vendors.log.clear()
    again.fetch(request_for("688111.SH"), again=True)
    assert "sina" in {request.vendor for request in replay.vendors.log}
