"""How a command ends when it is stopped or its output cannot be written: in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from basketbt.__main__ import main

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_one_line_and_exit_4() -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "basketbt", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr == "error: cannot write standard output: No space left on device\n"


def test_an_interrupt_while_the_program_is_loaded_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Loading(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "basketbt.cli.main", Loading("basketbt.cli.main"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
