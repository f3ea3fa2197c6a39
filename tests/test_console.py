"""A table in a narrow terminal: names and numbers stay whole, and what finds no room is named."""

from __future__ import annotations

import sys

import pytest

from basketbt.cli.console import say_table

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
