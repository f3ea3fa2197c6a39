"""From a table in Excel to a list: every row resolved or named."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from basketbt.cli.main import app
from basketbt.lists.library import find_library
from basketbt.plan.tabled import tabled


def rows(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def test_headers_in_any_order_and_units_in_them() -> None:
    found = tabled(
        rows(
            "评级,权重(%),细分领域,证券简称,证券代码\n买入,60,软件,金山办公,688111\n关注,40,AI,科大讯飞,002230.SZ\n"
        )
    )
    assert found.left_out == ()
    assert found.weighted
    assert [(r.symbol, r.name, r.weight, r.segment, r.stance) for r in found.rows] == [
        ("688111.SH", "金山办公", 0.6, "软件", "recommend"),
        ("002230.SZ", "科大讯飞", 0.4, "AI", "watch"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "金山办公",
        "688111",
        "sh688111",
        "金山办公(688111.SH)",
        "688111 金山办公",
        "688111.SH,金山办公-U",
    ],
)
def test_a_line_of_pasted_text_is_a_share_by_code_or_name(text: str) -> None:
    (one,) = tabled(rows(text)).rows
    assert one.symbol == "688111.SH"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("688111,科大讯飞,推荐", "科大讯飞 is 002230.SZ, and 688111.SH is 金山办公"),
        (",某某公司,推荐", "no share is known by the name"),
        ("000300.SH,,推荐", "is no code of a share"),
        ("688111,金山办公,回避", "does not stand for it"),
        ("688111,金山办公,也许", "'也许' is none of"),
        ("002230,,推荐", "002230.SZ stands above already"),
    ],
)
def test_a_row_that_is_left_out_is_named_with_the_reason(row: str, why: str) -> None:
    found = tabled(rows(f"代码,名称,评级\n002230,科大讯飞,推荐\n{row}\n"))
    assert [one.symbol for one in found.rows] == ["002230.SZ"]
    ((line, _, said),) = found.left_out
    assert line == 3
    assert why in str(said)


def test_weights_of_some_rows_are_no_weights() -> None:
    found = tabled(rows("代码,权重\n688111,50%\n002230,\n"))
    assert not found.weighted
    assert [row.weight for row in found.rows] == [None, None]


def test_a_workbook_becomes_a_list_that_passes_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    book = xlsxwriter.Workbook("list.xlsx")
    sheet = book.add_worksheet()
    for number, row in enumerate(
        [
            ["代码", "名称", "权重", "板块"],
            [688111, "金山办公", 0.7, "软件"],
            [2230, "科大讯飞", 0.3, "AI"],
        ]
    ):
        sheet.write_row(number, 0, row)
    book.close()
    result = CliRunner().invoke(app, ["init", "basket", "mine/excel", "--from", "list.xlsx"])
    assert result.exit_code == 0, result.output
    assert "2 shares, with weights" in result.output
    (basket,) = find_library(Path("baskets")).select(["mine/excel"])
    assert {one.symbol: one.weight for one in basket.constituents} == {
        "688111.SH": 0.7,
        "002230.SZ": 0.3,
    }


def test_what_is_pasted_comes_by_standard_input_and_nothing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["init", "basket", "mine/pasted", "--from", "-"]
    result = CliRunner().invoke(app, words, input="金山办公 推荐\n某某\n")
    assert result.exit_code == 0, result.output
    assert "# not read: row 2: 某某" in Path("baskets/mine/pasted.yaml").read_text(encoding="utf-8")
    assert CliRunner().invoke(app, [*words[:-3], "mine/none", "--from", "-"], input="x\n").exit_code
