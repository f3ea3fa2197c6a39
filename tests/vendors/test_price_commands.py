"""The price commands as a user types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from basketbt.cli import store as store_commands
from basketbt.data import probe
from basketbt.data.lock import LockSource
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.store import Store
from basketbt.data.store.book import PATH_VARIABLE
from basketbt.data.validation.answers import last_closed_session
from basketbt.errors import BasketbtError
from replay import faults
from replay.invented import Bar
from replay.server import Replay
from replay.setting import wrong_rows
from replay.wire import HTML, Reply
from support.written import share, write_list, write_study

Command = Callable[..., Result]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def basketbt(
    replay: Replay, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run a command in a folder with one list and one study."""
    write_list(tmp_path, "mine/list", share("688111.SH", stance="recommend"), "000034.SZ")
    write_study(tmp_path, baskets="mine/list", windows="[[0, 5]]")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PATH_VARIABLE, str(path))
    app = typer.Typer()
    store_commands.register(app)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [str(a) for a in arguments])

    return run


def test_fetch_fills_the_store_and_says_what_it_did(
    replay: Replay, basketbt: Command, path: Path
) -> None:
    done = basketbt("fetch", "study.yaml")
    assert done.exit_code == 0, done.output
    for symbol in ("688111.SH", "000034.SZ", "000300.SH"):
        assert f"{symbol}  fetched  sina" in done.stdout
    with Store(path, read_only=True) as store:
        assert wrong_rows(store, replay.vendors.market) == []
    again = basketbt("fetch", "study.yaml", "--json")
    assert {row["state"] for row in json.loads(again.stdout)["rows"]} == {"stored"}


@pytest.mark.parametrize(
    "command",
    [
        ("fetch", "study.yaml"),
        ("lock", "study.yaml", "-o", "x.lock", "--source", "auto"),
        ("reconcile", "study.yaml"),
    ],
)
def test_ctrl_c_keeps_what_is_done_and_the_next_call_resumes(
    replay: Replay,
    basketbt: Command,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    save = Store.save

    def stopped_after(self: Store, *arguments: Any, **options: Any) -> None:
        save(self, *arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "save", stopped_after)
    done = basketbt(*command)
    assert done.exit_code == 130
    assert "every price fetched so far is kept" in done.stderr
    assert not Path("x.lock").exists()
    monkeypatch.undo()
    with Store(path, read_only=True) as store:
        kept = [coverage.symbol for coverage in store.all_coverages()]
        assert len(kept) == 1
        assert wrong_rows(store, replay.vendors.market) == []


def test_fetch_takes_a_basket_and_a_range(basketbt: Command, path: Path) -> None:
    done = basketbt("fetch", "mine/list", "--start", "2025-01-02", "--end", "2025-02-28", "--quiet")
    assert (done.exit_code, done.output) == (0, "")
    with Store(path, read_only=True) as store:
        assert {(str(c.first), str(c.last)) for c in store.all_coverages()} == {
            ("2025-01-02", "2025-02-28")
        }


def test_fetch_that_cannot_get_a_symbol_names_it_and_every_vendor(
    replay: Replay, basketbt: Command
) -> None:
    for vendor in ("sina", "eastmoney", "tencent", "yahoo"):
        replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))
    done = basketbt("fetch", "mine/list")
    assert done.exit_code == 3
    assert "error: 688111.SH, 000034.SZ: sina refused (finance.sina.com.cn" in done.stderr
    for vendor in ("sina", "eastmoney", "tencent", "yahoo"):  # one line each, not one a symbol
        assert sum(f" {vendor} refused" in line for line in done.stderr.splitlines()) <= 2
    assert "it resumes" in done.stderr


def test_fetch_passes_a_vendor_over_and_says_so(replay: Replay, basketbt: Command) -> None:
    replay.vendors.faults.append(faults.on("sina", Reply(HTML, 456, "text/html")))
    done = basketbt("fetch", "mine/list")
    assert done.exit_code == 0
    assert "688111.SH  fetched  tencent" in done.stdout
    assert "passed over: 688111.SH, 000034.SZ, 000300.SH: sina refused" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("fetch", "mine/nothing"), "mine/nothing"),
        (("fetch", "mine/list", "--source", "google"), "google"),
        (("fetch", "mine/list", "--start", "2025-13-01"), "2025-13-01"),
        (("reconcile", "mine/list", "--between", "sina"), "sina"),
        (("reconcile", "mine/list", "--between", "sina,foo"), "vendor is called 'foo'"),
        (("fetch", "688111.SH"), "688111.SH is one security"),
        (("store", "accept", "17"), "17"),
    ],
)
def test_a_mistake_is_named(
    basketbt: Command, path: Path, arguments: tuple[str, ...], what: str
) -> None:
    Store(path).close()
    done = basketbt(*arguments)
    assert isinstance(done.exception, BasketbtError)
    assert what in str(done.exception)
    assert done.exception.exit_code == 2


