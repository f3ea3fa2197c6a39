"""The event study of a study, from its file to its tables and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from basketbt.api import Run
from basketbt.config.eventstudy import SHIPPED_VARIANTS, EventStudySpec
from basketbt.errors import InputError
from basketbt.eventstudy.inputs import STANDARD_VARIANTS
from basketbt.eventstudy.reasons import BadWindows
from basketbt.market.calendars import calendar
from basketbt.market.clock import shipped_events
from basketbt.plan.eventstudy import clean_windows, other_day_zeros, reach
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
)
from support.made import Made, Study, session

XSHG = calendar("XSHG")


class TestNumbers:
    @pytest.fixture
    def lifted(self, study: Study) -> Run:
        return study(MadeWithUniverse(closes(lift=0.03)), NAMES, event_study=section(variants=True))

    def test_the_registered_windows_of_the_first_model_are_the_tests(self, lifted: Run) -> None:
        frame = lifted.frames["event_study"]
        main = frame[frame["variant"] == "main"]
        assert len(main) == 2 * 2
        registered = main[main["registered"]]
        assert set(registered["model"]) == {"market"}
        assert registered["holm_p"].notna().all()
        assert main[~main["registered"]]["holm_p"].isna().all()
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
        assert cell(lifted)["holm_p"] < 0.001
        assert cell(lifted)["placebo_p"] == pytest.approx(1 / 251)
        assert cell(lifted)["random_p"] < 0.01
        words = lifted.memo
        assert "### Is it more than chance?" in words
        assert "The study registers 2 tests (1 list × 2 windows, model market)" in words
        assert "after all 2 tests and against the sector; an effect of" in words
        assert "not settled" not in words  # its five shares rose together
        assert "without-2024-rally (without 2024-09-24 to 2024-10-18)" in words
        assert f"day0-leak (day 0 is {session(-1)})" in words
        assert "Holm p: the same once all registered tests are counted" in words
        assert "°" not in words.split("*CAR by list and window")[1].splitlines()[2]

    def test_nothing_is_consistent_with_chance(self, study: Study) -> None:
        run = study(Made(closes()), NAMES, event_study=section())
        assert cell(run)["p"] > 0.05
        assert "consistent with chance; an effect of" in run.memo

    def test_in_chinese(self, study: Study) -> None:
        run = study(Made(closes(lift=0.03)), NAMES, event_study=section(), language="zh")
        assert "### 超额收益是否显著？" in run.memo
        assert "本研究登记2个检验" in run.memo

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

    def test_a_variant_is_no_test_and_its_answer_can_be_compared(self, lifted: Run) -> None:
        frame = lifted.frames["event_study"]
        variants = frame[frame["variant"] != "main"]
        assert not variants["registered"].any()
        assert variants[["holm_p", "romano_wolf_p", "bh_p"]].isna().all(axis=None)
        assert variants["notes"].str.contains("not among the pre-registered tests").all()
        primary = frame[frame["model"] == "market"]
        assert (primary["holm_as_if"] >= primary["p"]).all()
        assert frame[frame["model"] != "market"]["holm_as_if"].isna().all()
        main = primary[primary["variant"] == "main"]
        assert (main["holm_as_if"] == main["holm_p"]).all()

    def test_random_baskets_are_drawn_for_the_registered_study_only(self, lifted: Run) -> None:
        variant = cell(lifted, variant="estimation-270")
        assert variant["estimation_sessions"] == 250
        assert pd.isna(variant["random_p"])
        assert "random baskets are drawn for the registered study only" in variant["notes"]

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
        assert set(alone.frames) == {"event_study", "verdicts", "car_paths", "placebo"}
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
        asked = "{windows: [[16, 18]], also: []}"
        with pytest.raises(BadWindows, match="every window of event_study reaches deepseek-r1"):
            study(Made(closes()), NAMES, events="deepseek-v3", event_study=asked)

    def test_history_reaches_to_the_first_placebo_estimation(self) -> None:
        r1 = shipped_events()["deepseek-r1"]
        assert [name for name, _ in other_day_zeros(r1, XSHG)] == ["leak", "app"]
        # window [0,+10] ends at day -21 at the latest: 250 dates from -31 back to -280, the
        # estimation of the first begins 140 earlier; one close more; the app came 4 sessions early
        first, last = reach(EventStudySpec(), (-140, -21), r1, XSHG)
        assert (first, last) == (-280 - 140 - 4 - 1, 20)
