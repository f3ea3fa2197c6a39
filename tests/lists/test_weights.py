"""Weights: by hand, against ffn, and by the properties that every weighting promises."""

from __future__ import annotations

from datetime import date
from typing import Any

import ffn
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from basketbt.errors import InfeasibleWeights, UnknownName
from basketbt.lists.model import Basket, Block, Constituent, Place, Source, Stance
from basketbt.lists.weighting import Weighting, parse_weighting
from basketbt.lists.weights import cap_weights, target_weights

# Each row is symbol, stance, segment, votes.
Row = tuple[str, Stance, str | None, int]

SEGMENTED: list[Row] = [
    ("688111.SH", "recommend", "C", 1),
    ("300624.SZ", "recommend", "C", 1),
    ("002315.SZ", "watch", "B", 1),
]


def basket(rows: list[Row], *, shares: list[tuple[float, list[int]]] | None = None) -> Basket:
    """A basket of ``rows`` in blocks of (share, members); by default one block of all."""
    return Basket(
        id="mine/a",
        broker="mine",
        broker_zh="自选",
        broker_en="My own",
        theme_zh="主题",
        theme_en="Theme",
        source=Source(publisher="P", title="T", published=date(2025, 2, 7)),
        notes="",
        constituents=tuple(
            Constituent(symbol=symbol, name_zh="名", stance=stance, origin="named", votes=votes)
            for symbol, stance, _, votes in rows
        ),
        blocks=tuple(
            Block(
                share=share,
                places=tuple(
                    Place(member=each, stance=rows[each][1], segment=rows[each][2])
                    for each in members
                ),
            )
            for share, members in shares or [(1.0, list(range(len(rows))))]
        ),
        components=(),
        digest="",
    )


def weights(of: Basket, weighting: str, present: list[bool] | None = None, **more: Any) -> Any:
    mask = np.array([True] * len(of.constituents) if present is None else present)
    return target_weights(of, parse_weighting(weighting), present=mask, **more)


class TestByHand:
    @pytest.mark.parametrize(
        ("weighting", "expected", "values"),
        [
            ("equal", [1 / 3] * 3, {}),
            ("by_segment", [0.25, 0.25, 0.5], {}),  # equal across segments, then inside
            ("stance", [0.4, 0.4, 0.2], {}),  # two to one by default
            ("stance 3:1", [3 / 7, 3 / 7, 1 / 7], {}),
            ("inverse_volatility", [0.5, 0.25, 0.25], {"volatility": np.array([0.2, 0.4, 0.4])}),
            ("market_cap", [0.6, 0.3, 0.1], {"market_cap": np.array([6e9, 3e9, 1e9])}),
            ("tradable_cap", [0.6, 0.3, 0.1], {"market_cap": np.array([6e9, 3e9, 1e9])}),
        ],
    )
    def test_a_weighting(
        self, weighting: str, expected: list[float], values: dict[str, Any]
    ) -> None:
        assert weights(basket(SEGMENTED), weighting, **values) == pytest.approx(expected)

    def test_votes_multiply_every_score(self) -> None:
        rows: list[Row] = [("688111.SH", "watch", "C", 3), ("300624.SZ", "watch", "C", 1)]
        voted = basket(rows)
        assert weights(voted, "equal") == pytest.approx([0.75, 0.25])
        assert weights(voted, "by_segment") == pytest.approx([0.75, 0.25])
        value = weights(voted, "market_cap", market_cap=np.array([1.0, 3.0]))
        assert value == pytest.approx([0.5, 0.5])

    def test_a_share_in_two_blocks_gets_the_sum(self) -> None:
        two = basket(SEGMENTED, shares=[(0.5, [0, 1]), (0.5, [1, 2])])
        assert weights(two, "equal") == pytest.approx([0.25, 0.5, 0.25])


