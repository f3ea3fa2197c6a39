"""Each list its own event, at its own publication: lists of different days in one study."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from basketbt.api import Run
from basketbt.config.study import load_study
from basketbt.errors import InvalidFile
from basketbt.metrics.pooling import pooled_mean
from basketbt.pipeline.run import run_study
from basketbt.plan.study import make_plan
from basketbt.report.render.terminal import answer_lines, headlines
from basketbt.report.views.numbers import percent
from support.made import Made, session
from support.published import by_hand_from, table, walks
from support.written import share, write_list, write_study

LISTS = {  # list → when it was published, its day p, its shares
    "mine/a": ("2025-01-27", 5, ("688111.SH",)),
    "mine/b": ("2025-02-07", 8, ("300378.SZ", "002230.SZ")),
    "mine/c": ("2025-02-07", 8, ("600588.SH",)),
    "mine/d": ('"2025-02-13 11:30"', 11, ("603019.SH",)),
    "mine/e": ("2025-03-03", 24, ("000034.SZ",)),
}


def written(folder: Path, **keys: object) -> Path:
    for name, (published, _, symbols) in LISTS.items():
        rows = [share(symbol, name_zh=f"股{symbol[:6]}") for symbol in symbols]
        write_list(folder, name, *rows, published=published)
    short = {"events": "publication", "baskets": "mine/*", "windows": "[[-3,-1],[0,3]]"}
    return write_study(folder, **{**short, "horizons": "[1, 4, 10]", **keys})


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("own")
    return Run(run_study(load_study(written(folder)), Made(walks())))


def test_lists_of_one_moment_are_one_event_and_day_0_is_day_p(tmp_path: Path) -> None:
    cases = make_plan(load_study(written(tmp_path))).cases
    assert [[one.id for one in case.baskets] for case in cases] == [
        ["mine/a"], ["mine/b", "mine/c"], ["mine/d"], ["mine/e"],
    ]  # fmt: skip
    for case in cases:
        day = LISTS[case.baskets[0].id][1]
        assert case.day_zero.session == session(day)
        assert set(case.readers) == {session(day)}
        labels = [window.label for window in case.windows[0]]
        assert labels == ["[-3,-1]", "[0,+3]", "available", "[p,p]", "[p,p+3]", "[p,p+9]"]


def test_each_list_is_measured_from_its_own_day_p(own: Run) -> None:
    closes = walks()
    for basket, (_, day, symbols) in LISTS.items():
        for length in (1, 4, 10):
            label = f"[p,p+{length - 1}]" if length > 1 else "[p,p]"
            (row,) = table(own, "summary", basket=basket, window=label)
            wanted = by_hand_from(closes, symbols, day, length)
            assert row["total_return"] == pytest.approx(wanted, abs=1e-12)
            assert row["start_date"] == str(session(day))


def test_all_of_them_are_pooled(own: Run) -> None:
    closes = walks()
    days = np.array([day for _, day, _ in LISTS.values()])
    for length in (1, 4, 10):
        label = f"[p,p+{length - 1}]" if length > 1 else "[p,p]"
        (row,) = table(own, "pooled", window=label)
        returns = np.array(
            [by_hand_from(closes, own_, day, length) for _, day, own_ in LISTS.values()]
        )
        index = np.array([by_hand_from(closes, ("000300.SH",), day, length) for day in days])
        wanted, ahead = (pooled_mean(values, days, length) for values in (returns, returns - index))
        assert (row["lists"], row["publication_sessions"]) == (5, 4)
        assert row["separate_windows"] == wanted.separate
        for key, value in (
            ("mean_return", wanted.mean),
            ("return_low", wanted.low),
            ("return_high", wanted.high),
            ("mean_excess", ahead.mean),
            ("excess_low", ahead.low),
            ("excess_high", ahead.high),
        ):
            if math.isnan(value):
                assert row[key] is None
                assert any("no interval" in note.text("en") for note in row["notes"])
            else:
                assert row[key] == pytest.approx(value, abs=1e-12)


def test_the_pooled_answer_comes_first_in_every_form(own: Run) -> None:
    screen, _ = headlines(own.data)  # all of them, then list by list
    assert screen.title == "All lists, each from its own publication"
    leads, said = answer_lines(own.data)  # medians, as of every study; then means and intervals
    returns = [row["total_return"] for row in table(own, "summary", window="[p,p]")]
    assert f"5 named lists had a median of {percent(float(np.median(returns)))}" in leads
    assert said.startswith(
        "5 named lists, from the close before day p (2025-02-05 … 2025-03-04), on average "
    )
    assert "after 10 sessions" in said
    assert own.memo.index("All lists, each from its own") < own.memo.index("Publication of 2025")


def test_lists_whose_windows_overlap_are_said_not_to_be_independent(own: Run) -> None:
    said = " ".join(note.text("en") for note in own.data.info.notes)
    assert "lists came out on 4 days from 2025-02-05 to 2025-03-04" in said
    assert "at 4, 10 sessions windows of neighbouring days have sessions in common" in said


def test_one_day_has_a_mean_and_no_interval(tmp_path: Path) -> None:
    path = written(tmp_path, baskets="[mine/b, mine/c]")
    run = Run(run_study(load_study(path), Made(walks())))
    for row in table(run, "pooled"):
        assert row["mean_return"] is not None
        assert row["return_low"] is row["excess_high"] is None
        assert "all lists have one day p" in row["notes"][0].text("en")
    screen, _ = headlines(run.data)
    assert "95 % interval" not in screen.header  # no column of dashes
    assert "all lists have one day p" in "".join(screen.below)


def test_a_list_that_prices_do_not_reach_is_left_out_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, windows="[[0,3]]")
    run = Run(run_study(load_study(path), Made(walks(last=12))))
    said = " ".join(note.text("en") for note in run.data.info.notes)
    assert "mine/e, published 2025-03-03: left out" in said
    (row,) = table(run, "pooled", window="[p,p]")
    assert row["lists"] == 4


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"events": "[publication, deepseek-r1]"}, "publication stands alone"),
        ({"events": "{id: publication, at: 2025-01-20}"}, "is no event"),
        ({"events": "publication@leak"}, "is no event"),
        ({"split_at_publication": "false"}, "leaves nothing of"),
        ({"grid": "{entry_delay: [0, 1]}"}, "a grid varies the choices around one event"),
        ({"events": "deepseek-r1", "grid": "{events: [publication]}"}, "is no event"),
    ],
)
def test_what_cannot_be_is_refused_with_one_error(
    tmp_path: Path, keys: dict[str, str], what: str
) -> None:
    with pytest.raises(InvalidFile) as caught:
        load_study(written(tmp_path, **keys))
    (problem,) = caught.value.problems
    assert what in str(problem.what)
    assert problem.fix
