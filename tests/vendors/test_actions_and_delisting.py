"""Rights issues and delisting dates: from the vendors' lists to what a study computes with."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from basketbt.data.lock import LockSource, write_lock
from basketbt.data.panel import Status, build_panel
from basketbt.data.sources.auto import Fetcher
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.stored import StoreSource
from basketbt.data.sources.vendor import Changed
from basketbt.data.store import Store
from basketbt.data.store.connection import OlderStore
from basketbt.data.store.schema import MIGRATIONS, version
from basketbt.market.calendars import calendar
from replay import faults
from replay.invented import Event, Security
from replay.server import Replay
from replay.setting import FIRST, LAST, NOW, day, earned, known, request_for, wrong_rows
from replay.wire import HTML, Reply, Request
from support.asked import completed, fetch

RIGHTS, BOTH = date(2024, 7, 15), date(2024, 10, 16)
ISSUER = Security(
    "600088.SH",
    20.0,
    events=(
        Event(RIGHTS, rights=0.3, rights_price=8.0),
        Event(BOTH, cash=0.2, rights=0.2, rights_price=9.0),
    ),
    suspended=(date(2024, 7, 8), date(2024, 7, 12)),  # while holders pay
)
GONE = Security("600666.SH", 5.0, last=date(2024, 11, 29), delisted=date(2024, 12, 6))
GONE_TOO = Security("000666.SZ", 5.0, last=date(2024, 11, 29), delisted=date(2024, 12, 6))


@pytest.fixture(autouse=True)
def shares(replay: Replay) -> None:
    replay.vendors.market.securities += [ISSUER, GONE, GONE_TOO]


def refuse(replay: Replay, word: str) -> None:
    """Refuse every request whose address or report holds ``word``."""

    def fault(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        text = request.host + request.path + request.query.get("reportName", "")
        return Reply(HTML, 456, "text/html") if word in text else None

    replay.vendors.faults.append(fault)


# --- rights issues ---------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", ["sina", "eastmoney", "tencent"])
def test_a_rights_issue_is_an_action_and_a_step_of_the_factor(replay: Replay, vendor: str) -> None:
    done = completed(vendor, "600088.SH")
    found = [
        (str(a.ex_date), a.cash, a.bonus, a.rights, a.rights_price)
        for a in known(done.history.actions)
    ]
    assert found == [
        (RIGHTS.isoformat(), 0.0, 0.0, 0.3, 8.0),
        (BOTH.isoformat(), pytest.approx(0.2), 0.0, 0.2, 9.0),
    ]
    assert done.lacking == ()
    assert earned(done.history) == pytest.approx(ISSUER.total_return(FIRST, LAST), abs=1e-6)


def test_without_sinas_list_the_step_follows_from_the_rights_issue(replay: Replay) -> None:
    refuse(replay, "hfq.js")
    done = completed("eastmoney", "600088.SH")
    assert done.history.steps_from == "eastmoney"
    steps = known(done.history.steps)
    assert [str(d) for d in steps.dates] == [RIGHTS.isoformat(), BOTH.isoformat()]
    assert earned(done.history) == pytest.approx(ISSUER.total_return(FIRST, LAST), abs=1e-6)


def test_a_study_measures_against_the_reference_with_rights(replay: Replay, tmp_path: Path) -> None:
    """(C - cash + rights price x rights) / (1 + bonus + rights), half up to the fen; the price
    return leaves out the cash and nothing else. From the store and from a lock alike."""
    request = request_for("600088.SH", "000300.SH")
    data = StoreSource(tmp_path / "store.sqlite", now=NOW).load(request)
    write_lock(tmp_path / "x.lock", data, request)
    for source in (data, LockSource(tmp_path / "x.lock").load(request)):
        sessions = calendar("XSHG").between(day(FIRST), day(LAST))
        panel = build_panel(source, ("600088.SH",), calendar="XSHG", sessions=sessions)
        price = total = 1.0
        for event in ISSUER.events:
            row = int(np.searchsorted(sessions, day(event.day)))
            before = [b.close for b in ISSUER.bars if b.day < event.day][-1]
            exact = (before - event.cash + event.rights_price * event.rights) / (1 + event.rights)
            assert panel.reference[row, 0] == pytest.approx(
                math.floor(exact * 100 + 0.5 + 1e-8) / 100, abs=1e-9
            )
            price *= before / ((before + event.rights_price * event.rights) / (1 + event.rights))
            total *= before / exact
        change = ISSUER.closes[LAST] / ISSUER.closes[FIRST]
        assert panel.total[-1, 0] / panel.total[0, 0] == pytest.approx(change * total, rel=1e-6)
        assert panel.price[-1, 0] / panel.price[0, 0] == pytest.approx(change * price, rel=1e-6)
        assert [a.rights for a in panel.actions] == [0.3, 0.2]


def test_the_list_of_the_market_is_asked_for_once(replay: Replay, store: Store) -> None:
    fetch(store, "600088.SH", "688111.SH", "300624.SZ")
    pages = [
        r.query["pageNumber"]
        for r in replay.vendors.log
        if r.query.get("reportName") == "RPT_IPO_ALLOTMENT"
    ]
    assert pages == ["1", "2"]  # akshare asks for the first page twice; it is sent for once
    with sqlite3.connect(store.path) as db:
        told = db.execute(
            "SELECT symbol, count(*) FROM fetch WHERE url LIKE '%ALLOTMENT%' GROUP BY symbol"
        ).fetchall()
    db.close()
    assert dict(told) == dict.fromkeys(["600088.SH", "688111.SH", "300624.SZ"], 2)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("cut short", lambda body: body[: len(body) // 2]),
        ("a row without its price", lambda body: body.replace(b'"ISSUE_PRICE":8.0', b'"X":8.0')),
        ("a negative ratio", lambda body: body.replace(b'PLACING_RATIO":3', b'PLACING_RATIO":-3')),
        ("rows that are missing", lambda body: body.replace(b'"count":5', b'"count":50')),
    ],
)
def test_half_a_list_of_actions_never_passes_for_the_whole(
    replay: Replay, store: Store, what: str, change: Callable[[bytes], bytes]
) -> None:
    def fault(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        if request.query.get("reportName") != "RPT_IPO_ALLOTMENT":
            return None
        reply = honest()
        return Reply(change(reply.body))

    replay.vendors.faults.append(fault)
    first, second = fetch(store, "600088.SH", "688111.SH")
    for outcome in (first, second):
        assert outcome.state == "fetched"
        (failure,) = outcome.lacking
        assert type(failure) is Changed
        assert failure.fields["symbol"] == outcome.symbol
    coverage = store.coverages("600088.SH")["sina"]
    assert coverage.actions_from is None
    # The factor is Sina's, so the total return is right all the same.
    history = store.read(coverage, coverage.first, coverage.last)
    truth = ISSUER.total_return(FIRST, LAST)
    assert earned(history) == pytest.approx(truth, abs=1e-6)
    assert (
        not StoreSource(store.path, offline=True, now=NOW)
        .load(request_for("600088.SH"))
        .has_actions
    )
    replay.vendors.faults.clear()
    again = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0))
    again.fetch(request_for("600088.SH"), thorough=True)
    assert store.coverages("600088.SH")["sina"].actions_from == "eastmoney"


def test_yahoo_is_passed_over_where_its_factor_leaves_out_a_rights_issue(
    replay: Replay, store: Store
) -> None:
    for vendor in ("sina", "tencent"):
        replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))
    refuse(replay, "kline/get")
    first, second = fetch(store, "600088.SH", "688111.SH")
    assert first.state == "failed"
    assert "yahoo answered with something that cannot be trusted" in str(first.error)
    assert f"leaves out the rights issue of {RIGHTS}" in str(first.error)
    assert (second.state, second.vendor) == ("fetched", "yahoo")


# --- delisting -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["600666.SH", "000666.SZ"])
def test_a_delisted_share_is_known_by_the_exchanges_date(
    replay: Replay, tmp_path: Path, name: str
) -> None:
    request = request_for(name, "000300.SH")
    data = StoreSource(tmp_path / "store.sqlite", now=NOW).load(request)
    assert data.notes == ()
    assert str(data.instruments[name].delisted) == "2024-12-06"
    write_lock(tmp_path / "x.lock", data, request)
    offline = StoreSource(tmp_path / "store.sqlite", offline=True, now=NOW).load(request)
    sessions = calendar("XSHG").between(day(FIRST), day(LAST))
    for source in (data, offline, LockSource(tmp_path / "x.lock").load(request)):
        panel = build_panel(source, (name,), calendar="XSHG", sessions=sessions)
        status = dict(zip(sessions.tolist(), panel.status[:, 0].tolist(), strict=True))
        assert status[date(2024, 11, 29)] == Status.TRADED
        assert status[date(2024, 12, 2)] == Status.SUSPENDED
        assert status[date(2024, 12, 9)] == Status.DELISTED
        last = replay.vendors.market[name].closes[date(2024, 11, 29)]
        assert panel.total[-1, 0] == pytest.approx(last)  # carried at its last price


def test_nobody_asks_the_exchange_about_a_share_that_trades(replay: Replay, store: Store) -> None:
    fetch(store, "688111.SH", "000034.SZ")
    assert replay.asked("sse") == replay.asked("szse") == 0


def test_a_share_that_stopped_and_is_not_on_the_list_is_suspended(
    replay: Replay, store: Store
) -> None:
    replay.vendors.market.securities.append(Security("600777.SH", 9.0, last=date(2025, 3, 14)))
    (outcome,) = fetch(store, "600777.SH")
    assert (outcome.state, outcome.lacking) == ("fetched", ())
    assert replay.asked("sse") == 1
    assert store.coverages("600777.SH")["sina"].delisted is None


@pytest.mark.parametrize("what", ["refused", "cut short", "another form", "page of several"])
def test_without_the_list_the_share_is_kept_and_the_list_named(
    replay: Replay, store: Store, what: str
) -> None:
    bodies = {
        "cut short": b'{"result": [{"COMPANY',
        "another form": b'{"result": [{"CODE": "600666"}]}',
        "page of several": b'{"pageHelp": {"total": 900}, "result": '
        b'[{"COMPANY_CODE": "600005", "COMPANY_ABBR": "x", "LIST_DATE": "19990803", '
        b'"DELIST_DATE": "20170214"}]}',
    }
    reply = Reply(bodies[what]) if what in bodies else Reply(HTML, 403, "text/html")
    replay.vendors.faults.append(lambda request, _: reply if request.vendor == "sse" else None)
    (outcome,) = fetch(store, "600666.SH")
    assert outcome.state == "fetched"
    (failure,) = outcome.lacking
    assert failure.fields["host"] == "query.sse.com.cn"
    assert wrong_rows(store, replay.vendors.market) == []
    assert store.coverages("600666.SH")["sina"].delisted is None


# --- a store from before ---------------------------------------------------------------------


def as_first_format(path: Path) -> None:
    """Turn a store into what an earlier version would have left."""
    db = sqlite3.connect(path)
    db.execute("ALTER TABLE coverage DROP COLUMN delisted")
    db.execute("DELETE FROM action WHERE rights > 0")
    db.execute("PRAGMA user_version = 1")
    db.execute("PRAGMA application_id = 0")
    db.commit()
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()


def test_an_older_store_is_renewed_and_its_actions_asked_for_again(
    replay: Replay, store: Store
) -> None:
    fetch(store, "600088.SH")
    store.close()
    as_first_format(store.path)
    offline = StoreSource(store.path, offline=True, now=NOW).load(request_for("600088.SH"))
    assert not offline.has_actions
    with Store(store.path) as renewed:
        fetcher = Fetcher(renewed, now=NOW, hosts=RateLimiter(pace=0.0))
        (outcome,) = fetcher.fetch(request_for("600088.SH"), thorough=True)
        assert (outcome.state, outcome.revised) == ("fetched", 0)
        coverage = renewed.coverages("600088.SH")["sina"]
        history = renewed.read(coverage, coverage.first, coverage.last)
        assert [action.rights for action in known(history.actions)] == [0.3, 0.2]
    with sqlite3.connect(store.path) as db:
        assert version(db) == len(MIGRATIONS)
    db.close()


def test_an_older_store_that_cannot_be_written_is_said(
    replay: Replay, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(store, "688111.SH")
    store.close()
    as_first_format(store.path)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(OlderStore, match="format 1") as caught:
        Store(store.path, read_only=True)
    assert "Copy it" in caught.value.hint
