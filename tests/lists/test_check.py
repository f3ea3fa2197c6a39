"""Every mistake in a list is told with its line and what to do, and all of them in one go."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from basketbt.errors import InvalidFile
from basketbt.plan.check import Checked, check_files, check_paths
from support.written import Lists, share, write_lines, write_study

FIRST_ROW = 6  # line of the first constituent: four lines of head, then `constituents:`


def row(symbol: str = "688111.SH", **more: object) -> str:
    return share(symbol, **more)


def checked(lists: Lists, *shares: str) -> Checked:
    return check_files([lists.write("mine/a", *shares)], lists.library)


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
        ([row(stance="buy")], 6, "not 'buy'"),
        ([row(segment="软件")], 6, "segment '软件' is not declared"),
        ([row(lot=200)], 6, "Only Hong Kong issuers choose their board lot"),
        ([row(wieght=1)], 6, "Did you mean `weight`?"),
        ([row(name_zh=None)], 6, "`constituents[1].name_zh` is missing"),
        ([row(name_zh=5)], 6, 'Put it in quotes: "5"'),
        (["  - 688111.SH"], 6, "must be `key: value` lines, not '688111.SH'"),
    ],
)
def test_one_mistake_is_one_problem_in_its_line(
    lists: Lists, rows: list[str], line: int, what: str
) -> None:
    found = checked(lists, *rows).problems
    assert (line, True) in [(one.line, what in f"{one.what} → {one.fix}") for one in found]


def test_an_empty_list_is_a_problem(lists: Lists) -> None:
    path = write_lines(lists.project, "mine/a", "constituents: []")
    (problem,) = check_files([path], lists.library).problems
    assert (problem.line, str(problem.fix)) == (5, "It takes at least 1.")


def test_weights_may_miss_one_by_rounding_only(lists: Lists) -> None:
    rows = [row(symbol, weight="0.3333333333") for symbol in ("688111.SH", "300378.SZ")]
    assert checked(lists, *rows, row("002230.SZ", weight="0.3333333334")).problems == ()
    assert checked(lists, *rows, row("002230.SZ", weight="0.3333333")).problems


def test_a_bad_date_says_how_to_write_one(lists: Lists) -> None:
    path = lists.write("mine/a", row(), published="2025-02-30")
    (problem,) = check_files([path], lists.library).problems
    assert problem.line == 4
    assert "'2025-02-30' is neither" in str(problem.what)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("2025-03-05", "2025-03-05"),
        ("2025-03-05 22:00", "2025-03-05 22:00+08:00"),
        ("2025-03-05 22:00:30", "2025-03-05 22:00+08:00"),
        ("2025-03-05T14:00:00Z", "2025-03-05 22:00+08:00"),
        ("2025-03-05T22:00+08:00", "2025-03-05 22:00+08:00"),
        ("2025-03-05 09:00 America/New_York", "2025-03-05 22:00+08:00"),
    ],
)
def test_a_publication_is_a_date_or_a_time_in_shanghai_or_with_its_own_zone(
    lists: Lists, written: str, known: str
) -> None:
    path = lists.write("mine/a", row(), published=f'"{written}"')
    assert lists.library.load(path).source.when == known


def test_one_moment_is_one_list_however_its_zone_is_written(lists: Lists) -> None:
    digests = set()
    for place, written in enumerate(("2025-03-05 22:00", "2025-03-05T14:00:00+00:00")):
        path = lists.write(f"mine/a{place}", row(), published=written)
        digests.add(lists.library.load(path).digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    "written", ["2025-03-05 25:00", "22:00", "2025-03-05 22:00 Mars/Base", "20250305", "yes"]
)
def test_a_time_that_cannot_be_read_says_how_to_write_one(lists: Lists, written: str) -> None:
    path = lists.write("mine/a", row(), published=f'"{written}"')
    (problem,) = check_files([path], lists.library).problems
    assert problem.line == 4
    assert "a timestamp such as 2025-02-07 22:00" in str(problem.what)
    assert "Shanghai" in str(problem.fix)


def test_a_publication_still_to_come_is_a_warning(lists: Lists) -> None:
    named = row(name_zh="金山办公")
    path = lists.write("mine/a", named, published="2025-02-07 22:00")
    assert check_files([path], lists.library, date(2025, 2, 7)).warnings == ()
    (warning,) = check_files([path], lists.library, date(2025, 2, 6)).warnings
    assert (warning.line, "still to come" in str(warning.what)) == (4, True)
    assert check_files([path], lists.library).warnings == ()  # no clock is asked


@pytest.mark.parametrize(
    ("published", "today", "said"),
    [
        ("2025-01-06", date(2025, 6, 1), "before the event (2025-01-20 20:19+08:00): 0 sessions"),
        ("2025-01-20 20:00", date(2025, 6, 1), "before the event"),
        ("2025-02-07", date(2025, 6, 1), ""),
        ("2025-02-07", date(2025, 2, 1), "which is still to come"),
        ("2025-03-07", date(2025, 2, 1), "after the study's last session (2025-02-26)"),
        ("2025-03-07", None, "after the study's last session (2025-02-26)"),
    ],
)
def test_a_study_says_what_is_odd_about_when_its_lists_were_published(
    lists: Lists, published: str, today: date | None, said: str
) -> None:
    lists.write("mine/a", row(), published=published)
    study = write_study(lists.project, baskets="mine/a", windows="[[0,20]]")
    found = check_paths(study, lists.folder, today)
    assert found.problems == ()
    warnings = [warning.what for warning in found.warnings]
    assert [said in str(one) for one in warnings] == ([True] if said else [])


def test_all_problems_of_all_files_come_in_one_go(lists: Lists) -> None:
    paths = [
        lists.write("mine/a", row(stance="buy"), row(), row()),
        write_lines(lists.project, "mine/b", "constituents: ["),
        write_lines(lists.project, "mine/c", "constituents:", row(), "sources: x"),
        write_lines(lists.project, "mine/d", "constituents:", row(), "broker: mine"),
        lists.folder / "mine" / "none.yaml",
    ]
    found = [(Path(one.path).stem, one.line) for one in check_files(paths, lists.library).problems]
    assert found == [("a", 6), ("a", 7), ("a", 8), ("b", 6), ("c", 7), ("d", 7), ("none", 1)]


def test_an_unknown_name_is_a_warning_and_no_problem(lists: Lists) -> None:
    found = checked(lists, row("300378.SZ", name_zh="鼎龙股份"))
    assert found.problems == ()
    (warning,) = found.warnings
    assert (warning.line, "鼎捷数智 (formerly 鼎捷软件)" in str(warning.what)) == (FIRST_ROW, True)


class TestComposites:
    @pytest.fixture(autouse=True)
    def two(self, lists: Lists) -> None:
        lists.write("mine/a", row())
        lists.composite("mine/all", "rule: votes, of: [mine/a]")

    @pytest.mark.parametrize(
        ("rule", "what"),
        [
            ("rule: sum, of: [mine/a]", "must be 'equal_across' or 'votes'"),
            ("rule: votes, of: [mine/a, mine/a]", "'mine/a' stands twice"),
            ("rule: votes, of: [mine/b]", "no basket is called 'mine/b'"),
            ("rule: votes, of: [mine/all]", "is a composite itself"),
            ("rule: votes, of: []", "has 0 entries"),
        ],
    )
    def test_a_mistake_in_the_rule_has_its_line(self, lists: Lists, rule: str, what: str) -> None:
        with pytest.raises(InvalidFile) as caught:
            lists.library.load(lists.composite("mine/c", rule))
        (problem,) = caught.value.problems
        assert problem.line == 5
        assert what in str(problem.what)

    def test_it_cannot_be_older_than_its_lists(self, lists: Lists) -> None:
        path = lists.composite("mine/c", "rule: votes, of: [mine/a]", published="2025-02-06")
        with pytest.raises(InvalidFile, match=r"c\.yaml:4: published on 2025-02-06, before"):
            lists.library.load(path)

    @pytest.mark.parametrize(
        ("own", "of_list", "fine"),
        [
            ("2025-02-07 22:00", "2025-02-07 21:00", True),
            ("2025-02-07", "2025-02-07 21:00", True),
            ("2025-02-07 22:00", "2025-02-07", False),  # the list may have come out at midnight
            ("2025-02-07 22:00", "2025-02-07 23:00", False),
        ],
    )
    def test_it_cannot_be_older_by_hours_either(
        self, lists: Lists, own: str, of_list: str, fine: bool
    ) -> None:
        lists.write("mine/b", row(), published=of_list)
        path = lists.composite("mine/d", "rule: votes, of: [mine/b]", published=own)
        assert (check_files([path], lists.library).problems == ()) == fine

    def test_the_problem_of_a_list_is_told_once(self, lists: Lists) -> None:
        broken = lists.write("mine/a", row(stance="buy"))
        found = check_files([broken, lists.library.files()["mine/all"]], lists.library)
        assert [problem.line for problem in found.problems] == [6]


def test_what_is_not_held_is_a_list_of_its_own(lists: Lists) -> None:
    found = checked(lists, row(stance="recommend"), row("300378.SZ", stance="avoid")).problems
    (problem,) = found
    assert "300378.SZ is avoid, but the list holds shares of another stance" in str(problem.what)
    assert checked(lists, row(stance="avoid"), row("300378.SZ", stance="neutral")).problems == ()


@pytest.mark.parametrize(
    ("written", "stance"),
    [
        ("看好", "recommend"),
        ("买入", "recommend"),
        ("关注", "watch"),
        ("持有", "neutral"),
        ("卖出", "avoid"),
    ],
)
def test_a_stance_may_be_written_in_chinese(lists: Lists, written: str, stance: str) -> None:
    lists.write("mine/a", row(stance=written))
    assert lists.basket("mine/a").constituents[0].stance == stance


def test_a_composite_is_of_one_side(lists: Lists) -> None:
    lists.write("mine/a", row())
    lists.write("mine/b", row("300378.SZ", stance="avoid"))
    lines = ["composite:", "  rule: votes", "  of: [mine/a, mine/b]"]
    path = write_lines(lists.project, "mine/all", *lines)
    (problem,) = check_files([path], lists.library).problems
    assert "'mine/b' is of shares to avoid, others are not" in str(problem.what)


def test_evidence_and_an_address_change_no_digest_but_are_kept(lists: Lists) -> None:
    lists.write("mine/a", row())
    lists.write("mine/b", row(evidence="'看好金山办公'"))
    one, other = lists.basket("mine/a"), lists.basket("mine/b")
    assert other.constituents[0].evidence == "看好金山办公"
    assert one.digest == other.digest


def test_what_a_draft_left_open_is_a_warning(lists: Lists) -> None:
    path = write_lines(
        lists.project,
        "mine/a",
        "unresolved:",
        "  - {text: 拓荆科枝, why: typo, candidates: [拓荆科技]}",
        "constituents:",
        row(),
    )
    found = check_files([path], lists.library)
    assert found.problems == ()
    said = [str(warning.what) for warning in found.warnings]
    assert "拓荆科枝 is unresolved (typo; may be 拓荆科技)" in said
