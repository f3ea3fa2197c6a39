"""What a terminal shows: one line for what went wrong, and tables whose numbers stay whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from basketbt.__main__ import main
from basketbt.cli.console import say_table

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


HEAD = ("Basket", "Names", "[0,+5]", "Available [+8,+60]", "Max drawdown [0,+60]")
ROWS = [("tfzq/compute-infrastructure", "27", "-6.1%", "-7.0%", "-27.8%")]


def shown(columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say_table(HEAD, ROWS, right=range(1, len(HEAD)))
    return capsys.readouterr().out


@pytest.mark.parametrize("columns", [55, 70, 80, 200])
def test_no_name_and_no_number_is_broken(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = shown(columns, capsys, monkeypatch)
    assert "tfzq/compute-infrastructure" in said
    assert "-6.1%" in said
    assert ("-27.8%" in said) == (columns > 55)
    assert ("(Max drawdown [0,+60]: in a wider terminal, or piped)" in said) == (columns == 55)


def test_words_behind_the_numbers_do_not_break_a_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verdict stands last: what finds no room are the last numbers, never the name's letters."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    head, row = (*HEAD, "Verdict"), (*ROWS[0], "cannot be told from chance")
    say_table(head, [row], right=range(1, len(HEAD)))
    said = capsys.readouterr().out
    assert "tfzq/compute-infrastructure" in said
    assert "-6.1%" in said
    assert "-27.8%" not in said
    assert "(Max drawdown [0,+60]: in a wider terminal, or piped)" in said
