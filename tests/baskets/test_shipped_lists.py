"""The lists that come with the program are the brokers' lists."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from basketbt.baskets.catalogue import known_names, summaries
from basketbt.baskets.checks import naming_notes
from basketbt.baskets.library import Library
from basketbt.baskets.model import Basket
from basketbt.baskets.schema import json_schema
from basketbt.plan.check import check_files
from basketbt.shipped import shipped

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "../shared/reference/broker_lists.csv"

LIBRARY = Library((shipped("baskets"),))


@pytest.fixture(scope="module")
def baskets() -> dict[str, Basket]:
    return {basket.id: basket for basket in LIBRARY.select(["*"])}


@pytest.fixture(scope="module")
def lists(baskets: dict[str, Basket]) -> list[Basket]:
    return [basket for basket in baskets.values() if not basket.components]


def test_there_are_16_lists_of_7_brokers_with_118_shares(lists: list[Basket]) -> None:
    assert len(lists) == 16
    assert len({basket.broker for basket in lists}) == 7
    assert len({symbol for basket in lists for symbol in basket.symbols}) == 118


def test_every_shipped_file_passes_the_check() -> None:
    checked = check_files(list(LIBRARY.files().values()), LIBRARY)
    assert checked.problems == ()
    assert checked.warnings == ()
    assert (checked.lists, checked.composites, checked.shares) == (16, 3, 118)


@pytest.mark.skipif(not REFERENCE.exists(), reason="needs ../shared/reference/broker_lists.csv")
def test_the_lists_hold_the_facts_of_the_reference(lists: list[Basket]) -> None:
    with REFERENCE.open(encoding="utf-8") as file:
        expected = [
            (
                f"{row['broker']}/{row['list']}",
                row["broker_zh"],
                row["theme_zh"],
                row["theme_en"],
                row["segment_zh"] or None,
                row["segment_en"] or None,
                row["stance"],
                row["origin"],
                row["symbol"],
                row["name_zh"],
            )
            for row in csv.DictReader(file)
        ]
    found = [
        (
            basket.id,
            basket.broker_zh,
            basket.theme_zh,
            basket.theme_en,
            each.segment_zh,
            each.segment_en,
            each.stance,
            each.origin,
            each.symbol,
            each.name_zh,
        )
        for basket in lists
        for each in basket.constituents
    ]
    assert Counter(found) == Counter(expected)
    for basket in lists:  # and in the order of the source
        of_basket = [row[8] for row in expected if row[0] == basket.id]
        assert list(basket.symbols) == of_basket


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


def test_the_former_name_of_digiwin_is_known() -> None:
    assert known_names()["300378.SZ"] == ("鼎捷数智", "鼎捷软件")


def test_no_shipped_list_calls_a_share_by_a_wrong_name(baskets: dict[str, Basket]) -> None:
    assert [naming_notes(basket, known_names()) for basket in baskets.values()] == [()] * 19


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
