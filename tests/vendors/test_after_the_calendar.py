"""A year that the program's calendar does not know: it ends on 31 March 2025 here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from basketbt.cli.fetching import _warn_of_the_calendar
from basketbt.data.sources.beyond import stored_sessions
from basketbt.data.sources.stored import StoreSource
from basketbt.data.store import Store
from basketbt.errors import OutsideCalendar
from basketbt.market import calendars, refresh
from basketbt.market.calendars import calendar
from replay.invented import small_market
from replay.server import Replay
from replay.setting import request_for, wrong_rows
from replay.wire import HTML, Reply
from support.asked import fetch

LATER = datetime(2025, 7, 1, 9, tzinfo=UTC)
END = date(2025, 3, 31)


@pytest.fixture(autouse=True)
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for security in small_market().securities:
        assert security.bars  # made while the calendar is whole
    for name in calendars.MARKETS:
        lines = (calendars.TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.startswith("#") or line[:10] <= str(END)]
        (tmp_path / f"{name}.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")
    monkeypatch.setattr(calendars, "TABLES", tmp_path)
    monkeypatch.setattr(refresh, "upstream_closes", lambda name, last=None: {})
    monkeypatch.setattr(calendars, "_learnt", {})
    monkeypatch.setattr(calendars, "_providers", {})
    calendar.cache_clear()
    calendars._longer.cache_clear()
    yield
    monkeypatch.undo()
    calendar.cache_clear()
    calendars._longer.cache_clear()


def sessions_asked(replay: Replay) -> int:
    return sum("klc_td_sh" in request.path for request in replay.vendors.log)


def test_a_study_that_ends_earlier_never_hears_of_it(replay: Replay, store: Store) -> None:
    outcomes = fetch(store, "688111.SH", "000300.SH", now=LATER, end="2025-02-28")
    assert [o.state for o in outcomes] == ["fetched", "fetched"]
    assert sessions_asked(replay) == 0
    again = fetch(store, "688111.SH", "000300.SH", now=LATER, end="2025-02-28")
    assert [o.state for o in again] == ["stored", "stored"]
    source = StoreSource(store.path, offline=True, now=LATER)
    assert source.load(request_for("688111.SH", "000300.SH", end="2025-02-28")).notes == ()


def test_later_sessions_come_from_sinas_calendar_and_are_kept(replay: Replay, store: Store) -> None:
    outcomes = fetch(store, "688111.SH", "000300.SH", now=LATER, end="2025-06-27")
    assert [(o.state, o.until) for o in outcomes] == [("fetched", "")] * 2
    assert sessions_asked(replay) == 1
    assert wrong_rows(store, replay.vendors.market) == []
    # A new process, offline: what the store learnt is enough.
    calendars._learnt.clear()
    calendars.remember_from(lambda name, after: stored_sessions(store.path, name, after))
    assert calendar("XSHG").known_until >= np.datetime64("2025-06-27")
    source = StoreSource(store.path, offline=True, now=LATER)
    data = source.load(request_for("688111.SH", "000300.SH", end="2025-06-27"))
    assert data.notes == ()
    assert str(data.bars.dates.max()) == "2025-06-27"


def test_without_sina_an_index_tells_the_sessions(replay: Replay, store: Store) -> None:
    replay.vendors.faults.append(
        lambda request, _: Reply(HTML, 502, "text/html") if request.vendor == "sina" else None
    )
    (outcome,) = fetch(store, "688111.SH", now=LATER, end="2025-06-27")
    assert (outcome.state, outcome.until) == ("fetched", "")
    assert wrong_rows(store, replay.vendors.market) == []


def test_without_anybody_the_calendar_ends_where_it_ends(replay: Replay, store: Store) -> None:
    replay.vendors.faults.append(lambda request, _: Reply(HTML, 403, "text/html"))
    (outcome,) = fetch(store, "688111.SH", now=LATER, end="2025-06-27")
    assert outcome.state == "failed"
    with pytest.raises(OutsideCalendar):
        calendar("XSHG").on_or_after(date(2025, 5, 6))


def test_fetching_warns_that_the_calendar_has_ended(
    replay: Replay, capsys: pytest.CaptureFixture[str]
) -> None:
    _warn_of_the_calendar()  # the clock of this machine is later than the table
    assert "no session of Shanghai after 2025-03-31 is known here" in capsys.readouterr().err


def test_days_of_the_table_are_never_learnt(replay: Replay) -> None:
    holiday = np.array(["2025-01-29", "2025-04-01"], dtype="datetime64[D]")
    calendars.learn("XSHG", holiday)
    assert not calendar("XSHG").are_sessions(holiday[:1])[0]
    assert str(calendar("XSHG").known_until) == "2025-04-01"
