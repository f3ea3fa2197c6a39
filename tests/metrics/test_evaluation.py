"""The registry: every measure for every column, and a reason beside every empty cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from basketbt.locale import catalogue
from basketbt.metrics.evaluation import Evaluation, evaluate
from basketbt.metrics.measures import MEASURES

N = 243
ANNUAL = "annual_return sharpe sortino calmar alpha information_ratio up_capture down_capture"
TAIL = "var_95 cvar_95 tail_ratio"


def levels_of(*columns: np.ndarray) -> np.ndarray:
    simple = np.column_stack(columns)
    return 100.0 * np.vstack([np.ones(simple.shape[1]), np.cumprod(1 + simple, axis=0)])


def wild(sessions: int, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0005, 0.02, sessions)


def of(levels: np.ndarray, benchmark: np.ndarray | None = None) -> Evaluation:
    return evaluate(levels, annualisation=N, rf_annual=0.015, benchmark_levels=benchmark)


def empty_cells(result: Evaluation, column: int = 0) -> dict[str, str | None]:
    return {key: codes[column] for key, codes in result.reasons.items() if codes[column]}


def test_with_enough_sessions_and_a_benchmark_nothing_is_empty() -> None:
    result = of(levels_of(wild(121), wild(121, 8)), levels_of(wild(121, 9))[:, 0])
    assert list(result.values) == [measure.key for measure in MEASURES]
    for values in result.values.values():
        assert values.shape == (2,)
        assert np.isfinite(values).all()
    assert empty_cells(result) == {}
    assert result.notes(1) == ()


def test_a_window_of_one_session() -> None:
    result = of(np.array([100.0, 103.0]), np.array([10.0, 10.1]))
    assert result.values["total_return"][0] == pytest.approx(0.03)
    assert result.values["excess_return"][0] == pytest.approx(0.02)
    assert result.values["max_drawdown"][0] == 0.0
    needed = {
        2: "annual_volatility tracking_error",
        3: "skew beta correlation r_squared",
        4: "kurtosis",
        20: TAIL,
        121: ANNUAL,
    }
    assert empty_cells(result) == {
        key: f"fewer_than_{sessions}_sessions"
        for sessions, keys in needed.items()
        for key in keys.split()
    }


@pytest.mark.parametrize(
    ("sessions", "tail", "annualised"),
    [(19, False, False), (20, True, False), (120, True, False), (121, True, True)],
)
def test_nothing_is_annualised_below_half_a_year(
    sessions: int, tail: bool, annualised: bool
) -> None:
    result = of(levels_of(wild(sessions)), levels_of(wild(sessions, 9))[:, 0])
    for key in ANNUAL.split():
        assert np.isfinite(result.values[key][0]) == annualised, key
    for key in TAIL.split():
        assert np.isfinite(result.values[key][0]) == tail, key
    assert np.isfinite(result.values["annual_volatility"][0])
    assert np.isfinite(result.values["tracking_error"][0])


def test_a_short_window_says_why_it_has_no_annual_figure() -> None:
    (note,) = of(levels_of(wild(60)), levels_of(wild(60, 9))[:, 0]).notes(0)
    assert note.text("en").endswith("empty, fewer than 121 sessions (half a year)")
    assert "不足121个交易日（半年）" in note.text("zh")


def test_constant_returns_have_no_sharpe_ratio_rather_than_a_huge_one() -> None:
    levels = levels_of(np.full(140, 0.001))
    assert np.std(levels[1:, 0] / levels[:-1, 0] - 1, ddof=1) > 0, "float residue, as in life"
    result = of(levels, levels_of(wild(140))[:, 0])
    assert empty_cells(result) == {
        "sharpe": "zero_volatility",
        "sortino": "no_downside",
        "calmar": "no_drawdown",
        "skew": "zero_volatility",
        "kurtosis": "zero_volatility",
        "correlation": "zero_volatility",
        "r_squared": "zero_volatility",
    }
    assert result.values["annual_volatility"][0] == 0.0
    assert result.values["max_drawdown"][0] == 0.0
    assert result.values["beta"][0] == pytest.approx(0.0, abs=1e-12)


def test_a_basket_that_never_falls_has_no_sortino_and_no_calmar() -> None:
    result = of(levels_of(np.tile([0.01, 0.02], 70)))
    cells = empty_cells(result)
    assert cells["sortino"] == "no_downside"
    assert cells["calmar"] == "no_drawdown"
    assert np.isfinite(result.values["sharpe"][0])


@pytest.mark.parametrize("other", [100.0, np.nextafter(100.0, np.inf)], ids=["flat", "last bit"])
def test_a_suspended_basket_is_flat_and_says_so(other: float) -> None:
    levels = np.tile([100.0, other], 70)
    assert empty_cells(of(levels))["sharpe"] == "zero_volatility"
    result = evaluate(levels, annualisation=N)
    for key in ("hit_ratio", "max_drawdown", "annual_volatility"):
        assert result.values[key][0] == 0.0
    cells = empty_cells(result)
    wanted = ("zero_volatility", "no_downside", "no_drawdown", "no_lower_tail")
    assert tuple(cells[key] for key in ("sharpe", "sortino", "calmar", "tail_ratio")) == wanted


def test_without_a_benchmark_the_relative_columns_are_empty() -> None:
    result = of(levels_of(wild(130)))
    relative = {measure.key for measure in MEASURES if measure.needs_benchmark}
    assert {"beta", "alpha", "up_capture", "benchmark_return"} <= relative
    assert empty_cells(result) == dict.fromkeys(sorted(relative), "no_benchmark")
    (note,) = result.notes(0)
    assert "benchmark_return, excess_return" in note.text("en")
    assert "no benchmark" in note.text("en")
    assert "没有基准" in note.text("zh")


def test_a_benchmark_that_does_not_move() -> None:
    cells = empty_cells(of(levels_of(wild(130)), np.full(131, 5.0)))
    assert cells == {
        "beta": "constant_benchmark",
        "alpha": "constant_benchmark",
        "correlation": "constant_benchmark",
        "r_squared": "constant_benchmark",
        "up_capture": "no_up_session",
        "down_capture": "no_down_session",
    }


def test_a_basket_that_is_its_benchmark() -> None:
    benchmark = levels_of(wild(130))
    result = of(benchmark * 0.37, benchmark[:, 0])
    assert result.values["tracking_error"][0] == 0.0
    assert result.values["beta"][0] == pytest.approx(1.0)
    assert result.values["up_capture"][0] == pytest.approx(1.0)
    assert empty_cells(result) == {"information_ratio": "constant_active_return"}


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -1.0])
@pytest.mark.parametrize("row", [0, 12, 130])
def test_a_column_with_a_hole_is_empty_and_its_neighbour_is_not(bad: float, row: int) -> None:
    levels = levels_of(wild(130), wild(130, 8))
    alone = of(levels[:, 1:], levels_of(wild(130, 9))[:, 0])
    levels[row, 0] = bad
    result = of(levels, levels_of(wild(130, 9))[:, 0])
    assert set(empty_cells(result, 0)) == set(result.values)
    assert set(empty_cells(result, 0).values()) == {"incomplete_levels"}
    assert empty_cells(result, 1) == {}
    for key, values in result.values.items():
        assert values[1] == pytest.approx(alone.values[key][0], rel=1e-12), key


def test_a_benchmark_with_a_hole_empties_the_relative_columns_only() -> None:
    benchmark = levels_of(wild(130, 9))[:, 0]
    benchmark[4] = np.nan
    cells = empty_cells(of(levels_of(wild(130)), benchmark))
    assert set(cells.values()) == {"incomplete_benchmark"}
    assert set(cells) == {measure.key for measure in MEASURES if measure.needs_benchmark}


def test_one_series_may_be_given_as_a_plain_vector() -> None:
    levels = levels_of(wild(130))
    np.testing.assert_equal(of(levels[:, 0]).values, of(levels).values)


@pytest.mark.parametrize(
    ("levels", "extra", "message"),
    [
        (np.empty((0, 2)), {}, "base row"),
        (np.ones((5, 2)), {"annualisation": 0}, "annualisation"),
        (np.ones((5, 2)), {"benchmark_levels": np.ones(4)}, "benchmark"),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused(
    levels: np.ndarray, extra: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(levels, **{"annualisation": N, **extra})


returns_with_ties = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=30),
    elements=st.sampled_from([-0.2, -0.05, -0.01, 0.0, 0.0, 0.01, 0.05, 0.2]),
)


@given(simple=returns_with_ties, with_benchmark=st.booleans(), long=st.booleans())
def test_every_empty_cell_has_a_reason_and_every_value_has_none(
    simple: np.ndarray, with_benchmark: bool, long: bool
) -> None:
    if long:  # half a year: what is annualised exists
        simple = np.tile(simple, (-(-121 // len(simple)), 1))
    levels = levels_of(*simple.T)
    result = of(levels, levels[:, 0] if with_benchmark else None)
    for key, values in result.values.items():
        assert values.dtype == np.float64
        assert not np.isinf(values).any(), key
        assert [code is not None for code in result.reasons[key]] == np.isnan(values).tolist(), key


@given(simple=returns_with_ties, scale=st.sampled_from([1e-3, 0.5, 7.0, 1e6]))
def test_the_scale_of_the_levels_does_not_matter(simple: np.ndarray, scale: float) -> None:
    levels = levels_of(*simple.T)
    ours, scaled = of(levels, levels[:, 0]), of(levels * scale, levels[:, 0] * scale)
    assert ours.reasons == scaled.reasons
    for key, values in ours.values.items():
        np.testing.assert_allclose(scaled.values[key], values, rtol=1e-8, atol=1e-9, err_msg=key)


@given(simple=returns_with_ties)
def test_a_drawdown_is_never_positive_and_never_beyond_everything(simple: np.ndarray) -> None:
    depth = of(levels_of(*simple.T)).values["max_drawdown"]
    assert ((depth <= 0) & (depth > -1)).all()


def test_the_registry_is_complete_in_both_languages() -> None:
    keys = [measure.key for measure in MEASURES]
    assert len(set(keys)) == len(keys)
    for measure in MEASURES:
        for language, joint in (("en", "; "), ("zh", "；")):
            words = catalogue(language)
            assert words[f"column.{measure.key}.about"], measure.key
            reasons = joint.join(words[f"note.{reason.code}"] for reason in measure.empty_when)
            assert words[f"column.{measure.key}.empty"] == reasons
    codes = [one.code for one in {one for measure in MEASURES for one in measure.empty_when}]
    assert len(set(codes)) == len(codes)


def test_a_benchmark_for_each_column_gives_what_it_gives_alone() -> None:
    random = np.random.default_rng(12)
    levels = levels_of(*random.normal(0, 0.02, (4, 40)))
    beside = levels_of(*random.normal(0, 0.01, (4, 40)))
    beside[:, 1] = 100.0  # constant: no beta
    beside[7, 2] = np.nan
    beside[:, 3] = np.linspace(100, 120, 41)  # never falls: no down capture
    together = evaluate(levels, annualisation=243, benchmark_levels=beside)
    for column in range(4):
        alone = evaluate(levels[:, column], annualisation=243, benchmark_levels=beside[:, column])
        assert together.notes(column) == alone.notes(0)
        for key, values in together.values.items():
            assert values[column] == pytest.approx(alone.values[key][0], abs=1e-12, nan_ok=True)
