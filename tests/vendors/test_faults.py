"""Every way a vendor can fail × every vendor: what the user is told, what the store holds.

``FAULTS`` is the whole matrix. A cell says how the fault is made at that vendor, which error the
user sees and a word of it; or that the vendor's prices are stored and are right; or, as a text,
why the vendor cannot have this fault. Other files have the faults that take two steps
(``test_faults_over_time.py``) and those of the lists beside the prices
(``test_faults_beside_prices.py``).
"""

from __future__ import annotations

import gzip
import resource
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.vendor import Changed, NoData, Refused, Unreachable, VendorFailure
from basketbt.data.store import Store
from replay import faults
from replay.invented import Bar, Security
from replay.server import Replay
from replay.setting import earned, wrong_rows
from replay.wire import HTML, Manner, Reply, Request
from support.asked import HOSTS, SHARE_VENDORS, SUBJECT, VENDORS, ask, completed, fetch, put_first

Install = Callable[..., object]


@dataclass(frozen=True)
class Fails:
    """The vendor's answer is given up with ``error``, and the next vendor delivers."""

    install: Install
    error: type[VendorFailure]
    says: str = ""
    symbol: str = ""


@dataclass(frozen=True)
class Stored:
    """The vendor's prices are stored and are the market's."""

    install: Install
    symbol: str


def _fault(make: Callable[..., object], *arguments: object) -> Install:
    return lambda replay: replay.vendors.faults.append(make(*arguments))


def _edit(vendor: str, change: Callable[[list[Bar]], list[Bar]]) -> Install:
    return lambda replay: setattr(replay.vendors, "edit", faults.edited(vendor, change))


def _close(vendor: str) -> Install:
    return lambda replay: replay.server.closed.update(HOSTS[vendor])


def _add(security: Security) -> Install:
    return lambda replay: replay.vendors.market.securities.append(security)


def _both(*installs: Install) -> Install:
    return lambda replay: [install(replay) for install in installs]


def _nothing(replay: object) -> None:
    """The market itself has it."""


def on_the_wire(reply: Reply, error: type[VendorFailure], says: str = "") -> dict[str, Fails]:
    return {v: Fails(_fault(faults.on, v, reply), error, says) for v in VENDORS}


def in_the_body(by_vendor: dict[str, faults.BODY], says: str = "") -> dict[str, Fails]:
    return {v: Fails(_fault(faults.rewritten, v, by_vendor[v]), Changed, says) for v in VENDORS}


def in_the_bars(change: Callable[[list[Bar]], list[Bar]], says: str) -> dict[str, Fails]:
    return {v: Fails(_edit(v, change), Changed, says) for v in VENDORS}


GONE = Security("600666.SH", 5.0, last=date(2024, 11, 29), delisted=date(2024, 12, 6))
ENDED = Security("000688.SH", 900.0, last=date(2024, 12, 31))
STARTED = Security("000688.SH", 900.0, listed=date(2024, 11, 4))
NO_AMOUNT = "it gives no amount to check the volume by (docs/vendors.md says so)"
NO_FACTOR = "an index has no factor"

