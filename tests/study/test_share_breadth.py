"""The shares of each list and the lists of each broker, against pandas on the closes themselves."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from basketbt.api import Run
from basketbt.config.study import load_study
from basketbt.pipeline.run import run_study
from basketbt.report.views.asked import VIEW
from basketbt.report.views.blocks import TableBlock
from basketbt.report.views.context import contexts
from support.made import Made
from support.published import INDEX, SECTOR, Closes, by_hand_from, walks
from support.written import share, write_lines, write_list, write_study

MIXED = {
    "688111.SH": {"stance": "recommend"},
    "300378.SZ": {"stance": "watch"},
    "002230.SZ": {"stance": "recommend"},
    "600588.SH": {"stance": "watch", "origin": "mapped", "reason": "theme"},
}
PAIR = ("603019.SH", "000034.SZ")
P = 8  # 2025-02-10, day p of a list of Friday 2025-02-07
WINDOWS = {"[0,+5]": (0, 6), "[p,p]": (P, 1), "[p,p+4]": (P, 5), "hindsight": (0, P)}


def made(folder: Path, closes: Closes, **keys: object) -> Run:
    """A study of a list with both stances and origins, and a pair of another broker."""
    mixed = [share(symbol, name_zh=f"股{symbol[:6]}", **more) for symbol, more in MIXED.items()]
    write_list(folder, "mine/mixed", *mixed)
    path = write_list(folder, "other/pair", *(share(one, name_zh=f"股{one[:6]}") for one in PAIR))
    told = path.read_text("utf-8").replace("broker_zh: 我的", "broker_zh: 乙证券")
    path.write_text(told, encoding="utf-8")
    write_lines(folder, "mine/z", "composite: {rule: votes, of: [mine/mixed, other/pair]}")
    study = write_study(
        folder,
        **{
            "baskets": "[mine/*, other/*]",
            "windows": "[[0,5],[0,15]]",
            "horizons": "[1, 5]",
            "benchmarks": f"[{INDEX}, {SECTOR}]",
            **keys,
        },
    )
    return Run(run_study(load_study(study), Made(closes)))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return made(tmp_path_factory.mktemp("made"), walks())


def returns(closes: Closes, first: int, length: int) -> pd.DataFrame:
    """Each share of the mixed list: its return, stance and origin."""
    frame = pd.DataFrame.from_dict(MIXED, orient="index").fillna({"origin": "named"})
    return frame.assign(
        made=[by_hand_from(closes, (symbol,), first, length) for symbol in frame.index]
    )


@pytest.mark.parametrize("window", WINDOWS)
def test_shares_are_counted_alike_over_each_window(window: str, run: Run) -> None:
    closes, (first, length) = walks(), WINDOWS[window]
    wanted = returns(closes, first, length)
    index = by_hand_from(closes, (INDEX,), first, length)
    [row] = run.data.rows("share_breadth", basket="mine/mixed", window=window)
    assert (row["names"], row["names_priced"], row["names_late"]) == (4, 4, 0)
    assert row["shares_rose"] == (wanted["made"] > 0).sum()
    assert row["shares_beat"] == (wanted["made"] > index).sum()
    assert row["median_share"] == pytest.approx(wanted["made"].median(), abs=1e-12)
    assert row["mean_share"] == pytest.approx(wanted["made"].mean(), abs=1e-12)
    ranked = wanted["made"].sort_values()
    for key, place in (("worst", 0), ("best", -1)):
        assert row[f"{key}_symbol"] == ranked.index[place]
        assert row[f"{key}_return"] == pytest.approx(ranked.iloc[place], abs=1e-12)
        assert row[f"{key}_weight"] == pytest.approx(0.25)
        assert row[f"{key}_contribution"] == pytest.approx(ranked.iloc[place] / 4, abs=1e-12)
    stances = wanted.groupby("stance")["made"].agg(["size", "mean"])
    origins = wanted.groupby("origin")["made"].agg(["size", "mean"])
    for key, of in (("recommended", "recommend"), ("watched", "watch")):
        assert row[f"{key}_shares"] == stances["size"][of]
        assert row[f"{key}_return"] == pytest.approx(stances["mean"][of], abs=1e-12)
    for key in ("named", "mapped"):
        assert row[f"{key}_shares"] == origins["size"][key]
        assert row[f"{key}_return"] == pytest.approx(origins["mean"][key], abs=1e-12)
    ahead = stances["mean"]["recommend"] - stances["mean"]["watch"]
    assert row["recommended_ahead"] == pytest.approx(ahead, abs=1e-12)


def test_a_list_of_one_stance_has_no_difference(run: Run) -> None:
    for row in run.data.rows("share_breadth", basket="other/pair"):
        assert row["recommended_shares"] == 0
        assert row["recommended_return"] is None
        assert row["recommended_ahead"] is None
        assert row["watched_shares"] == 2


def test_a_share_that_comes_late_is_not_held_against_the_market(tmp_path: Path) -> None:
    closes = {**walks()}
    closes["688111.SH"] = {day: close for day, close in closes["688111.SH"].items() if day >= 2}
    late = made(tmp_path, closes, late_listing="join")
    [row] = late.data.rows("share_breadth", basket="mine/mixed", window="[0,+5]")
    others = [by_hand_from(closes, (one,), 0, 6) for one in list(MIXED)[1:]]
    own = closes["688111.SH"][5] / closes["688111.SH"][2] - 1
    index = by_hand_from(closes, (INDEX,), 0, 6)
    assert (row["names_priced"], row["names_late"]) == (4, 1)
    assert row["shares_rose"] == sum(value > 0 for value in (*others, own))
    assert row["shares_beat"] == sum(value > index for value in others)
    assert row["median_share"] == pytest.approx(pd.Series([*others, own]).median(), abs=1e-12)


@pytest.mark.parametrize("window", WINDOWS)
def test_brokers_stand_apart_and_composites_are_of_none(window: str, run: Run) -> None:
    closes, (first, length) = walks(), WINDOWS[window]
    rows = {row["broker"]: row for row in run.data.rows("brokers", window=window)}
    assert len(rows) == 2
    wanted = by_hand_from(closes, PAIR, first, length)
    index = by_hand_from(closes, (INDEX,), first, length)
    row = rows["乙证券"]
    assert (row["lists"], row["unknown"], row["list_kind"]) == (1, 0, "named")
    assert row["median_return"] == pytest.approx(wanted, abs=1e-12)
    assert (row["rose"], row["beat"]) == (int(wanted > 0), int(wanted > index))
    assert row["median_excess"] == pytest.approx(wanted - index, abs=1e-12)
    [other] = [row for name, row in rows.items() if name != "乙证券"]
    assert other["list_kind"] == "mapped"


def test_the_section_shows_the_numbers_of_its_tables(run: Run) -> None:
    [context] = contexts(run.data, "zh")
    shares, splits, brokers = (b for b in VIEW.blocks(context) if isinstance(b, TableBlock))
    [row] = run.data.rows("share_breadth", basket="mine/mixed", window="[p,p+4]")
    shown = next(cells for cells in shares.rows if cells[0].title == "mine/mixed")
    assert shown[1].text == f"{row['shares_rose']}/4"
    assert shown[3].sort == row["median_share"]
    assert (shown[4].sort, shown[4].aside) == (row["best_return"], row["best_name"])
    assert shown[5].sort == row["best_contribution"]
    assert {cells[1].text for cells in splits.rows} == {"看好", "点名"}
    assert len(brokers.rows) == 2