class TestAbsentShares:
    def test_leave_their_weight_to_their_block(self) -> None:
        two = basket(SEGMENTED, shares=[(0.5, [0, 1]), (0.5, [2])])
        found = weights(two, "equal", [True, False, True])
        assert found == pytest.approx([0.5, 0, 0.5])
        assert found[1] == 0

    def test_of_a_whole_block_leave_it_to_the_other_blocks(self) -> None:
        three = basket(SEGMENTED, shares=[(0.5, [0]), (0.25, [1]), (0.25, [2])])
        found = weights(three, "equal", [False, True, True])
        assert found == pytest.approx([0, 0.5, 0.5])

    def test_of_a_whole_segment_leave_it_to_the_other_segments(self) -> None:
        found = weights(basket(SEGMENTED), "by_segment", [True, True, False])
        assert found == pytest.approx([0.5, 0.5, 0])

    def test_need_no_volatility_or_market_value(self) -> None:
        value = np.array([np.nan, 3.0, 1.0])
        found = weights(basket(SEGMENTED), "market_cap", [False, True, True], market_cap=value)
        assert found == pytest.approx([0, 0.75, 0.25])


class TestWhatCannotBeBuilt:
    @pytest.mark.parametrize("bad", [np.nan, 0.0, -1.0, np.inf])
    def test_names_every_share_without_a_value(self, bad: float) -> None:
        value = np.array([bad, 1.0, bad])
        with pytest.raises(InfeasibleWeights, match=r"volatility .* 688111\.SH, 002315\.SZ$"):
            weights(basket(SEGMENTED), "inverse_volatility", volatility=value)

    @pytest.mark.parametrize(
        ("weighting", "present", "why"),
        [
            ("market_cap", [True] * 3, "market cap is not known here"),
            ("given", [True] * 3, "give no weights of their own"),
            ("equal cap 30%", [True] * 3, r"mine/a: a cap of 0\.3 .* at least 0\.3333"),
            ("equal cap 40%", [True, True, False], "a cap of"),  # the absent do not help
            ("equal", [False] * 3, "none of its 3 names is present"),
        ],
    )
    def test_says_why(self, weighting: str, present: list[bool], why: str) -> None:
        with pytest.raises(InfeasibleWeights, match=why):
            weights(basket(SEGMENTED), weighting, present)


positive = st.lists(
    st.floats(1e-6, 1e6, allow_nan=False, allow_infinity=False), min_size=2, max_size=40
).map(lambda values: np.array(values) / sum(values))


def water_level(raw: Any, cap: float) -> Any:
    """Independent oracle: pro-rata capping is min(cap, level x raw), the level by bisection."""
    low, high = 1.0, cap / raw.min()
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(cap, middle * raw).sum() < 1 else (low, middle)
    return np.minimum(cap, high * raw)


class TestCap:
    @given(positive, st.floats(1.0, 5.0))
    def test_sum_bound_and_order(self, raw: Any, slack: float) -> None:
        cap = min(1.0, slack / len(raw))
        found = cap_weights(raw, cap)
        assert found.sum() == pytest.approx(1, abs=1e-9)
        assert (found <= cap + 1e-9).all()
        order = np.argsort(raw, kind="stable")
        assert (np.diff(found[order]) >= -1e-12).all()

    @given(positive, st.floats(1.01, 5.0))
    def test_excess_is_spread_pro_rata(self, raw: Any, slack: float) -> None:
        cap = min(1.0, slack / len(raw))
        assume(cap > raw.min())
        assert cap_weights(raw, cap) == pytest.approx(water_level(raw, cap), abs=1e-9)

    @given(positive, st.floats(1.0, 5.0), st.randoms(use_true_random=False))
    def test_the_order_of_the_shares_does_not_matter(
        self, raw: Any, slack: float, random: Any
    ) -> None:
        cap = min(1.0, slack / len(raw))
        shuffle = random.sample(range(len(raw)), len(raw))
        assert cap_weights(raw, cap)[shuffle] == pytest.approx(
            cap_weights(raw[shuffle], cap), abs=1e-12
        )

    @pytest.mark.parametrize("seed", range(20))
    def test_agrees_with_ffn(self, seed: int) -> None:
        pandas = pytest.importorskip("pandas")
        raw = np.random.default_rng(seed).dirichlet(np.full(15, 0.5))
        expected = ffn.limit_weights(pandas.Series(raw), 0.12).to_numpy()
        # ffn rounds its input to four decimals first, which is all they may differ by.
        assert cap_weights(raw, 0.12) == pytest.approx(expected, abs=1e-3)

    @pytest.mark.parametrize("count", [3, 7, 10, 30])
    def test_a_cap_of_exactly_one_nth_gives_equal_weights(self, count: int) -> None:
        raw = np.arange(1.0, count + 1)
        assert cap_weights(raw / raw.sum(), 1 / count) == pytest.approx([1 / count] * count)

    def test_weights_within_the_cap_stay_untouched(self) -> None:
        raw = np.array([0.5, 0.3, 0.2])
        assert (cap_weights(raw, 0.5) == raw).all()

    def test_zeros_stay_zero(self) -> None:
        found = cap_weights(np.array([0.9, 0.1, 0.0]), 0.6)
        assert found == pytest.approx([0.6, 0.4, 0.0])


