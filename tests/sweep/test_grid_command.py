"""``basketbt grid`` as a user types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import invented
from support.written import command, python

DEMO = invented.STUDY


def test_the_size_comes_first_and_the_files_at_the_end(tmp_path: Path) -> None:
    done = command("grid", DEMO, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split()[1] == "variants:"
    page = tmp_path / lines[-1].removeprefix("page: ").strip()
    prices = "Prices: own tables (bars.parquet, indexes.parquet), 2024-"
    assert prices in page.read_text(encoding="utf-8")
    folder = page.parent
    memo = (folder / "grid.md").read_text(encoding="utf-8")
    assert prices in memo
    assert prices in (folder / "curve.svg").read_text(encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["prices"] in memo
    assert f"{manifest['variants']:,}" == lines[0].split()[0]


def test_a_large_grid_needs_a_yes(tmp_path: Path) -> None:
    refused = command("grid", DEMO, "--max-variants", "10", cwd=tmp_path)
    assert refused.returncode == 2
    assert "more than 10" in refused.stderr
    assert "--yes" in refused.stderr
    assert not (tmp_path / "results").exists()
    done = command("grid", DEMO, "--max-variants", "10", "--yes", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["variants"] > 10


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_sees_how_far_it_is_and_how_fast(tmp_path: Path) -> None:
    import pty

    screen, terminal = pty.openpty()
    words = [sys.executable, "-m", "basketbt", "grid", DEMO]
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(
        words, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=terminal
    ) as running:
        os.close(terminal)
        seen = b""
        while True:
            try:
                seen += os.read(screen, 65_536)
            except OSError:  # the other side is closed
                break
        said = running.communicate()[0].decode()
    os.close(screen)
    assert running.returncode == 0, seen.decode()
    variants = said.split(" variants:")[0].rpartition("\n")[2]
    assert f"{variants} / {variants}" in seen.decode()
    assert "variants/s" in seen.decode()


def test_options_that_mean_nothing_are_explained(tmp_path: Path) -> None:
    for option, value, said in (
        ("--memory", "plenty", "amount of memory"),
        ("--memory", "1MB", "needs at least"),
        ("--scheduler", "slurm", "not a scheduler"),
    ):
        refused = command("grid", DEMO, option, value, cwd=tmp_path)
        assert refused.returncode == 2, value
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr


def test_neither_help_nor_a_run_pays_for_the_compiler(tmp_path: Path) -> None:
    script = (
        "import sys, runpy; sys.argv = ['basketbt', 'run', sys.argv[1], '--no-report', '-q']\n"
        "try:\n    runpy.run_module('basketbt', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "assert 'numba' not in sys.modules and 'dask' not in sys.modules\n"
    )
    study = tmp_path / "small.yaml"
    study.write_text(
        "study: small\nevents: deepseek-r1\nbaskets: guojin/software\nwindows: [[0, 5]]\n"
        "prices: {source: sample}\n",
        encoding="utf-8",
    )
    ran = python("-c", script, str(study), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
