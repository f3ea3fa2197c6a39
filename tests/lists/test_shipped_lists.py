"""The lists that come with the program are the brokers' lists."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from operator import attrgetter
from pathlib import Path

import pytest

from basketbt.lists.catalogue import summaries
from basketbt.lists.library import Library
from basketbt.lists.model import Basket
from basketbt.lists.schema import json_schema
from basketbt.plan.check import check_files
from basketbt.shipped import shipped
from support.written import table

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "../shared/reference/broker_lists.csv"

LIBRARY = Library((shipped("baskets"),))


@pytest.fixture(scope="module")
def baskets() -> dict[str, Basket]:
    return {basket.id: basket for basket in LIBRARY.select(["*"])}


@pytest.fixture(scope="module")
def lists(baskets: dict[str, Basket]) -> list[Basket]:
    return [basket for basket in baskets.values() if not basket.components]


def test_16_lists_of_7_brokers_with_118_shares_pass_the_check(lists: list[Basket]) -> None:
    checked = check_files(list(LIBRARY.files().values()), LIBRARY)
    assert (checked.problems, checked.warnings) == ((), ())
    assert (checked.lists, checked.composites, checked.shares) == (16, 3, 118)
    assert len({basket.broker for basket in lists}) == 7


@pytest.mark.skipif(not REFERENCE.exists(), reason="needs ../shared/reference/broker_lists.csv")
def test_the_lists_hold_the_facts_of_the_reference(lists: list[Basket]) -> None:
    rows = table(REFERENCE)
    of_list, of_share = (
        ("broker_zh", "theme_zh", "theme_en"),
        ("symbol", "name_zh", "segment_zh", "segment_en", "stance", "origin"),
    )
    expected = [
        (f"{row['broker']}/{row['list']}", *(row[key] or None for key in (*of_list, *of_share)))
        for row in rows
    ]
    found = [
        (basket.id, *attrgetter(*of_list)(basket), *attrgetter(*of_share)(each))
        for basket in lists
        for each in basket.constituents
    ]
    assert Counter(found) == Counter(expected)
    for basket in lists:  # and in the order of the source
        assert list(basket.symbols) == [row[4] for row in expected if row[0] == basket.id]


def test_every_list_has_its_source_and_day_of_publication(baskets: dict[str, Basket]) -> None:
    for basket in baskets.values():
        assert basket.source.published == date(2025, 2, 7)
        assert basket.source.publisher == "The Paper 澎湃新闻"
        assert basket.source.title == "券商研报深度掘金DeepSeek:如何重塑AI产业链投资逻辑?"
        assert basket.notes


def test_a_mapped_share_has_a_reason_that_no_other_row_shares(lists: list[Basket]) -> None:
    reasons = [
        each.reason for basket in lists for each in basket.constituents if each.origin == "mapped"
    ]
    assert all(reason and "\n" not in reason for reason in reasons)
    assert max(Counter(reasons).values()) == 1


def test_fourth_paradigm_carries_its_board_lot(baskets: dict[str, Basket]) -> None:
    lots = {each.symbol: each.lot for each in baskets["guojin/all"].constituents if each.lot}
    assert lots == {"6682.HK": 100}


def test_the_shipped_schema_is_that_of_the_code() -> None:
    text = (shipped("baskets") / "basket.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(json_schema())), (
        "write it anew: basketbt schema basket > baskets/basket.schema.json"
    )


def test_every_file_tells_the_editor_its_schema() -> None:
    for path in LIBRARY.files().values():
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../basket.schema.json"


def test_every_key_of_the_schema_is_described() -> None:
    for name, model in json_schema()["$defs"].items():
        assert model["additionalProperties"] is False
        for key, field in model["properties"].items():
            assert field.get("description"), f"{name}.{key}"


def test_the_quick_catalogue_agrees_with_the_loaded_baskets(baskets: dict[str, Basket]) -> None:
    for row in summaries(LIBRARY):
        basket = baskets[row.id]
        origins = Counter(each.origin for each in basket.constituents)
        assert (row.names, row.named, row.mapped) == (
            len(basket.constituents),
            origins["named"],
            origins["mapped"],
        )
        assert row.published == str(basket.source.published)
        assert (row.broker_zh, row.theme_zh) == (basket.broker_zh, basket.theme_zh)
        assert bool(row.rule) == bool(basket.components)


def test_named_lists_are_told_from_mapped_ones_and_from_composites(
    baskets: dict[str, Basket],
) -> None:
    kinds = {name: basket.kind for name, basket in baskets.items()}
    assert sorted(name for name, kind in kinds.items() if kind == "named") == [
        "guojin/cybersecurity",
        "guojin/edge-hardware",
        "guojin/software",
        "guojin/xinchuang",
    ]
    assert Counter(kinds.values()) == {"named": 4, "mapped": 12, "composite": 3}
