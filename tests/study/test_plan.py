"""What a study will do is known before a price is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.config.study import load_study
from basketbt.data.sources.sample import SampleSource
from basketbt.errors import BasketbtError, InvalidFile, OutsideCalendar, RefusedPath
from basketbt.market.calendars import calendar
from basketbt.pipeline.run import run_study
from basketbt.pipeline.sources import choose_source
from basketbt.plan.model import StudyPlan
from basketbt.plan.request import LEAD_IN
from basketbt.plan.study import make_plan
from support.written import write_list, write_study


def plan(tmp_path: Path, **lines: str) -> StudyPlan:
    """The plan of a study without horizons, unless it asks for some."""
    return make_plan(load_study(write_study(tmp_path, **{"horizons": "[]", **lines})))


def labels(planned: StudyPlan) -> list[str]:
    return [window.label for window in planned.cases[0].windows[0]]


def test_windows_are_split_at_the_first_session_after_publication(tmp_path: Path) -> None:
    planned = plan(tmp_path, windows="[[-1,1],[0,20]]")
    assert labels(planned) == ["[-1,+1]", "[0,+20]", "hindsight", "available"]
    hindsight, available = planned.cases[0].windows[0][-2:]
    assert (hindsight.first, hindsight.last) == (0, 7)
    assert (available.first, available.last) == (8, 20)
    case = planned.cases[0]
    assert str(case.session(7)) == "2025-02-07"
    assert str(case.session(8)) == "2025-02-10"


def test_windows_that_end_before_publication_are_all_hindsight_and_say_so(tmp_path: Path) -> None:
    planned = plan(tmp_path, windows="[[0,5]]")
    assert labels(planned) == ["[0,+5]", "hindsight"]
    assert "all of it is hindsight" in planned.cases[0].notes[0][0].text()


def test_a_list_published_before_the_event_was_available_from_day_0(tmp_path: Path) -> None:
    write_list(tmp_path, "mine/early", "688111.SH", published="2025-01-06")
    planned = plan(tmp_path, baskets="mine/early", windows="[[0,5]]")
    assert labels(planned) == ["[0,+5]", "available"]
    assert (planned.cases[0].windows[0][1].first, planned.cases[0].windows[0][1].last) == (0, 5)


def test_the_split_can_be_left_out(tmp_path: Path) -> None:
    assert labels(plan(tmp_path, windows="[[0,20]]", split_at_publication="false")) == ["[0,+20]"]


def test_a_hong_kong_list_meets_the_news_on_its_own_calendar(tmp_path: Path) -> None:
    write_list(tmp_path, "mine/hk", "6682.HK", published="2025-01-06")
    planned = plan(tmp_path, baskets="[mine/hk, guojin/software]", events="us-shock")
    zero = {case.calendar.name: str(case.day_zero.session) for case in planned.cases}
    assert zero == {"XHKG": "2025-01-28", "XSHG": "2025-02-05"}


def test_prices_are_asked_from_before_the_estimation_window_to_the_last_end(tmp_path: Path) -> None:
    request = plan(tmp_path).request
    case = plan(tmp_path).cases[0]
    assert request.start == case.session(-141 - LEAD_IN)
    assert request.end == case.session(60)
    assert request.fx == ("HKDCNY",)
    wide = plan(tmp_path, windows="[[-200,-1]]")
    assert wide.request.start == case.session(-202 - LEAD_IN)


def test_a_study_in_local_currencies_asks_for_no_rate(tmp_path: Path) -> None:
    assert plan(tmp_path, fx="local").request.fx == ()
    assert plan(tmp_path, fx="local", account="{cash: 1000000}").request.fx == ()


def test_overlapping_events_are_said(tmp_path: Path) -> None:
    v3 = plan(tmp_path, events="deepseek-v3")
    text = " ".join(note.text() for note in v3.notes)
    assert "after day +14 contain 2025-01-20, day 0 of DeepSeek-R1 release" in text
    assert not plan(tmp_path, events="deepseek-v3", windows="[[0,14]]").notes


def test_windows_that_reach_back_to_another_event_are_said(tmp_path: Path) -> None:
    def said(windows: str, **lines: str) -> list[str]:
        return [note.text() for note in plan(tmp_path, windows=windows, **lines).notes]

    (back,) = said("[[-20,-1]]")
    assert "start on day -16 or earlier contain 2024-12-27" in back
    assert "day 0 of DeepSeek-V3 release (deepseek-v3)" in back
    assert said("[[-15,4]]") == []
    assert said("[[-20,-18],[-15,4]]") == []
    shared = said("[[0,5]]", events="us-shock")
    assert len(shared) == 1
    assert "2025-02-05 is day 0 of us-shock and of Reopening" in shared[0]
    (both,) = said("[[0,5]]")
    assert "(reopening) and US technology sell-off (us-shock)" in both
    own = "[deepseek-r1, {id: mine, at: 2025-01-23}]"
    assert any("day 0 of mine:" in text for text in said("[[0,4]]", events=own))


def test_overlaps_name_the_exchange_where_lists_of_two_are_studied(tmp_path: Path) -> None:
    write_list(tmp_path, "mine/hk", "6682.HK", published="2025-01-06")
    planned = plan(tmp_path, baskets="[mine/hk, guojin/software]", windows="[[0,5]]")
    said = " ".join(note.text() for note in planned.notes)
    assert "deepseek-r1 (XSHG) that end after day +4 contain 2025-02-05" in said
    assert "deepseek-r1 (XHKG) that end after day" in said
    assert "contain 2025-01-28, day 0 of US technology sell-off (us-shock)" in said


def test_a_bare_date_without_a_session_is_a_warning(tmp_path: Path) -> None:
    planned = plan(tmp_path, events="{id: mine, at: 2025-03-08}", windows="[[0,5]]")
    note = planned.cases[0].day_zero.note
    assert note is not None
    assert note.kind.severity == "warning"
    assert "2025-03-10" in note.text()


@pytest.mark.parametrize(
    "lines", [{"events": "{id: mine, at: 1989-12-08}"}, {"windows": "[[-9000,0]]"}]
)
def test_dates_before_the_first_known_session_do_not_ask_for_an_upgrade(
    tmp_path: Path, lines: dict[str, str]
) -> None:
    with pytest.raises(OutsideCalendar) as caught:
        plan(tmp_path, **lines)
    assert "upgrade" not in caught.value.hint
    assert str(calendar("XSHG").first) in caught.value.hint


def test_a_list_published_in_the_far_future_is_named(tmp_path: Path) -> None:
    write_list(tmp_path, "mine/hk", "6682.HK", published="2225-01-06")
    with pytest.raises(BasketbtError, match=r"mine/hk: source\.published is 2225-01-06") as caught:
        plan(tmp_path, baskets="mine/hk")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("place", ["../elsewhere", "link"])
def test_prices_of_a_study_stay_inside_its_project(tmp_path: Path, place: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    configs = tmp_path / "project" / "configs"
    configs.mkdir(parents=True)
    (configs / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "project" / "prices").mkdir()
    for folder in ("elsewhere", "project/prices"):
        (tmp_path / folder / "bars.csv").touch()
    text = "study: s\nevents: deepseek-r1\nbaskets: guojin/all\nprices: {source: files, path: "
    (configs / "s.yaml").write_text(text + (f"../{place}" if "." in place else place) + "}\n")
    with pytest.raises(InvalidFile, match=r"s\.yaml:4: `prices\.path` .* leads outside"):
        choose_source(load_study(configs / "s.yaml"))
    (configs / "s.yaml").write_text(text + "../prices}\n")
    assert choose_source(load_study(configs / "s.yaml")).name
    assert choose_source(load_study(configs / "s.yaml"), f"files:{tmp_path / 'elsewhere'}").name


def test_an_event_of_your_own(tmp_path: Path) -> None:
    own = '{id: mine, at: "2025-03-06T14:59:59+08:00", name: My event}'
    planned = plan(tmp_path, events=own, windows="[[0,5]]")
    assert str(planned.cases[0].day_zero.session) == "2025-03-06"
    later = own.replace("14:59:59", "15:00:00")
    moved = plan(tmp_path, events=later, windows="[[0,5]]")
    assert str(moved.cases[0].day_zero.session) == "2025-03-07"


@pytest.mark.parametrize(
    ("lines", "error", "words"),
    [
        ({"events": "deepseek-r1@leek"}, InvalidFile, "leak"),
        ({"baskets": "guojin/sofware"}, InvalidFile, "guojin/software"),
        ({"baskets": "../outside.yaml"}, RefusedPath, "outside"),
        ({"windows": "[[0,700]]"}, BasketbtError, "2026-12-31"),
    ],
)
def test_what_cannot_be_planned(
    tmp_path: Path, lines: dict[str, str], error: type[BasketbtError], words: str
) -> None:
    with pytest.raises(error) as caught:
        plan(tmp_path, **lines)
    assert words in f"{caught.value} {caught.value.hint}"
    assert caught.value.exit_code in (2, 3)


def test_an_unknown_list_is_named_with_its_line_or_setting(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"study\.yaml:3: .*'guojin/sofware'"):
        plan(tmp_path, baskets="[guojin/software, guojin/sofware]")
    path = tmp_path / "study.yaml"
    with pytest.raises(InvalidFile, match=r"^--set baskets: .*'nobody/\*'"):
        make_plan(load_study(path, ["baskets=nobody/*"]))


def test_a_list_named_twice_is_one_and_two_lists_of_one_id_are_refused(tmp_path: Path) -> None:
    one = write_list(tmp_path, "mine/one", "688111.SH")
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts/one.yaml").write_bytes(one.read_bytes())
    twice = plan(tmp_path, baskets="[mine/one, baskets/mine/one.yaml, mine/*]")
    assert [basket.id for basket in twice.baskets] == ["mine/one"]
    with pytest.raises(InvalidFile, match=r"study\.yaml:3: .*drafts.*mine/one") as caught:
        plan(tmp_path, baskets="[mine/one, drafts/one.yaml]")
    assert caught.value.exit_code == 2


def test_a_cap_that_a_list_is_too_short_for_is_named_with_its_key(tmp_path: Path) -> None:
    write_list(tmp_path, "mine/one", "688111.SH")
    rules = "\n  - equal\n  - {kind: stance, cap: 0.5}"
    path = write_study(tmp_path, baskets="mine/one", benchmarks="000300.SH", weighting=rules)
    with pytest.raises(InvalidFile, match=r"study\.yaml:7: `weighting\[2\]\.cap` 0\.5") as caught:
        run_study(load_study(path), SampleSource())
    assert "cap: 1" in str(caught.value)


def test_a_rebalance_date_in_no_window_is_said(tmp_path: Path) -> None:
    def said(day: str) -> list[str]:
        rule = f"{{kind: dates, dates: [{day}]}}"
        notes = plan(tmp_path, rebalance=rule, windows="[[0,4]]").notes
        return [note.text() for note in notes]

    assert said("2025-01-23") == []
    (idle,) = said("2025-02-06")
    assert "2025-02-06 lies inside no window" in idle
