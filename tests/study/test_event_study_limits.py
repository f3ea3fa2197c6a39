"""What an event study cannot say: an empty cell with its reason, words for it, or an error."""

from __future__ import annotations

import pandas as pd
import pytest

from basketbt.api import Run
from basketbt.config.eventstudy import EventStudySpec
from basketbt.errors import DataError, InvalidFile
from basketbt.eventstudy.reasons import NothingToTest
from basketbt.pipeline.eventinputs import NoIndexLevels
from basketbt.plan.eventstudy import market_index
from basketbt.report.csvfile import csv_bytes
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
        columns = "t p mde joint_f holm_p placebo_p random_p"
        self.said(run, columns, "linearly dependent", model="market+sector")
        assert cell(run)["p"] > 0
        assert "No test against the sector." in run.memo
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
        asked = "{windows: [[0, 2], [0, 4]], also: [], variants: []}"
        run = study(Made(prices), NAMES, event_study=asked)
        columns = "car p bhar mde leave_one_out_min holm_p"
        self.said(run, columns, f"too little of the list has prices after {session(2)}")
        assert cell(run, window="[0,+2]")["p"] > 0
        path = run.frames["car_paths"]
        path = path[(path["variant"] == "main") & (path["model"] == "market")]
        assert path["car"].notna().tolist() == [True, True, True, False, False]
        assert "The study registers 1 test (1 list × 2 windows, model market)" in run.memo

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
            study(Made(known), NAMES, event_study=f"{{{asked}}}")
        assert told.value.exit_code == 3
        assert "must begin after the estimation window ([-140, -21])" in told.value.hint

    def test_a_window_that_overlaps_the_estimation_is_told_with_its_line(
        self, study: Study
    ) -> None:
        why = r"study\.yaml:6:.*window \[-25, -1\] overlaps the estimation"
        with pytest.raises(InvalidFile, match=why) as told:
            study(Made(closes()), NAMES, event_study="{windows: [[0, 4], [-25, -1]]}")
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
        for said in (
            "no levels of the sector index 930713.CSI",
            "There is no test against a sector",
            "whether beyond its sector could not be tested",
        ):
            assert said in run.memo
        # the last of them would be said twice
        for unsaid in ("sector's own move", "vs sector", "No test against the sector."):
            assert unsaid not in run.memo

    def test_a_headline_window_beyond_the_prices_gives_way_to_one_that_can_be_tested(
        self, study: Study
    ) -> None:
        asked = "{windows: [[0, 5], [0, 2], [-1, 1]], also: [], variants: []}"
        run = study(Made(until(3, closes())), NAMES, event_study=asked)
        assert "No list could be tested over [0,+5]; [-1,+1] is quoted instead" in run.memo
        assert "over [-1,+1] beyond the market" in run.memo
        assert "1 of the 3 registered cells could not be tested" in run.memo

    def test_a_long_window_says_why_it_has_no_placebo_p(self, study: Study) -> None:
        run = study(Made(closes()), NAMES, event_study="{windows: [[0, 12]], also: []}")
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
        assert "Fewer than four usable shares: no second test." in run.memo

    def test_a_basket_that_is_the_index(self, study: Study) -> None:
        prices = closes(names=NAMES[:1])
        prices[NAMES[0]] = prices[MARKET]
        with pytest.raises(NothingToTest, match="equal to the benchmark's"):
            study(Made(prices), NAMES[:1], event_study=section("models: market"))

    def test_what_was_not_given_or_asked_for(self, study: Study) -> None:
        """No universe, no variants, and 120 sessions of residuals."""
        run = study(Made(closes()), NAMES, event_study=section())
        self.said(run, "random_p", "no universe was given")
        assert "No variant changes the answer" not in run.memo
        self.said(run, "romano_wolf_p", "")
        assert "Romano-Wolf p" not in run.memo
        assert "Romano-Wolf needs 250 residual dates that all baskets share, 120 exist" in run.memo

    def test_with_a_year_of_residuals_romano_wolf_stands_beside_holm(self, study: Study) -> None:
        made = Made(closes(lift=0.03))
        run = study(made, NAMES, estimation="[-270, -21]", event_study=section())
        assert cell(run)["estimation_sessions"] == 250
        assert cell(run)["romano_wolf_p"] == pytest.approx(1 / 2001)
        assert pd.isna(cell(run, model="market+sector")["romano_wolf_p"])
        assert "| Holm p | Romano-Wolf p | Could see" in run.memo
        assert "Romano-Wolf needs" not in run.memo

    def test_random_baskets_that_are_switched_off(self, study: Study) -> None:
        source = MadeWithUniverse(closes())
        run = study(source, NAMES, event_study=section("random_baskets: 0"))
        self.said(run, "random_p", "the study switches them off")
        assert "no universe" not in run.memo
        assert "Random baskets (" not in run.memo

    def test_a_universe_that_lacks_the_dates(self, study: Study) -> None:
        source = MadeWithUniverse(closes(), known=range(-60, LAST))
        run = study(source, NAMES, event_study=section())
        self.said(run, "random_p", "the universe has no prices over the estimation window")

    def test_a_session_that_the_market_index_lacks_empties_no_random_p(self, study: Study) -> None:
        prices = closes()
        del prices[MARKET][2]
        run = study(MadeWithUniverse(prices), NAMES, event_study=section())
        assert 0 < cell(run)["random_p"] <= 1
        assert "random_p" not in str(cell(run)["notes"])
        assert any("sessions without a level" in note.text() for note in run.result.notes)

    def test_a_window_beyond_the_prices(self, study: Study) -> None:
        asked = "{windows: [[0, 4], [0, 9]], also: []}"
        run = study(MadeWithUniverse(until(6, closes())), NAMES, event_study=asked)
        columns = "car bhar t p mde joint_f holm_p placebo_p random_p"
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
        run = study(source, self.HK, event_study="{windows: [[0, 5]], also: [], variants: []}")
        found = cell(run, window="[0,+5]")
        # 28 January: Hong Kong traded, Shanghai was shut
        assert found["sessions"] == 5
        assert "1 of 6 sessions of the window left out" in found["notes"]
        assert "no BHAR: the market index has no level" in found["notes"]
        assert pd.isna(found["bhar"])
        assert "Only 5 of the window's 6 sessions could be used." in run.memo
        assert "000300.SH has no level on" in run.memo
        assert "the shares to draw from are mainland ones" in found["notes"]

    def test_an_index_of_their_own_calendar_is_used_when_given(self, study: Study) -> None:
        run = study(
            Made(self.prices()),
            self.HK,
            benchmarks=f"[{MARKET}, {self.OWN}]",
            event_study="{windows: [[0, 5]], also: [], variants: []}",
        )
        found = cell(run, window="[0,+5]")
        assert found["sessions"] == 6
        assert found["bhar"] == found["bhar"]
        assert "has no level on" not in run.memo
        assert f"what the market ({self.OWN}) explains" in run.memo

    def test_mainland_lists_keep_the_first_benchmark_of_theirs(self) -> None:
        spec = EventStudySpec()
        assert market_index(spec, (self.OWN, MARKET), "XSHG") == MARKET
        assert market_index(spec, (MARKET, self.OWN), "XHKG") == self.OWN
        assert market_index(spec, (MARKET,), "XHKG") == MARKET
        assert market_index(EventStudySpec(market=MARKET), (self.OWN,), "XHKG") == MARKET
