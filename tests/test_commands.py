"""What every command promises: help, --json, --quiet, --lang, its exit code, and a pipe that ends.

docs/json.md says what --json prints; errors.py has the exit codes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from basketbt.cli.main import app
from basketbt.errors import BasketbtError
from support.written import command, python

#: What prints a file of another form, and no result.
WITHOUT_JSON = {"schema"}
STUDY = """\
study: small
events: deepseek-r1
baskets: [guojin/software, csc/applications]
windows: [[0, 5]]
prices: {source: sample}
grid: {weighting: [equal, stance]}
"""


def leaves(tree: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by the words that call it."""
    if not hasattr(tree, "commands"):
        yield name, tree
        return
    for word, below in tree.commands.items():
        yield from leaves(below, f"{name} {word}".strip())
    if name == "runs":  # a group that lists when nothing follows
        yield name, tree


COMMANDS = dict(leaves(get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_json_quiet_and_a_language(name: str) -> None:
    taken = [text for one in COMMANDS[name].params for text in one.opts]
    assert len(taken) == len(set(taken))
    wanted = {"--quiet", "--lang", *({"--json"} if name not in WITHOUT_JSON else ())}
    assert wanted <= set(taken)


def test_every_json_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
    told = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert told == set(COMMANDS) - WITHOUT_JSON


def classes(error: type[BasketbtError]) -> Iterator[type[BasketbtError]]:
    yield error
    for below in error.__subclasses__():
        yield from classes(below)


def test_the_table_of_exit_codes_has_those_of_every_error() -> None:
    page = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
    rows = page.partition("## Exit codes")[2].splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| ") and row[2].isdigit()]
    told = {int(code) for cell in cells for code in cell.split(",")}
    assert {one.exit_code for one in classes(BasketbtError)} <= told
    assert {0, 130} <= told


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study, its run, its event study and its grid."""
    desk = tmp_path_factory.mktemp("desk")
    (desk / "small.yaml").write_text(STUDY, encoding="utf-8")
    for words in (["run", "small.yaml", "--no-report"], ["grid", "small.yaml"]):
        done = command(*words, "--quiet", cwd=desk)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return desk


#: Commands that answer without a vendor: the words, and a key of the JSON.
ANSWERS = [
    ("list", "rows"),
    ("show guojin/software", "rows"),
    ("show guojin/software --history", "rows"),
    ("overlap guojin/software csc/applications", "rows"),
    ("check", "problems"),
    ("events", "rows"),
    ("events deepseek-r1", "rows"),
    ("events shocks", "rows"),
    ("rules --on 2025-02-05", "rows"),
    ("runs", "rows"),
    ("runs prune --keep 9", "rows"),
    ("run small.yaml --no-report", "summary"),
    ("events study small.yaml", "event_study"),
    ("grid small.yaml", "variants"),
    ("report small", "page"),
    ("verify small", "reproduces"),
    ("lock small.yaml -o small.zip", "content"),
    ("config prices", "prices"),
    ("doctor", "here"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "key"), ANSWERS, ids=[words for words, _ in ANSWERS])
def test_json_is_one_document_and_quiet_says_nothing(words: str, key: str, desk: Path) -> None:
    told = command(*words.split(), "--json", cwd=desk)
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["format"] == 1
    assert key in answer
    assert command(*words.split(), "--quiet", cwd=desk).stdout == ""
    refused = command(*words.split(), "--lang", "fr", cwd=desk)
    assert refused.returncode == 2
    assert "fr" in refused.stderr


@pytest.mark.slow
def test_a_shell_completes_commands_and_runs(desk: Path) -> None:
    program = Path(sys.executable).with_name("basketbt")
    if not program.exists():
        pytest.skip("basketbt is not installed beside this Python")
    for typed, wanted in (("basketbt eve", "events"), ("basketbt report sm", "small")):
        asks = {"_BASKETBT_COMPLETE": "complete_bash", "COMP_WORDS": typed}
        env = {**os.environ, **asks, "COMP_CWORD": str(len(typed.split()) - 1)}
        done = subprocess.run(
            [program], cwd=desk, env=env, capture_output=True, text=True, check=False
        )
        assert done.stdout.split() == [wanted], done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("show nobody/nothing", 2),
        ("run nothing.yaml", 2),
        ("report nothing", 2),
        ("runs prune", 2),
        ("list --nonsense", 2),
        ("run small.yaml --set baskets=[csc/compute] --set windows=[[0,300]]", 3),
        ("run small.yaml --out small.yaml", 4),
        ("verify small --source lock:small.yaml", 2),
    ],
)
def test_what_goes_wrong_is_a_line_and_its_exit_code(words: str, code: int, desk: Path) -> None:
    done = command(*words.split(), cwd=desk)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs signals and pipes of POSIX")
@pytest.mark.parametrize("words", ["list --json", "events --json", "run small.yaml --json"])
def test_a_reader_who_has_enough_ends_the_command_without_a_word(words: str, desk: Path) -> None:
    call = [sys.executable, "-m", "basketbt", *words.split()]
    with subprocess.Popen(
        call, cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        said = running.stderr.read()
    assert (running.returncode, said) == (0, b"")


# The command, at which Ctrl-C is pressed while it reads prices.
INTERRUPTED = """\
import os, signal, sys, time
from basketbt.__main__ import main
from basketbt.data.sources.sample import SampleSource

def load(self, request):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(10)

SampleSource.load = load
sys.argv = ["basketbt", *sys.argv[1:]]
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")
@pytest.mark.parametrize(
    "words",
    [
        "run small.yaml --out stopped",
        "run --list 688111 --event deepseek-r1 --source sample --out stopped",
        "events study small.yaml --out stopped",
        "grid small.yaml --out stopped",
        "verify small",
        "lock small.yaml -o stopped/small.zip",
    ],
)
def test_ctrl_c_ends_a_command_with_a_line_and_nothing_written(words: str, desk: Path) -> None:
    done = python("-c", INTERRUPTED, *words.split(), cwd=desk)
    assert done.returncode == 130
    assert len(done.stderr.splitlines()) == 1
    assert not (desk / "stopped").exists()
