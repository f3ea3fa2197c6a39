"""Every way a vendor can fail: what the user is told, and that the store holds nothing wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from basketbt.market.symbols import parse_symbol
from basketbt.prices.sources import routes
from basketbt.prices.sources.auto import Fetcher, Outcome
from basketbt.prices.sources.complete import complete
from basketbt.prices.sources.hosts import HostBook
from basketbt.prices.sources.vendor import (
    Changed,
    NoData,
    Query,
    Refused,
    Unreachable,
    VendorFailure,
)
from basketbt.prices.store import Store
from replay import faults
from replay.invented import Security
from replay.setting import NOW, day, request_for, wrong_rows
from replay.wire import HTML, Reply

SUBJECT = {
    "sina": "688111.SH",
    "eastmoney": "688111.SH",
    "tencent": "688111.SH",
    "csindex": "000300.SH",
    "yahoo": "688111.SH",
}
VENDORS = list(SUBJECT)
OTHER = {name: "eastmoney" if name != "eastmoney" else "sina" for name in VENDORS}

WIRE = {
    "connection dropped": (Reply(manner="drop"), Unreachable),
    "HTTP 429": (Reply(b"Too Many Requests", 429, "text/plain"), Refused),
    "HTTP 403": (Reply(HTML, 403, "text/html"), Refused),
    "HTTP 456": (Reply(HTML, 456, "text/html"), Refused),
    "HTTP 500": (Reply(b"{}", 500), Refused),
    "HTTP 502": (Reply(HTML, 502, "text/html"), Refused),
    "redirect": (Reply(b"", 302, headers={"Location": "https://www.yahoo.com/"}), Refused),
    "a page instead of data": (Reply(HTML, 200, "text/html"), Refused),
    "empty body": (Reply(b""), Refused),
}


@pytest.fixture
def first_is(monkeypatch: pytest.MonkeyPatch):
    """Put a vendor first in every route."""

    def put(vendor: str) -> None:
        for group, names in routes.ORDER.items():
            order = (vendor, *(name for name in names if name != vendor))
            monkeypatch.setitem(routes.ORDER, group, order)

    return put


def ask(vendor: str, hosts: HostBook, text: str | None = None) -> VendorFailure:
    """The failure that asking one vendor for its subject ends in."""
    symbol = parse_symbol(text or SUBJECT[vendor])
    query = Query(symbol, day("2024-03-01"), day("2025-03-31"), hosts)
    others = (routes.VENDORS[OTHER[vendor]],)
    with pytest.raises(VendorFailure) as caught:
        complete(routes.VENDORS[vendor], others, query, "auto")
    return caught.value


def fetch(store: Store, *names: str, hosts: HostBook | None = None) -> tuple[Outcome, ...]:
    fetcher = Fetcher(store, now=NOW, hosts=hosts or HostBook(pace=0.0))
    return fetcher.fetch(request_for(*names))


def assert_others_take_over(replay, store: Store, vendor: str, error: type) -> None:
    (outcome,) = fetch(store, SUBJECT[vendor])
    assert outcome.state == "fetched"
    assert outcome.vendor != vendor
    assert [type(failure) for failure in outcome.failures] == [error]
    assert wrong_rows(store, replay.vendors.market) == []


# --- on the wire -----------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("name", WIRE)
def test_a_failure_on_the_wire_is_named_and_the_next_vendor_takes_over(
    replay, store, hosts, first_is, vendor: str, name: str
) -> None:
    reply, expected = WIRE[name]
    first_is(vendor)
    replay.vendors.faults.append(faults.on(vendor, reply))
    failure = ask(vendor, hosts)
    assert type(failure) is expected
    assert failure.fields["vendor"] == vendor
    assert failure.fields["symbol"] == SUBJECT[vendor]
    assert failure.hint
    if reply.status >= 300:
        assert failure.fields["status"] == reply.status
        assert f"HTTP {reply.status}" in str(failure)
    assert_others_take_over(replay, store, vendor, expected)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("manner", ["reset", "short"])
def test_a_body_that_breaks_off_is_no_answer(
    replay, store, hosts, first_is, vendor: str, manner: str
) -> None:
    first_is(vendor)
    replay.vendors.faults.append(faults.manner(vendor, manner))
    assert type(ask(vendor, hosts)) is Unreachable
    assert_others_take_over(replay, store, vendor, Unreachable)


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("manner", ["hang", "drip"])
def test_an_answer_that_does_not_end_is_given_up(replay, hosts, vendor: str, manner: str) -> None:
    replay.vendors.faults.append(faults.manner(vendor, manner))
    failure = ask(vendor, hosts)
    assert type(failure) is Unreachable
    assert "time" in str(failure).lower() or "slow" in str(failure)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_refusal_is_never_repeated(replay, hosts, vendor: str) -> None:
    replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))
    ask(vendor, hosts)
    bars = [r for r in replay.vendors.log if r.vendor == vendor and faults.is_bars(r)]
    assert len(bars) == 1
    again = ask(vendor, hosts)
    assert type(again) is Refused
    assert "left alone" in str(again)
    assert [r for r in replay.vendors.log if r.vendor == vendor and faults.is_bars(r)] == bars


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_short_outage_is_survived(replay, hosts, vendor: str) -> None:
    dropped = []

    def once(request, honest):
        if request.vendor == vendor and faults.is_bars(request) and not dropped:
            dropped.append(request)
            return Reply(manner="drop")
        return None

    replay.vendors.faults.append(once)
    query = Query(parse_symbol(SUBJECT[vendor]), day("2024-03-01"), day("2025-03-31"), hosts)
    done = complete(routes.VENDORS[vendor], (), query, "auto")
    assert dropped
    assert len(done.history.bars.dates) > 200


# --- in the answer ---------------------------------------------------------------------------

BODIES = {
    "cut short": dict.fromkeys(VENDORS, faults.cut_short),
    "wrong columns": faults.WRONG_COLUMNS,
    "reordered columns": faults.REORDERED,
    "strings for numbers": faults.STRINGS,
    "a null row": faults.NULLS,
}


@pytest.mark.parametrize(
    ("name", "vendor"), [(name, vendor) for name, by in BODIES.items() for vendor in by]
)
def test_an_answer_in_another_form_is_refused(
    replay, store, hosts, first_is, name: str, vendor: str
) -> None:
    first_is(vendor)
    replay.vendors.faults.append(faults.rewritten(vendor, BODIES[name][vendor]))
    assert type(ask(vendor, hosts)) is Changed
    assert_others_take_over(replay, store, vendor, Changed)


EDITS = {
    "a session twice": (faults.twice, "twice"),
    "a missing session": (faults.without_a_session, "missing"),
    "a bar on a holiday": (faults.on_a_holiday, "no session"),
    "prices beyond the limit": (faults.off_limit, "limit"),
}


@pytest.mark.parametrize("vendor", ["sina", "eastmoney", "tencent", "yahoo"])
@pytest.mark.parametrize("name", EDITS)
def test_bars_that_cannot_be_are_refused(
    replay, store, hosts, first_is, vendor: str, name: str
) -> None:
    change, word = EDITS[name]
    first_is(vendor)
    replay.vendors.edit = faults.edited(vendor, change)
    failure = ask(vendor, hosts)
    assert type(failure) is Changed
    assert word in str(failure)
    assert_others_take_over(replay, store, vendor, Changed)


def test_an_index_with_a_hole_is_refused(replay, hosts) -> None:
    replay.vendors.edit = faults.edited("yahoo", faults.without_a_session)
    failure = ask("yahoo", hosts, "000300.SH")
    assert type(failure) is Changed
    assert "1 session(s) are missing" in str(failure)


@pytest.mark.parametrize("vendor", ["sina", "eastmoney", "tencent"])
def test_lots_are_turned_into_shares(replay, store, first_is, vendor: str) -> None:
    first_is(vendor)
    replay.vendors.edit = faults.edited(vendor, faults.in_lots)
    (outcome,) = fetch(store, "688111.SH")
    assert outcome.vendor == vendor
    coverage = store.coverages("688111.SH")[vendor]
    stored = store.read(coverage, coverage.first, coverage.last).bars
    known = {bar.day: bar.volume for bar in replay.vendors.market["688111.SH"].bars}
    for when, volume in zip(stored.dates.tolist(), stored.volume.tolist(), strict=True):
        # Eastmoney would now drop the last two digits twice.
        assert volume == pytest.approx(known[when], rel=0.02)


@pytest.mark.parametrize("vendor", ["sina", "eastmoney", "tencent"])
def test_a_unit_that_changes_half_way_is_refused(
    replay, store, hosts, first_is, vendor: str
) -> None:
    first_is(vendor)
    replay.vendors.edit = faults.edited(vendor, faults.partly_in_lots)
    failure = ask(vendor, hosts)
    assert type(failure) is Changed
    assert "neither 1 nor 100" in str(failure)
    assert_others_take_over(replay, store, vendor, Changed)


# --- the factor ------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", ["0.0", "-1.5"])
def test_a_factor_that_is_not_positive_is_refused(replay, store, hosts, factor: str) -> None:
    replay.vendors.factors = lambda security, rows: [{**rows[0], "f": factor}, *rows[1:]]
    failure = ask("sina", hosts)
    assert type(failure) is Changed
    assert "not positive" in str(failure)
    (outcome,) = fetch(store, "688111.SH")
    assert outcome.vendor == "eastmoney"  # whose factor follows from the actions
    assert store.coverages("688111.SH")["eastmoney"].steps_from == "eastmoney"


def test_a_factor_without_its_step_is_refused(replay, store) -> None:
    replay.vendors.factors = lambda security, rows: rows[-1:]
    (outcome,) = fetch(store, "000034.SZ")
    assert [type(f) for f in outcome.failures][:1] == [Changed]
    assert "limit" in str(outcome.failures[0])


MALICE = {
    "a call": '__import__("pathlib").Path("{trap}").write_text("x")',
    "a call as a value": '{{"total":1,"data":[{{"d":"1900-01-01","f":open("{trap}","w")}}]}}',
    "a conditional": '{{"total":1,"data":[]}} if open("{trap}","w") else 0',
    "code beside the comment": '{{"total":0,"data":[]}} or open("{trap}","w") /* x */',
}


@pytest.mark.parametrize("name", MALICE)
@pytest.mark.parametrize("text", ["688111.SH", "510300.SH"])
def test_a_factor_file_is_data_and_never_run(
    replay, store, hosts, tmp_path: Path, name: str, text: str
) -> None:
    trap = tmp_path / "trap"
    body = f"var x={MALICE[name].format(trap=trap)}\n/* note */".encode()

    def malicious(request, honest):
        return Reply(body) if request.path.endswith("hfq.js") else None

    replay.vendors.faults.append(malicious)
    failure = ask("sina", hosts, text)
    assert type(failure) is Changed
    assert "plain list" in str(failure)
    assert not trap.exists()
    fetch(store, text)
    assert not trap.exists()
    assert wrong_rows(store, replay.vendors.market) == []


# --- codes and dates -------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", ["sina", "eastmoney", "tencent", "yahoo"])
def test_an_unknown_code_is_no_data(replay, hosts, vendor: str) -> None:
    # A renamed code looks the same: the vendors know the new one only.
    failure = ask(vendor, hosts, "600999.SH")
    assert type(failure) is NoData
    assert "Check the code" in failure.hint


def test_a_code_nobody_knows_names_every_vendor(replay, store) -> None:
    (outcome,) = fetch(store, "600999.SH")
    assert outcome.state == "failed"
    text = str(outcome.error)
    for vendor in ("sina", "eastmoney", "tencent", "yahoo"):
        assert f"{vendor} has no data" in text
    assert store.all_coverages() == []


@pytest.mark.parametrize("vendor", ["sina", "eastmoney", "tencent", "yahoo"])
def test_the_bar_of_an_open_session_is_not_stored(replay, store, first_is, vendor: str) -> None:
    first_is(vendor)
    request = request_for("688111.SH", end="2025-12-31")
    for moment, last in (
        (datetime(2025, 6, 30, 6, 0, tzinfo=UTC), "2025-06-27"),  # 14:00 in Shanghai
        (datetime(2025, 6, 30, 7, 29, tzinfo=UTC), "2025-06-27"),  # 29 minutes after the close
        (datetime(2025, 6, 30, 7, 30, tzinfo=UTC), "2025-06-30"),
    ):
        Fetcher(store, now=moment, hosts=HostBook(pace=0.0)).fetch(request)
        coverage = store.coverages("688111.SH")[vendor]
        bars = store.read(coverage, coverage.first, coverage.last).bars
        assert (str(coverage.last), str(bars.dates[-1])) == (last, last)


def test_a_suspension_is_confirmed_by_a_second_vendor(replay, store) -> None:
    (outcome,) = fetch(store, "000034.SZ")
    assert (outcome.state, outcome.vendor) == ("fetched", "sina")
    assert store.coverages("000034.SZ")["sina"].unconfirmed == 0
    assert replay.asked("eastmoney") > 0
    assert wrong_rows(store, replay.vendors.market) == []


def test_a_suspension_nobody_can_confirm_is_counted(replay, store) -> None:
    for vendor in ("eastmoney", "tencent", "yahoo"):
        replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))
    (outcome,) = fetch(store, "000034.SZ")
    assert outcome.state == "fetched"
    assert store.coverages("000034.SZ")["sina"].unconfirmed == 10


def test_a_listing_inside_the_window_and_a_delisting_are_stored_as_they_are(replay, store) -> None:
    replay.vendors.market.securities.append(Security("600666.SH", 20.0, last=date(2024, 12, 31)))
    outcomes = fetch(store, "301269.SZ", "600666.SH")
    assert [outcome.state for outcome in outcomes] == ["fetched", "fetched"]
    assert wrong_rows(store, replay.vendors.market) == []
    assert {c.unconfirmed for c in store.all_coverages()} == {0}
