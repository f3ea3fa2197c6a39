"""Faults that show only between two fetches, or between two vendors."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from basketbt.data.sources.stored import StoreSource
from basketbt.data.store import Store
from replay import faults
from replay.invented import Event, Security
from replay.server import Replay
from replay.setting import NOW, known, request_for, wrong_rows
from replay.wire import HTML, Reply
from support.asked import SHARE_VENDORS, SUBJECT, VENDORS, fetch, put_first


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_bar_of_an_open_session_is_not_stored(
    replay: Replay, store: Store, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    put_first(monkeypatch, vendor)
    symbol = SUBJECT[vendor]
    for moment, last in (
        (datetime(2025, 6, 30, 6, 0, tzinfo=UTC), "2025-06-27"),  # 14:00 in Shanghai
        (datetime(2025, 6, 30, 7, 29, tzinfo=UTC), "2025-06-27"),  # 29 minutes after the close
        (datetime(2025, 6, 30, 7, 30, tzinfo=UTC), "2025-06-30"),
    ):
        fetch(store, symbol, now=moment, end="2025-12-31")
        coverage = store.coverages(symbol)[vendor]
        bars = store.read(coverage, coverage.first, coverage.last).bars
        assert (str(coverage.last), str(bars.dates[-1])) == (last, last)


def rewritten_step(replay: Replay, vendor: str) -> None:
    """The vendor tells another step of 12 June 2024 than before, in its own way."""
    if vendor == "eastmoney":  # whose steps follow from the actions
        replay.vendors.faults.append(
            lambda request, honest: (
                Reply(honest().body.replace(b'"PRETAX_BONUS_RMB":5.26', b'"PRETAX_BONUS_RMB":6.26'))
                if request.query.get("reportName") == "RPT_SHAREBONUS_DET"
                else None
            )
        )
    elif vendor == "yahoo":
        replay.vendors.faults.append(
            faults.rewritten("yahoo", faults.adjusted_before("2024-06-12"))
        )
    else:
        replay.vendors.factors = lambda security, rows: [
            {**row, "f": str(float(row["f"]) * 1.01)} if row["d"] == "2024-06-12" else row
            for row in rows
        ]


@pytest.mark.parametrize("vendor", SHARE_VENDORS)
def test_a_changed_old_factor_row_is_a_revision_and_the_old_one_stays(
    replay: Replay, store: Store, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    put_first(monkeypatch, vendor)
    if vendor == "eastmoney":
        replay.vendors.faults.append(
            lambda request, _: (
                Reply(HTML, 403, "text/html") if request.path.endswith("hfq.js") else None
            )
        )
    fetch(store, "000034.SZ", end="2025-02-28")
    coverage = store.coverages("000034.SZ")[vendor]
    before = store.read(coverage, coverage.first, coverage.last).steps
    rewritten_step(replay, vendor)
    (outcome,) = fetch(store, "000034.SZ")
    assert outcome.revised > 0
    pending = store.revisions()
    assert {(r.vendor, r.date) for r in pending} == {(vendor, "2024-06-12")}
    assert "step" in {r.kind for r in pending}
    after = store.read(coverage, coverage.first, coverage.last).steps
    assert known(after).ratios.tolist() == known(before).ratios.tolist()
    notes = StoreSource(store.path, offline=True, now=NOW).load(request_for("000034.SZ")).notes
    assert any("rewritten" in note.text("en") for note in notes)


def test_a_new_name_of_a_share_changes_nothing(replay: Replay, store: Store) -> None:
    """300378 was renamed; prices go by the code."""
    put_name = faults.rewritten(
        "eastmoney", lambda body: body.replace(b'"name":"688111.SH"', '"name":"鼎捷数智"'.encode())
    )
    fetch(store, "688111.SH", end="2025-02-28")
    replay.vendors.faults.append(put_name)
    (outcome,) = fetch(store, "688111.SH")
    assert (outcome.state, outcome.revised) == ("fetched", 0)
    assert wrong_rows(store, replay.vendors.market) == []


def test_a_code_nobody_knows_names_every_vendor(replay: Replay, store: Store) -> None:
    (outcome,) = fetch(store, "600999.SH")
    assert outcome.state == "failed"
    text = str(outcome.error)
    for vendor in SHARE_VENDORS:
        assert f"{vendor} has no data" in text
    assert store.all_coverages() == []


def test_a_suspension_is_confirmed_by_a_second_vendor(replay: Replay, store: Store) -> None:
    (outcome,) = fetch(store, "000034.SZ")
    assert (outcome.state, outcome.vendor) == ("fetched", "sina")
    assert store.coverages("000034.SZ")["sina"].unconfirmed == 0
    assert replay.asked("eastmoney") > 0
    assert wrong_rows(store, replay.vendors.market) == []


def test_a_suspension_nobody_can_confirm_is_counted(replay: Replay, store: Store) -> None:
    for vendor in ("eastmoney", "tencent", "yahoo"):
        replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))
    (outcome,) = fetch(store, "000034.SZ")
    assert outcome.state == "fetched"
    assert store.coverages("000034.SZ")["sina"].unconfirmed == 10


def test_cash_and_rights_of_one_day_are_one_step(replay: Replay, store: Store) -> None:
    day = date(2024, 10, 16)
    both = Event(day, cash=0.2, rights=0.2, rights_price=9.0)
    replay.vendors.market.securities.append(Security("600088.SH", 20.0, events=(both,)))
    fetch(store, "600088.SH")
    coverage = store.coverages("600088.SH")["sina"]
    (action,) = known(store.read(coverage, coverage.first, coverage.last).actions)
    assert (action.cash, action.rights, action.rights_price) == (0.2, 0.2, 9.0)