FAULTS: Mapping[str, Mapping[str, Fails | Stored | str]] = {
    "connection dropped": on_the_wire(Reply(manner="drop"), Unreachable),
    "connection refused": {v: Fails(_close(v), Unreachable) for v in VENDORS},
    "reset in the body": {
        v: Fails(_fault(faults.manner, v, "reset"), Unreachable) for v in VENDORS
    },
    "truncated body": {v: Fails(_fault(faults.manner, v, "short"), Unreachable) for v in VENDORS},
    "429": on_the_wire(Reply(b"Too Many Requests", 429, "text/plain"), Refused, "HTTP 429"),
    "403": on_the_wire(Reply(HTML, 403, "text/html"), Refused, "HTTP 403"),
    "456": on_the_wire(Reply(HTML, 456, "text/html"), Refused, "HTTP 456"),
    "500": on_the_wire(Reply(b"{}", 500), Refused, "HTTP 500"),
    "502": on_the_wire(Reply(HTML, 502, "text/html"), Refused, "HTTP 502"),
    "redirect": on_the_wire(
        Reply(b"", 302, headers={"Location": "https://www.yahoo.com/"}), Refused, "HTTP 302"
    ),
    "HTML instead of data": on_the_wire(Reply(HTML, 200, "text/html"), Refused, "a web page"),
    "empty body": on_the_wire(Reply(b""), Refused, "an empty answer"),
    "cut short with the right length": in_the_body(dict.fromkeys(VENDORS, faults.cut_short)),
    "wrong columns": in_the_body(faults.WRONG_COLUMNS),
    "reordered columns": in_the_body(faults.REORDERED),
    "strings for numbers": in_the_body(faults.STRINGS),
    "a null row": in_the_body(faults.NULLS),
    "a session twice": in_the_bars(faults.twice, "a second row of the day") | {
        "yahoo": Fails(_edit("yahoo", faults.twice), Changed, "a session twice")
    },
    "a missing middle session": in_the_bars(faults.without_a_session, "missing"),
    "a bar on a holiday": in_the_bars(faults.on_a_holiday, "no session"),
    "prices beyond the limit": in_the_bars(faults.off_limit, "limit") | {
        "csindex": "an index has no daily limit"
    },
    "lots instead of shares": {
        v: Stored(_edit(v, faults.in_lots), "688111.SH") for v in SHARE_VENDORS
    } | {"yahoo": NO_AMOUNT, "csindex": "the volume of an index is not read"},
    "lots from one day on": {
        v: Fails(_edit(v, faults.partly_in_lots), Changed, "neither 1 nor 100")
        for v in SHARE_VENDORS
    } | {"yahoo": NO_AMOUNT, "csindex": "the volume of an index is not read"},
    "factor 0": {
        "sina": Fails(faults.sina_factor("0.0"), Changed, "not positive"),
        "eastmoney": Fails(faults.whole_price_paid_out, Changed, "zero, negative"),
        "tencent": Stored(faults.sina_factor("0.0"), "688111.SH"),  # from the actions then
        "yahoo": Fails(_fault(faults.rewritten, "yahoo", faults.NO_ADJUSTED), Changed, "factor"),
        "csindex": NO_FACTOR,
    },
    "a negative factor": {
        "sina": Fails(faults.sina_factor("-1.5"), Changed, "not positive"),
        "eastmoney": "it follows from the actions: see factor 0",
        "tencent": Stored(faults.sina_factor("-1.5"), "688111.SH"),
        "yahoo": "it is a quotient of prices, which are checked",
        "csindex": NO_FACTOR,
    },
    "a factor without its step": {
        "sina": Fails(faults.sina_without_steps, Changed, "limit", "000034.SZ"),
        "eastmoney": Fails(faults.sina_without_steps, Changed, "limit", "000034.SZ"),
        "tencent": Fails(faults.sina_without_steps, Changed, "limit", "000034.SZ"),
        "yahoo": "its splits and prices come in one answer",
        "csindex": NO_FACTOR,
    },
    "an unknown code": {
        v: Fails(_nothing, NoData, "", "600999.SH" if v != "csindex" else "000999.SH")
        for v in VENDORS
    },
    "a renamed code": in_the_body(faults.RENAMED, "has the code been renamed?"),
    "a delisted code": {v: Stored(_add(GONE), "600666.SH") for v in SHARE_VENDORS} | {
        "yahoo": Fails(
            _both(_add(GONE), _fault(faults.forgotten, "600666")),
            NoData,
            "nothing is found",
            "600666.SH",
        ),
        "csindex": Fails(_add(ENDED), Changed, "missing", "000688.SH"),
    },
    "a listing inside the window": {v: Stored(_nothing, "301269.SZ") for v in SHARE_VENDORS}
    | {"csindex": Stored(_add(STARTED), "000688.SH")},
    "a suspension": {v: Stored(_nothing, "000034.SZ") for v in SHARE_VENDORS} | {
        "yahoo": Stored(_edit("yahoo", faults.repeated_while_suspended), "000034.SZ"),
        "csindex": "a session without a level is missing: see there",
    },
    "code instead of data": in_the_body(dict.fromkeys(VENDORS, faults.code)),
    "gzip": {
        v: Stored(_fault(faults.encoded, v, "gzip", gzip.compress), SUBJECT[v]) for v in VENDORS
    },
    "broken gzip": {
        v: Fails(_fault(faults.encoded, v, "gzip", lambda body: body), Unreachable)
        for v in VENDORS
    },
    "an encoding that nobody asked for": {
        v: Fails(_fault(faults.encoded, v, "br", zlib.compress), Changed) for v in VENDORS
    } | {"yahoo": Fails(_fault(faults.encoded, "yahoo", "br", zlib.compress), Unreachable)},
    "chunked": {v: Stored(_fault(faults.manner, v, "chunked"), SUBJECT[v]) for v in VENDORS},
    "a redirect to a captcha": on_the_wire(
        Reply(b"", 302, headers={"Location": "https://captcha.example/verify"}), Refused, "HTTP 302"
    ),
    "a script that sets a cookie": in_the_body(dict.fromkeys(VENDORS, faults.challenge)),
    "a JSONP wrapper": in_the_body(dict.fromkeys(VENDORS, faults.in_callback)),
    "GBK": {v: Stored(_fault(faults.rewritten, v, faults.IN_GBK[v]), SUBJECT[v])
            for v in VENDORS if v != "yahoo"} | {"yahoo": "its answers are in ASCII"},
}  # fmt: skip

