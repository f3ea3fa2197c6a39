"""The R1 study as a user runs it: empty store, one command; again; from a lock elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from basketbt.config.study import load_study
from basketbt.plan.study import make_plan
from basketbt.shipped import find_study
from replay.invented import Security
from replay.server import Replay

# The price commands, whether or not the command line has taken them in already.
BASKETBT = """
from basketbt.cli import main, store
if "store" not in {group.name for group in main.app.registered_groups}:
    store.register(main.app)
main.main()
"""
LISTS = ("--set", "baskets=guojin/*")


def files_of(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)}


@pytest.mark.slow
def test_r1_from_the_vendors_the_store_and_a_lock_is_the_same_run(
    replay: Replay, tmp_path: Path
) -> None:
    market = replay.vendors.market
    request = make_plan(load_study(find_study(Path("deepseek-r1")), [LISTS[1]])).request
    known = {security.text for security in market.securities}
    names = {*request.symbols, *request.indexes}
    market.securities += [Security(name) for name in sorted(names - known)]

    def basketbt(home: str, *arguments: str) -> str:
        folder = tmp_path / home
        folder.mkdir(exist_ok=True)
        own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", BASKETBT, *arguments],
            env={**os.environ, **replay.environment, **own},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    basketbt("one", "run", "deepseek-r1", "--source", "auto", *LISTS)
    asked = len(replay.vendors.log)
    assert asked > len(request.symbols)
    first = files_of(tmp_path / "one" / "results")
    basketbt("one", "run", "deepseek-r1", "--source", "auto", "--out", "again", *LISTS)
    basketbt("one", "lock", "deepseek-r1", "--source", "auto", "-o", "../r1.lock", *LISTS)
    basketbt("two", "run", "deepseek-r1", "--source", "lock:../r1.lock", *LISTS)
    said = basketbt("two", "verify", "results/deepseek-r1/latest", "--source", "lock:../r1.lock")
    assert len(replay.vendors.log) == asked
    assert "reproduces" in said
    # The list of runs holds when they were written.
    again, locked = files_of(tmp_path / "one" / "again"), files_of(tmp_path / "two" / "results")
    for files in (first, again, locked):
        del files["index.html"]
    assert first == again == locked
    assert any(name.endswith("levels.csv") for name in first)