@pytest.mark.parametrize("text", ["", "- 688111.SH\n", "broker: [\n"])
def test_a_file_that_is_neither_study_nor_list_is_a_mistake_too(
    basketbt: Command, text: str
) -> None:
    Path("other.yaml").write_text(text, encoding="utf-8")
    done = basketbt("fetch", "other.yaml")
    assert isinstance(done.exception, BasketbtError)
    assert done.exception.exit_code == 2
    assert "other.yaml" in str(done.exception)


def test_a_rewritten_past_is_listed_and_accepted(replay: Replay, basketbt: Command) -> None:
    basketbt("fetch", "study.yaml", "--quiet")
    replay.vendors.edit = faults.edited(
        "sina",
        lambda bars: [
            replace(bar, volume=bar.volume + 1000) if bar.day.isoformat() == "2024-09-02" else bar
            for bar in bars
        ],
    )
    done = basketbt("fetch", "study.yaml", "--refresh")
    assert done.exit_code == 0
    assert "store revisions" in done.stderr
    listed = basketbt("store", "revisions")
    assert listed.stdout.count("2024-09-02") == 3
    assert "pending revisions: 3" in basketbt("store", "info").stdout
    assert basketbt("store", "accept", "1").stdout == "accepted 1\n"
    assert basketbt("store", "accept", "--all").stdout == "accepted 2\n"
    assert (
        len(json.loads(basketbt("store", "revisions", "--accepted", "--json").stdout)["rows"]) == 3
    )
    assert basketbt("store", "check").stdout == "sound\n"


def test_a_copy_can_be_taken_away_and_brought_back(
    basketbt: Command, path: Path, tmp_path: Path
) -> None:
    basketbt("fetch", "study.yaml", "--quiet")
    assert basketbt("store", "export", tmp_path / "copy.sqlite").exit_code == 0
    refused = basketbt("store", "export", tmp_path / "copy.sqlite")
    assert "exists already" in str(refused.exception)
    deleted = basketbt("store", "prune", "688111.SH", "--yes")
    assert "deleted 1" in deleted.stdout
    brought = basketbt("store", "import", tmp_path / "copy.sqlite")
    assert brought.exit_code == 0
    assert brought.stdout.startswith("3 histories, ")
    assert brought.stdout.rstrip().endswith("0 revisions")
    with Store(path) as store, Store(tmp_path / "copy.sqlite", read_only=True) as copy:
        assert [(c.vendor, c.symbol, c.first, c.last) for c in store.all_coverages()] == [
            (c.vendor, c.symbol, c.first, c.last) for c in copy.all_coverages()
        ]


def test_prune_needs_to_be_told_what(basketbt: Command, path: Path) -> None:
    Store(path).close()
    assert basketbt("store", "prune").exit_code == 2


def test_lock_freezes_a_study_without_asking_again(
    replay: Replay, basketbt: Command, tmp_path: Path
) -> None:
    basketbt("fetch", "study.yaml", "--quiet")
    asked = len(replay.vendors.log)
    done = basketbt("lock", "study.yaml", "-o", "x.lock", "--source", "auto", "--offline")
    assert done.exit_code == 0, done.output
    assert len(replay.vendors.log) == asked
    assert LockSource(tmp_path / "x.lock").content in done.stdout


def test_reconcile_agrees_when_the_vendors_do(basketbt: Command) -> None:
    done = basketbt("reconcile", "mine/list")
    assert done.exit_code == 0, done.output
    assert "mine/list" in done.stdout
    assert "differs" not in done.stdout


