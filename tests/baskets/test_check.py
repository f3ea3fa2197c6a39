"""Every mistake in a list is told with its line and what to do, and all of them in one go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from basketbt.baskets.library import Library
from basketbt.errors import InvalidFile
from basketbt.plan.check import check_files

Write = Callable[..., Path]

FIRST_ROW = 6  # line of the first constituent: four lines of head, then `constituents:`


def row(symbol: str = "688111.SH", **more: object) -> str:
    fields = {"symbol": symbol, "name_zh": "名", "stance": "watch", "origin": "named", **more}
    inner = ", ".join(f"{key}: {value}" for key, value in fields.items() if value is not None)
    return f"  - {{{inner}}}"


@pytest.fixture
def problems(write: Write, library_folder: Path) -> Callable[..., list[tuple[int, str]]]:
    def check(*rows: str) -> list[tuple[int, str]]:
        path = write("mine/a", "constituents:", *rows)
        checked = check_files([path], Library((library_folder,)))
        return [(each.line, f"{each.what} → {each.fix}") for each in checked.problems]

    return check


@pytest.mark.parametrize(
    ("rows", "line", "what"),
    [
        ([], 5, "must be a list"),
        ([row("000001")], 6, "000001.SH is an index, 000001.SZ is a share"),
        ([row("600519")], 6, "no exchange"),
        ([row("688111.SS")], 6, "write 688111.SH"),
        ([row("688111.XX")], 6, "'XX' is none of SH, SZ"),
        ([row("688111.SZ")], 6, "688111.SH is a share"),
        ([row("000300.SH")], 6, "benchmarks belong into the study"),
        ([row(), row("300378.SZ"), row()], 8, "688111.SH stands twice (first in line 6)"),
        ([row("06682.HK"), row("6682.HK")], 7, "6682.HK stands twice"),
        ([row(weight=0.5), row("300378.SZ", weight=0.4)], 5, "the weights sum to 0.9, not 1"),
        ([row(weight=0.5), row("300378.SZ")], 7, "300378.SZ has no weight"),
        ([row(weight=0)], 6, "must be greater than 0"),
        ([row(origin="mapped")], 6, "688111.SH is mapped, but no reason is given"),
        ([row(stance="buy")], 6, "must be 'recommend' or 'watch', not 'buy'"),
        ([row(segment="软件")], 6, "segment '软件' is not declared"),
        ([row(lot=200)], 6, "Only Hong Kong issuers choose their board lot"),
        ([row(wieght=1)], 6, "Did you mean `weight`?"),
        ([row(name_zh=None)], 6, "`constituents[1].name_zh` is missing"),
        ([row(name_zh=5)], 6, 'Put it in quotes: "5"'),
        (["  - 688111.SH"], 6, "must be `key: value` lines, not '688111.SH'"),
    ],
)
def test_one_mistake_is_one_problem_in_its_line(
    problems: Callable[..., list[tuple[int, str]]], rows: list[str], line: int, what: str
) -> None:
    found = [(at, what in text) for at, text in problems(*rows)]
    assert (line, True) in found


def test_an_empty_list_is_a_problem(write: Write, library_folder: Path) -> None:
    path = write("mine/a", "constituents: []")
    (problem,) = check_files([path], Library((library_folder,))).problems
    assert (problem.line, problem.fix) == (5, "It takes at least 1.")


def test_weights_may_miss_one_by_rounding_only(
    problems: Callable[..., list[tuple[int, str]]],
) -> None:
    third = ["0.3333333333", "0.3333333333", "0.3333333334"]
    symbols = ["688111.SH", "300378.SZ", "002230.SZ"]
    rows = [row(symbol, weight=weight) for symbol, weight in zip(symbols, third, strict=True)]
    assert problems(*rows) == []
    assert problems(*rows[:2], row("002230.SZ", weight="0.3333333"))


def test_a_bad_date_says_how_to_write_one(write: Write, library_folder: Path) -> None:
    path = write("mine/a", "constituents:", row())
    path.write_text(path.read_text(encoding="utf-8").replace("2025-02-07", "2025-02-30"), "utf-8")
    (problem,) = check_files([path], Library((library_folder,))).problems
    assert problem.line == 4
    assert "a date such as 2025-02-07, not '2025-02-30'" in problem.what


def test_all_problems_of_all_files_come_in_one_go(write: Write, library_folder: Path) -> None:
    paths = [
        write("mine/a", "constituents:", row(stance="buy"), row(), row()),
        write("mine/b", "constituents: ["),
        write("mine/c", "constituents:", row(), "sources: x"),
        write("mine/d", "constituents:", row(), "broker: mine"),
        library_folder / "mine" / "none.yaml",
    ]
    checked = check_files(paths, Library((library_folder,)))
    found = [(Path(each.path).stem, each.line) for each in checked.problems]
    assert found == [("a", 6), ("a", 7), ("a", 8), ("b", 6), ("c", 7), ("d", 7), ("none", 1)]


def test_an_unknown_name_is_a_warning_and_no_problem(write: Write, library_folder: Path) -> None:
    path = write("mine/a", "constituents:", row("300378.SZ", name_zh="鼎龙股份"))
    checked = check_files([path], Library((library_folder,)))
    assert checked.problems == ()
    (warning,) = checked.warnings
    assert (warning.line, "鼎捷数智 (formerly 鼎捷软件)" in warning.what) == (FIRST_ROW, True)


class TestComposites:
    @pytest.fixture
    def library(self, write: Write, library_folder: Path) -> Library:
        write("mine/a", "constituents:", row())
        write("mine/all", "composite: {rule: votes, of: [mine/a]}")
        return Library((library_folder,))

    @pytest.mark.parametrize(
        ("line", "what"),
        [
            ("composite: {rule: sum, of: [mine/a]}", "must be 'equal_across' or 'votes'"),
            ("composite: {rule: votes, of: [mine/a, mine/a]}", "'mine/a' stands twice"),
            ("composite: {rule: votes, of: [mine/b]}", "no basket is called 'mine/b'"),
            ("composite: {rule: votes, of: [mine/all]}", "is a composite itself"),
            ("composite: {rule: votes, of: []}", "has 0 entries"),
        ],
    )
    def test_a_mistake_in_the_rule_has_its_line(
        self, write: Write, library: Library, line: str, what: str
    ) -> None:
        with pytest.raises(InvalidFile) as caught:
            library.load(write("mine/c", line))
        (problem,) = caught.value.problems
        assert problem.line == 5
        assert what in problem.what

    def test_it_cannot_be_older_than_its_lists(self, write: Write, library: Library) -> None:
        path = write("mine/c", "composite: {rule: votes, of: [mine/a]}")
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("2025-02-07", "2025-02-06"), "utf-8")
        with pytest.raises(InvalidFile, match=r"c\.yaml:4: published on 2025-02-06, before"):
            library.load(path)

    def test_the_problem_of_a_list_is_told_once(self, write: Write, library: Library) -> None:
        broken = write("mine/a", "constituents:", row(stance="buy"))
        composite = library.files()["mine/all"]
        checked = check_files([broken, composite], library)
        assert [problem.line for problem in checked.problems] == [6]
