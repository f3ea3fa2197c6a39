"""Two catalogues: every message in both languages, each used, none missing."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import basketbt
from basketbt.errors import BasketbtError
from basketbt.locale import catalogue, count, say

SOURCE = Path(basketbt.__file__).parent
#: Keys that are put together from a beginning and what a run holds.
MADE = (
    "error.",
    "memo.kind.",
    "memo.sources.",
    "account.met.",
    "account.parts.",
    "headline.account.",
    "chance.head.",
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
    "lists.source.",
    "publication.head.",
    "pooled.head.",
    "pooled.kind.",
    "publication.from",
    "publication.kind.",
    "joint.",
    "chance.head.",
    "lists.source.",
    "memo.more_groups",
    "memo.more_rows",
    "sides.median.",
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


@cache
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
        assert chinese <= english or key in ("note.found", "note.refused-finding"), key


def test_every_message_is_used_and_every_used_one_exists() -> None:
    code, known = trees(), catalogue("en").keys()
    used = set().union(*map(texts, code))
    assert [key for key in known if key not in used and not key.startswith(MADE)] == []
    keys = {key for tree in code for node in ast.walk(tree) for key in said(node)}
    assert len(keys) > 200
    assert {key for key in keys if "." in key and " " not in key} <= known


def values(call: ast.Call) -> set[str]:
    return {one.arg for one in call.keywords if one.arg is not None}


@cache
def all_calls() -> dict[str, list[ast.Call]]:
    """The calls of each function or class that the program names outright."""
    found: dict[str, list[ast.Call]] = {}
    for node in (node for tree in trees() for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.setdefault(node.func.id, []).append(node)
    return found


def test_a_message_gets_the_values_that_it_names() -> None:
    made = [call for call in all_calls()["message"] if isinstance(call.args[0], ast.Constant)]
    assert len(made) > 300
    for call in made:
        key = f"note.{ast.literal_eval(call.args[0])}"
        named = fields(catalogue("en")[key]) | fields(catalogue("zh")[key])
        whole = all(one.arg is not None for one in call.keywords)
        assert values(call) == named if whole else values(call) <= named, ast.unparse(call)


@pytest.fixture(scope="module")
def errors() -> list[type[BasketbtError]]:
    """Every class of error of the program, whatever room it is in."""
    for module in pkgutil.walk_packages(basketbt.__path__, "basketbt."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = [BasketbtError]
    for one in found:  # grows while it is read
        found += one.__subclasses__()
    return [one for one in found if one.__module__.startswith("basketbt.")]


def words_of(error: type[BasketbtError], part: str) -> str:
    """The template of a class, or that of the nearest class above it."""
    keys = (f"error.{one.__name__}{part}" for one in error.__mro__)
    return next((catalogue("en")[key] for key in keys if key in catalogue("en")), "")


def test_words_of_errors_are_in_the_catalogues_each_of_a_class_that_exists(
    errors: list[type[BasketbtError]],
) -> None:
    assert len(errors) > 70
    assert [one.__name__ for one in errors if {"template", "fix"} & vars(one).keys()] == []
    names = [one.__name__ for one in errors]
    assert len(names) == len(set(names))
    assert {key.split(".")[1] for key in catalogue("en") if key.startswith("error.")} <= {*names}


def test_an_error_gets_the_fields_that_its_words_name(errors: list[type[BasketbtError]]) -> None:
    checked, plain = 0, BasketbtError.__init__
    for one in errors:
        needed = fields(words_of(one, "")) | fields(words_of(one, ".fix"))
        for call in all_calls().get(one.__name__, []):
            given = values(call)
            if given and len(given) == len(call.keywords) and one.__init__ is plain:
                assert needed <= given, (one, needed - given)
                checked += 1
    assert checked > 80


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