def test_reconcile_shows_a_difference_and_its_effect(replay: Replay, basketbt: Command) -> None:
    # Tencent has one close 0.5 % too high and lots where the others have shares.
    replay.vendors.edit = faults.edited("tencent", faults.raised("2025-05-30", 1.005, 1.02))
    window = ("--start", "2024-12-02", "--end", "2025-05-30")
    done = basketbt("reconcile", "mine/list", "--between", "sina,tencent", "--json", *window)
    assert done.exit_code == 3
    report = json.loads(done.stdout)
    for one in report["comparisons"]:
        assert not one["agrees"]
        assert one["worst_day"] == "2025-05-30"
        assert one["close_difference"] == pytest.approx(0.005, abs=3e-4)
    effects = [one["effect"] for one in report["comparisons"] if one["symbol"] != "000300.SH"]
    (basket,) = report["baskets"]
    assert (basket["basket"], basket["weighting"], basket["agrees"]) == (
        "mine/list",
        "equal",
        False,
    )
    assert basket["effect"] == pytest.approx(sum(effects) / 2)
    loose = basketbt(
        "reconcile", "mine/list", "--between", "sina,tencent", "--tolerance", "0.02", *window
    )
    assert loose.exit_code == 0


def test_reconcile_of_a_study_uses_its_own_weights_and_windows(
    replay: Replay, basketbt: Command
) -> None:
    """Oracle: one share's last close is one per cent too high, so a list bought before and
    valued on that day gains its weight in that share times the share's growth, times 1 %."""
    settings = {"split_at_publication": "false", "weighting": "[stance, equal]"}
    write_study(Path(), baskets="mine/list", windows="[[0, 5], [0, 8]]", **settings)
    zero = replay.vendors.market["688111.SH"].sessions.index(date(2025, 1, 21))
    last = replay.vendors.market["688111.SH"].sessions[zero + 5]

    def change(bars: list[Bar]) -> list[Bar]:
        return [
            replace(bar, close=bar.close * 1.01, high=bar.high * 1.02) if bar.day == last else bar
            for bar in bars
        ]

    replay.vendors.edit = lambda vendor, security, bars: (
        change(bars) if (vendor, security.text) == ("eastmoney", "688111.SH") else bars
    )
    done = basketbt("reconcile", "study.yaml", "--json", "--tolerance", "0.002")
    assert done.exit_code == 3
    rows = {(r["weighting"].split()[0], r["window"]): r for r in json.loads(done.stdout)["baskets"]}
    security = replay.vendors.market["688111.SH"]
    before = security.sessions[zero - 1]
    wrong = round(security.closes[last] * 1.01, 2)  # Eastmoney tells two decimals
    gain = (wrong - security.closes[last]) / security.closes[before]
    for weighting, weight in (("stance", 2 / 3), ("equal", 1 / 2)):
        row = rows[weighting, "[0,+5]"]
        assert row["effect"] == pytest.approx(-weight * gain, rel=1e-6)
        assert not row["agrees"]
        assert rows[weighting, "[0,+8]"]["effect"] == pytest.approx(0.0, abs=1e-12)
        assert rows[weighting, "[0,+8]"]["agrees"]
    said = basketbt("reconcile", "study.yaml", "--tolerance", "0.002").stdout
    line = next(line for line in said.splitlines() if "stance" in line)
    assert f"{-2 / 3 * gain:+.3%}" in line
    assert "[0,+5]" in line


def test_reconcile_says_which_vendor_failed(replay: Replay, basketbt: Command) -> None:
    replay.vendors.faults.append(faults.on("tencent", Reply(HTML, 456, "text/html")))
    done = basketbt("reconcile", "mine/list", "--between", "sina,tencent")
    assert done.exit_code == 3
    assert "tencent refused" in done.stderr


def test_doctor_names_versions_and_the_store_that_is_not_there(
    basketbt: Command, path: Path
) -> None:
    done = basketbt("doctor")
    assert done.exit_code == 0
    assert "akshare" in done.stdout
    assert "not there yet" in done.stdout
    assert not path.exists()


