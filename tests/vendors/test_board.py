"""A list from a concept board: today's members, with the warning that belongs to them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from basketbt.api import run
from basketbt.cli.baskets import BoardVendor, basket_from_board
from basketbt.data.sources.akshare.board import concept_board
from basketbt.data.sources.akshare.ths import ths_board
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.vendor import Changed, NoData, Refused, Unreachable, VendorFailure
from basketbt.data.store.book import PATH_VARIABLE
from basketbt.errors import OutputError, UnknownName
from basketbt.lists.library import find_library
from basketbt.lists.starting import board_text
from basketbt.yamlfile import parse
from replay.server import Replay
from replay.wire import HTML, Reply
from support import invented

TODAY = date(2026, 11, 23)
MEMBERS = {
    "000034.SZ": "神州数码",
    "300624.SZ": "万兴科技",
    "688111.SH": "金山办公",
    "920819.BJ": "颖泰生物",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["DeepSeek概念", "BK1188"])
def test_a_boards_shares_are_found_on_every_exchange(
    replay: Replay, hosts: RateLimiter, name: str
) -> None:
    board = concept_board(name, TODAY, hosts)
    assert dict(board.members) == MEMBERS
    assert board.left_out == ("900901",)


@pytest.mark.slow
def test_a_name_that_is_no_board_is_named_with_the_nearest(
    replay: Replay, hosts: RateLimiter
) -> None:
    with pytest.raises(UnknownName, match="did you mean 'DeepSeek概念'"):
        concept_board("DeepSeek", TODAY, hosts)


def test_an_unknown_code_has_no_data(replay: Replay, hosts: RateLimiter) -> None:
    with pytest.raises(NoData):
        concept_board("BK9999", TODAY, hosts)


def test_a_list_in_another_form_is_refused(replay: Replay, hosts: RateLimiter) -> None:
    replay.vendors.faults.append(lambda request, honest: Reply(b'{"data": {"diff": [1]}}'))
    with pytest.raises(Changed):
        concept_board("BK1188", TODAY, hosts)


# --- 同花顺 ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["DeepSeek概念", "308832"])
def test_a_board_of_ths_is_read_page_by_page(replay: Replay, hosts: RateLimiter, name: str) -> None:
    board = ths_board(name, TODAY, hosts)
    assert dict(board.members) == MEMBERS
    assert board.left_out == ("900901",)
    assert [r.path for r in replay.vendors.log if "/page/" in r.path] == [
        f"/gn/detail/field/199112/order/desc/page/{page}/ajax/1/code/308832/" for page in (1, 2, 3)
    ]


def test_a_name_that_ths_does_not_have_is_named_with_the_nearest(
    replay: Replay, hosts: RateLimiter
) -> None:
    with pytest.raises(UnknownName, match="did you mean 'DeepSeek概念'") as caught:
        ths_board("DeepSeek", TODAY, hosts)
    assert "boards of 同花顺" in caught.value.hint


def test_half_a_board_is_never_a_list(
    replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PATH_VARIABLE, str(tmp_path / "store.sqlite"))
    login = Reply(b"", 302, headers={"Location": "https://upass.10jqka.com.cn/login"})
    replay.vendors.faults.append(lambda request, _: login if "/page/3/" in request.path else None)
    with pytest.raises(Refused, match="page 3 of 3; the rest is shown after a login"):
        basket_from_board("boards/deepseek", "308832", BoardVendor.THS)
    assert not (tmp_path / "baskets").exists()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(HTML, 403, "text/html"), Refused),
        (Reply(b"", 401), Refused),
        (Reply(HTML), Changed),  # a page to prove that one is a person
        (Reply(b'<table class="m-pager-table"></table>'), NoData),
        (Reply(b'<table class="m-pager-table"></table><i class="page_info">2/3</i>'), Changed),
        (Reply(b""), Refused),
        (Reply(manner="drop"), Unreachable),
    ],
)
def test_a_page_of_ths_that_is_no_board_is_named(
    replay: Replay, hosts: RateLimiter, reply: Reply, error: type[VendorFailure]
) -> None:
    replay.vendors.faults.append(lambda request, _: reply)
    with pytest.raises(error) as caught:
        ths_board("308832", TODAY, hosts)
    assert caught.value.fields["host"] == "q.10jqka.com.cn"


# --- the file --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("vendor", "code", "publisher"),
    [
        (BoardVendor.EASTMONEY, "BK1188", "东方财富 (Eastmoney)"),
        (BoardVendor.THS, "308832", "同花顺 (THS)"),
    ],
)
def test_the_file_is_a_list_that_a_study_takes_and_warns(
    replay: Replay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    vendor: BoardVendor,
    code: str,
    publisher: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PATH_VARIABLE, str(tmp_path / "store.sqlite"))
    written = basket_from_board("boards/deepseek", code, vendor)
    assert written == Path("baskets/boards/deepseek.yaml")
    assert "hindsight" in capsys.readouterr().err
    (basket,) = find_library().select(["boards/deepseek"])
    assert set(basket.symbols) == set(MEMBERS)
    today = date.today()  # noqa: DTZ011
    assert (basket.source.published, basket.source.members_on) == (today, today)
    assert basket.source.publisher == publisher
    with pytest.raises(OutputError, match="exists already"):
        basket_from_board("boards/deepseek", code, vendor)
    # The study warns whatever its windows and whatever `published` was changed to.
    text = written.read_text(encoding="utf-8")
    written.write_text(text.replace(f"published: {today}", "published: 2025-01-10"), "utf-8")
    Path("study.yaml").write_text(
        "study: x\nevents: deepseek-r1\nbaskets: boards/deepseek\nwindows: [[0, 5]]\n", "utf-8"
    )
    memo = run(
        "study.yaml", source=invented.SOURCE, overrides=["language=en", "max_missing_weight=0.5"]
    ).memo
    assert f"members that 概念板块 {name_of(vendor)} had on {today}" in memo
    assert "chosen with hindsight" in memo
    chinese = run(
        "study.yaml", source=invented.SOURCE, overrides=["language=zh", "max_missing_weight=0.5"]
    ).memo
    assert f"在{today}的成分股" in chinese


def name_of(vendor: BoardVendor) -> str:
    """What the board was asked for by."""
    return "BK1188" if vendor is BoardVendor.EASTMONEY else "308832"


def test_a_name_from_outside_cannot_change_the_file() -> None:
    evil = 'x"}]\nweights: {a: 1} #'
    content = parse(board_text("mine", evil, [("688111.SH", evil)], TODAY), name="x")
    assert content["theme"] == {"zh": evil, "en": evil}
    assert content["constituents"][0]["name_zh"] == evil
    assert set(content) >= {"broker", "constituents"}
    assert "weights" not in content
