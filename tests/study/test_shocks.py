"""Windows that hold a shock of the market say so, and show the holding ended before it."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from basketbt.api import Run, event_study, run
from basketbt.engine.shocks import MetShock, shocked_window
from basketbt.market.calendars import calendar
from basketbt.market.dayzero import day_zero
from basketbt.market.shocks import THRESHOLD, Shock, shipped_shocks, shocks_among
from basketbt.pipeline.shocks import met_by
from basketbt.report.data import ReportData
from basketbt.report.files import read_run
from basketbt.report.views import document
from basketbt.report.views.blocks import Chart, Prose
from basketbt.shipped import shipped
from support.made import Made, Study, session

ROOT = Path(__file__).resolve().parents[2]
CRASH = "2025-04-07"

A, B, INDEX = "600001.SH", "000002.SZ", "000300.SH"

#                  day   -2     -1     0      1     2     3     4
FALLEN = dict(enumerate([100.0, 100.0, 101.0, 100.0, 93.0, 94.0, 88.0], start=-2))
SHARES = {
    A: dict(enumerate([10.0, 10.0, 11.0, 12.0, 9.0, 9.5, 9.0], start=-2)),
    B: dict(enumerate([20.0, 20.0, 20.0, 21.0, 19.0, 18.0, 17.0], start=-2)),
}


def one(run: Run, window: str, **where: object) -> dict[str, Any]:
    frame = run.summary[run.summary["window"] == window]
    for key, value in where.items():
        frame = frame[frame[key] == value]
    assert len(frame) == 1
    return dict(frame.iloc[0])


def headline(data: ReportData, language: Any) -> list[str]:
    blocks = document(data, language).blocks
    return [one.text for one in blocks if isinstance(one, Prose) and one.kind == "lead"]


@pytest.fixture(scope="module")
def r1() -> Run:
    return run(
        ROOT / "configs/deepseek-r1-account.yaml", overrides=["windows=[[0,45],[0,46],[0,60]]"]
    )


class TestTheRecord:
    @pytest.mark.market
    def test_it_has_every_session_of_its_years_on_which_the_csi_300_moved_by_5_percent(
        self, market: Path
    ) -> None:
        rows = pd.read_parquet(market / "indexes.parquet")
        rows = rows[rows["symbol"] == INDEX].sort_values("date")
        found: dict[str, float] = {}
        before = None
        for date, close in zip(rows["date"], rows["close"], strict=True):
            day = str(date)[:10]
            if before is not None and "2024-01-01" <= day <= "2025-12-31":
                moved = close / before - 1
                if moved >= 0.05 or moved <= -0.05:
                    found[day] = moved
            before = close
        record = shipped_shocks()
        assert (str(record.first), str(record.last)) == ("2024-01-01", "2025-12-31")
        assert [str(day) for day in record.by_session] == list(found)
        for shock in record.by_session.values():
            assert shock.market_return == pytest.approx(found[str(shock.session)], abs=1e-4)

    def test_a_dated_cause_was_first_met_on_the_session_itself(self) -> None:
        shanghai = calendar("XSHG")
        for day, shock in shipped_shocks().by_session.items():
            if shock.cause is not None:
                assert day_zero(shock.cause, shanghai).session == day
                assert shock.source
        undated = [str(d) for d, shock in shipped_shocks().by_session.items() if not shock.cause]
        assert undated == ["2024-10-09"]

    def test_levels_of_the_study_decide_and_the_record_only_where_there_are_none(self) -> None:
        days = calendar("XSHG").between(np.datetime64("2025-04-02"), np.datetime64("2025-04-09"))
        calm = np.array([100.0, 101.0, 102.0, 103.0, 104.0])
        assert shocks_among(days, calm, INDEX) == ()
        gap = calm.copy()
        gap[2] = np.nan
        (known,) = shocks_among(days, gap, INDEX)
        assert (str(known.session), known.market_return) == (CRASH, -0.0705)
        deep = np.array([100.0, 101.0, 90.0, 99.0, 99.0])
        first, second = shocks_among(days, deep, "H00300.CSI")
        assert first.cause is not None
        assert (first.cause.base_id, first.index) == ("us-tariffs", "H00300.CSI")
        assert first.market_return == pytest.approx(90 / 101 - 1, abs=1e-15)
        assert (str(second.session), second.cause) == ("2025-04-08", None)

    def test_exactly_the_threshold_is_a_shock(self) -> None:
        days = calendar("XSHG").between(np.datetime64("2023-05-08"), np.datetime64("2023-05-10"))
        assert len(shocks_among(days, np.array([64.0, 64.0, 64.0 * (1 + 1 / 16)]), INDEX)) == 1
        assert THRESHOLD == 0.05

    def test_one_on_a_day_without_a_session_in_hong_kong_is_met_on_the_next(self) -> None:
        hong_kong = calendar("XHKG").between(
            np.datetime64("2024-12-20"), np.datetime64("2025-01-03")
        )
        boxing_day = Shock(session=np.datetime64("2024-12-26"), market_return=-0.06)
        (met,) = met_by([boxing_day], hong_kong)
        assert str(hong_kong[met.row]) == "2024-12-27"
        late = Shock(session=np.datetime64("2025-01-06"), market_return=-0.06)
        assert met_by([late], hong_kong) == ()


class TestTheCut:
    def test_it_is_a_plain_loops_answer_whatever_comes_from_the_shock_on(self) -> None:
        random = np.random.default_rng(13)
        sessions = np.arange("2025-01-01", "2025-03-12", dtype="datetime64[D]")
        for _ in range(50):
            base, rows = int(random.integers(0, 20)), int(random.integers(2, 30))
            levels = 100 * np.cumprod(1 + random.normal(0, 0.02, (rows, 3)), axis=0)
            index = 100 * np.cumprod(1 + random.normal(0, 0.01, rows))
            shaken = sorted(random.choice(60, size=4, replace=False).tolist())
            met = [
                MetShock(row=row, shock=Shock(session=sessions[row], market_return=-0.06))
                for row in shaken
            ]

            def ask(levels: Any, index: Any, base: int = base, met: list[MetShock] = met) -> Any:
                return shocked_window(levels, index, sessions=sessions, base=base, met=met)

            found = ask(levels, index)
            inside = [row for row in shaken if base < row < base + rows]
            if not inside:
                assert found is None
                continue
            assert [one.session for one in found.shocks] == [sessions[row] for row in inside]
            cut = inside[0] - 1 - base
            if cut == 0:
                assert found.last is None
                assert np.isnan(found.total_return).all()
                continue
            assert found.last == sessions[base + cut]
            for column in range(3):
                made = levels[cut][column] / levels[0][column] - 1
                beside = index[cut] / index[0] - 1
                assert found.total_return[column] == pytest.approx(made, abs=1e-12)
                assert found.excess_return[column] == pytest.approx(made - beside, abs=1e-12)
            levels[cut + 1 :] *= 7
            index[cut + 1 :] *= 3
            again = ask(levels, index)
            assert (again.total_return == found.total_return).all()
            assert (again.excess_return == found.excess_return).all()


class TestAStudy:
    def test_its_own_index_finds_shocks_that_no_record_knows(self, study: Study) -> None:
        run = study(Made({**SHARES, INDEX: FALLEN}), [A, B], windows="[[0,1],[0,2],[2,4],[0,4]]")
        assert pd.isna(one(run, "[0,+1]")["shocks"])
        assert pd.isna(one(run, "[0,+1]")["return_before_shock"])
        first, second = str(session(2)), str(session(4))
        found = one(run, "[0,+4]")
        assert found["shocks"] == f"{first} {second}"
        assert str(found["before_shock"])[:10] == str(session(1))
        by_hand = (12 / 10 + 21 / 20) / 2 - 1
        assert found["return_before_shock"] == pytest.approx(by_hand, abs=1e-12)
        assert found["excess_before_shock"] == pytest.approx(by_hand - 0.0, abs=1e-12)
        assert f"holds a shock of the market: {first} (CSI 300 -7.00%), {second}" in found["notes"]
        told = run.frames["shocks"].set_index("day")["cause"]
        assert told[told.index > 0].to_dict() == {2: "not dated", 4: "not dated"}
        assert told[told.index < 0].index.tolist() == [
            -75,
            -74,
            -73,
        ]  # before its index: the record
        (line,) = [said for said in headline(run.data, "en") if "Shock of the market" in said]
        assert f"{first} (CSI 300 -7.00%; cause not dated)" in line
        (line,) = [said for said in headline(run.data, "zh") if "市场冲击" in said]
        assert f"{first}（沪深300 -7.00%；起因未定）" in line

    def test_a_shock_on_the_first_session_leaves_nothing_before_it(self, study: Study) -> None:
        run = study(Made({**SHARES, INDEX: FALLEN}), [A, B], windows="[[0,1],[2,4]]")
        found = one(run, "[+2,+4]")
        assert found["shocks"] == f"{session(2)} {session(4)}"
        assert pd.isna(found["before_shock"])
        assert pd.isna(found["return_before_shock"])
        assert f"nothing is before the shock of {session(2)}: it is the first" in found["notes"]

    def test_a_list_of_hong_kong_meets_it_on_its_own_sessions(self, study: Study) -> None:
        """Hong Kong was shut on 25 and 26 December, Shanghai was not."""
        hong_kong, shanghai = calendar("XHKG"), calendar("XSHG")
        zero = session(0, "XHKG")
        days = [hong_kong.distance(zero, hong_kong.offset(zero, k)) for k in range(-25, 8)]
        own = {"6682.HK": {day: 50.0 + day for day in days}}
        boxing_day = shanghai.distance(session(0), np.datetime64("2024-12-26"))
        index = {day: 100.0 if day < boxing_day else 90.0 for day in range(-25, 8)}
        run = study(
            Made({**own, INDEX: index}), ["6682.HK"], windows="[[-18,-15],[-15,-10]]", fx="local"
        )
        shocked, calm = (one(run, window) for window in ("[-18,-15]", "[-15,-10]"))
        assert shocked["shocks"] == "2024-12-26"
        before, base = hong_kong.on_or_before(np.datetime64("2024-12-26")), session(-19, "XHKG")
        assert str(shocked["before_shock"])[:10] == str(before) == "2024-12-24"
        levels = own["6682.HK"]
        by_hand = levels[hong_kong.distance(zero, before)] / levels[-19] - 1
        assert str(shocked["base_date"])[:10] == str(base)
        assert shocked["return_before_shock"] == pytest.approx(by_hand, abs=1e-12)
        assert pd.isna(calm["shocks"])

    def test_prices_from_the_shock_on_change_nothing_before_it(self, study: Study) -> None:
        def made(scale: float) -> dict[str, Any]:
            later = {
                symbol: {day: close * (scale if day >= 2 else 1) for day, close in own.items()}
                for symbol, own in SHARES.items()
            }
            return one(study(Made({**later, INDEX: FALLEN}), [A, B], windows="[[0,4]]"), "[0,+4]")

        calm, wild = made(1.0), made(1.3)
        assert calm["total_return"] != wild["total_return"]
        for key in ("shocks", "before_shock", "return_before_shock", "excess_before_shock"):
            assert calm[key] == wild[key]

    def test_the_windows_of_an_event_study_say_so_too(self) -> None:
        tested = event_study(
            ROOT / "configs/deepseek-r1-events.yaml",
            overrides=[
                "events=us-tariffs",
                "baskets=[guojin/all]",
                "windows=[[0, 5]]",
                "event_study={windows: [[0, 0], [0, 5]], also: [], placebo_dates: 100}",
            ],
        ).frames["event_study"]
        rows = tested[tested["variant"] == "main"].set_index("window")["notes"].fillna("")
        assert rows["[0,+5]"].str.contains(f"holds a shock of the market: {CRASH}").all()
        assert not rows["[0,0]"].str.contains("shock").any()


class TestRealPrices:
    def test_every_window_over_the_tariffs_says_so_and_no_other(self, r1: Run) -> None:
        for _, row in r1.summary.iterrows():
            inside = str(row["base_date"])[:10] < CRASH <= str(row["end_date"])[:10]
            assert (row["shocks"] == CRASH) == inside
            assert pd.notna(row["shocks"]) == inside
            assert ("holds a shock of the market" in str(row["notes"])) == inside
        assert {*r1.summary[r1.summary["shocks"].isna()]["window"]} == {
            "[0,+45]",
            "hindsight",
            "[0,+46]",
            "[p,p]",
            "[p,p+4]",
            "[p,p+9]",
            "[p,p+19]",
        }

    def test_the_figure_before_it_is_that_of_the_files(self, r1: Run) -> None:
        bars = pd.read_parquet(shipped("sample") / "bars.parquet")
        indexes = pd.read_parquet(shipped("sample") / "indexes.parquet")
        twin = indexes[indexes["symbol"] == "H00300.CSI"].set_index("date")["close"]
        twin.index = twin.index.astype(str)
        prices: Any = bars.assign(total=bars["close"] * bars["adj_factor"]).pivot(
            index="date", columns="symbol", values="total"
        )
        prices.index = prices.index.astype(str)
        found = one(r1, "available", basket="guojin/xinchuang", book="index")
        names = ["603019.SH", "000034.SZ", "301236.SZ", "002261.SZ", "600536.SH", "688692.SH"]
        made = [prices.loc["2025-04-03", name] / prices.loc["2025-02-07", name] for name in names]
        by_hand = sum(made) / len(made) - 1
        beside = twin["2025-04-03"] / twin["2025-02-07"] - 1
        assert str(found["before_shock"])[:10] == "2025-04-03"
        assert found["return_before_shock"] == pytest.approx(by_hand, abs=1e-9)
        assert found["excess_before_shock"] == pytest.approx(by_hand - beside, abs=1e-9)

    def test_an_account_before_it_is_worth_what_its_own_days_say(self, r1: Run) -> None:
        days, checked = r1.frames["account"], 0
        for _, row in r1.summary[r1.summary["book"] == "account"].iterrows():
            own = days[(days["basket"] == row["basket"]) & (days["entry"] == row["entry"])]
            pairs = zip(own["date"], own["value"], strict=True)
            worth = {str(day)[:10]: value for day, value in pairs}
            first = next(iter(worth.values()))
            assert row["return_before_shock"] == pytest.approx(
                worth["2025-04-03"] / first - 1, abs=1e-9
            )
            checked += 1
        assert checked == 2 * 19

    def test_the_lists_together_are_the_rows_one_by_one(self, r1: Run) -> None:
        rows = r1.summary[(r1.summary["window"] == "available") & (r1.summary["book"] == "index")]
        named = rows["basket"].str.startswith("guojin/") & (rows["basket"] != "guojin/all")
        mapped = ~rows["basket"].str.startswith(("guojin/", "consensus/"))
        found = r1.frames["breadth"]
        for kind, chosen, rose in (("named", named, 1), ("mapped", mapped, 4)):
            lists = rows[chosen]
            (row,) = found[
                (found["window"] == "available")
                & (found["book"] == "index")
                & (found["list_kind"] == kind)
            ].to_dict("records")
            made, ahead = lists["return_before_shock"], lists["excess_before_shock"]
            assert row["median_before_shock"] == pytest.approx(statistics.median(made), abs=1e-12)
            assert row["median_excess_before_shock"] == pytest.approx(
                statistics.median(ahead), abs=1e-12
            )
            assert row["rose_before_shock"] == sum(1 for value in made if value > 0) == rose
            assert row["beat_before_shock"] == sum(1 for value in ahead if value > 0)

    def test_the_report_says_it_in_both_languages_also_from_its_files(
        self, r1: Run, tmp_path: Path
    ) -> None:
        stored = read_run(r1.write(tmp_path)).data
        for data in (r1.data, stored):
            (said,) = [one for one in headline(data, "en") if one.startswith("Shock of the")]
            assert said.startswith(
                "Shock of the market in [0,+60], Available [+8,+60], +60 from publication, "
                "the accounts: 2025-04-07 (CSI 300 -7.05%; US tariffs of April 2025)."
            )
            assert (
                "ended on 2025-04-03, the session before the first shock: 4 named lists a median "
                "of -8.2%, 1 rose" in said
            )
            (said,) = [one for one in headline(data, "zh") if "市场冲击" in one]
            assert "2025-04-07（沪深300 -7.05%；2025年4月美国加征关税）" in said
            charts = [one for one in document(data).blocks if isinstance(one, Chart)]
            levels = next(one for one in charts if one.id.startswith("levels"))
            marks = [(one["x"], one["label"]) for one in levels.data["marks"]]
            assert (CRASH, "shock: US tariffs of April 2025") in marks

    def test_v3_holds_none_before_its_longest_horizon(self) -> None:
        v3 = run(ROOT / "configs/deepseek-v3.yaml")
        shaken = v3.summary[v3.summary["shocks"].notna()]
        assert {*shaken["window"]} == {"[p,p+59]"}
        (said,) = [one for one in headline(v3.data, "en") if one.startswith("Shock of the")]
        assert said.startswith("Shock of the market in +60 from publication: 2025-04-07 ")

    @pytest.mark.market
    def test_the_real_tables_say_what_the_sample_says(self, market: Path) -> None:
        found = run(ROOT / "configs/deepseek-r1.yaml", source=f"files:{market}").frames["shocks"]
        record = shipped_shocks().by_session
        for _, row in found.iterrows():
            shock = record[np.datetime64(str(row["date"])[:10], "D")]
            assert row["market_return"] == pytest.approx(shock.market_return, abs=1e-4)
            assert row["cause"] == (shock.cause.id if shock.cause else "not dated")
        assert len(found) == 4