def test_doctor_live_without_internet_names_the_hosts(
    replay: Replay, basketbt: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay.vendors.faults.append(lambda request, _: Reply(manner="drop"))
    monkeypatch.setattr("basketbt.data.sources.rate_limiter.pace_of_environment", lambda: 0.0)
    done = basketbt("doctor", "--live")
    assert done.exit_code == 3
    first, *rest = done.stderr.splitlines()
    assert "HTTPS_PROXY" in "".join(rest)
    named = first.removeprefix("unreachable: ").split(", ")
    assert {
        "datacenter-web.eastmoney.com",
        "finance.sina.com.cn",
        "proxy.finance.qq.com",
        "push2his.eastmoney.com",
        "query.sse.com.cn",
        "query2.finance.yahoo.com",
        "www.csindex.com.cn",
        "www.szse.cn",
    } <= set(named) | {"push2his.eastmoney.com"}
    assert " unreachable " in done.stdout
    bars = [r for r in replay.vendors.log if r.host == "push2his.eastmoney.com"]
    assert len(bars) <= 1  # a look, not a fetch: nobody is asked three times


def test_doctor_live_ends_the_pause_of_hosts_that_answer(
    replay: Replay, basketbt: Command, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("basketbt.data.sources.rate_limiter.pace_of_environment", lambda: 0.0)
    monkeypatch.setattr(
        "basketbt.data.probe.last_closed_session",
        lambda symbol, now: last_closed_session(symbol, datetime(2025, 6, 30, 9, tzinfo=UTC)),
    )
    with Store(path) as store:
        for host in ("finance.sina.com.cn", "elsewhere.example"):
            store.hosts().refused(host, "HTTP 456")
    done = basketbt("doctor", "--live")
    assert done.exit_code == 0, done.output
    with Store(path) as store:
        assert store.hosts().closed("finance.sina.com.cn") is None
        assert store.hosts().closed("elsewhere.example") is not None


def test_a_vendor_that_answers_as_it_used_to_is_well(replay: Replay) -> None:
    findings = list(probe.probe(datetime(2025, 6, 30, 9, tzinfo=UTC), RateLimiter(pace=0.0)))
    assert [finding.failure for finding in findings] == [""] * len(findings)
    asked = [finding for finding in findings if finding.last_bar]
    assert len(asked) == len(probe.QUESTIONS)
    assert {finding.last_bar for finding in asked} == {"2025-06-30"}


def test_a_vendor_that_tells_another_close_is_found(replay: Replay) -> None:
    replay.vendors.edit = faults.edited(
        "tencent", lambda bars: [*bars[:-1], replace(bars[-1], close=bars[-1].low)]
    )
    findings = list(probe.probe(datetime(2025, 6, 30, 9, tzinfo=UTC), RateLimiter(pace=0.0)))
    bad = [finding for finding in findings if finding.failure]
    assert {(one.vendor, one.state) for one in bad} == {("tencent", "differs")}
    assert all("sina at" in one.failure for one in bad)


def test_the_first_one_asked_is_not_always_right(replay: Replay) -> None:
    """Three agree against Sina: Sina is the finding, and none of them."""
    replay.vendors.edit = faults.edited(
        "sina", lambda bars: [*bars[:-1], replace(bars[-1], close=bars[-1].low)]
    )
    findings = probe.probe(datetime(2025, 6, 30, 9, tzinfo=UTC), RateLimiter(pace=0.0))
    assert {f.vendor for f in findings if f.state == "differs" and f.symbol == "688111.SH"} == {
        "sina"
    }


def test_a_late_file_and_another_country_are_nobodys_fault(replay: Replay) -> None:
    replay.vendors.edit = faults.edited("tencent", lambda bars: bars[:-1])
    replay.vendors.faults.append(faults.on("sina", Reply(HTML, 502, "text/html")))
    findings = probe.probe(datetime(2025, 6, 30, 9, tzinfo=UTC), RateLimiter(pace=0.0))
    states = {(f.vendor, f.symbol): f.state for f in findings}
    assert states["tencent", "688111.SH"] == "late"
    assert states["sina", "688111.SH"] == "elsewhere"
    assert {f.state for f in findings} <= set(probe.BLAMELESS)
    assert probe.place_of(findings) == "outside"


def test_where_sina_serves_yahoo_is_blocked(replay: Replay) -> None:
    replay.vendors.faults.append(
        lambda request, _: Reply(manner="drop") if request.vendor == "yahoo" else None
    )
    findings = probe.probe(datetime(2025, 6, 30, 9, tzinfo=UTC), RateLimiter(pace=0.0, tries=1))
    assert {f.state for f in findings if f.vendor == "yahoo"} == {"elsewhere"}
    assert probe.place_of(findings) == "inside"


def test_doctor_live_is_one_table_and_one_document(
    replay: Replay, basketbt: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("basketbt.data.sources.rate_limiter.pace_of_environment", lambda: 0.0)
    monkeypatch.setattr(
        "basketbt.data.probe.last_closed_session",
        lambda symbol, now: last_closed_session(symbol, datetime(2025, 6, 30, 9, tzinfo=UTC)),
    )
    done = basketbt("doctor", "--live", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["here"]["akshare"]
    rows = told["vendors"]
    assert {(r["vendor"], r["symbol"]) for r in rows} >= set(probe.QUESTIONS)
    assert {r["state"] for r in rows} == {"well"}
    table = basketbt("doctor", "--live").stdout
    assert all(f"{r['vendor']:<9}  {r['symbol']:<9}  well" in table for r in rows)
