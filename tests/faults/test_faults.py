"""Every fault of the catalogue ends as it says: in words, in time, with nothing written elsewhere.

The catalogue is the YAML files beside this one. An entry names what is damaged, the command, and
what is right: an exit code, and what is said. In a command ``%FF`` is that byte, ``LONG`` a name
that is too long.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
import yaml

from basketbt.cli.main import main
from faults import world
from faults.damage import DAMAGES

SECONDS = 30  # that any of these commands may take on a slow machine
_HERE = Path(__file__).parent
LONG = "n" * 5000
_SAMPLED = 8  # every so manieth entry is part of the quick tests
NEVER = re.compile(r"Traceback|met something that it does not know|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Fault:
    """One entry: ``damage`` is pairs of a path and what is done to it."""

    id: str
    kind: int
    command: str
    exit: list[int]
    says: str = ""
    damage: list[tuple[str, str, Any]] = field(default_factory=list)
    changes: tuple[str, ...] = ()


def catalogue() -> Iterator[Fault]:
    for path in sorted(_HERE.glob("*.yaml")):
        family = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, entry in family["faults"].items():
            told = {**family.get("each", {}), **entry}
            exits = told.get("exit", 2)
            yield Fault(
                f"{path.stem}/{name}",
                told["kind"],
                told["run"],
                exits if isinstance(exits, list) else [exits],
                told.get("says", ""),
                [
                    (where, what, how)
                    for where, done in told.get("damage", {}).items()
                    for what, how in done.items()
                ],
                tuple(told.get("changes", ())),
            )


FAULTS = list(catalogue())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.make(tmp_path_factory.mktemp("faults") / "world")


def _quick(number: int) -> tuple[pytest.MarkDecorator, ...]:
    return () if number % _SAMPLED == 0 else (pytest.mark.slow,)


@pytest.mark.parametrize(
    "fault",
    [pytest.param(one, id=one.id, marks=_quick(n)) for n, one in enumerate(FAULTS)],
)
def test_a_fault_ends_in_words(
    fault: Fault,
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    here = tmp_path / "here"
    shutil.copytree(made, here, symlinks=True)
    monkeypatch.chdir(here)
    for where, what, how in fault.damage:
        (here / where).parent.mkdir(parents=True, exist_ok=True)
        DAMAGES[what](here / where, how)
    before = fingerprints(here)
    code = ended(fault.command, monkeypatch, tmp_path)
    said = "".join(capfd.readouterr())
    assert not NEVER.search(said), said
    assert code in fault.exit, said
    assert re.search(fault.says, said), said
    after = fingerprints(here)
    lost = {name for name in before if after.get(name) != before[name]}
    assert {name for name in lost if not name.startswith(fault.changes)} == set()
    hidden = {name for name in after.keys() - before.keys() if "/." in f"/{name}"}
    assert hidden == set(), "something half-written was left"


def fingerprints(folder: Path) -> dict[str, str]:
    """What must not change: every plain file and link but those of results, by its name."""
    return {
        path.relative_to(folder).as_posix(): (
            f"link to {path.readlink()}"
            if path.is_symlink()
            else hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or path.is_file()) and not path.name.endswith(("-wal", "-shm"))
        if path.name not in ("latest",)
    }


def ended(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    """The exit code of a command in this process, or a failure when it takes too long."""
    words = map(os.fsdecode, map(unquote_to_bytes, shlex.split(command.replace("LONG", LONG))))
    monkeypatch.setattr(sys, "argv", ["basketbt", *words])
    for name in ("STATE", "CONFIG", "CACHE", "STORE"):
        monkeypatch.setenv(f"BASKETBT_{name}", str(tmp_path / name.lower()))
    handlers = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP)}

    def late(number: int, frame: FrameType | None) -> None:
        pytest.fail(f"took longer than {SECONDS} seconds")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        signal.alarm(0)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return 0