CELLS = [(fault, vendor) for fault, row in FAULTS.items() for vendor in row]
FAILING = [cell for cell in CELLS if isinstance(FAULTS[cell[0]][cell[1]], Fails)]
STORED = [cell for cell in CELLS if isinstance(FAULTS[cell[0]][cell[1]], Stored)]


def test_every_fault_is_answered_for_at_every_vendor() -> None:
    assert {fault: sorted(row) for fault, row in FAULTS.items()} == {
        fault: sorted(VENDORS) for fault in FAULTS
    }


@pytest.mark.parametrize(("fault", "vendor"), FAILING)
def test_the_user_is_told_and_the_next_vendor_takes_over(
    replay: Replay,
    store: Store,
    hosts: RateLimiter,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    vendor: str,
) -> None:
    cell = FAULTS[fault][vendor]
    assert isinstance(cell, Fails)
    symbol = cell.symbol or SUBJECT[vendor]
    put_first(monkeypatch, vendor)
    cell.install(replay)
    failure = ask(vendor, hosts, symbol)
    assert type(failure) is cell.error
    assert (failure.fields["vendor"], failure.fields["symbol"]) == (vendor, symbol)
    assert "." in str(failure.fields["host"])
    assert failure.exit_code == 3
    assert cell.says in str(failure)
    assert failure.hint
    if cell.error is Refused:
        assert failure.fields["status"]
    (outcome,) = fetch(store, symbol)
    assert type(outcome.failures[0]) is cell.error
    assert vendor not in store.coverages(symbol)
    if fault in ("an unknown code", "a factor without its step") or symbol == ENDED.text:
        assert outcome.vendor in ("", "yahoo")  # nobody else has it either, or from one list
    else:
        assert outcome.state == "fetched"
    assert wrong_rows(store, replay.vendors.market) == []


@pytest.mark.parametrize(("fault", "vendor"), STORED)
def test_what_only_looks_like_a_fault_is_stored_as_it_is(
    replay: Replay, store: Store, monkeypatch: pytest.MonkeyPatch, fault: str, vendor: str
) -> None:
    cell = FAULTS[fault][vendor]
    assert isinstance(cell, Stored)
    put_first(monkeypatch, vendor)
    cell.install(replay)
    (outcome,) = fetch(store, cell.symbol)
    assert (outcome.state, outcome.vendor) == ("fetched", vendor), outcome.failures
    assert wrong_rows(store, replay.vendors.market) == []
    coverage = store.coverages(cell.symbol)[vendor]
    assert coverage.unconfirmed == 0
    assert (coverage.delisted is not None) == (fault == "a delisted code")
    history = store.read(coverage, coverage.first, coverage.last)
    security = replay.vendors.market[cell.symbol]
    if not security.is_index:
        known = {bar.day: bar.volume for bar in security.bars}
        for when, volume in zip(history.bars.dates.tolist(), history.bars.volume, strict=True):
            # Eastmoney counts in lots already and would now drop the last two digits twice.
            assert volume == pytest.approx(known[when], rel=0.02)
        truth = security.total_return(*history.bars.dates[[0, -1]].tolist())
        assert earned(history) == pytest.approx(truth, abs=1e-6)


