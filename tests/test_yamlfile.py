"""Files written by hand are read without guesses, and every mistake has its line."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from basketbt import yamlfile
from basketbt.errors import FileSyntaxError, InvalidFile, RefusedPath
from basketbt.yamlmodel import validate


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Window(Strict):
    first: int
    last: int = Field(description="Last session, inclusive.")


class Study(Strict):
    study: str
    day: date | None = None
    kind: Literal["hold", "daily"] = "hold"
    rate: float = Field(0.0, ge=0)
    offsets: tuple[int, ...] = ()
    events: tuple[str | Window, ...] = ()
    window: Window | None = None


def document(text: str) -> yamlfile.YamlDocument:
    return yamlfile.read_text(text, name="study.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        validate(document(text), Study)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("000001", "000001"),
        ("600519", 600519),
        ("-3", -3),
        ("1.50", 1.5),
        ("1e-9", 1e-9),
        ("1e999", "1e999"),
        ("9" * 5000, "9" * 5000),
        ("2025-02-07", "2025-02-07"),
        ("2025-01-20 20:19:44+08:00", "2025-01-20 20:19:44+08:00"),
        ("yes", "yes"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("'600519'", "600519"),
        ('"true"', "true"),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, value: object) -> None:
    found = yamlfile.parse(text, name="x")
    assert found == value
    assert type(found) is type(value)


@settings(deadline=None)  # a busy machine is not a bug
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30))
def test_an_unquoted_text_is_never_changed_into_something_it_cannot_be_read_back_from(
    text: str,
) -> None:
    value = yamlfile.scalar(text)
    if isinstance(value, int) and not isinstance(value, bool):
        assert int(text) == value
    elif isinstance(value, str):
        assert value == text


def test_every_value_knows_its_line() -> None:
    found = document("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n")
    assert found.data == {"a": 1, "b": ["x", {"c": 2, "d": 3}]}
    assert [found.line_of(place) for place in ((), ("b",), ("b", 1), ("b", 1, "d"))] == [1, 2, 4, 5]


def test_a_missing_place_has_the_line_of_what_it_would_stand_in() -> None:
    assert document("a: 1\nb:\n  c: 1\n").line_of(("b", "d", 0)) == 2


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("study: a\nstudy: b\n", 2, "stands twice (first in line 1)"),
        ("study: &x a\n", 1, "anchor &x"),
        ("study: a\nday: *x\n", 2, "alias *x"),
        ("study: !!python/name:os.system a\n", 1, "tag"),
        ("study: a\n? [b]\n: 1\n", 2, "key must be plain text"),
        ("study: a\n---\nstudy: b\n", 2, "second document"),
    ],
)
def test_what_makes_a_file_hard_to_trust_is_a_problem(text: str, line: int, word: str) -> None:
    found = document(text).problems
    assert [(each.line, word in str(each.what)) for each in found] == [(line, True)]
    with pytest.raises(InvalidFile, match=rf"study\.yaml:{line}: "):
        validate(document(text), Study)


@pytest.mark.parametrize(
    ("text", "line"), [("a: [1\nb: 2", 2), ("a: 1\nb: c: d", 2), ("a: \x07", 1)]
)
def test_a_syntax_error_names_its_line(text: str, line: int) -> None:
    with pytest.raises(FileSyntaxError, match=rf"study\.yaml:{line}: "):
        document(text)


def test_values_of_json_kinds_are_enough_for_strict_models() -> None:
    study = validate(
        document("study: '1'\nday: 2025-02-07\noffsets: [0, 5]\nevents: [a, {first: 0, last: 5}]"),
        Study,
    )
    assert study.day == date(2025, 2, 7)
    assert study.offsets == (0, 5)
    assert study.events == ("a", Window(first=0, last=5))


def test_an_unknown_key_lists_the_allowed_ones_and_the_nearest() -> None:
    assert problems("study: a\nofsets: []\n") == [
        (
            "study.yaml:2: unknown key `ofsets`\n    → Did you mean `offsets`? "
            "Allowed here: study, day, kind, rate, offsets, events, window."
        )
    ]


def test_an_unknown_key_inside_a_union_lists_the_keys_of_that_place() -> None:
    assert problems("study: a\nevents:\n  - {first: 0, last: 1, lats: 2}\n") == [
        (
            "study.yaml:3: unknown key `events[1].lats`\n    → Did you mean `last`? "
            "Allowed here: first, last."
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("study: 5", 'study.yaml:1: `study` must be text, not 5\n    → Put it in quotes: "5".'),
        ("study: a\nday: tomorrow", "2: `day` must be a date such as 2025-02-07, not 'tomorrow'"),
        ("study: a\nkind: weekly", "2: `kind` must be 'hold' or 'daily', not 'weekly'"),
        ("study: a\nrate: -1", "2: `rate` must be greater than or equal to 0, not -1"),
        ("study: a\noffsets: [0, x]", "2: `offsets[2]` must be a whole number, not 'x'"),
        ("study: a\noffsets: 3", "2: `offsets` must be a list, not 3"),
        ("study: a\nevents: [5]", "2: `events[1]` must be text or `key: value` lines, not 5"),
        ("study: a\nwindow:\n  first: 0", "2: `window.last` is missing\n    → Last session"),
        ("- a", "1: the file must be `key: value` lines, not a list"),
        ("", "1: the file must be `key: value` lines, not nothing"),
    ],
)
def test_a_wrong_value_says_what_is_allowed(text: str, expected: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert expected in found[0]


def test_all_problems_come_in_one_go_in_the_order_of_the_lines() -> None:
    found = problems("stdy: a\nkind: x\nkind: hold\nrate: y\n")
    assert [problem.split(":")[1] for problem in found] == ["1", "1", "3", "4"]


def test_an_override_is_reported_under_its_own_name() -> None:
    changed = document("study: a\nwindow: {first: 0, last: 1}\n").replaced(["window", "last"], "x")
    with pytest.raises(InvalidFile, match=r"override of window\.last: `window\.last` must be"):
        validate(changed, Study)


def test_an_override_leaves_the_document_as_it_was() -> None:
    before = document("study: a\nwindow: {first: 0, last: 1}\n")
    after = before.replaced(["window", "last"], 9)
    assert (before.data["window"]["last"], after.data["window"]["last"]) == (1, 9)


def test_an_override_below_a_plain_value_is_refused() -> None:
    with pytest.raises(InvalidFile, match="`study` holds no keys"):
        document("study: a\n").replaced(["study", "name"], 1)


class TestFilesThatAreRefused:
    def test_larger_than_a_megabyte(self, tmp_path: Path) -> None:
        file = tmp_path / "big.yaml"
        file.write_text("a: " + "x" * yamlfile.MAX_BYTES)
        with pytest.raises(RefusedPath, match="larger than 1 MB"):
            yamlfile.load(file)

    def test_nested_deeper_than_twenty_levels(self) -> None:
        with pytest.raises(RefusedPath, match="deeper than 20"):
            document("[" * 500_000)

    def test_twenty_levels_are_fine(self) -> None:
        nested: Any = document("[" * 20 + "]" * 20).data
        for _ in range(19):
            (nested,) = nested
        assert nested == []

    @pytest.mark.parametrize(
        ("name", "why"),
        [(".", "not a plain file"), ("pipe.yaml", "not a plain file"), ("none", "no such file")],
    )
    def test_no_file_and_a_pipe_is_not_waited_for(
        self, tmp_path: Path, name: str, why: str
    ) -> None:
        os.mkfifo(tmp_path / "pipe.yaml")
        with pytest.raises(RefusedPath, match=why):
            yamlfile.load(tmp_path / name)

    def test_another_encoding(self, tmp_path: Path) -> None:
        file = tmp_path / "gbk.yaml"
        file.write_bytes("a: 1\nb: 国金证券\n".encode("gbk"))
        with pytest.raises(FileSyntaxError, match=r"gbk\.yaml:2: .*UTF-8"):
            yamlfile.load(file)


def test_a_byte_order_mark_from_excel_is_no_problem(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes("a: 国金\n".encode("utf-8-sig"))
    assert yamlfile.load(file).data == {"a": "国金"}


def test_a_path_inside_its_folder_is_resolved(tmp_path: Path) -> None:
    assert yamlfile.inside(tmp_path, "a/../b.yaml") == (tmp_path / "b.yaml").resolve()


@pytest.mark.parametrize("path", ["../other.yaml", "/etc/passwd", "a/../../other.yaml", "link"])
def test_a_path_or_a_link_out_of_its_folder_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "other.yaml").write_text("a: 1")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "link").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(RefusedPath, match="outside the folder"):
        yamlfile.inside(tmp_path / "study", path)
