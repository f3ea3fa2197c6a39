"""A file that is late is no suspension: no session is covered by silence."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from basketbt.data.sources.stored import StoreSource
from basketbt.data.store import Store
from replay import faults
from replay.invented import Bar
from replay.server import Replay
from replay.setting import request_for, wrong_rows
from replay.wire import HTML, Reply
from support.asked import fetch

EVENING = datetime(2025, 6, 30, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai
MORNING = datetime(2025, 7, 1, 4, 0, tzinfo=UTC)
LAST = date(2025, 6, 30)
END = "2025-12-31"


def without_last(bars: list[Bar]) -> list[Bar]:
    return [bar for bar in bars if bar.day < LAST]


def late(replay: Replay, *vendors: str) -> None:
    replay.vendors.edit = lambda vendor, security, bars: (
        without_last(bars) if vendor in vendors else bars
    )


def banned(replay: Replay, *vendors: str) -> None:
    for vendor in vendors:
        replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))


def test_who_has_the_last_session_is_taken(replay: Replay, store: Store) -> None:
    late(replay, "sina")
    outcomes = fetch(store, "688111.SH", "000300.SH", now=EVENING, end=END)
    assert [o.vendor for o in outcomes] == ["tencent", "csindex"]
    assert [o.until for o in outcomes] == ["", ""]
    assert wrong_rows(store, replay.vendors.market) == []


@pytest.mark.parametrize("name", ["688111.SH", "000300.SH"])
def test_what_nobody_has_yet_is_asked_again_and_is_no_revision(
    replay: Replay, store: Store, name: str
) -> None:
    late(replay, "sina", "tencent", "eastmoney", "csindex", "yahoo")
    (outcome,) = fetch(store, name, now=EVENING, end=END)
    assert (outcome.state, outcome.until) == ("fetched", "2025-06-27")
    assert wrong_rows(store, replay.vendors.market) == []
    late(replay)
    (outcome,) = fetch(store, name, now=MORNING, end=END)
    assert (outcome.state, outcome.until, outcome.revised) == ("fetched", "", 0)
    assert store.revisions() == []
    assert wrong_rows(store, replay.vendors.market) == []


def test_a_late_file_that_nobody_else_can_check_ends_before_the_gap(
    replay: Replay, store: Store
) -> None:
    """Days after the close too: only a second vendor without a bar makes a suspension."""
    late(replay, "sina")
    banned(replay, "tencent", "eastmoney", "yahoo")
    (outcome,) = fetch(store, "688111.SH", now=datetime(2025, 6, 30, 23, tzinfo=UTC), end=END)
    assert (outcome.state, outcome.until) == ("fetched", "2025-06-27")
    notes = (
        StoreSource(store.path, offline=True, now=MORNING)
        .load(request_for("688111.SH", end=LAST))
        .notes
    )
    assert any("only from" in note.text("en") for note in notes)


def test_a_share_suspended_to_the_end_is_one_after_a_day(replay: Replay, store: Store) -> None:
    late(replay, "sina", "tencent", "eastmoney", "yahoo")
    (evening,) = fetch(store, "688111.SH", now=EVENING, end=END)
    (later,) = fetch(
        store, "688111.SH", now=datetime(2025, 7, 1, 6, 59, tzinfo=UTC), end="2025-06-30"
    )
    assert (evening.until, later.until) == ("2025-06-27", "")


def test_an_index_that_ended_long_ago_is_not_late(replay: Replay, store: Store) -> None:
    replay.vendors.edit = lambda vendor, security, bars: bars[:-20]
    (outcome,) = fetch(store, "000300.SH", now=MORNING, end=END)
    assert outcome.state == "failed"
    assert "missing" in str(outcome.error)