# --- rate limits -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("manner", ["hang", "drip"])
def test_an_answer_that_does_not_end_is_given_up(
    replay: Replay,
    store: Store,
    hosts: RateLimiter,
    monkeypatch: pytest.MonkeyPatch,
    vendor: str,
    manner: Manner,
) -> None:
    from basketbt.data.sources.transport import Limits, Transport

    monkeypatch.setattr(Transport, "limits", Limits(5.0, read=0.3, total=0.6, first_backoff=0.01))
    replay.vendors.faults.append(faults.manner(vendor, manner))
    failure = ask(vendor, hosts)
    assert type(failure) is Unreachable
    assert "time" in str(failure).lower() or "slow" in str(failure)
    assert store.all_coverages() == []


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
def test_an_answer_that_swells_is_given_up(
    replay: Replay, store: Store, hosts: RateLimiter, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    """A kilobyte of gzip that unpacks to gigabytes costs no memory, whichever client reads it."""
    from basketbt.data.sources.transport import Limits, Transport

    monkeypatch.setattr(Transport, "limits", Limits(first_backoff=0.01))
    body = gzip.compress(bytes(200 * 2**20), 9)
    packed = {"Content-Encoding": "gzip"}
    replay.vendors.faults.append(faults.on(vendor, Reply(body, headers=packed)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failure = ask(vendor, hosts)
    assert type(failure) is Unreachable
    assert "larger than any price history" in str(failure)
    assert store.all_coverages() == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 180 * 1024


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_refusal_is_never_repeated(replay: Replay, hosts: RateLimiter, vendor: str) -> None:
    replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))
    ask(vendor, hosts)
    bars = [r for r in replay.vendors.log if r.vendor == vendor and faults.is_bars(r)]
    assert len(bars) == 1
    again = ask(vendor, hosts)
    assert type(again) is Refused
    assert "left alone" in str(again)
    assert [r for r in replay.vendors.log if r.vendor == vendor and faults.is_bars(r)] == bars


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_short_outage_is_survived(replay: Replay, vendor: str) -> None:
    dropped: list[Request] = []

    def once(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        if request.vendor == vendor and faults.is_bars(request) and not dropped:
            dropped.append(request)
            return Reply(manner="drop")
        return None

    replay.vendors.faults.append(once)
    done = completed(vendor, SUBJECT[vendor])
    assert dropped
    assert len(done.history.bars.dates) > 200


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_proxy_that_is_not_there_is_unreachable(
    replay: Replay, hosts: RateLimiter, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    failure = ask(vendor, hosts)
    assert type(failure) is Unreachable
    assert "proxy" in failure.hint
    assert replay.vendors.log == []


@pytest.mark.parametrize("vendor", [v for v in VENDORS if v != "yahoo"])
def test_a_proxy_with_its_own_certificates_needs_one_variable(
    replay: Replay, hosts: RateLimiter, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    """SSL_CERT_FILE too, which Yahoo's client heeds by itself and akshare does not."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name)
    failure = ask(vendor, hosts)
    assert type(failure) is Unreachable
    assert "certificate" in str(failure).lower()
    assert "REQUESTS_CA_BUNDLE" in failure.hint
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        with monkeypatch.context() as one:
            one.setenv(name, replay.environment[name])
            assert len(completed(vendor, SUBJECT[vendor]).history.bars.dates) > 200


# --- a factor file is data -------------------------------------------------------------------

MALICE = {
    "a call": '__import__("pathlib").Path("{trap}").write_text("x")',
    "a call as a value": '{{"total":1,"data":[{{"d":"1900-01-01","f":open("{trap}","w")}}]}}',
    "a conditional": '{{"total":1,"data":[]}} if open("{trap}","w") else 0',
    "code beside the comment": '{{"total":0,"data":[]}} or open("{trap}","w") /* x */',
}


@pytest.mark.parametrize("name", MALICE)
@pytest.mark.parametrize("text", ["688111.SH", "510300.SH"])
def test_a_factor_file_is_data_and_never_run(
    replay: Replay, store: Store, hosts: RateLimiter, tmp_path: Path, name: str, text: str
) -> None:
    trap = tmp_path / "trap"
    body = f"var x={MALICE[name].format(trap=trap)}\n/* note */".encode()

    def malicious(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        return Reply(body) if request.path.endswith("hfq.js") else None

    replay.vendors.faults.append(malicious)
    failure = ask("sina", hosts, text)
    assert type(failure) is Changed
    assert "plain list" in str(failure)
    assert not trap.exists()
    fetch(store, text)
    assert not trap.exists()
    assert wrong_rows(store, replay.vendors.market) == []
