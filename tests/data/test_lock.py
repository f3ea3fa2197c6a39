"""A lock is the prices of a study, whole, verified, and the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.data.bars import (
    COLUMNS,
    Bars,
    CorporateAction,
    FxSeries,
    Instrument,
    MarketData,
    PriceRequest,
    ShareCounts,
    UniverseCloses,
)
from basketbt.data.lock import BadLock, LockSource, LockTooSmall, NotTheSample, write_lock
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.sample import SampleSource
from basketbt.data.sources.stored import NOT_FETCHED
from basketbt.data.sources.vendor import Refused
from basketbt.errors import OutputError
from basketbt.notes import listing
from support.bars import history

REQUEST = PriceRequest(
    symbols=("688111.SH", "6682.HK", "600000.SH"),
    indexes=("000300.SH",),
    start=np.datetime64("2025-01-02"),
    end=np.datetime64("2025-01-07"),
    fx=("HKDCNY",),
)
DAYS = np.array(["2025-01-02", "2025-01-03", "2025-01-06"], dtype="datetime64[D]")
REFUSAL = Refused(
    vendor="sina", host="finance.sina.com.cn", symbol="600001.SH", why="x", status=456
)
NOTE = NOT_FETCHED(symbol="600001.SH", why=listing([REFUSAL.note, REFUSAL.note], "semicolon"))


def bars(
    symbol: str,
    close: list[float],
    *,
    factor: bool = True,
    adjusted: bool = False,
    table: str = "sina",
) -> Bars:
    values = np.array(close)
    return history(
        symbol,
        dates=DAYS,
        open=values,
        high=values * 1.01,
        low=values * 0.99,
        close=values,
        volume=np.array([100.0, np.nan, 1e9]),
        amount=np.full(3, np.nan),
        factor=np.array([1.0, 1.0, 1 / 3]) if factor and not adjusted else None,
        currency="HKD" if symbol.endswith("HK") else "CNY",
        adjusted=adjusted,
        table=table,
    )


def data() -> MarketData:
    return MarketData(
        source="auto",
        bars=Bars.joined(
            [
                bars("688111.SH", [0.1 + 0.2, 1e-17, 123.45]),
                bars("6682.HK", [55.5, 56.0, 57.05], factor=False),
                bars("600000.SH", [9.0, 9.1, 9.2], adjusted=True, table="closes_adjusted.csv"),
                bars("000300.SH", [3900.0, 3901.5, 3800.25], factor=False),
                bars("300001.SZ", [1.0, 2.0, 3.0]),  # held by the source, not asked for
            ]
        ),
        actions={
            "688111.SH": (
                CorporateAction(symbol="688111.SH", ex_date=DAYS[2], cash=0.1, bonus=0.3),
            )
        },
        shares={
            "688111.SH": ShareCounts(
                symbol="688111.SH",
                dates=DAYS[:1],
                total=np.array([4.6e8]),
                tradable=np.array([4e8]),
            )
        },
        fx={"HKDCNY": FxSeries(base="HKD", quote="CNY", dates=DAYS, rate=np.full(3, 0.9421))},
        instruments={
            "688111.SH": Instrument(
                symbol="688111.SH", name='金山, "办公"', listed=np.datetime64("2019-11-18"), lot=200
            )
        },
        has_actions=True,
        notes=(NOTE,),
    )


def assert_same(one: Any, other: Any) -> None:
    """Equal to the last bit, whatever is inside."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    elif is_dataclass(one):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    else:
        assert one == other


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "study.lock.zip"
    write_lock(path, data(), REQUEST)
    return path


def test_what_was_locked_comes_back_to_the_last_bit(locked: Path) -> None:
    found = LockSource(locked).load(REQUEST)
    assert_same(data().bars.only((*REQUEST.symbols, *REQUEST.indexes)), found.bars)
    for field in ("source", "actions", "shares", "fx", "instruments", "has_actions", "notes"):
        assert_same(getattr(data(), field), getattr(found, field))


