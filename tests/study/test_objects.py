"""A notebook gives objects, and they are taken and checked as files are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import basketbt as bb
import basketbt.extract.reading  # the rooms of these names must not hide the functions
import basketbt.sweep.run
from basketbt.api.comparing import Comparison
from basketbt.api.studies import NoStudy, StudyAndObjects, TwoSources
from basketbt.data.sources.memory import NotAFrame, OtherZone, TwoColumns, UnknownTable
from basketbt.errors import InvalidFile, UnknownName
from basketbt.plan.adhoc import TwoLists, UnreadShares
from basketbt.plan.objects import NotAList
from basketbt.plan.tabled import NoShares
from basketbt.shipped import shipped

SHARES = ["688111.SH", "300624.SZ", "002230.SZ"]
ASK: dict[str, Any] = {"lists": {"mine": SHARES}, "events": "deepseek-r1"}


@pytest.fixture(scope="module")
def bars() -> pd.DataFrame:
    """The bars of three shares in the sample of record, tidy."""
    frame = pd.read_parquet(shipped("sample") / "bars.parquet").drop(columns="quality")
    frame["date"] = pd.to_datetime(frame["date"])
    return frame[frame["symbol"].isin(SHARES)]


@pytest.fixture(scope="module")
def sampled() -> bb.Run:
    return bb.run(**ASK, source="sample")


class Stream:
    """What Polars and DuckDB have: the Arrow C stream, and nothing of pandas."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


FORMS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "tidy": lambda bars: bars,
    "date as index": lambda bars: bars.set_index("date"),
    "date and symbol as index": lambda bars: bars.set_index(["date", "symbol"]),
    "zone of the exchange": lambda bars: bars.assign(
        date=bars["date"].dt.tz_localize("Asia/Shanghai")
    ),
    "midnight in UTC": lambda bars: bars.assign(date=bars["date"].dt.tz_localize("UTC")),
    "arrow": lambda bars: pa.Table.from_pandas(bars, preserve_index=False),
    "stream": lambda bars: Stream(pa.Table.from_pandas(bars, preserve_index=False)),
    "views of text": lambda bars: Stream(
        (table := pa.Table.from_pandas(bars, preserve_index=False)).set_column(
            1, "symbol", table["symbol"].cast(pa.string_view())
        )
    ),
    "named": lambda bars: {"bars": bars},
    "categories": lambda bars: bars.astype({"symbol": "category"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_frame_gives_what_a_file_of_it_gives(
    form: str, bars: pd.DataFrame, sampled: bb.Run
) -> None:
    run = bb.run(**ASK, prices=FORMS[form](bars))
    assert run.summary["total_return"].tolist() == sampled.summary["total_return"].tolist()


def test_a_wide_frame_of_closes_is_one_too(bars: pd.DataFrame, sampled: bb.Run) -> None:
    wide = bars.pivot(index="date", columns="symbol", values="close")
    found = bb.run(**ASK, prices=wide).summary
    np.testing.assert_allclose(found["total_return"], sampled.summary["price_return"])


@pytest.mark.parametrize(
    ("spoilt", "error"),
    [
        (lambda bars: 3, NotAFrame),
        (lambda bars: {"prices": bars}, UnknownTable),
        (lambda bars: bars.drop(columns="date"), InvalidFile),
        (lambda bars: bars.set_axis(range(len(bars))).drop(columns="date"), InvalidFile),
        (lambda bars: bars.rename(columns={"open": "close"}), TwoColumns),
        (
            lambda bars: bars.assign(date=bars["date"].dt.tz_localize("Pacific/Auckland")),
            OtherZone,
        ),
    ],
    ids=["no frame", "no such table", "no date", "rows for an index", "twice", "another zone"],
)
def test_a_frame_that_cannot_be_meant_is_said(
    spoilt: Callable[[pd.DataFrame], Any], error: type[bb.BasketbtError], bars: pd.DataFrame
) -> None:
    with pytest.raises(error) as told:
        bb.run(**ASK, prices=spoilt(bars))
    assert told.value.exit_code == 2
    assert told.value.hint or "→" in str(told.value)


def test_the_days_of_another_zone_are_named(bars: pd.DataFrame) -> None:
    moved = bars.assign(date=bars["date"].dt.tz_localize("Pacific/Auckland"))
    with pytest.raises(OtherZone, match=r"Pacific/Auckland, where 2023-03-01 is 2023-02-28"):
        bb.run(**ASK, prices=moved)


LISTS: dict[str, Any] = {
    "codes": SHARES,
    "names": ["金山办公", "万兴科技", "科大讯飞"],
    "text": "688111 300624 002230",
    "array": np.array(SHARES),
    "frame": pd.DataFrame({"代码": SHARES}),
    "stream": Stream(pa.table({"code": SHARES})),
}


@pytest.mark.parametrize("form", LISTS)
def test_a_list_is_codes_names_or_a_frame(form: str, sampled: bb.Run) -> None:
    run = bb.run(lists={"mine": LISTS[form]}, events="deepseek-r1", source="sample")
    assert run.run_id == sampled.run_id


def test_weights_are_those_that_are_given() -> None:
    weights = {"688111.SH": 0.5, "300624.SZ": 0.3, "002230.SZ": 0.2}
    by_dict = bb.run(lists={"mine": weights}, events="deepseek-r1", source="sample")
    frame = pd.DataFrame({"code": list(weights), "weight": list(weights.values())})
    by_frame = bb.run(lists={"mine": frame}, events="deepseek-r1", source="sample")
    assert by_dict.run_id == by_frame.run_id
    first = by_dict.constituents.drop_duplicates("symbol").set_index("symbol")["weight"]
    assert first.to_dict() == weights


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, NoStudy),
        ({"study": "deepseek-r1", "events": "deepseek-v3"}, StudyAndObjects),
        ({**ASK, "lists": {"a": SHARES, "A": SHARES}}, TwoLists),
        ({**ASK, "lists": {"a": 3}}, NotAList),
        ({**ASK, "lists": 3}, NotAList),
        ({**ASK, "lists": {"a": ["nobody"]}}, UnreadShares),
        ({**ASK, "lists": {"a": pd.DataFrame({"x": [1.5]})}}, NoShares),
        ({**ASK, "weightin": "equal"}, InvalidFile),
        ({**ASK, "windows": [[5, 0]]}, InvalidFile),
        ({**ASK, "prices": pd.DataFrame(), "source": "sample"}, TwoSources),
    ],
)
def test_what_is_no_study_is_said_with_what_to_do(
    given: dict[str, Any], error: type[bb.BasketbtError]
) -> None:
    with pytest.raises(error) as told:
        bb.run(**given)
    assert told.value.exit_code == 2
    assert "{" not in told.value.hint.replace("{'", "")


