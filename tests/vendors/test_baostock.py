"""The optional third opinion: baostock's client in a process that is killed when it hangs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from basketbt.cli import store as store_commands
from basketbt.cli.options import vendor_pair
from basketbt.data.sources import baostock
from basketbt.data.sources.auto import Fetcher
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import vendors_for
from basketbt.data.sources.vendor import (
    Changed,
    NoData,
    Query,
    Refused,
    Unreachable,
    VendorFailure,
)
from basketbt.data.store import Store
from basketbt.data.store.book import PATH_VARIABLE
from basketbt.market.symbols import parse_symbol
from replay import faults
from replay.invented import Market, small_market
from replay.server import Replay
from replay.setting import FIRST, LAST, NOW, day, request_for, wrong_rows
from replay.wire import HTML, Reply
from support.written import write_list

# What the client looks like from outside, and how it misbehaves. It prints on login, as the real
# one does.
CLIENT = """
import json, os, sys, time
from pathlib import Path
HERE = Path(__file__).parent
MODE = (HERE / "mode").read_text()
class Result:
    def __init__(self, fields, rows, code="0", text="success"):
        self.fields, self._rows, self.error_code, self.error_msg = fields, rows, code, text
    def next(self):
        return bool(self._rows)
    def get_row_data(self):
        return self._rows.pop(0)
def login():
    print("login success!")
    with (HERE / "logins").open("a") as file:
        file.write("x")
    if MODE == "no login":
        return Result([], [], "10001001", "no such user")
    if MODE == "barred":
        return Result([], [], "10001011", "黑名单用户，请与管理员联系")
    return Result([], [])
def query_history_k_data_plus(code, fields, start_date, end_date, frequency, adjustflag):
    assert (frequency, adjustflag) == ("d", "3")
    if MODE == "hangs":
        while True:
            time.sleep(1)
    if MODE == "dies":
        os._exit(1)
    if MODE == "dies once" and not (HERE / "died").exists():
        (HERE / "died").touch()
        os._exit(1)
    if MODE == "an error":
        return Result([], [], "10004020", "server error")
    names = fields.split(",")
    table = json.loads((HERE / "rows.json").read_text()).get(code, [])
    rows = [[row[name] for name in names] for row in table if start_date <= row["date"] <= end_date]
    if MODE == "other columns":
        names = names[::-1]
    if MODE == "another share":
        rows = [["2024-06-03", "sh.600000", *row[2:]] for row in rows]
    if MODE == "adjusted":
        rows = [[*row[:9], "2", *row[10:]] for row in rows]
    if MODE == "words":
        rows = [[*row[:5], "n/a", *row[6:]] for row in rows]
    return Result(names, rows)
"""


def rows_of(market: Market, text: str) -> list[dict[str, str]]:
    """Every session, suspended ones too, as baostock writes them."""
    security = market[text]
    code = f"{security.symbol.exchange.lower()}.{security.code}"
    bars = {bar.day: bar for bar in security.bars}
    rows, close = [], security.start
    for session in security.sessions:
        bar = bars.get(session)
        told = {"date": session.isoformat(), "code": code, "adjustflag": "3", "isST": "0"}
        if bar is None:
            flat = dict.fromkeys(("open", "high", "low", "close", "preclose"), f"{close:.4f}")
            rows.append({**told, **flat, "volume": "", "amount": "", "tradestatus": "0"})
            continue
        prices = {name: f"{getattr(bar, name):.4f}" for name in ("open", "high", "low", "close")}
        money = {"volume": str(bar.volume), "amount": f"{bar.amount:.4f}"}
        reference = {"preclose": f"{bar.reference:.4f}", "tradestatus": "1"}
        rows.append({**told, **prices, **money, **reference})
        close = bar.close
    return rows


Client = Callable[[str], None]


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client that is installed, and answers in a mode."""
    folder = tmp_path / "site"
    (folder / "baostock").mkdir(parents=True)
    (folder / "baostock" / "__init__.py").write_text(CLIENT)
    info = folder / "baostock-0.9.4.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: baostock\nVersion: 0.9.4\n")
    market = small_market()
    table = {
        f"{text[-2:].lower()}.{text[:6]}": rows_of(market, text)
        for text in ("688111.SH", "000034.SZ")
    }
    (folder / "baostock" / "rows.json").write_text(json.dumps(table))
    monkeypatch.syspath_prepend(str(folder))
    baostock.end()

    def answers(mode: str) -> None:
        (folder / "baostock" / "mode").write_text(mode)

    answers("well")
    yield answers
    baostock.end()
    sys.modules.pop("baostock", None)


def ask(text: str = "688111.SH", hosts: RateLimiter | None = None) -> Query:
    book = hosts or RateLimiter(pace=0.0, tries=1)
    return Query(parse_symbol(text), day(FIRST), day(LAST), book)


