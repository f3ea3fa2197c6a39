"""The sample of record: real prices that come with the program, and only what they are."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import make_sample
from basketbt.api import run
from basketbt.data.bars import PriceRequest
from basketbt.data.sources.sample import DIGEST, BadSample, OutsideSample, SampleSource
from basketbt.lists.library import find_library
from basketbt.shipped import shipped

D = np.datetime64
ASKED = PriceRequest(
    symbols=("688111.SH", "6682.HK"),
    indexes=("000300.SH", "EWA.CALC"),
    start=D("2025-01-02"),
    end=D("2025-03-31"),
    fx=("HKDCNY",),
)


def held() -> dict[str, Any]:
    """What the manifest says the sample holds."""
    told = json.loads((shipped("sample") / "manifest.json").read_text(encoding="utf-8"))
    return dict(told["request"])


def test_it_holds_every_share_of_the_lists_their_benchmarks_and_the_rate() -> None:
    listed = {symbol for basket in find_library().select(["*"]) for symbol in basket.symbols}
    assert set(held()["symbols"]) == listed
    assert held()["fx"] == ["HKDCNY"]
    data = SampleSource().load(ASKED)
    assert set(data.bars.symbols) == {*ASKED.symbols, *ASKED.indexes}
    assert data.bars.of("688111.SH").factor is not None
    assert data.has_actions


def test_it_is_small_enough_to_be_shipped() -> None:
    assert sum(path.stat().st_size for path in shipped("sample").iterdir()) <= 4_000_000


def test_about_400_outside_shares_most_of_the_lists_industries_can_be_drawn_from() -> None:
    data = SampleSource().load(replace(ASKED, start=D("2023-03-01"), universe=True))
    assert data.universe is not None
    assert len(data.universe.symbols) == 400
    assert not {*data.universe.symbols} & {*held()["symbols"]}
    listed = find_library().select(["*"])
    known = pd.read_parquet(shipped("sample") / "instruments.parquet").set_index("symbol")
    theirs = {
        known.loc[symbol, "industry"]
        for basket in listed
        for symbol in basket.symbols
        if symbol in known.index
    }
    assert sum(industry in theirs for industry in data.universe.industry) == 354
    (said,) = [note.text() for note in data.notes if note.kind.code == "sample_pool"]
    assert "the sample's 400 outside shares, nine in ten of them" in said


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped("sample"), tmp_path / "sample"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bars.parquet", b"PAR1"),
        ("fx.parquet", None),
        ("manifest.json", b"{"),
        ("manifest.json", b"[]"),
        ("manifest.json", b'{"files": {}}'),
        ("manifest.json", b'{"first": "x", "files": {"bars.parquet": ""}}'),
        ("manifest.json", None),
    ],
)
def test_a_damaged_file_is_refused_by_its_name(
    copy: Path, name: str, content: bytes | None
) -> None:
    if content is None:
        (copy / name).unlink()
    else:
        (copy / name).write_bytes(content)
    with pytest.raises(BadSample, match=name) as caught:
        SampleSource(copy).load(ASKED)
    assert caught.value.exit_code == 3
    assert "Install basketbt again" in caught.value.hint


def test_one_edited_price_is_enough_to_be_refused(copy: Path) -> None:
    bars = pd.read_parquet(copy / "bars.parquet")
    bars["close"] += 0.01 * (bars.index == 0)
    bars.to_parquet(copy / "bars.parquet")
    with pytest.raises(BadSample, match=r"bars\.parquet is not the file that was shipped"):
        SampleSource(copy).load(ASKED)


def test_a_manifest_that_claims_more_is_refused(copy: Path) -> None:
    text = (copy / "manifest.json").read_text(encoding="utf-8")
    (copy / "manifest.json").write_text(text.replace("2025-06-30", "2026-12-31"), "utf-8")
    with pytest.raises(BadSample, match=r"manifest\.json is not the file that was shipped"):
        SampleSource(copy).load(ASKED)


def test_a_table_that_was_put_beside_is_not_read(copy: Path) -> None:
    (copy / "other_adjusted.csv").write_text("date,symbol,close\n2025-01-02,600519.SH,1\n")
    with pytest.raises(OutsideSample, match=r"600519\.SH"):
        SampleSource(copy).load(replace(ASKED, symbols=("600519.SH",)))


@pytest.mark.parametrize(
    ("asked", "lacks"),
    [
        (replace(ASKED, symbols=("688111.SH", "600519.SH")), "600519.SH"),
        (replace(ASKED, indexes=("000016.SH",)), "000016.SH"),
        (replace(ASKED, start=D("2022-12-30")), "the days from 2022-12-30 to 2023-02-28"),
        (replace(ASKED, end=D("2025-07-01")), "the days from 2025-07-01 to 2025-07-01"),
        (replace(ASKED, fx=("USDCNY",)), "USDCNY"),
    ],
)
def test_what_it_lacks_is_named_with_what_it_has_and_how_to_fetch_it(
    asked: PriceRequest, lacks: str
) -> None:
    with pytest.raises(OutsideSample) as caught:
        SampleSource().load(asked)
    said = str(caught.value)
    assert lacks in said
    assert "the 118 shares of the shipped lists and 000001.SH, " in said
    assert "EWA.CALC, H00300.CSI, HKDCNY from 2023-03-01 to 2025-06-30" in said
    assert "Add `--source auto` to this command" in caught.value.hint
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_output_names_it_and_its_days(tmp_path: Path, language: str) -> None:
    overrides = ["baskets=guojin/xinchuang", "windows=[[0,5]]", f"language={language}"]
    made = run("deepseek-r1", overrides=overrides)
    folder = made.write(tmp_path, ("page", "figures", "xlsx", "docx"))
    name = "sample of record" if language == "en" else "随附样本行情"
    for file in ("memo.md", "report.html"):
        text = (folder / file).read_text(encoding="utf-8")
        assert name in text, file
        assert "2023-03-01" in text, file
        assert "2025-06-30" in text, file
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["prices"].startswith("sample of record, 2023-03-01 to 2025-06-30")
    for table, frame in made.frames.items():
        assert len(frame) == (frame["prices"] == "sample 2023-03-01..2025-06-30").sum(), table
    for file, member in (
        ("memo.docx", "word/document.xml"),
        ("summary.xlsx", "xl/sharedStrings.xml"),
    ):
        assert name in _member(folder / file, member), file


def _member(archive: Path, name: str) -> str:
    import zipfile

    with zipfile.ZipFile(archive) as opened:
        return opened.read(name).decode()


def test_the_pictures_of_the_gallery_show_it() -> None:
    made_from = Path(__file__).resolve().parents[2] / "docs/gallery/made-from.txt"
    assert made_from.read_text(encoding="utf-8").strip() == DIGEST, "run `make gallery`"


# --- against the real prices it was made from --------------------------------------------------


@pytest.mark.market
@pytest.mark.slow
def test_it_is_what_its_script_makes_of_the_real_prices(market: Path) -> None:
    made = make_sample.sample_tables(market)
    files = json.loads((shipped("sample") / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert {f"{name}.parquet" for name in made} == set(files)
    for name, table in made.items():
        kept = pd.read_parquet(shipped("sample") / f"{name}.parquet")
        assert list(kept.columns) == list(table.columns), name
        assert len(kept) == len(table) > 0, name
        for column in table:
            wanted, found = table[column], kept[column]
            if pd.api.types.is_numeric_dtype(wanted):
                wanted = (
                    wanted.round() if (name, column) == ("outside_adjusted", "volume") else wanted
                )
                left, right = wanted.to_numpy(float), found.to_numpy(float, na_value=np.nan)
                assert np.array_equal(left, right, equal_nan=True), (name, column)
            else:
                days = pd.api.types.is_datetime64_any_dtype(wanted)
                wanted = wanted.dt.date if days else wanted
                assert list(wanted.fillna("")) == list(found.fillna("")), (name, column)


@pytest.mark.market
@pytest.mark.slow
def test_the_equal_weighted_market_is_the_mean_of_one_session_returns(market: Path) -> None:
    every = pd.read_parquet(
        market / "universe_adjusted.parquet", columns=["date", "symbol", "close"]
    )
    days = [D("2025-01-20"), D("2025-01-21"), D("2025-01-22")]
    closes = {
        day: dict(zip(rows["symbol"].astype(str), rows["close"].astype(float), strict=True))
        for day, rows in every[every["date"].isin(days)].groupby("date")
    }
    level = SampleSource().load(ASKED).bars.of("EWA.CALC")
    own = dict(zip(level.dates.astype("datetime64[ns]").tolist(), level.close, strict=True))
    for before, day in pairwise(days):
        first, second = (closes[pd.Timestamp(one)] for one in (before, day))
        moves = [second[symbol] / first[symbol] - 1 for symbol in second if symbol in first]
        assert len(moves) > 5_000
        at = [own[one.astype("datetime64[ns]").astype(int)] for one in (before, day)]
        assert at[1] / at[0] - 1 == pytest.approx(sum(moves) / len(moves), abs=1e-9)


#: Cells that may differ: where prices are from, what is said of them, and draws from another pool.
EXCEPTED = ("prices", "notes", "variance_ratio")
DRAWN = ("q1_", "q2_")


@pytest.mark.market
@pytest.mark.slow
@pytest.mark.parametrize(
    "study", ["deepseek-r1-account", "deepseek-r1-events", "deepseek-v3-events"]
)
def test_every_figure_is_that_of_the_real_prices(study: str, market: Path) -> None:
    overrides = ["event_study.matched_lists=200"] if "events" in study else []
    sample = run(study, overrides=overrides).frames
    real = run(study, overrides=overrides, source=f"files:{market}").frames
    assert sample.keys() == real.keys()
    for name in ("summary", "levels", "relative", "event_study", "account", "car_paths"):
        if name not in sample:
            continue
        ours, theirs = (
            one[name].drop(columns=list(EXCEPTED), errors="ignore") for one in (sample, real)
        )
        if name == "relative":
            # Own industries are made of all shares of the market there. The sample's index was
            # made of single-precision closes, the other of the decimals that those stand for.
            equal, whole = (one[one["benchmark"] == "EWA.CALC"] for one in (ours, theirs))
            assert np.allclose(equal["excess_return"], whole["excess_return"], rtol=0, atol=1e-7)
            ours, theirs = (one[~one["benchmark"].str.endswith(".CALC")] for one in (ours, theirs))
        assert len(ours) == len(theirs) > 0, name
        for column in (one for one in ours if not str(one).startswith(DRAWN)):
            if pd.api.types.is_float_dtype(theirs[column]):
                assert np.allclose(
                    ours[column], theirs[column], rtol=1e-9, atol=1e-9, equal_nan=True
                ), (name, column)
            else:
                assert ours[column].astype(str).equals(theirs[column].astype(str)), (name, column)


@pytest.mark.slow
@pytest.mark.parametrize("study", ["deepseek-r1-events", "deepseek-v3-events"])
def test_it_reaches_back_far_enough_for_250_placebo_dates(study: str) -> None:
    overrides = ["baskets=guojin/*", "event_study.matched_lists=0", "event_study.variants=[]"]
    cells = run(study, overrides=overrides).frames["event_study"]
    # a horizon after a late publication has as many as the prices allow
    short = cells[(cells["last_day"] - cells["first_day"] < 11) & (cells["first_day"] <= 8)]
    assert (short["placebo_dates"] >= 250).all()
