"""What `basketbt events` and `basketbt rules` print."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from basketbt.cli import market
from basketbt.errors import BadSymbol, BasketbtError, InputError
from basketbt.market.clock import select_event
from basketbt.market.rules import rules_on
from support.written import loaded

app = typer.Typer()
market.register(app)


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def run_json(*words: str) -> Any:
    return json.loads(run(*words, "--json"))["rows"]


def line_with(text: str, *words: str) -> str:
    found = [line for line in text.splitlines() if all(word in line for word in words)]
    assert len(found) == 1, (words, found)
    return found[0]


class TestEvents:
    def test_every_event_has_a_line_with_its_day_zero_on_both_exchanges(self) -> None:
        text = run("events")
        r1 = line_with(text, "deepseek-r1", "2025-01-20T20:19:44+08:00").split()
        assert r1[2:] == ["2025-01-21", "2025-01-21", "timestamp"]
        shock = line_with(text, "us-shock", "2025-01-27T09:30:00-05:00").split()
        assert shock[2:] == ["2025-02-05", "2025-01-28", "timestamp"]
        assert "deepseek-r1@app: only the date 2025-01-15 is known" in text
        assert line_with(text, "@leak", "2024-12-25").split()[2:4] == ["2024-12-26", "2024-12-27"]

    def test_key_sessions_and_neighbours_are_shown(self) -> None:
        text = run("events")
        r1 = "2024-06-27 2024-12-20 2025-01-14 2025-01-20 2025-01-22 2025-01-27 2025-02-05"
        assert line_with(text, "deepseek-r1", "2024-06-27").split()[1:8] == r1.split()
        assert line_with(text, "deepseek-v3", "deepseek-r1@leak +15").split()[-1] == "+14"
        assert line_with(text, "us-shock", "reopening +0").split()[-1] == "none"

    def test_one_event_comes_with_its_source_and_the_reasons_of_its_alternatives(self) -> None:
        text = run("events", "deepseek-v3")
        assert "deepseek-ai/DeepSeek-V3 @4c2fdb8" in text
        assert "@leak: The weights' repository" in text
        assert "us-shock" in text  # a neighbour
        assert "2025-01-27T09:30" not in text

    def test_shocks_stand_apart_with_their_cause_or_the_words_that_none_is_dated(self) -> None:
        text = run("events")
        assert line_with(text, "2025-04-07", "-7.05%").split()[2:4] == [
            "us-tariffs@answer",
            "2025-04-04",
        ]
        assert "cause not dated" in line_with(text, "2024-10-09", "-7.05%")
        shocks = {one["session"]: one["cause"] for one in run_json("events", "shocks")}
        assert shocks["2025-04-07"] == "us-tariffs@answer"
        assert shocks["2024-10-09"] is None

    def test_an_alternative_can_be_asked_for(self) -> None:
        (entry,) = run_json("events", "deepseek-r1@leak")
        assert entry["day_zero"]["XSHG"]["session"] == "2025-01-20"
        assert entry["sessions"]["1"] == "2025-01-21"

    def test_sessions_are_counted_on_the_exchange_that_is_asked_for(self) -> None:
        (entry,) = run_json("events", "deepseek-r1", "--calendar", "XHKG")
        assert entry["sessions"]["5"] == "2025-01-28"
        near = {one["id"]: one["offset"] for one in entry["neighbours"]}
        assert near == {
            "policy-package": -80,
            "national-day": -71,
            "deepseek-v3": -16,
            "deepseek-v3@leak": -16,
            "us-shock": 5,
            "reopening": 8,
            "us-tariffs": 49,
        }

    def test_json_carries_everything_that_is_printed(self) -> None:
        entries = run_json("events")
        assert [one["id"] for one in entries] == [
            "policy-package",
            "national-day",
            "deepseek-v3",
            "deepseek-r1",
            "us-shock",
            "reopening",
            "us-tariffs",
        ]
        r1 = entries[3]
        assert r1["at"] == select_event("deepseek-r1").at.isoformat()
        assert [one["id"] for one in r1["alternatives"]] == ["deepseek-r1@leak", "deepseek-r1@app"]
        assert r1["alternatives"][1]["day_zero"]["XSHG"]["rule"] == "date"
        assert "only the date" in r1["alternatives"][1]["day_zero"]["XSHG"]["note"]

    def test_help_is_the_group_s_own(self) -> None:
        assert "first public moment" in run("events", "--help")
        assert "--calendar" in run("events", "show", "--help")


class TestRules:
    def test_the_rules_of_a_share_on_a_date_are_those_of_its_board(self) -> None:
        text = run("rules", "688111.SH", "--on", "2025-02-05")
        assert "Rules in force on 2025-02-05 for 688111.SH" in text
        assert "+20% / -20%" in text
        assert "200 shares, then steps of 1, at most 100,000 an order, T+1" in text
        assert "0.05 % of the amount, sells" in text
        assert "Ministry of Finance t20230827_3904226" in text
        assert "+10%" not in text

    def test_a_date_decides(self) -> None:
        assert "0.1 % of the amount, sells" in run("rules", "000034.SZ", "--on", "2023-08-25")
        assert "0.1 % of the amount, sells" not in run("rules", "000034.SZ", "--on", "2023-08-28")

    def test_hong_kong_has_its_own(self) -> None:
        values = {one["topic"]: one["value"] for one in run_json("rules", "6682.HK")}
        assert values["price limit"] == "no limit"
        assert values["order size"] == "own lot, order maximum not recorded, T+0"
        assert "rounded up to the dollar" in values["stamp duty 印花稅"]

    def test_what_is_not_recorded_for_a_date_is_said(self) -> None:
        text = run("rules", "600000.SH", "--on", "2010-02-05")
        for topic, begins in (
            ("transfer fee", "2015-08-01"),
            ("handling fee", "2015-08-01"),
            ("CSRC levy", "2015-08-01"),
            ("dividend tax", "2013-01-01"),
        ):
            line = line_with(text, topic)
            assert "not recorded" in line
            assert f"the records begin on {begins}" in line
        assert "first sessions: not recorded" in line_with(text, "2014-01-01")
        assert "not recorded" not in run("rules", "600000.SH", "--on", "2025-02-05")

    def test_a_rule_that_was_merged_into_another_is_not_called_unrecorded(self) -> None:
        # ChiNext's ST shares have had the limits of all others since 2020-08-24.
        assert "ST" not in run("rules", "300033.SZ", "--on", "2025-02-05")

    def test_without_a_date_the_rules_of_today_are_printed(self) -> None:
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        assert f"Rules in force on {today}" in run("rules")

    def test_all_boards_are_there_without_a_symbol(self) -> None:
        assert len(run_json("rules", "--on", "2025-02-05")) == len(rules_on(date(2025, 2, 5)))

    @pytest.mark.parametrize(
        ("words", "error", "message"),
        [
            (["--on", "5.2.2025"], InputError, "write it as 2025-02-05"),
            (["000300.SH"], InputError, "000300.SH is no share"),
            (["688111"], BadSymbol, "no exchange"),
            (["900901.SH"], InputError, "900901.SH is a B share: rules are recorded for A shares"),
            (["200012.SZ"], InputError, "200012.SZ is a B share"),
        ],
    )
    def test_mistakes_are_named(
        self, words: list[str], error: type[BasketbtError], message: str
    ) -> None:
        result = CliRunner().invoke(app, ["rules", *words])
        assert isinstance(result.exception, error)
        assert message in str(result.exception)


@pytest.mark.parametrize(
    "words", [["events"], ["events", "--json"], ["rules", "--on", "2025-02-05"]]
)
def test_neither_pandas_nor_exchange_calendars_is_loaded(words: list[str]) -> None:
    program = (
        "import sys, typer; from basketbt.cli import market; app = typer.Typer();"
        "market.register(app); app(sys.argv[1:], standalone_mode=False)"
    )
    assert loaded(program, *words) & {"pandas", "exchange_calendars"} == set()
