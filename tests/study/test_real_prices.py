"""The shipped studies on real prices, which lie beside the project and are not part of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from basketbt.api import Run, run
from basketbt.errors import OutsideData

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.market


@pytest.fixture(scope="module")
def r1(market: Path) -> Run:
    return run(ROOT / "configs/deepseek-r1.yaml", source=f"files:{market}")


@pytest.fixture(scope="module")
def v3(market: Path) -> Run:
    return run(ROOT / "configs/deepseek-v3.yaml", source=f"files:{market}")


def test_every_list_has_every_window(r1: Run, v3: Run) -> None:
    assert r1.summary["basket"].nunique() == 19
    assert len(r1.summary) == 19 * 12
    assert len(v3.summary) == 19 * (9 + 1)
    assert r1.summary["total_return"].notna().all()
    assert v3.summary["total_return"].notna().all()
    assert (r1.summary["names"] == r1.summary["names_priced"]).all()


def test_a_return_computed_from_the_files_alone(r1: Run, market: Path) -> None:
    """guojin/xinchuang over [0,+5] with pandas, from raw closes and factors."""
    import pandas as pd

    bars = pd.read_parquet(market / "bars.parquet")
    names = ["603019.SH", "000034.SZ", "301236.SZ", "002261.SZ", "600536.SH", "688692.SH"]
    price = (
        bars[bars["symbol"].isin(names)]
        .assign(total=lambda frame: frame["close"] * frame["adj_factor"])
        .pivot(index="date", columns="symbol", values="total")
    )
    by_hand = (price.loc["2025-02-05"] / price.loc["2025-01-20"] - 1).mean()
    summary = r1.summary.set_index(["basket", "window"])
    assert summary.loc[("guojin/xinchuang", "[0,+5]"), "total_return"] == pytest.approx(
        by_hand, abs=1e-12
    )


def test_the_benchmark_is_the_index_of_the_file(r1: Run, market: Path) -> None:
    import pandas as pd

    indexes = pd.read_parquet(market / "indexes.parquet")
    twin = indexes[indexes["symbol"] == "H00300.CSI"].set_index("date")["close"]
    by_hand = twin["2025-02-26"] / twin["2025-01-20"] - 1
    rows = r1.summary[r1.summary["window"] == "[0,+20]"]
    assert rows["benchmark_return"].to_numpy() == pytest.approx(np.full(19, by_hand), abs=1e-12)


def test_windows_beyond_the_prices_of_a_list_are_empty_and_beyond_all_refused(
    market: Path,
) -> None:
    def of(*lists: str) -> Run:
        baskets = f"baskets=[{','.join(lists)}]"
        chosen = [baskets, "windows=[[0,5],[0,100]]"]
        return run(ROOT / "configs/deepseek-r1.yaml", source=f"files:{market}", overrides=chosen)

    both = of("guojin/software", "htsc/robotics")
    rows = both.summary.set_index(["basket", "window"])
    assert np.isnan(rows.loc[("guojin/software", "[0,+100]"), "total_return"])
    assert "end on 2025-05-23" in rows.loc[("guojin/software", "[0,+100]"), "notes"]
    assert rows.loc[("htsc/robotics", "[0,+100]"), "total_return"] < 0
    assert "Nothing is known of [+8,+100], [0,+100]: prices of" in both.memo
    assert "never closed below" not in both.memo
    assert any("end on 2025-05-23" in note.text() for note in both.result.notes)
    with pytest.raises(OutsideData, match="ends on 2025-05-23"):
        of("guojin/software")


def test_the_hong_kong_share_is_named_in_every_figure_it_touches(r1: Run) -> None:
    touched = r1.summary[r1.summary["notes"].str.contains("6682.HK in local currency")]
    assert set(touched["basket"]) == {"guojin/software", "guojin/all", "consensus/applications"}
    assert len(touched) == 3 * 12


def test_no_share_of_the_guojin_lists_was_suspended_in_the_windows(r1: Run) -> None:
    held = r1.constituents[r1.constituents["basket"] == "guojin/all"]
    mainland = held[~held["symbol"].str.endswith(".HK")]
    assert (mainland["suspended"] == 0).all()


def test_the_case_study_prints_what_the_run_says(r1: Run) -> None:
    page = (ROOT / "docs/case-study.md").read_text(encoding="utf-8")
    table = page.split("<!-- guojin-r1:")[1].split("<!-- end -->")[0]
    lines = re.findall(r"^\| (guojin/[a-z-]+) \| (\d+) \| (.*) \|$", table, re.M)
    assert len(lines) == 5
    summary = r1.summary.set_index(["basket", "window"])
    for basket, names, cells in lines:
        wanted = []
        for window in ("[0,+5]", "[0,+20]", "hindsight", "available"):
            row = summary.loc[(basket, window)]
            assert row["names"] == int(names)
            wanted += [f"{row['total_return']:+.1%}", f"{row['excess_return']:+.1%}"]
        assert cells.split(" | ") == wanted, basket
