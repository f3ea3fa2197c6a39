"""The shipped studies on real prices: the sample of record, and more beside the project."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basketbt.api import Run, run
from basketbt.errors import OutsideData
from basketbt.report.views import document
from basketbt.report.views.blocks import Prose
from basketbt.shipped import shipped

ROOT = Path(__file__).resolve().parents[2]

SAMPLE = shipped("sample")


@pytest.fixture(scope="module")
def r1() -> Run:
    return run(ROOT / "configs/deepseek-r1.yaml")


@pytest.fixture(scope="module")
def v3() -> Run:
    return run(ROOT / "configs/deepseek-v3.yaml")


def test_every_list_has_every_window(r1: Run, v3: Run) -> None:
    assert r1.summary["basket"].nunique() == 19
    assert len(r1.summary) == 19 * (10 + 2 + 5)
    assert len(v3.summary) == 19 * (9 + 1 + 5)
    assert r1.summary["total_return"].notna().all()
    assert v3.summary["total_return"].notna().all()
    assert (r1.summary["names"] == r1.summary["names_priced"]).all()


def test_a_return_computed_from_the_files_alone(r1: Run) -> None:
    """guojin/xinchuang over [0,+5] with pandas, from raw closes and factors."""
    import pandas as pd

    bars = pd.read_parquet(SAMPLE / "bars.parquet")
    names = ["603019.SH", "000034.SZ", "301236.SZ", "002261.SZ", "600536.SH", "688692.SH"]
    price = (
        bars[bars["symbol"].isin(names)]
        .assign(total=lambda frame: frame["close"] * frame["adj_factor"])
        .pivot(index="date", columns="symbol", values="total")
    )
    by_hand = (price.loc[date(2025, 2, 5)] / price.loc[date(2025, 1, 20)] - 1).mean()
    summary = r1.summary.set_index(["basket", "window"])
    assert summary.loc[("guojin/xinchuang", "[0,+5]"), "total_return"] == pytest.approx(
        by_hand, abs=1e-12
    )


def test_the_benchmark_is_the_index_of_the_file(r1: Run) -> None:
    import pandas as pd

    indexes = pd.read_parquet(SAMPLE / "indexes.parquet")
    twin = indexes[indexes["symbol"] == "H00300.CSI"].set_index("date")["close"]
    by_hand = twin[date(2025, 2, 26)] / twin[date(2025, 1, 20)] - 1
    rows = r1.summary[r1.summary["window"] == "[0,+20]"]
    assert rows["benchmark_return"].to_numpy() == pytest.approx(np.full(19, by_hand), abs=1e-12)


@pytest.mark.market
def test_windows_beyond_the_prices_are_empty_and_refused_if_all_are(market: Path) -> None:
    def of(*lists: str, windows: str = "[[0,5],[0,200]]", split: str = "true") -> Run:
        baskets = f"baskets=[{','.join(lists)}]"
        chosen = [baskets, f"windows={windows}", "horizons=[]"]
        chosen += [f"split_at_publication={split}"]
        return run(ROOT / "configs/deepseek-r1.yaml", source=f"files:{market}", overrides=chosen)

    both = of("guojin/software", "htsc/robotics")
    rows: Any = both.summary.set_index(["basket", "window"])
    assert np.isnan(rows.loc[("guojin/software", "[0,+200]"), "total_return"])
    assert "end on 2025-10-30" in rows.loc[("guojin/software", "[0,+200]"), "notes"]
    assert rows.loc[("htsc/robotics", "[0,+200]"), "total_return"] > 0
    told = " ".join(one.text for one in document(both.data).blocks if isinstance(one, Prose))
    assert "Nothing is known of [+8,+200], [0,+200]: prices of" in told
    assert "never closed below" not in told
    assert any("end on 2025-10-30" in note.text() for note in both.result.notes)
    alone: Any = of("guojin/software").summary.set_index("window")["total_return"]
    assert alone.notna().to_dict() == {
        "[0,+5]": True,
        "[0,+200]": False,
        "hindsight": True,
        "available": False,
    }
    with pytest.raises(OutsideData, match="ends on 2025-10-30"):
        of("guojin/software", windows="[[0,200]]", split="false")


def test_the_hong_kong_share_is_counted_in_yuan_at_the_rate_of_each_day(r1: Run) -> None:
    import pandas as pd

    bars = pd.read_parquet(SAMPLE / "bars.parquet")
    close = bars[bars["symbol"] == "6682.HK"].set_index("date")["close"]
    rate = pd.read_parquet(SAMPLE / "fx.parquet").set_index("date")["rate"]
    days = [date(2025, 1, 20), date(2025, 2, 5)]
    first, last = (close[day] * rate[day] for day in days)
    held = r1.constituents
    mine = held[(held["symbol"] == "6682.HK") & (held["window"] == "[0,+5]")]
    assert set(mine["basket"]) == {"guojin/software", "guojin/all", "consensus/applications"}
    assert mine["return"].to_numpy() == pytest.approx(np.full(3, last / first - 1), abs=1e-12)
    assert not r1.summary["notes"].str.contains("local currency").any()


def test_no_share_of_the_guojin_lists_was_suspended_in_the_windows(r1: Run) -> None:
    held = r1.constituents[r1.constituents["basket"] == "guojin/all"]
    mainland = held[~held["symbol"].str.endswith(".HK")]
    assert (mainland["suspended"] == 0).all()
