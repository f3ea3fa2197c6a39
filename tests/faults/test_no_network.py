"""No command asks anybody for anything but those that say so: each is run under a guard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from basketbt.cli.main import app
from faults import world

#: Each command as it is run here, none of which may ask.
QUIET = {
    "check": "check s.yaml",
    "compare": "compare run other",
    "config prices": "config prices prices",
    "doctor": "doctor",
    "events shocks": "events shocks",
    "events show": "events show deepseek-r1",
    "events study": "events study s.yaml",
    "extract": "extract note.txt --out drafts --study --check",
    "grid": "grid s.yaml --yes",
    "init": "init study another",
    "list": "list",
    "lock": "lock s.yaml -o new.lock",
    "overlap": "overlap guojin/software galaxy/telecom",
    "prices inspect": "prices inspect prices",
    "report": "report run",
    "rules": "rules",
    "run": "run s.yaml",
    "runs prune": "runs prune --results results --keep 5",
    "schema": "schema study",
    "show": "show mine.yaml",
    "store accept": "store accept --all --store store.sqlite",
    "store check": "store check --deep --store store.sqlite",
    "store export": "store export copy.sqlite --store store.sqlite",
    "store import": "store import store.sqlite --store other.sqlite",
    "store info": "store info --store store.sqlite",
    "store prune": "store prune --vendor sina --yes --store other.sqlite",
    "store revisions": "store revisions --store store.sqlite",
    "verify": "verify run --source lock:x.lock",
}
#: What is for asking. `run`, `lock`, `grid` and `verify` ask too where vendors are their source,
#: `doctor` with --live, `init` with --from-board.
ASKING = {"fetch": "fetch mine.yaml", "reconcile": "reconcile mine.yaml"}

_GUARD = """
import sys
asked = []

def guard(event, arguments):
    if event == "socket.bind" and arguments[1] == ("::1", 0):
        return  # how urllib3 learns, when it is imported, whether this machine speaks IPv6
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"):
        asked.append(event)
        raise OSError("the guard lets nothing out")

sys.addaudithook(guard)
from basketbt.cli.main import main
for command in sys.argv[1:]:
    sys.argv = ["basketbt", *command.split()]
    asked.clear()
    try:
        main()
    except SystemExit as end:
        code = end.code
    else:
        code = 0
    curl = "curl_cffi" in sys.modules or "requests" in sys.modules and "akshare" in sys.modules
    print(f"GUARD\\t{command}\\t{code}\\t{bool(asked or curl)}", flush=True)
"""


def _commands(group: Any, before: str = "") -> Iterator[str]:
    for name, one in group.commands.items():
        if getattr(one, "commands", None):
            yield from _commands(one, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_named_here() -> None:
    assert set(_commands(typer.main.get_command(app))) == QUIET.keys() | ASKING.keys()


def test_only_commands_that_say_so_ask(tmp_path: Path) -> None:
    here = world.make(tmp_path / "world")
    told = _guarded([*QUIET.values(), *ASKING.values()], here)
    assert {command for command, (_, asked) in told.items() if asked} == set(ASKING.values())
    broken = {command: code for command, (code, _) in told.items() if code not in ("0", "None")}
    short = QUIET["events study"]  # its prices do not reach back for a year
    assert broken.keys() <= {*ASKING.values(), QUIET["verify"], short}, broken


def _guarded(commands: list[str], here: Path) -> dict[str, tuple[str, bool]]:
    """The exit code of each command, and whether it asked, in one process after another."""
    state = {f"BASKETBT_{name}": str(here / name) for name in ("STATE", "CONFIG", "CACHE", "STORE")}
    done = subprocess.run(
        [sys.executable, "-c", _GUARD, *commands],
        cwd=here,
        env={**os.environ, **state},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.split("\t") for line in done.stdout.splitlines() if line.startswith("GUARD\t")]
    assert len(lines) == len(commands), done.stderr[-2000:]
    return {line[1]: (line[2], line[3] == "True") for line in lines}
