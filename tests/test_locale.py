"""Two catalogues: every message in both languages, each used, none missing."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

import basketbt
from basketbt.locale import catalogue, count, say

SOURCE = Path(basketbt.__file__).parent
#: Keys that are put together from a beginning and what a run holds.
MADE = (
    "memo.kind.",
    "memo.sources.",
    "account.met.",
    "account.parts.",
    "headline.account.",
    "choice.",
    "cli.",
    "column.",
    "conclusion.entries.",
    "conclusion.families.",
    "conclusion.verdicts.",
    "count.",
    "family.caption.",
    "family.counted.",
    "headline.families.",
    "headline.rules.",
    "headline.verdicts.",
    "publication.head.",
    "pooled.head.",
    "pooled.kind.",
    "publication.from",
    "publication.kind.",
    "joint.",
    "kind.",
    "lists.words.",
    "note.",
    "page.",
    "shortfall.parts.",
    "sides.median.",
    "asked.",
    "table.",
    "terminal.families.",
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def trees() -> list[ast.Module]:
    """The program's code."""
    return [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py")]


def texts(node: ast.AST) -> set[str]:
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def said(node: ast.AST) -> set[str]:
    """The keys that a call of ``say`` names outright: a text, or one of two."""
    if not (isinstance(node, ast.Call) and node.args):
        return set()
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0]
    if name != "say" or not isinstance(first, ast.Constant | ast.IfExp):
        return set()
    parts = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    return {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}


def test_both_languages_have_every_message() -> None:
    assert catalogue("en").keys() == catalogue("zh").keys()
    assert list(catalogue("en")) == sorted(catalogue("en"))


def test_a_chinese_message_takes_the_values_of_the_english_one() -> None:
    for key, text in catalogue("en").items():
        english = {one.removesuffix("_en").lower() for one in fields(text)}
        chinese = {one.removesuffix("_zh").lower() for one in fields(catalogue("zh")[key])}
        # A value may go without saying in Chinese; what the English has whole is taken apart.
        assert chinese <= english or key == "note.found", key


def test_every_message_is_used_and_every_used_one_exists() -> None:
    code, known = trees(), catalogue("en").keys()
    used = set().union(*map(texts, code))
    assert [key for key in known if key not in used and not key.startswith(MADE)] == []
    keys = {key for tree in code for node in ast.walk(tree) for key in said(node)}
    assert len(keys) > 200
    assert {key for key in keys if "." in key and " " not in key} <= known


def test_one_thing_and_several() -> None:
    assert [count("count.lists", number, "en") for number in (0, 1, 2)] == [
        "0 lists",
        "1 list",
        "2 lists",
    ]
    assert count("count.lists", 1, "zh") == "1份名单"


def test_a_message_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"no\.such"):
        say("no.such", "en")
