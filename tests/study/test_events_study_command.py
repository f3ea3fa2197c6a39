"""``basketbt events study`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

from support import invented
from support.written import command, table

STUDY = ["events", "study", invented.STUDY]
SMALL = ["--set", "baskets=guojin/*", "--set", "event_study.variants=[]"]


def test_it_answers_on_the_screen_and_in_files(tmp_path: Path) -> None:
    done = command(*STUDY, *SMALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Prices: own tables (bars.parquet, indexes.parquet), 2023-" in done.stdout
    head = "DeepSeek-R1 release · day 0 = 2025-01-21 (XSHG): "
    assert f"{head}from publication on, 0 tests" in done.stdout  # nothing to draw lists from
    assert f"{head}around the event, 0 tests" in done.stdout
    folder = tmp_path / "results" / "demo" / "event-study" / "latest"
    assert "### Is it more than chance?" in (folder / "memo.md").read_text(encoding="utf-8")
    rows = table(folder / "event_study.csv")
    assert len({row["basket"] for row in rows}) == 5
    for row in rows:
        for key, value in row.items():
            assert value.lower() not in ("nan", "inf", "none"), key


def test_json_is_the_table(tmp_path: Path) -> None:
    done = command(*STUDY, *SMALL, "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert found["prices"].startswith("own tables")
    cell = found["event_study"][0]
    assert (cell["variant"], cell["family"]) == ("main", None)
    assert isinstance(cell["car"], float)
    assert cell["q1_p"] is None
    assert "there is no table of outside shares to draw lists from" in cell["notes"]


def test_in_chinese_and_quiet(tmp_path: Path) -> None:
    done = command(*STUDY, *SMALL, "--lang", "zh", "-q", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    folder = tmp_path / "results" / "demo" / "event-study" / "latest"
    header = (folder / "event_study.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header.startswith("事件,第0日,名单,加权方式,方案,预期收益模型,窗口")


def test_showing_an_event_still_needs_no_word(tmp_path: Path) -> None:
    done = command("events", "deepseek-r1", cwd=tmp_path)
    assert done.returncode == 0
    assert "2025-01-21" in done.stdout


def test_it_runs_from_a_lock_too(tmp_path: Path) -> None:
    small = [*SMALL, "--set", "event_study.matched_lists=0"]
    locked = command("lock", invented.STUDY, *small, "-o", "prices.zip", cwd=tmp_path)
    assert locked.returncode == 0, locked.stderr
    tables = []
    for out, prices in (("made", []), ("locked", ["--lock", "prices.zip"])):
        done = command(
            "events", "study", invented.STUDY, *small, *prices, "-o", out, "-q", cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        folder = tmp_path / out / "demo" / "event-study" / "latest"
        tables.append((folder / "event_study.csv").read_bytes())
    assert tables[0] == tables[1]