def test_a_note_reads_the_same_in_both_languages(locked: Path) -> None:
    (note,) = LockSource(locked).load(REQUEST).notes
    assert note.text("en") == NOTE.text("en")
    assert note.text("zh") == NOTE.text("zh")


def test_a_lock_keeps_the_code_of_a_note_and_none_of_its_words(locked: Path) -> None:
    with zipfile.ZipFile(locked) as archive:
        told = archive.read("manifest.json").decode()
    assert "not-fetched" in told
    assert "could not be" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", 5),
        ("has_actions", "no"),
        ("files", ["bars.csv"]),
        ("request", None),
        ("symbols", {"688111.SH": {"currency": 5, "table": "sina"}}),
        ("origin", {"code": "sample_of_record", "severity": "info", "values": {}}),
        ("invented", False),
        ("notes", [{"code": "more", "severity": "loud", "values": {"count": 1}}]),
    ],
)
def test_a_manifest_of_another_shape_names_the_place(
    name: str, value: object, locked: Path
) -> None:
    odd = forged(locked, {name: value})
    with pytest.raises(BadLock, match=name):
        LockSource(odd)


def test_a_note_that_nobody_knows_is_refused(locked: Path) -> None:
    told = [{"code": "unheard-of", "severity": "info", "values": {}}]
    with pytest.raises(BadLock, match="unheard-of"):
        LockSource(forged(locked, {"notes": told}))


@pytest.mark.parametrize("text", ["{v.__class__}", "{v:>3000000000}", "{", "%s", "{0}{1}"])
def test_a_value_of_a_note_is_text_and_no_template(locked: Path, text: str) -> None:
    told = {"code": "market_missing", "severity": "info", "values": {}}
    with pytest.raises(BadLock, match="no note"):
        LockSource(forged(locked, {"notes": [{**told, "code": text}]}))
    values = {"count": 1, "table": text, "symbols": text}
    odd = forged(locked, {"notes": [{**told, "code": "adjusted_table", "values": values}]})
    (note,) = LockSource(odd).load(REQUEST).notes
    assert text in note.text("en")


def test_whoever_says_that_prices_are_the_sample_of_record_must_hold_them(locked: Path) -> None:
    with pytest.raises(NotTheSample, match="they are not"):
        LockSource(forged(locked, {"source": "sample"})).load(REQUEST)


@pytest.mark.parametrize("name", ["source", "has_actions", "request", "symbols", "notes", "ends"])
def test_whatever_a_manifest_says_is_under_the_hash(locked: Path, name: str) -> None:
    with zipfile.ZipFile(locked) as archive:
        told = json.loads(archive.read("manifest.json"))
    value = {"source": "sina", "has_actions": not told["has_actions"]}.get(name, [])
    odd = rewritten(locked, "manifest.json", lambda _: json.dumps({**told, name: value}).encode())
    with pytest.raises(BadLock, match="manifest was changed"):
        LockSource(odd)


