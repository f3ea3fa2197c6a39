"""The event study of a study, from its file to its tables and words."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from basketbt.api import Run
from basketbt.config.eventstudy import SHIPPED_VARIANTS, EventStudySpec
from basketbt.config.study import load_study
from basketbt.errors import DataError, InputError, InvalidFile
from basketbt.eventstudy.inputs import STANDARD_VARIANTS
from basketbt.eventstudy.run import NothingToTest
from basketbt.eventstudy.windows import BadWindows
from basketbt.market.calendars import calendar
from basketbt.market.clock import shipped_events
from basketbt.pipeline.eventinputs import NoIndexLevels
from basketbt.plan.eventstudy import clean_windows, market_index, other_day_zeros, reach
from basketbt.plan.study import make_plan
from basketbt.report.csvfile import csv_bytes
from basketbt.report.files import run_files
from support.eventstudy import (
    FIRST,
    LAST,
    MARKET,
    NAMES,
    SECTOR,
    MadeWithUniverse,
    cell,
    closes,
    section,
    until,
    without,
)
from support.made import Made, Study, session

XSHG = calendar("XSHG")
CONFIG = Path(__file__).resolve().parents[2] / "configs/deepseek-r1-events.yaml"


class TestNumbers:
    @pytest.fixture
    def lifted(self, study: Study) -> Run:
        return study(MadeWithUniverse(closes(lift=0.03)), NAMES, event_study=section(variants=True))

    def test_the_registered_windows_of_the_first_model_are_the_tests(self, lifted: Run) -> None:
        frame = lifted.frames["event_study"]
        main = frame[frame["variant"] == "main"]
        assert len(main) == 2 * 2
        tested = main["family"].notna()
        assert set(main[tested]["model"]) == {"market"}
        assert main[tested][["q1_holm_p", "q2_holm_p"]].notna().all(axis=None)
        assert main[~tested]["q1_holm_p"].isna().all()
        # [0,0] and [0,+4] end before the holiday: leaving out the reopening would change nothing
        computed = [name for name in SHIPPED_VARIANTS if name != "without-reopening"]
        variants = ["main", *computed, "day0-leak", "day0-app"]
        assert list(dict.fromkeys(frame["variant"])) == variants
        assert "variant without-reopening changes nothing here" in lifted.memo

    def test_they_equal_a_regression_with_a_dummy_for_each_day(self, lifted: Run) -> None:
        prices = closes(lift=0.03)
        days = [*range(-140, -20), *range(5)]

        def returns(symbol: str) -> np.ndarray:
            path = prices[symbol]
            return np.array([path[day] / path[day - 1] - 1.0 for day in days])

        basket = np.mean([returns(name) for name in NAMES], axis=0)
        dummies = np.vstack([np.zeros((120, 5)), np.eye(5)])
        for model, indexes in (("market", [MARKET]), ("market+sector", [MARKET, SECTOR])):
            x = np.column_stack([np.ones(125), *map(returns, indexes), dummies])
            contrast = np.r_[np.zeros(1 + len(indexes)), np.ones(5)]
            test = sm.OLS(basket, x).fit().t_test(contrast)
            found = cell(lifted, model=model)
            assert found["car"] == pytest.approx(float(test.effect[0]), rel=1e-9)
            assert found["t"] == pytest.approx(float(test.tvalue[0, 0]), rel=1e-9)
            assert found["p"] == pytest.approx(float(test.pvalue), rel=1e-7, abs=1e-15)
            assert found["df"] == test.df_denom

    def test_bhar_is_the_excess_return_of_the_book_that_holds(self, study: Study) -> None:
        run = study(Made(closes()), NAMES, windows="[[0, 4]]", event_study=section())
        beside = run.frames["relative"]
        same = (beside["window"] == "[0,+4]") & (beside["benchmark"] == MARKET)
        (held,) = beside[same]["excess_return"]
        assert cell(run)["bhar"] == pytest.approx(held, rel=1e-12)

    def test_an_effect_that_is_there_is_said_with_what_could_have_been_seen(
        self, lifted: Run
    ) -> None:
        assert cell(lifted)["q1_holm_p"] < 0.001
        assert cell(lifted)["placebo_p"] == pytest.approx(1 / 251)
        assert cell(lifted)["q2_p"] < 0.01
        words = lifted.memo
        assert "### Is it more than chance?" in words
        assert (
            "Around the event: 2 tests (1 list whose source names its shares × 2 windows)" in words
        )
        each = words.split("*Each list over [0,+4], and how firm that is*")[1]
        assert "| stood out" in each.partition("*CAR")[0]
        assert "(mine/list [0,0] +" in words
        assert "without-2024-rally (without 2024-09-24 to 2024-10-18)" in words
        assert f"day0-leak (day 0 is {session(-1)})" in words
        assert "°" not in words.split("*CAR by list and window")[1].splitlines()[2]

    def test_nothing_is_consistent_with_chance(self, study: Study) -> None:
        run = study(MadeWithUniverse(closes()), NAMES, event_study=section())
        assert cell(run)["q1_p"] > 0.05
        each = run.memo.split("and how firm that is*")[1]
        # And what could have been seen.
        assert re.search(r"\| not shown(\\\*)? \| \d+\.\d% \|", each)

    def test_in_chinese(self, study: Study) -> None:
        source = MadeWithUniverse(closes(lift=0.03))
        run = study(source, NAMES, event_study=section(), language="zh")
        assert "### 超额收益是否显著？" in run.memo
        assert "事件前后：2个检验（点名个股的1份名单 × 2个窗口）" in run.memo
        assert "显著且异于同类" in run.memo

    def test_a_path_ends_at_the_cell(self, lifted: Run) -> None:
        paths = lifted.frames["car_paths"]
        path = paths[(paths["variant"] == "main") & (paths["model"] == "market")]
        assert path["day"].tolist() == [0, 1, 2, 3, 4]
        assert path["car"].iloc[-1] == pytest.approx(cell(lifted)["car"], rel=1e-12)

    def test_the_placebo_dates_are_those_of_the_p(self, lifted: Run) -> None:
        found = cell(lifted)
        frame = lifted.frames["placebo"]
        own = frame[(frame["model"] == "market") & (frame["window"] == "[0,+4]")]
        assert len(own) == found["placebo_dates"] == 250
        reached = (own["t"].abs() >= abs(found["t"])).sum()
        assert found["placebo_p"] == pytest.approx((1 + reached) / 251)
        assert own["date"].max() <= pd.Timestamp(session(-25))

    def test_another_day_0_moves_the_window(self, lifted: Run) -> None:
        leak = cell(lifted, variant="day0-leak")
        assert leak["day0"] == pd.Timestamp(session(-1))
        assert leak["car"] < cell(lifted)["car"]

    def test_a_variant_is_no_test_and_has_no_questions_of_its_own(self, lifted: Run) -> None:
        frame = lifted.frames["event_study"]
        variants = frame[frame["variant"] != "main"]
        assert variants["family"].isna().all()
        columns = ["q1_p", "q2_p", "q1_holm_p", "q2_holm_p", "romano_wolf_p", "q1_bh_p"]
        assert variants[columns].isna().all(axis=None)
        assert variants["notes"].str.contains("not among the pre-registered tests").all()
        variant = cell(lifted, variant="estimation-270")
        assert variant["estimation_sessions"] == 250
        assert "Q1 and Q2 are asked of the registered study only" in variant["notes"]

    def test_every_tested_cell_has_its_verdict(self, lifted: Run) -> None:
        verdicts = lifted.frames["verdicts"]
        assert verdicts["window"].tolist() == ["[0,0]", "[0,+4]"]
        assert verdicts["verdict"].tolist() == ["stood_out", "stood_out"]
        for number, window in enumerate(verdicts["window"]):
            tested = cell(lifted, window=window)
            for key in ("family", "chosen_after", "car", "q1_mde", "q1_holm_p", "q2_holm_p"):
                assert verdicts[key][number] == tested[key]

    def test_the_same_study_gives_the_same_bytes(self, study: Study) -> None:
        runs = [study(MadeWithUniverse(closes()), NAMES, event_study=section()) for _ in range(2)]
        assert run_files(runs[0].data) == run_files(runs[1].data)

    def test_another_universe_is_another_run(self, study: Study) -> None:
        one = study(MadeWithUniverse(closes()), NAMES, event_study=section())
        other = study(
            MadeWithUniverse(closes(), known=range(FIRST + 1, LAST)), NAMES, event_study=section()
        )
        assert one.run_id != other.run_id

    def test_alone_it_has_the_same_numbers(self, study: Study, tmp_path: Path) -> None:
        whole, alone = (
            study(MadeWithUniverse(closes()), NAMES, event_study=section(), events_only=only)
            for only in (False, True)
        )
        assert set(alone.frames) == {"shocks", "event_study", "verdicts", "car_paths", "placebo"}
        assert alone.frames["event_study"].equals(whole.frames["event_study"])
        folder = alone.write(tmp_path / "results")
        assert folder.parent.name == "event-study"
        assert sorted(path.name for path in folder.iterdir()) == [
            "car_paths.parquet",
            "event_study.csv",
            "manifest.json",
            "memo.md",
            "placebo.parquet",
            "report.html",
            "report.json",
            "shocks.csv",
            "verdicts.csv",
        ]

    def test_a_study_without_the_section_writes_nothing_of_it(self, study: Study) -> None:
        run = study(Made(closes()), NAMES)
        assert "event_study" not in run.frames
        assert "more than chance" not in run.memo


class TestStudyFile:
    def test_an_event_to_stop_before_must_exist(self, study: Study) -> None:
        with pytest.raises(InputError, match="no event is called 'deepseek-r9'"):
            study(Made(closes()), NAMES, event_study=section("stop_before: [deepseek-r9]"))

    def test_the_shipped_variants_are_those_of_the_room(self) -> None:
        assert [variant.name for variant in STANDARD_VARIANTS] == list(SHIPPED_VARIANTS)


class TestWindows:
    def test_r1_is_not_stopped_by_itself_nor_by_v3_before_it(self) -> None:
        r1 = shipped_events()["deepseek-r1"]
        spec = EventStudySpec(stop_before=("deepseek-v3", "deepseek-r1"))
        assert clean_windows(((0, 20),), spec, r1, XSHG) == (((0, 20),), ())

    def test_an_event_that_leaves_no_window(self, study: Study) -> None:
        asked = "{horizons: [], windows: [[16, 18]], also: []}"
        with pytest.raises(BadWindows, match="every window of event_study reaches deepseek-r1"):
            study(Made(closes()), NAMES, events="deepseek-v3", event_study=asked)

    def test_history_reaches_to_the_first_placebo_estimation(self) -> None:
        r1 = shipped_events()["deepseek-r1"]
        assert [name for name, _ in other_day_zeros(r1, XSHG)] == ["leak", "app"]
        case = make_plan(load_study(CONFIG)).cases[0]
        # the longest rated window ends on day +10, of a placebo date at day -21 at the latest: 250
        # dates from -31 back to -280, the estimation of the first begins 140 earlier; one close
        # more; the app came 4 sessions early. Horizons ask for nothing.
        first, last = reach(EventStudySpec(), (-140, -21), case)
        assert (first, last) == (-280 - 140 - 4 - 1, 20)


class TestWhatCannotBeHad:
    """An empty cell with its reason, or an error; never a number that looks like a result."""

    def said(self, run: Run, columns: str, reason: str, **where: object) -> None:
        found = cell(run, **where)
        assert pd.isna([found[column] for column in columns.split()]).all(), columns
        assert reason in found["notes"]
        table = run.data.tables["event_study"]
        text = csv_bytes(table, "en").decode("utf-8-sig")
        assert ",nan" not in text.lower()

    def test_history_too_short_for_the_model(self, study: Study) -> None:
        with pytest.raises(NothingToTest, match="59 valid estimation sessions, 100 needed") as told:
            study(Made(closes(first=-80)), NAMES, event_study=section())
        assert told.value.exit_code == 3

    def test_history_too_short_for_a_variant_says_so(self, study: Study) -> None:
        only = "variants: [{name: early, estimation: [-300, -200]}], alternatives: false"
        asked = section(only, variants=True)
        run = study(Made(closes(first=-180)), NAMES, event_study=asked)
        assert set(run.frames["event_study"]["variant"]) == {"main"}
        assert "variant early cannot be computed" in run.memo

    def test_history_too_short_for_placebo_dates(self, study: Study) -> None:
        run = study(Made(closes(first=-230)), NAMES, event_study=section())
        self.said(run, "placebo_p", "placebo dates; fewer than 100 say nothing")
        assert "fewer than the 100 that say anything: no placebo p" in run.memo
        assert f"250 need prices of four fifths of a list's weight from {session(-419)}" in run.memo

    def test_a_sector_index_that_is_the_market(self, study: Study) -> None:
        run = study(MadeWithUniverse(closes()), NAMES, event_study=section(f"sector: {MARKET}"))
        columns = "t p mde joint_f placebo_p q1_p q2_p"
        self.said(run, columns, "linearly dependent", model="market+sector")
        assert cell(run)["p"] > 0
        assert f"the sector index {MARKET} is the market index {MARKET} itself" in run.memo

    def test_a_sector_index_that_is_the_market_with_its_dividends(self, study: Study) -> None:
        prices = closes()
        twin = {day: level * 1.0001 ** (day - FIRST) for day, level in prices[MARKET].items()}
        asked = section(f"market: {MARKET}, sector: H00300.CSI")
        run = study(Made({**prices, "H00300.CSI": twin}), NAMES, event_study=asked)
        self.said(run, "p", "linearly dependent", model="market+sector")
        assert "is the market index 000300.SH itself, or its twin with dividends" in run.memo

    def test_a_list_whose_prices_end_inside_the_window(self, study: Study) -> None:
        prices = until(2, closes(), *NAMES[1:])  # one share goes on alone
        asked = "{horizons: [], windows: [[0, 2], [0, 4]], also: [], variants: []}"
        run = study(MadeWithUniverse(prices), NAMES, event_study=asked)
        columns = "car p bhar mde leave_one_out_min q1_holm_p"
        self.said(run, columns, f"too little of the list has prices after {session(2)}")
        assert cell(run, window="[0,+2]")["p"] > 0
        path = run.frames["car_paths"]
        path = path[(path["variant"] == "main") & (path["model"] == "market")]
        assert path["car"].notna().tolist() == [True, True, True, False, False]
        assert "1 of the 2 cells could not be tested" in run.memo

    @pytest.mark.parametrize(
        ("asked", "why"),
        [
            ("windows: [[4, 9]], also: [[0, 2]]", "too little of the list has prices after"),
            ("windows: [[0, 29]], also: [[0, 4]]", r"\[0, 29\] reaches beyond the prices"),
        ],
    )
    def test_no_registered_window_that_can_be_tested(
        self, study: Study, asked: str, why: str
    ) -> None:
        known = until(9, until(6, closes(), *NAMES[1:]))
        with pytest.raises(NothingToTest, match=why) as told:
            study(Made(known), NAMES, event_study=f"{{horizons: [], {asked}}}")
        assert told.value.exit_code == 3
        assert "must begin after the estimation window ([-140, -21])" in told.value.hint

    def test_a_window_that_overlaps_the_estimation_is_told_with_its_line(
        self, study: Study
    ) -> None:
        why = r"study\.yaml:6:.*window \[-25, -1\] overlaps the estimation"
        with pytest.raises(InvalidFile, match=why) as told:
            study(Made(closes()), NAMES, event_study="{horizons: [], windows: [[0, 4], [-25, -1]]}")
        assert told.value.exit_code == 2

    def test_an_estimation_shorter_than_it_may_be(self, study: Study) -> None:
        with pytest.raises(NothingToTest) as told:
            study(Made(closes()), NAMES, estimation="[-60, -21]", event_study=section())
        assert "`estimation` [-60, -21] has 40 sessions: begin it earlier" in told.value.hint

    def test_a_dimson_beta_is_the_sum_of_its_three(self, study: Study) -> None:
        run = study(Made(closes()), NAMES, event_study=section("models: [market, dimson]"))
        alone, lagged = cell(run)["beta"], cell(run, model="dimson")["beta"]
        assert lagged == pytest.approx(alone, abs=0.3)
        assert lagged != alone

    def test_a_sector_index_without_levels(self, study: Study) -> None:
        run = study(Made(without(SECTOR, closes(lift=0.03))), NAMES, event_study=section())
        assert set(run.frames["event_study"]["model"]) == {"market"}
        assert "no levels of the sector index 930713.CSI" in run.memo
        assert "Beyond market and sector" not in run.memo

    def test_a_headline_window_beyond_the_prices_gives_way_to_one_that_can_be_tested(
        self, study: Study
    ) -> None:
        asked = "{horizons: [], windows: [[0, 5], [0, 2], [-1, 1]], also: [], variants: []}"
        run = study(MadeWithUniverse(until(3, closes())), NAMES, event_study=asked)
        assert "No list could be tested over [0,+5]; [-1,+1] is quoted instead" in run.memo
        assert "Each list over [-1,+1], and how firm that is" in run.memo
        assert "1 of the 3 cells could not be tested" in run.memo

    def test_a_long_window_says_why_it_has_no_placebo_p(self, study: Study) -> None:
        asked = "{horizons: [], windows: [[0, 12]], also: []}"
        run = study(Made(closes()), NAMES, event_study=asked)
        self.said(run, "placebo_p", "placebo dates overlap too much", window="[0,+12]")
        assert "No placebo p for a window of more than 11 sessions" in run.memo
        assert "placebo dates only" not in run.memo

    def test_a_market_index_without_levels(self, study: Study) -> None:
        with pytest.raises(NoIndexLevels, match=r"no levels of 000300\.SH") as told:
            study(Made(without(MARKET, closes())), NAMES, event_study=section())
        assert told.value.exit_code == 3

    def test_too_few_names_for_kolari_and_pynnonen(self, study: Study) -> None:
        run = study(Made(closes(names=NAMES[:3])), NAMES[:3], event_study=section())
        self.said(run, "kp_p", "3 usable names; the Kolari-Pynnonen test needs 4")
        assert "3 shares: one of them can carry the result" in run.memo

    def test_a_basket_that_is_the_index(self, study: Study) -> None:
        prices = closes(names=NAMES[:1])
        prices[NAMES[0]] = prices[MARKET]
        with pytest.raises(NothingToTest, match="equal to the benchmark's"):
            study(Made(prices), NAMES[:1], event_study=section("models: market"))

    def test_what_was_not_given_or_asked_for(self, study: Study) -> None:
        """No universe, no variants, and 120 sessions of residuals."""
        run = study(Made(closes()), NAMES, event_study=section())
        self.said(run, "q1_p q2_p", "there is no table of outside shares to draw lists from")
        assert set(run.frames["verdicts"]["verdict"]) == {"untested"}
        assert "other side of 5 %" not in run.memo
        self.said(run, "romano_wolf_p", "")
        assert "Romano-Wolf needs 250 residual dates that all baskets share, 120 exist" in run.memo

    def test_with_a_year_of_residuals_romano_wolf_stands_beside_holm(self, study: Study) -> None:
        made = Made(closes(lift=0.03))
        run = study(made, NAMES, estimation="[-270, -21]", event_study=section())
        assert cell(run)["estimation_sessions"] == 250
        assert cell(run)["romano_wolf_p"] == pytest.approx(1 / 2001)
        assert pd.isna(cell(run, model="market+sector")["romano_wolf_p"])
        assert "Romano-Wolf needs" not in run.memo

    def test_matched_lists_that_are_switched_off(self, study: Study) -> None:
        source = MadeWithUniverse(closes())
        run = study(source, NAMES, event_study=section("matched_lists: 0"))
        self.said(run, "q1_p q2_p", "the study switches them off")
        assert "no table of outside shares" not in run.memo

    def test_an_outside_market_of_no_industry(self, study: Study) -> None:
        source = MadeWithUniverse(closes(), industry=None)
        run = study(source, NAMES, event_study=section())
        self.said(run, "q1_p q2_p", "nothing says of which industry the shares of made are")
        assert cell(run)["p"] > 0

    def test_an_outside_market_that_lacks_the_dates(self, study: Study) -> None:
        source = MadeWithUniverse(closes(), known=range(-60, LAST))
        run = study(source, NAMES, event_study=section())
        self.said(run, "q1_p q2_p", "of software there is no outside share with returns")

    def test_a_session_that_the_market_index_lacks_empties_no_question(self, study: Study) -> None:
        prices = closes()
        del prices[MARKET][2]
        run = study(MadeWithUniverse(prices), NAMES, event_study=section())
        assert 0 < cell(run)["q1_p"] <= 1
        assert 0 < cell(run)["q2_p"] <= 1
        assert any("sessions without a level" in note.text() for note in run.result.notes)

    def test_a_window_beyond_the_prices(self, study: Study) -> None:
        asked = "{horizons: [], windows: [[0, 4], [0, 9]], also: []}"
        run = study(MadeWithUniverse(until(6, closes())), NAMES, event_study=asked)
        columns = "car bhar t p mde joint_f placebo_p q1_p q2_p"
        self.said(run, columns, "window [0, 9] reaches beyond the prices", window="[0,+9]")
        assert cell(run)["p"] > 0

    def test_no_prices_of_any_share(self, study: Study) -> None:
        indexes = {symbol: closes()[symbol] for symbol in (MARKET, SECTOR)}
        with pytest.raises(DataError):
            study(Made(indexes), NAMES, event_study=section(), events_only=True)


class TestHongKong:
    """Lists of another exchange, against an index that keeps other holidays or the same ones."""

    HK = ("0020.HK", "0700.HK", "0981.HK", "6682.HK")
    OWN = "2800.HK"

    def prices(self) -> dict[str, dict[int, float]]:
        made = closes(names=(*self.HK, self.OWN))
        return {**made, self.OWN: made[MARKET]}  # the mainland's own walk

    def test_sessions_without_a_mainland_level_are_left_out_and_the_memo_says_so(
        self, study: Study
    ) -> None:
        source = MadeWithUniverse(self.prices())
        run = study(
            source, self.HK, event_study="{horizons: [], windows: [[0, 5]], also: [], variants: []}"
        )
        found = cell(run, window="[0,+5]")
        # 28 January: Hong Kong traded, Shanghai was shut
        assert found["sessions"] == 5
        assert "1 of 6 sessions of the window left out" in found["notes"]
        assert "no BHAR: the market index has no level" in found["notes"]
        assert pd.isna(found["bhar"])
        assert "5 of 6 sessions usable." in run.memo
        assert "000300.SH has no level on" in run.memo
        assert "the shares to draw from are mainland ones" in found["notes"]

    def test_an_index_of_their_own_calendar_is_used_when_given(self, study: Study) -> None:
        run = study(
            Made(self.prices()),
            self.HK,
            benchmarks=f"[{MARKET}, {self.OWN}]",
            event_study="{horizons: [], windows: [[0, 5]], also: [], variants: []}",
        )
        found = cell(run, window="[0,+5]")
        assert found["sessions"] == 6
        assert found["bhar"] == found["bhar"]
        assert "has no level on" not in run.memo
        assert f"beyond the market ({self.OWN})" in run.memo

    def test_mainland_lists_keep_the_first_benchmark_of_theirs(self) -> None:
        spec = EventStudySpec()
        assert market_index(spec, (self.OWN, MARKET), "XSHG") == MARKET
        assert market_index(spec, (MARKET, self.OWN), "XHKG") == self.OWN
        assert market_index(spec, (MARKET,), "XHKG") == MARKET
        assert market_index(EventStudySpec(market=MARKET), (self.OWN,), "XHKG") == MARKET