def test_settings_are_those_of_a_study() -> None:
    run = bb.run(
        **ASK, source="sample", windows=[(0, 5)], weighting=("equal", "stance"), language="zh"
    )
    assert run.data.info.language == "zh"
    assert set(run.summary["weighting"]) == {"equal", "stance 2:1"}
    assert set(run.summary["window"]) == {"[0,+5]"}


def test_a_notebook_shows_a_run_and_draws_it(sampled: bb.Run, tmp_path: Path) -> None:
    shown = sampled._repr_html_()
    assert "DeepSeek-R1" in shown
    assert "<script" not in shown
    drawn = sampled.plot("deepseek-r1")._repr_svg_()
    assert drawn.startswith("<svg")
    assert "mine" in drawn
    assert (sampled.plot().write(tmp_path / "levels.svg")).read_text(encoding="utf-8") == drawn
    with pytest.raises(UnknownName):
        sampled.plot("nonsense")


def test_two_runs_are_compared_by_object_or_by_name(sampled: bb.Run, tmp_path: Path) -> None:
    other = bb.run(lists={"mine": SHARES[:2]}, events="deepseek-r1", source="sample")
    sampled.write(tmp_path, ())
    made = bb.compare(sampled, other)
    assert isinstance(made, Comparison)
    assert {"settings", "statistics", "levels"} <= set(made.frames)
    named = bb.compare(sampled.run_id[:8], other, results=tmp_path)
    assert named.files == made.files
    assert (made.write(tmp_path / "compare") / "compare.html").is_file()


ARTICLE = """国金证券2025年2月7日发布研报《DeepSeek开启AI应用新阶段》。
软件应用方面，推荐：金山办公（688111.SH）、万兴科技（300624.SZ）、科大讯飞（002230.SZ）。
"""


def test_an_article_is_read_into_lists_that_can_be_run() -> None:
    read = bb.extract(ARTICLE, published="2025-02-07")
    assert set(read.picks["symbol"]) == set(SHARES)
    run = bb.run(lists=read.lists, events="deepseek-r1", source="sample")
    assert run.result.plan.baskets[0].source.when == "2025-02-07"
    assert set(run.constituents["symbol"]) == set(SHARES)


@pytest.mark.slow
def test_a_sweep_is_frames_and_the_files_of_grid(tmp_path: Path) -> None:
    made = bb.sweep(
        **ASK,
        source="sample",
        windows=[(0, 5)],
        grid={"entry_delay": [0, 1], "cost": [0.0, 0.001]},
        folder=tmp_path,
    )
    assert made.folder == (tmp_path / "adhoc/grid/latest").resolve()
    assert len(made.rows) == made.manifest["variants"] == 4
    assert made.rows["basket"].dtype == "category"
    assert set(made.choices["choice"]) == {"entry_delay", "cost"}
    assert len(made.standing) == 1
    assert made.plot().svg.startswith("<svg")
    assert "mine/mine" in made._repr_html_()
    assert "keep their sign" in made.memo