def test_a_lock_taken_out_of_its_zip_is_a_folder_of_tables(locked: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(locked) as archive:
        archive.extractall(tmp_path / "tables")
    found = FilesSource(tmp_path / "tables").load(REQUEST)
    kept = LockSource(locked).load(REQUEST)
    for name in ("code", "dates", *COLUMNS):
        np.testing.assert_array_equal(getattr(found.bars, name), getattr(kept.bars, name))
    assert found.actions == kept.actions


def test_the_same_prices_make_the_same_bytes(locked: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere" / "other-name.zip"
    write_lock(again, data(), REQUEST)
    assert again.read_bytes() == locked.read_bytes()
    write_lock(again, LockSource(locked).load(REQUEST), REQUEST)
    assert again.read_bytes() == locked.read_bytes()


def test_other_prices_make_another_content(locked: Path, tmp_path: Path) -> None:
    changed = data()
    changed.bars.close[5] = np.nextafter(57.05, 99)
    content = write_lock(tmp_path / "b.zip", changed, REQUEST)
    assert content != LockSource(locked).content


def test_a_lock_says_where_its_prices_are_from(tmp_path: Path) -> None:
    request = replace(REQUEST, symbols=("688111.SH",), fx=())
    sample = SampleSource().load(request)
    write_lock(tmp_path / "sample.zip", sample, request)
    locked = LockSource(tmp_path / "sample.zip").load(request)
    assert sample.origin is not None
    assert locked.origin is not None
    for language in ("en", "zh"):
        assert locked.origin.text(language) == sample.origin.text(language)


@given(st.lists(st.floats(min_value=1e-300, max_value=1e15), min_size=3, max_size=3))
def test_any_price_survives(tmp_path: Path, close: list[float]) -> None:
    request = replace(REQUEST, symbols=("600000.SH",), indexes=(), fx=())
    one = replace(bars("600000.SH", [1, 1, 1]), close=np.array(close))
    write_lock(tmp_path / "x.zip", MarketData(source="files", bars=one), request)
    found = LockSource(tmp_path / "x.zip").load(request).bars
    assert found.close.tobytes() == one.close.tobytes()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"symbols": ("688111.SH", "300624.SZ")}, "300624.SZ"),
        ({"indexes": ("000905.SH",)}, "000905.SH"),
        ({"fx": ("USDCNY",)}, "USDCNY"),
        ({"start": np.datetime64("2024-12-30")}, "from 2024-12-30"),
        ({"end": np.datetime64("2025-01-10")}, "to 2025-01-10"),
    ],
)
def test_a_request_beyond_the_lock_is_refused(
    locked: Path, change: dict[str, Any], what: str
) -> None:
    with pytest.raises(LockTooSmall, match=what):
        LockSource(locked).load(replace(REQUEST, **change))


def test_a_smaller_request_is_served(locked: Path) -> None:
    smaller = replace(REQUEST, symbols=("688111.SH",), fx=())
    assert "688111.SH" in LockSource(locked).load(smaller).bars.symbols


def rewritten(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of a lock in which one member is changed."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename == name else content)
    return target


def forged(path: Path, change: dict[str, Any]) -> Path:
    """A lock whose maker wrote something else into the manifest and hashed it as is proper."""

    def mend(content: bytes) -> bytes:
        told = {**json.loads(content), **change}
        del told["content"]
        text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        told["content"] = hashlib.sha256(text.encode()).hexdigest()
        return json.dumps(told).encode()

    return rewritten(path, "manifest.json", mend)


def test_a_changed_price_is_found(locked: Path) -> None:
    bad = rewritten(locked, "bars.csv", lambda c: c.replace(b"123.45", b"124.45"))
    with pytest.raises(BadLock, match=r"changed since it was made: bars\.csv"):
        LockSource(bad)


def test_a_changed_price_with_a_mended_hash_is_found(locked: Path) -> None:
    def change(content: bytes) -> bytes:
        return content.replace(b"123.45", b"124.45")

    bad = rewritten(locked, "bars.csv", change)
    with zipfile.ZipFile(bad) as archive:
        digest = hashlib.sha256(archive.read("bars.csv")).hexdigest()

    def mend(content: bytes) -> bytes:
        manifest = json.loads(content)
        manifest["files"]["bars.csv"] = digest
        return json.dumps(manifest).encode()

    bad.rename(locked)
    with pytest.raises(BadLock, match="manifest was changed"):
        LockSource(rewritten(locked, "manifest.json", mend))


@pytest.mark.parametrize(
    "content", [b"", b"not a zip", b"PK\x05\x06" + b"\0" * 18, b'{"format": 1}']
)
def test_what_is_no_lock_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(BadLock, match="no lock"):
        LockSource(path)


def test_a_lock_that_swells_is_refused_before_it_is_read(locked: Path, tmp_path: Path) -> None:
    """Locks come from others: a few kilobytes must not become gigabytes of memory."""
    bomb = tmp_path / "bomb.lock"
    with zipfile.ZipFile(locked) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + b"\n" * 1_000_000)
    with pytest.raises(BadLock, match="compressed"):
        LockSource(bomb)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadLock, match="no such file"):
        LockSource(tmp_path / "missing.zip")


