"""A list from a concept board: today's members, with the warning that belongs to them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from basketbt.baskets.library import find_library
from basketbt.cli.boards import basket_from_board, board_text
from basketbt.errors import OutputError, UnknownName
from basketbt.prices.sources.akshare.board import Board, concept_board
from basketbt.prices.sources.vendor import Changed, NoData
from basketbt.prices.store.book import PATH_VARIABLE
from basketbt.yamlfile import parse
from replay.wire import Reply

TODAY = date(2026, 11, 23)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["DeepSeek概念", "BK1188"])
def test_a_boards_shares_are_found_on_every_exchange(replay, hosts, name: str) -> None:
    board = concept_board(name, TODAY, hosts)
    assert dict(board.members) == {
        "000034.SZ": "神州数码",
        "300624.SZ": "万兴科技",
        "688111.SH": "金山办公",
        "920819.BJ": "颖泰生物",
    }
    assert board.left_out == ("900901",)


@pytest.mark.slow
def test_a_name_that_is_no_board_is_named_with_the_nearest(replay, hosts) -> None:
    with pytest.raises(UnknownName, match="nearest: DeepSeek概念"):
        concept_board("DeepSeek", TODAY, hosts)


def test_an_unknown_code_has_no_data(replay, hosts) -> None:
    with pytest.raises(NoData):
        concept_board("BK9999", TODAY, hosts)


def test_a_list_in_another_form_is_refused(replay, hosts) -> None:
    replay.vendors.faults.append(lambda request, honest: Reply(b'{"data": {"diff": [1]}}'))
    with pytest.raises(Changed):
        concept_board("BK1188", TODAY, hosts)


@pytest.mark.slow
def test_the_file_is_a_list_that_a_study_takes_and_warns(
    replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PATH_VARIABLE, str(tmp_path / "store.sqlite"))
    written = basket_from_board("boards/deepseek", "BK1188")
    assert written == Path("baskets/boards/deepseek.yaml")
    assert "hindsight" in capsys.readouterr().err
    (basket,) = find_library().select(["boards/deepseek"])
    assert set(basket.symbols) == {"000034.SZ", "300624.SZ", "688111.SH", "920819.BJ"}
    # The study's own note on lists that are younger than the event says the rest.
    assert basket.source.published == date.today()  # noqa: DTZ011
    with pytest.raises(OutputError, match="exists already"):
        basket_from_board("boards/deepseek", "BK1188")


def test_a_name_from_outside_cannot_change_the_file() -> None:
    evil = 'x"}]\nweights: {a: 1} #'
    board = Board(evil, TODAY, (("688111.SH", evil),), ())
    content = parse(board_text("mine", board), name="x")
    assert content["theme"] == {"zh": evil, "en": evil}
    assert content["constituents"][0]["name_zh"] == evil
    assert set(content) >= {"broker", "constituents"}
    assert "weights" not in content