def failure(query: Query) -> VendorFailure:
    with pytest.raises(VendorFailure) as caught:
        baostock.history(query)
    return caught.value


def test_its_bars_and_steps_are_the_markets(client: Client) -> None:
    market = small_market()
    for text in ("688111.SH", "000034.SZ"):
        found = baostock.history(ask(text))
        truth = {d: c for d, c in market[text].closes.items() if FIRST <= d <= LAST}
        assert dict(zip(found.bars.dates.tolist(), found.bars.close, strict=True)) == truth
        wealth = found.with_factor.close * found.with_factor.factor
        earned = market[text].total_return(min(truth), max(truth))
        assert wealth[-1] / wealth[0] - 1 == pytest.approx(earned, abs=1e-3)
        assert found.actions is None
    assert (Path(sys.path[0]) / "baostock" / "logins").read_text() == "x"  # one connection


def test_it_is_asked_only_where_it_is_installed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = parse_symbol("688111.SH")
    assert vendors_for(share, "auto")[-1].name == "baostock"
    assert not any(vendor.name == "baostock" for vendor in vendors_for(share, "akshare"))
    monkeypatch.setattr("basketbt.data.sources.baostock.is_installed", lambda: False)
    assert vendors_for(share, "auto")[-1].name == "yahoo"


@pytest.mark.parametrize(
    ("mode", "error", "says"),
    [
        ("dies", Unreachable, "ended without an answer"),
        ("barred", Refused, "黑名单"),
        ("no login", Refused, "no such user"),
        ("an error", Refused, "server error"),
        ("other columns", Changed, "other columns"),
        ("another share", Changed, "has the code been renamed?"),
        ("adjusted", Changed, "not as traded"),
        ("words", Changed, "no number"),
    ],
)
def test_a_bad_answer_is_told_and_nothing_of_it_used(
    client: Client, mode: str, error: type[VendorFailure], says: str
) -> None:
    client(mode)
    found = failure(ask())
    assert type(found) is error
    assert says in str(found)


def test_who_was_barred_is_left_alone(client: Client) -> None:
    client("barred")
    hosts = RateLimiter(pace=0.0)
    failure(ask(hosts=hosts))
    assert hosts.closed(baostock.HOST)


def test_a_code_it_does_not_know_has_no_data(client: Client) -> None:
    assert type(failure(ask("600999.SH"))) is NoData


def test_a_client_that_hangs_is_killed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client("hangs")
    monkeypatch.setattr(baostock, "PATIENCE", 1.0)
    began = time.monotonic()
    found = failure(ask())
    assert time.monotonic() - began < 10
    assert type(found) is Unreachable
    assert found.timed_out
    assert baostock._child is None
    client("well")
    monkeypatch.undo()


def test_a_client_that_died_is_started_again(client: Client) -> None:
    client("dies once")
    assert len(baostock.history(ask(hosts=RateLimiter(pace=0.0))).bars) > 200


def test_when_all_others_refuse_it_delivers(client: Client, replay: Replay, store: Store) -> None:
    for vendor in ("sina", "eastmoney", "tencent", "yahoo"):
        replay.vendors.faults.append(faults.on(vendor, Reply(HTML, 456, "text/html")))
    fetcher = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0))
    outcomes = fetcher.fetch(request_for("688111.SH", "000034.SZ"))
    assert [(one.state, one.vendor) for one in outcomes] == [("fetched", "baostock")] * 2
    assert wrong_rows(store, replay.vendors.market) == []


def test_reconcile_holds_it_against_another_vendor(
    client: Client, replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_list(tmp_path, "mine/list", "688111.SH", "000034.SZ", published="2025-01-10")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PATH_VARIABLE, str(tmp_path / "store.sqlite"))
    app = typer.Typer()
    store_commands.register(app)
    command = ["reconcile", "mine/list", "--between", "sina,baostock", "--end", "2025-03-31"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "688111.SH" in done.output


def test_without_the_client_reconcile_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("basketbt.data.sources.baostock.is_installed", lambda: False)
    with pytest.raises(baostock.NoBaostock) as caught:
        vendor_pair("sina,baostock")
    assert "basketbt[baostock]" in caught.value.hint


def test_without_sinas_factor_it_is_the_second_opinion(
    client: Client, replay: Replay, store: Store
) -> None:
    replay.vendors.faults.append(
        lambda request, _: Reply(HTML, 403, "text/html") if request.vendor == "sina" else None
    )
    fetcher = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0))
    (outcome,) = fetcher.fetch(request_for("000034.SZ"))
    assert (outcome.state, outcome.vendor, outcome.lacking) == ("fetched", "tencent", ())
    (coverage,) = store.coverages("000034.SZ").values()
    assert (coverage.steps_from, coverage.actions_from) == ("baostock", "eastmoney")