KINDS = ["equal", "by_segment", "stance", "inverse_volatility", "market_cap"]


@st.composite
def random_baskets(draw: st.DrawFn) -> tuple[Basket, Any, Any]:
    """A basket of one to three blocks, who is present, and a positive value for each."""
    count = draw(st.integers(1, 12))
    rows: list[Row] = [
        (
            f"{600000 + position}.SH",
            draw(st.sampled_from(["recommend", "watch"])),
            draw(st.sampled_from([None, "A", "B"])),
            draw(st.integers(1, 5)),
        )
        for position in range(count)
    ]
    members = st.lists(st.integers(0, count - 1), min_size=1, unique=True)
    blocks = draw(st.lists(members, min_size=1, max_size=3))
    everyone = sorted(set(range(count)) - {each for block in blocks for each in block})
    blocks[0] = blocks[0] + everyone  # every constituent stands in some block
    shares = [(1 / len(blocks), block) for block in blocks]
    present = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    value = np.array(draw(st.lists(st.floats(0.05, 20), min_size=count, max_size=count)))
    return basket(rows, shares=shares), present, value


@given(random_baskets(), st.sampled_from(KINDS))
def test_weights_sum_to_one_over_the_present(drawn: tuple[Basket, Any, Any], kind: str) -> None:
    one, present, value = drawn
    assume(present.any())
    found = weights(one, kind, list(present), volatility=value, market_cap=value)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert (found[~present] == 0).all()
    assert (found[present] > 0).all()


@given(random_baskets(), st.sampled_from(KINDS))
def test_scaling_the_values_changes_nothing(drawn: tuple[Basket, Any, Any], kind: str) -> None:
    one, present, value = drawn
    assume(present.any())
    found = weights(one, kind, list(present), volatility=value, market_cap=value)
    scaled = weights(one, kind, list(present), volatility=7 * value, market_cap=7 * value)
    assert scaled == pytest.approx(found, abs=1e-12)


class TestLabels:
    @pytest.mark.parametrize(
        "label",
        ["equal", "by_segment", "stance 2:1", "stance 3:1.5", "market_cap cap 10%", "given"],
    )
    def test_a_label_means_the_weighting_that_has_it(self, label: str) -> None:
        assert parse_weighting(label).label == label

    def test_stance_alone_is_two_to_one(self) -> None:
        assert parse_weighting("stance") == Weighting("stance", 2.0, 1.0)

    def test_a_cap_is_a_fraction(self) -> None:
        assert parse_weighting("equal cap 12.5%") == Weighting("equal", cap=0.125)

    @pytest.mark.parametrize("label", ["eqal", "equal 2:1", "equal cap", "equal cap 0.1", ""])
    def test_anything_else_is_an_unknown_weighting(self, label: str) -> None:
        with pytest.raises(UnknownName, match="no weighting is called"):
            parse_weighting(label)

    @pytest.mark.parametrize("label", ["equal cap 0%", "equal cap 150%", "stance 0:1"])
    def test_impossible_numbers_are_refused(self, label: str) -> None:
        with pytest.raises(InfeasibleWeights):
            parse_weighting(label)
