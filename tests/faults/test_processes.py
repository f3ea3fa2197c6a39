"""What a terminal, a shell and a system do to a command: streams, code pages, signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from faults import world

PROGRAM = [sys.executable, "-m", "basketbt"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.make(tmp_path_factory.mktemp("processes") / "world")


def shell(command: str, here: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    """A command line as a shell runs it; ``basketbt`` stands for the program."""
    program = " ".join(PROGRAM)
    return subprocess.run(
        ["sh", "-c", command.replace("basketbt", program, 1)],
        cwd=here,
        env={**os.environ, "BASKETBT_STATE": str(here / "state"), **more},
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_a_folder_that_is_gone_is_said(here: Path) -> None:
    done = shell("mkdir gone; cd gone; rmdir ../gone; basketbt list", here)
    assert done.returncode == 2
    assert b"no such file" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("closed", "command", "code"),
    [
        (">&-", "run s.yaml", 0),
        ("2>&-", "run none", 2),
        ("<&-", "list", 0),
        (">&- 2>&-", "run none", 2),
        ("<&- >&- 2>&-", "run s.yaml", 0),
    ],
)
def test_closed_streams_change_no_exit_code(
    here: Path, closed: str, command: str, code: int
) -> None:
    done = shell(f"basketbt {command} {closed}", here)
    assert done.returncode == code
    assert b"Traceback" not in done.stdout + done.stderr


def test_a_reader_that_leaves_early_is_no_error(here: Path) -> None:
    done = shell("basketbt list | head -1", here)
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


@pytest.mark.parametrize(
    ("encoding", "command"),
    [
        ("ascii", "run s.yaml"),
        ("gbk", "list"),
        ("gbk", "run 没有"),
        ("latin-1", "list"),
        ("cp1252", "run 没有"),
        ("utf-16", "list"),
    ],
)
def test_an_old_code_page_shows_what_it_can(here: Path, encoding: str, command: str) -> None:
    done = shell(f"basketbt {command}", here, PYTHONIOENCODING=encoding)
    assert b"Traceback" not in done.stdout + done.stderr
    assert done.returncode == (2 if "没有" in command else 0)


def test_json_stays_json_on_an_old_code_page(here: Path) -> None:
    import json

    done = shell("basketbt list --json", here, PYTHONIOENCODING="ascii")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in str(json.loads(done.stdout)))


def test_what_nobody_foresaw_is_one_line_and_a_private_report(here: Path) -> None:
    broken = here / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import basketbt.config.study as s\n"
        "def fails(*_): raise KeyError('no such thing')\n"
        "s.load_study = fails\n"
    )
    path = f"{broken}:{os.environ.get('PYTHONPATH', '')}"
    done = shell("basketbt check s.yaml", here, PYTHONPATH=path)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    (report,) = (here / "state/reports").iterdir()
    assert str(report).encode() in done.stderr
    assert "no such thing" in report.read_text()
    assert report.stat().st_mode & 0o077 == 0


def test_a_private_umask_is_kept(here: Path) -> None:
    done = shell("umask 077; basketbt run s.yaml --out mine --format figures", here)
    assert done.returncode == 0, done.stderr
    assert [
        p for p in (here / "mine").rglob("*") if p.lstat().st_mode & 0o077 and not p.is_symlink()
    ] == []


def test_a_full_disk_is_one_line_and_nothing_half_written(here: Path) -> None:
    """A limit on the size of files stands for a disk without room."""
    done = shell("ulimit -f 8; trap '' XFSZ; basketbt run s.yaml --out small", here)
    assert done.returncode == 4, done.stderr
    assert b"Traceback" not in done.stderr
    assert [p for p in (here / "small").rglob("*") if p.is_file()] == []


def stopped(command: Sequence[str], number: int, here: Path) -> tuple[int, str]:
    """The exit code and the words of a command that gets a signal while it waits for an answer.

    All it asks goes to a proxy that takes the call and never says a word.
    """
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        with (
            subprocess.Popen(
                [*PROGRAM, *command],
                cwd=here,
                env={**os.environ, **dict.fromkeys(names, proxy)},
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
            ) as running,
            silent.accept()[0],
        ):
            running.send_signal(number)
            return running.wait(60), (running.stderr.read() if running.stderr else "")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_during_a_fetch_ends_in_one_line(here: Path, number: int, code: int) -> None:
    """The line says what is kept."""
    store = f"new-{number}.sqlite"
    ended, said = stopped(["fetch", "mine.yaml", "--store", store, "--quiet"], number, here)
    assert ended == code, said
    assert "Traceback" not in said
    assert "kept" in said
    assert shell(f"basketbt store check --store {store}", here).returncode in (0, 3)


def test_a_signal_that_is_ignored_stays_ignored(here: Path) -> None:
    done = shell("trap '' HUP; basketbt run s.yaml & p=$!; sleep 1; kill -HUP $p; wait $p", here)
    assert done.returncode == 0, done.stderr