def test_a_lock_of_another_format_is_refused(locked: Path) -> None:
    other = rewritten(locked, "manifest.json", lambda c: c.replace(b'"format": 3', b'"format": 1'))
    with pytest.raises(BadLock, match="format is 1") as caught:
        LockSource(other)
    assert "basketbt lock" in caught.value.hint


@pytest.mark.parametrize("content", [b"study: s\n", b"PK\x03\x04 a workbook of somebody's", b""])
def test_a_file_that_is_no_lock_is_not_written_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.yaml").write_bytes(content)
    with pytest.raises(OutputError, match="none that basketbt wrote"):
        write_lock(tmp_path / "s.yaml", data(), REQUEST)
    assert (tmp_path / "s.yaml").read_bytes() == content
    write_lock(tmp_path / "s.yaml", data(), REQUEST, force=True)
    write_lock(tmp_path / "s.yaml", data(), REQUEST)  # a lock is ours, and made again


def test_a_link_and_a_device_are_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("mine")
    (tmp_path / "x.lock").symlink_to("other")
    os.mkfifo(tmp_path / "pipe")
    for name in ("x.lock", "pipe"):
        with pytest.raises(OutputError, match=r"link|plain file"):
            write_lock(tmp_path / name, data(), REQUEST, force=True)
    assert (tmp_path / "other").read_text() == "mine"
    assert (tmp_path / "x.lock").is_symlink()


def test_a_lock_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "target.zip").mkdir()
    with pytest.raises(OutputError):
        write_lock(tmp_path / "target.zip", data(), REQUEST)
    assert [p.name for p in tmp_path.iterdir()] == ["target.zip"]


def test_the_market_of_matched_lists_is_locked_with_a_study_that_draws_them(
    tmp_path: Path,
) -> None:
    market = UniverseCloses(
        symbols=("600000.SH", "300001.SZ"),
        dates=DAYS,
        close=np.array([[0.1 + 0.2, np.nan], [1e-17, 7.989999771118164], [3.0, 4.0]]),
        industry=("银行", None),
        table="market_adjusted.parquet",
        volume=np.array([[1e6, np.nan], [2.0, 0.1 + 0.2], [np.nan, 4.0]]),
    )
    asked = replace(REQUEST, universe=True)
    path = tmp_path / "study.lock.zip"
    write_lock(path, replace(data(), universe=market), asked)
    assert_same(market, LockSource(path).load(asked).universe)
    assert LockSource(path).load(REQUEST).universe is None
    shorter = LockSource(path).load(replace(asked, end=DAYS[1])).universe
    assert_same(market.between(DAYS[0], DAYS[1]), shorter)


def test_the_equal_weighted_market_is_locked_with_the_market(tmp_path: Path) -> None:
    asked = replace(REQUEST, universe=True)
    level = Bars.single("EWA.CALC", DAYS, {"close": np.linspace(1000.0, 1001.0, len(DAYS))})
    path = tmp_path / "study.lock.zip"
    write_lock(path, replace(data(), bars=Bars.joined((data().bars, level))), asked)
    assert LockSource(path).load(asked).bars.of("EWA.CALC").close.tolist() == level.close.tolist()
    assert "EWA.CALC" not in LockSource(path).load(REQUEST).bars.symbols


def test_a_lock_without_a_market_has_none(locked: Path) -> None:
    assert LockSource(locked).load(replace(REQUEST, universe=True)).universe is None
