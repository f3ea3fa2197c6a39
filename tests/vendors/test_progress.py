"""What is seen while prices are fetched: on a terminal, piped, with --quiet; and how it ends."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from basketbt.cli import progress
from basketbt.cli.progress import Counter
from basketbt.data.sources.auto import Outcome
from basketbt.data.store import Store
from basketbt.data.store.book import PATH_VARIABLE
from replay import faults
from replay.server import Replay
from replay.setting import wrong_rows
from replay.wire import Reply
from support.children import child_environment
from support.written import share, write_list, write_study

SHARES = ("688111.SH", "000034.SZ", "300624.SZ", "301269.SZ")


def test_a_line_counts_and_says_how_long_the_rest_takes() -> None:
    clock = [0.0]
    counter = Counter(20, lambda: clock[0])
    assert counter.line() == "0/20  0 stored, 0 fetched, 0 failed"
    for _ in range(4):
        counter.add(Outcome("000300.SH", "stored"))
    clock[0] = 30.0
    for name in SHARES:
        counter.add(Outcome(name, "fetched", "sina"))
    assert counter.line() == (
        "8/20  8 a minute, 1:30 left  4 stored, 4 fetched, 0 failed  301269.SZ"
    )
    assert counter.bar() == "[####--------]"


@pytest.fixture
def project(replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A list and a study in the working directory; the environment of a command there."""
    write_list(tmp_path, "mine/list", share("688111.SH", stance="recommend"), *SHARES[1:])
    write_study(tmp_path, baskets="mine/list", windows="[[0, 5]]")
    monkeypatch.chdir(tmp_path)
    own = {
        "BASKETBT_PACE": "0.2",
        PATH_VARIABLE: str(tmp_path / "store.sqlite"),
        "COLUMNS": "80",
    }
    return child_environment(replay.environment | own)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "basketbt", *arguments]


def on_a_terminal(arguments: tuple[str, ...], environment: dict[str, str]) -> tuple[int, str]:
    """The exit code of a command on a pseudo-terminal, and all that it wrote there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*arguments), stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            seen += block
    os.close(ours)
    return process.returncode, seen.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("fetch", "study.yaml"),
        ("run", "study.yaml", "--source", "auto"),
        ("reconcile", "mine/list"),
        ("lock", "study.yaml", "-o", "made.lock", "--source", "auto"),
    ],
)
def test_on_a_terminal_a_line_is_drawn_over(
    replay: Replay, project: dict[str, str], arguments: tuple[str, ...]
) -> None:
    code, seen = on_a_terminal(arguments, project)
    assert code == 0, seen
    assert "Traceback" not in seen
    if arguments[0] == "fetch":
        assert "\r\x1b[K[" in seen
        assert re.search(r"5/5 +\d+ a minute, 0:00 left +0 stored, 5 fetched, 0 failed", seen)


@pytest.mark.parametrize("host", ["", "finance.sina.com.cn", "query2.finance.yahoo.com"])
def test_doctor_on_a_terminal_is_a_table_whatever_a_host_does(
    replay: Replay, project: dict[str, str], host: str
) -> None:
    replay.vendors.faults.append(
        lambda request, _: Reply(manner="drop") if request.host == host else None
    )
    code, seen = on_a_terminal(("doctor", "--live"), project | {"COLUMNS": "120"})
    assert code == 3  # today the invented vendors have no bars
    assert "Traceback" not in seen
    for vendor in ("sina", "tencent", "eastmoney", "csindex", "sse", "szse"):
        assert re.search(rf"^ *{vendor} ", seen, re.MULTILINE), seen


@pytest.mark.parametrize("name", ["drop", "502"])
def test_a_run_in_trouble_says_so_on_a_terminal(
    replay: Replay, project: dict[str, str], name: str
) -> None:
    reply = Reply(manner="drop") if name == "drop" else Reply(b"<html>", 502, "text/html")
    replay.vendors.faults.append(lambda request, _: reply)
    code, seen = on_a_terminal(("run", "study.yaml", "--source", "auto"), project)
    assert code == 3
    assert "Traceback" not in seen
    for words in ("no vendor can be asked any more", "HTTPS_PROXY", "--source sample", "doctor"):
        assert words in seen


@pytest.mark.parametrize(
    "arguments",
    [
        ("fetch", "study.yaml"),
        ("fetch", "study.yaml", "--quiet"),
        ("fetch", "study.yaml", "--json"),
        ("run", "study.yaml", "--source", "auto", "--quiet"),
        ("lock", "study.yaml", "-o", "made.lock", "--source", "auto"),
        ("reconcile", "mine/list"),
    ],
)
def test_piped_nothing_is_drawn(
    replay: Replay, project: dict[str, str], arguments: tuple[str, ...]
) -> None:
    done = subprocess.run(command(*arguments), env=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    warnings = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    assert warnings == []
    assert (done.stdout == "") == ("--quiet" in arguments)


def test_piped_a_line_comes_every_ten_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert progress.EVERY == 10.0
    monkeypatch.setattr(progress, "EVERY", 0.05)
    with progress.progress(5) as report:
        report(Outcome("688111.SH", "fetched", "sina"))
        time.sleep(0.12)
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) <= 3
    assert set(lines) == {"1/5  0 stored, 1 fetched, 0 failed  688111.SH"}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_keeps_what_is_there_and_goes_on_from_it(
    replay: Replay, project: dict[str, str], how: signal.Signals
) -> None:
    slow = project | {"BASKETBT_PACE": "0.6"}
    path = Path(project[PATH_VARIABLE])
    with subprocess.Popen(
        command("fetch", "study.yaml"), env=slow, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        _wait_for_one(path)
        process.send_signal(how)
        began = time.monotonic()
        process.wait(10)
        assert time.monotonic() - began < 3
        said = process.stderr.read().decode() if process.stderr else ""
    if how is signal.SIGINT:
        assert process.returncode == 130
        assert "every price fetched so far is kept" in said
    assert "Traceback" not in said
    with Store(path, read_only=True) as store:
        kept = {coverage.symbol for coverage in store.all_coverages()}
        assert kept
        assert wrong_rows(store, replay.vendors.market) == []
    before = len(replay.vendors.log)
    done = subprocess.run(command("fetch", "study.yaml"), env=project, capture_output=True)
    assert done.returncode == 0
    asked = {r.path + str(r.query) for r in replay.vendors.log[before:] if faults.is_bars(r)}
    assert not any(name[:6] in one for one in asked for name in kept)


def _wait_for_one(path: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if path.exists():
            with Store(path, read_only=True) as store:
                if store.all_coverages():
                    return
        select.select([], [], [], 0.05)
    raise AssertionError("nothing was stored")


def test_without_a_network_one_screen_says_what_to_do(
    replay: Replay, project: dict[str, str]
) -> None:
    replay.vendors.faults.append(lambda request, _: Reply(manner="drop"))
    began = time.monotonic()
    done = subprocess.run(
        command("fetch", "study.yaml"), env=project, capture_output=True, text=True
    )
    assert time.monotonic() - began < 20
    assert done.returncode == 3
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) < 20
    assert lines[0].startswith("error: no vendor can be asked any more: 5 of 5 symbols are missing")
    for word in ("HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "--source sample", "files:FOLDER"):
        assert word in done.stderr
    for host in ("finance.sina.com.cn", "proxy.finance.qq.com", "push2his.eastmoney.com"):
        assert host in done.stderr
