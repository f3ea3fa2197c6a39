"""A study's lists beside the equal-weighted market and the industries of their own shares."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from basketbt.api import Run
from basketbt.config.study import load_study
from basketbt.data.bars import Bars, Instrument, MarketData, PriceRequest, UniverseCloses
from basketbt.data.sources.files import FilesSource
from basketbt.eventstudy.from_panel import one_session_returns
from basketbt.eventstudy.models import estimate, market_model
from basketbt.eventstudy.portfolio import basket_returns
from basketbt.eventstudy.windows import sessions_of
from basketbt.pipeline.run import priced
from basketbt.plan.model import StudyPlan
from basketbt.plan.study import make_plan
from basketbt.report.views import headline
from basketbt.report.views.context import contexts
from basketbt.shipped import shipped
from support.made import Made, Study, session

NAMES = ("600001.SH", "000002.SZ", "300003.SZ", "600004.SH", "000005.SZ")
OUTSIDE = ("601001.SH", "601002.SH", "601003.SH", "601004.SH", "601005.SH")
MARKET, EQUAL, OWN = "000300.SH", "EWA.CALC", "EWI.CALC"
DAYS = range(-160, 21)
OF = dict(zip(OUTSIDE, ("软件", "软件", "软件", "银行", "银行"), strict=True))
SOFTWARE = dict.fromkeys(NAMES, "软件")
MIXED = {**SOFTWARE, "600004.SH": "银行", "000005.SZ": "银行"}


def walks(symbols: tuple[str, ...], seed: int, first: int = DAYS[0]) -> dict[str, dict[int, float]]:
    random = np.random.default_rng(seed)
    moves = random.normal(0.001, 0.02, (len(DAYS), len(symbols)))
    paths = 100.0 * np.cumprod(1.0 + moves, axis=0).T
    return {
        symbol: {day: float(p) for day, p in zip(DAYS, path, strict=True) if day >= first}
        for symbol, path in zip(symbols, paths, strict=True)
    }


CLOSES = walks((MARKET, EQUAL, *NAMES), 3)
OTHERS = walks(OUTSIDE, 4)


@dataclass
class Market(Made):
    """A made market with a table of all its shares; ``industry`` of those that have one."""

    industry: dict[str, str] = field(default_factory=lambda: dict(SOFTWARE))
    others: dict[str, dict[int, float]] = field(default_factory=lambda: OTHERS)

    def load(self, request: PriceRequest) -> MarketData:
        data = super().load(request)
        symbols = (*self.others, *NAMES)
        paths = {**CLOSES, **self.closes, **self.others}
        industries = {**self.industry, **OF} if self.industry else {}
        universe = UniverseCloses(
            symbols=symbols,
            dates=np.array([session(day) for day in DAYS]),
            close=np.array([[paths[one].get(day, np.nan) for one in symbols] for day in DAYS]),
            industry=tuple(map(industries.get, symbols)),
            table="market_adjusted.parquet",
        )
        known = {s: Instrument(symbol=s, industry=name) for s, name in self.industry.items()}
        bars = [data.bars]
        if EQUAL in self.closes and EQUAL not in data.bars.symbols:
            bars.append(self._bars(EQUAL))
        return replace(data, universe=universe, instruments=known, bars=Bars.joined(bars))


def row(run: Run, table: str, **where: object) -> dict[str, Any]:
    frame = run.frames[table]
    for key, value in where.items():
        frame = frame[frame[key] == value]
    (found,) = frame.to_dict("records")
    return {str(key): value for key, value in found.items()}


def heads(run: Run) -> list[str]:
    """Of the headline table, as the page has it."""
    (context,) = contexts(run.data, "en")
    return [head.text for head in headline.table(context).heads]


def moves(path: dict[int, float], days: range) -> np.ndarray:
    return np.array([path[day] / path[day - 1] - 1.0 for day in days])


def industry(name: str, days: range) -> np.ndarray:
    return np.asarray(
        np.mean([moves(OTHERS[s], days) for s, own in OF.items() if own == name], axis=0)
    )


class TestNumbers:
    @pytest.fixture
    def run(self, study: Study) -> Run:
        return study(Market(CLOSES, industry=MIXED), NAMES, windows="[[-3, 2], [0, 10]]")

    def test_own_industries_are_outside_shares_at_the_lists_weights(self, run: Run) -> None:
        days = range(11)
        daily = 0.6 * industry("软件", days) + 0.4 * industry("银行", days)
        found = row(run, "relative", benchmark=OWN, window="[0,+10]")
        assert found["benchmark_return"] == pytest.approx(np.prod(1 + daily) - 1, abs=1e-9)
        held = np.mean([CLOSES[s][10] / CLOSES[s][-1] - 1 for s in NAMES])
        assert found["excess_return"] == pytest.approx(held - np.prod(1 + daily) + 1, abs=1e-9)
        assert found["beta"] == pytest.approx(self.slope(daily, days), abs=1e-9)

    def slope(self, daily: np.ndarray, days: range) -> float:
        level = [np.mean([CLOSES[s][d] / CLOSES[s][-1] for s in NAMES]) for d in (-1, *days)]
        held = np.diff(level) / level[:-1]
        return float(sm.OLS(held, sm.add_constant(daily)).fit().params[1])

    def test_the_equal_weighted_market_stands_beside_them(self, run: Run) -> None:
        found = row(run, "relative", benchmark=EQUAL, window="[0,+10]")
        made = CLOSES[EQUAL][10] / CLOSES[EQUAL][-1] - 1
        assert found["benchmark_return"] == pytest.approx(made, abs=1e-12)

    @pytest.mark.parametrize(
        ("window", "days"), [("[0,+10]", range(11)), ("[-3,+2]", range(-3, 3))]
    )
    def test_the_three_parts_are_those_of_plain_loops(
        self, run: Run, window: str, days: range
    ) -> None:
        before = range(-140, -20)
        index = moves(CLOSES[MARKET], before)

        def beta(series: np.ndarray) -> float:
            return float(sm.OLS(series, sm.add_constant(index)).fit().params[1])

        level = [
            np.mean([CLOSES[s][d] / CLOSES[s][days[0] - 1] for s in NAMES])
            for d in (days[0] - 1, *days)
        ]
        own = float((np.diff(level) / level[:-1]).sum())
        market = float(moves(CLOSES[MARKET], days).sum())
        of_list = beta(np.mean([moves(CLOSES[s], before) for s in NAMES], axis=0))
        of_industries = sum(
            0.2 * (industry(MIXED[s], days).sum() - beta(industry(MIXED[s], before)) * market)
            for s in NAMES
        )
        found = row(run, "attribution", window=window)
        assert found["benchmark"] == MARKET
        assert found["excess"] == pytest.approx(own - market, abs=1e-9)
        assert found["beta"] == pytest.approx(of_list, abs=1e-9)
        assert found["excess_market"] == pytest.approx((of_list - 1) * market, abs=1e-9)
        assert found["excess_industries"] == pytest.approx(of_industries, abs=1e-9)
        rest = own - of_list * market - of_industries
        assert found["excess_selection"] == pytest.approx(rest, abs=1e-9)
        parts = sum(found[f"excess_{part}"] for part in ("market", "industries", "selection"))
        assert abs(parts - found["excess"]) < 1e-12
        assert (found["industries_covered"], found["outside_shares"]) == (1.0, 5)

    def test_few_outside_shares_are_said(self, run: Run) -> None:
        notes = row(run, "attribution", window="[0,+10]")["notes"]
        assert "made of few shares outside the lists: 软件 (3), 银行 (2)" in notes

    def test_the_memo_says_what_the_excess_is_made_of(self, run: Run, study: Study) -> None:
        assert "### What the excess is made of" in run.memo
        assert "[-3,+2] vs own industries" in heads(run)
        chinese = study(Market(CLOSES), NAMES, windows="[[0, 10]]", language="zh")
        assert "### 超额收益从何而来" in chinese.memo


class TestMissing:
    def told(self, study: Study, source: Made, **keys: Any) -> tuple[Run, dict[str, Any]]:
        run = study(source, NAMES, windows="[[0, 2]]", **keys)
        return run, row(run, "attribution")

    def empty(self, run: Run, found: dict[str, Any], why: str) -> None:
        beside = row(run, "relative", benchmark=OWN)
        assert all(map(pd.isna, [found["excess_industries"], found["excess_selection"]]))
        assert all(map(pd.isna, [beside["excess_return"], beside["benchmark_return"]]))
        assert why in found["notes"]
        assert why in beside["notes"]
        assert np.isfinite([found["excess"], found["excess_market"]]).all()  # the rest stands

    def test_no_table_of_the_market(self, study: Study) -> None:
        run, found = self.told(study, Made(CLOSES), benchmarks=f"[{MARKET}, 930713.CSI]")
        self.empty(run, found, "the prices hold no table of the market")
        assert "no table of the market" in row(run, "relative", benchmark=EQUAL)["notes"]
        assert heads(run)[-2].endswith("vs CSI Artificial Intelligence Theme")

    def test_too_small_a_table_is_no_market(self, study: Study) -> None:
        without = {s: path for s, path in CLOSES.items() if s != EQUAL}
        run, found = self.told(study, Market(without))
        assert "10 shares, too few" in row(run, "relative", benchmark=EQUAL)["notes"]
        assert np.isfinite(found["excess_industries"])

    def test_no_industries(self, study: Study) -> None:
        run, found = self.told(study, Market(CLOSES, industry={}))
        self.empty(run, found, "no table names the industries of shares")

    def test_a_share_alone_in_its_industry_is_left_out_and_named(self, study: Study) -> None:
        alone = {**SOFTWARE, "000005.SZ": "水泥"}
        _, found = self.told(study, Market(CLOSES, industry=alone))
        assert "is in the industry of 000005.SZ (20% of the weight)" in found["notes"]
        assert found["industries_covered"] == pytest.approx(0.8)
        whole = row(study(Market(CLOSES), NAMES, windows="[[0, 2]]"), "attribution")
        assert found["excess_industries"] == pytest.approx(whole["excess_industries"], abs=1e-12)

    def test_below_four_fifths_there_is_no_yardstick(self, study: Study) -> None:
        alone = {**SOFTWARE, "000005.SZ": "水泥", "600004.SH": "造纸"}
        run, found = self.told(study, Market(CLOSES, industry=alone))
        self.empty(run, found, "at least 80% must have one: 600004.SH, 000005.SZ")

    def test_too_short_a_past_has_no_beta(self, study: Study) -> None:
        short = Market({**CLOSES, **walks(NAMES, 5, first=-60)})
        _, found = self.told(study, short)
        assert "the list has 39 returns in the estimation window, 100 are needed" in found["notes"]
        assert all(map(pd.isna, [found["beta"], found["excess_market"], found["excess_selection"]]))
        assert np.isfinite([found["excess"], found["excess_industries"]]).all()

    def test_a_universe_that_ends_early_says_so(self, study: Study) -> None:
        ended = {s: {d: p for d, p in path.items() if d < 2} for s, path in OTHERS.items()}
        _, found = self.told(study, Market(CLOSES, others=ended))
        assert "its industries lack a session of the window" in found["notes"]
        assert pd.isna(found["excess_industries"])


def test_a_list_in_hong_kong_has_no_own_industries(study: Study) -> None:
    closes = {**walks(("6682.HK",), 6), MARKET: CLOSES[MARKET]}
    run = study(Market(closes, fx=dict.fromkeys(DAYS, 0.93)), ["6682.HK"], windows="[[0, 2]]")
    (notes,) = set(run.frames["attribution"]["notes"])
    assert "measured on Hong Kong sessions" in notes
    assert "measured on Hong Kong sessions" in run.memo


def returns_of(levels: np.ndarray, plan: StudyPlan, code: str) -> np.ndarray:
    own = levels[:, plan.indexes.index(code)]
    return np.append(np.nan, own[1:] / own[:-1] - 1.0)


@pytest.mark.market
def test_real_software_shares_are_explained_best_by_their_own_industry(market: Path) -> None:
    """The audit measured residual deviations of 2.45, 1.84 and 1.45 % a session."""
    plan = make_plan(load_study(shipped("configs") / "deepseek-r1.yaml"))
    prices = priced(plan, FilesSource(market), lambda _: None)
    (case,) = plan.cases
    found, (peers, _) = prices.case(case, with_books=True), prices.peers["XSHG"]
    member = [one.id for one in case.baskets].index("guojin/software")
    weights = found.books[0].book.paths[0].weights[[member]]
    software = peers.returns[:, peers.industry.index("软件服务")]
    assert peers.outside[peers.industry.index("软件服务")] == 216
    own, _ = basket_returns(one_session_returns(found.panel)[0], weights)
    estimation = sessions_of((-140, -21), found.zero, len(own))
    levels = found.yardsticks.levels
    deviations = [
        float(estimate(market_model(against), own, estimation).s[0])
        for against in (*(returns_of(levels, plan, c) for c in ("H00300.CSI", EQUAL)), software)
    ]
    assert deviations == pytest.approx([0.0245, 0.0181, 0.0145], abs=1e-4)
