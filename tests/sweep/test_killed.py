"""A process that is killed outright loses what it was writing, and nothing else."""

from __future__ import annotations

import signal
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from support.written import content, python

STUDY = """\
study: killed
events: deepseek-r1
baskets: guojin/*
windows: [[0, 5], [0, 20]]
prices: {source: sample}
grid: {rebalance: [hold, daily], leave_one_out: true, entry_delay: [0, 1], cost: [0.0, 0.002]}
"""
# The command, in blocks of a tile, killed as it has written half of its third block.
DOOMED = """\
import os, signal, stat, sys
from basketbt.cli.main import main
from basketbt.sweep import checkpoint

checkpoint.ROWS = 128
flush, files = os.fsync, []

def dying(handle):
    if stat.S_ISREG(os.fstat(handle).st_mode):
        files.append(handle)
    if len(files) == 3:
        os.ftruncate(handle, 17)
        os.kill(os.getpid(), signal.SIGKILL)
    flush(handle)

os.fsync = dying
sys.argv = ["basketbt", "grid", *sys.argv[1:]]
main()
"""

# The command, which names the blocks that it computes.
TELLING = """\
import sys
from basketbt.cli.main import main
from basketbt.sweep import checkpoint

checkpoint.ROWS = 128
store = checkpoint.Checkpoint.store

def telling(own, block, table):
    print(checkpoint.stem(block))
    store(own, block, table)

checkpoint.Checkpoint.store = telling
sys.argv = ["basketbt", "grid", *sys.argv[1:]]
main()
"""


@pytest.mark.slow
def test_a_killed_grid_goes_on_and_gives_the_same_bytes(tmp_path: Path) -> None:
    study = tmp_path / "killed.yaml"
    study.write_text(STUDY, encoding="utf-8")

    def command(out: str, *script: str) -> CompletedProcess[str]:
        return python(*script, str(study), "--out", out, cwd=tmp_path)

    whole = command("whole", "-m", "basketbt", "grid")
    assert whole.returncode == 0, whole.stderr

    killed = command("killed", "-c", DOOMED)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = content(tmp_path / "killed")
    finished = {name: own for name, own in left.items() if name.endswith(".parquet")}
    assert len(finished) == 2
    assert len(left) == 4  # and the half that was being written, and the lock
    assert all(".blocks." in name for name in left)  # no folder of results yet

    again = command("killed", "-c", TELLING)
    assert again.returncode == 0, again.stderr
    computed = {line for line in again.stdout.splitlines() if line.startswith("sheet-")}
    assert computed
    assert not computed & {Path(name).name.rpartition("-")[0] for name in finished}
    # beside them stands the list of runs, which has a clock
    assert content(tmp_path / "killed/killed") == content(tmp_path / "whole/killed")
