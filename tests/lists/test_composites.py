"""Composites: equal across lists, or one list of everybody weighted by brokers' votes."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from basketbt.errors import InfeasibleWeights
from basketbt.lists.library import Library, find_library
from basketbt.lists.model import Basket
from basketbt.lists.overlap import overlap
from basketbt.lists.weighting import parse_weighting
from basketbt.lists.weights import target_weights
from basketbt.shipped import shipped
from support.written import Lists, share

LIBRARY = Library((shipped("baskets"),))


def by_symbol(basket: Basket, weighting: str = "equal") -> dict[str, float]:
    everyone = np.ones(len(basket.constituents), dtype=bool)
    weights = target_weights(basket, parse_weighting(weighting), present=everyone)
    return dict(zip(basket.symbols, weights.tolist(), strict=True))


class TestEqualAcross:
    def test_each_guojin_theme_is_a_quarter(self) -> None:
        weights = by_symbol(LIBRARY.select(["guojin/all"])[0])
        for theme, size in (("cybersecurity", 7), ("xinchuang", 6)):
            names = LIBRARY.select([f"guojin/{theme}"])[0].symbols
            assert [weights[name] for name in names] == pytest.approx([0.25 / size] * size)

    def test_a_share_of_two_themes_is_one_constituent_with_both_weights(self) -> None:
        basket = LIBRARY.select(["guojin/all"])[0]
        assert Counter(basket.symbols)["002230.SZ"] == 1
        assert by_symbol(basket)["002230.SZ"] == pytest.approx(0.25 / 4 + 0.25 / 12)

    def test_any_weighting_is_the_mean_of_the_components(self) -> None:
        basket = LIBRARY.select(["guojin/all"])[0]
        for weighting in ("stance", "by_segment"):
            expected: defaultdict[str, float] = defaultdict(float)
            for component in basket.components:
                for symbol, weight in by_symbol(LIBRARY.select([component])[0], weighting).items():
                    expected[symbol] += weight / 4
            assert by_symbol(basket, weighting) == pytest.approx(expected)

    def test_a_stance_holds_inside_its_own_list(self, lists: Lists) -> None:
        lists.write("x/a", share("688111.SH", stance="recommend"), "300624.SZ")
        lists.write("x/b", "688111.SH", "002315.SZ")
        lists.composite("x/all", "rule: equal_across, of: [x/a, x/b]")
        basket = lists.basket("x/all")
        assert by_symbol(basket, "stance")["688111.SH"] == pytest.approx(1 / 3 + 1 / 4)
        assert basket.constituents[0].stance == "recommend"

    def test_weights_of_its_lists_are_used_where_all_give_them(self, lists: Lists) -> None:
        lists.write("x/a", share("688111.SH", weight=0.9), share("300624.SZ", weight=0.1))
        lists.write("x/b", share("688111.SH", weight=1))
        lists.write("x/c", "688111.SH")
        lists.composite("x/given", "rule: equal_across, of: [x/a, x/b]")
        lists.composite("x/partly", "rule: equal_across, of: [x/a, x/c]")
        found = by_symbol(lists.basket("x/given"), "given")
        assert found == pytest.approx({"688111.SH": 0.95, "300624.SZ": 0.05})
        with pytest.raises(InfeasibleWeights):
            by_symbol(lists.basket("x/partly"), "given")


class TestVotes:
    @pytest.mark.parametrize("composite", ["consensus/compute", "consensus/applications"])
    def test_a_share_has_one_vote_a_broker(self, composite: str) -> None:
        basket = LIBRARY.select([composite])[0]
        named: dict[str, set[str]] = {}
        for component in basket.components:
            for symbol in LIBRARY.select([component])[0].symbols:
                named.setdefault(symbol, set()).add(component.split("/")[0])
        assert {each.symbol: each.votes for each in basket.constituents} == {
            symbol: len(brokers) for symbol, brokers in named.items()
        }

    def test_the_votes_of_the_best_known_names_by_hand(self) -> None:
        basket = LIBRARY.select(["consensus/applications"])[0]
        votes = {each.symbol: each.votes for each in basket.constituents}
        assert votes["002230.SZ"] == 5  # Guojin, CITICS, Huatai, Galaxy, Zheshang
        assert votes["688111.SH"] == 4  # Guojin, CSC, Huatai, Galaxy

    def test_two_brokers_weigh_twice_one(self) -> None:
        basket = LIBRARY.select(["consensus/compute"])[0]
        weights = by_symbol(basket)
        assert weights["300308.SZ"] == pytest.approx(2 * weights["000977.SZ"])
        assert sum(weights.values()) == pytest.approx(1)

    def test_two_lists_of_one_broker_are_one_vote(self, lists: Lists) -> None:
        for name in ("x/a", "x/b", "y/c"):
            lists.write(name, "688111.SH")
        lists.composite("z/all", "rule: votes, of: [x/a, x/b, y/c]")
        (one,) = lists.basket("z/all").constituents
        assert one.votes == 2


class TestOverlap:
    def test_counts_of_two_lists_by_hand(self) -> None:
        pair = find_library().select(["guojin/edge-hardware", "guojin/software"])
        found = overlap(pair, [np.full(4, 1 / 4), np.full(12, 1 / 12)])
        assert found.common.tolist() == [[4, 1], [1, 12]]  # iFLYTEK
        assert found.jaccard[0, 1] == pytest.approx(1 / 15)
        assert found.weight is not None
        assert found.weight[0, 1] == pytest.approx(1 / 12)

    def test_matrices_are_symmetric_and_a_basket_is_all_of_itself(self) -> None:
        baskets = LIBRARY.select(["*"])
        weights = [np.full(len(each.symbols), 1 / len(each.symbols)) for each in baskets]
        found = overlap(baskets, weights)
        assert found.weight is not None
        for matrix in (found.common, found.jaccard, found.weight):
            assert (matrix == matrix.T).all()
        assert np.diag(found.jaccard).tolist() == [1] * len(baskets)
        assert np.diag(found.weight) == pytest.approx(np.ones(len(baskets)))
        for i, one in enumerate(baskets):
            for j, other in enumerate(baskets):
                assert found.common[i, j] == len(set(one.symbols) & set(other.symbols))
