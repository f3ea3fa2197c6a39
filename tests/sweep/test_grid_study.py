"""A row of a grid is a study of its own; how it was computed leaves no trace."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from basketbt.config.study import StudyFile
from basketbt.engine.batch.engine import FIGURES
from basketbt.errors import OutputError
from basketbt.pipeline.run import run_study
from basketbt.report.publish import publish
from basketbt.report.render.pictures import draws_chinese
from basketbt.sweep import checkpoint, outputs
from basketbt.sweep.choices import PoolTooSmall
from basketbt.sweep.dictionary import CHOICES
from basketbt.sweep.planner import GridPlan, MarketUnknown, NoGrid, plan_grid
from basketbt.sweep.run import EmptyGrid, GridOptions, checkpoint_folder, grid_folder, run_grid
from support.made import Made
from support.written import content

Planned = Callable[..., GridPlan]
Ran = Callable[..., Path]
SMALL = "{weighting: [equal, stance], entry_delay: [0, 2], random: {sizes: 3, draws: 700}}"


def rows(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / "grid.parquet").to_pylist()
    return found


def test_every_choice_meets_every_other(planned: Planned, tmp_path: Path) -> None:
    plan = planned()
    found = rows(run_grid(plan, tmp_path, GridOptions()))
    assert [row["variant"] for row in found] == list(range(len(found)))
    assert len(found) == plan.job.variants
    keys = {"draw", *CHOICES}
    assert len({tuple(row[key] for key in keys) for row in found}) == len(found)
    drawn = [row for row in found if row["draw"] is not None]
    # 2 sizes x 300 draws x 3 rules x 2 windows x 2 delays x 2 costs
    assert len(drawn) == 2 * 300 * 3 * 2 * 2 * 2
    published = [row for row in found if row["published"]]
    assert {(row["basket"], row["window"]) for row in published} == {
        (basket, window) for basket in ("mine/one", "mine/two") for window in ("[0,+5]", "[0,+25]")
    }
    assert len(published) == 4


@pytest.mark.slow
def test_a_row_equals_a_study_with_those_choices(
    ran: Ran, study: Callable[..., StudyFile], made_market: Made
) -> None:
    found = rows(ran())
    chosen = [r for r in found if r["draw"] is None and not r["cost"] and not r["left_out"]]
    assert len(chosen) > 80
    for row in chosen:
        first = row["entry_delay"]
        last = 5 if row["window"] == "[0,+5]" else 25
        kind = row["weighting"].split()[0]
        cap = "null" if row["cap"] is None else row["cap"]
        alone = run_study(
            study(
                baskets=row["basket"],
                weighting=f"{{kind: {kind}, cap: {cap}}}",
                rebalance=row["rebalance"],
                windows=f"[[{first},{last}]]",
                late_listing=row["late_listing"],
            ),
            made_market,
        )
        own = alone.cases[0].books[0].windows[0][1].own.values
        for key in FIGURES:
            value = np.nan if row[key] is None else row[key]
            np.testing.assert_allclose(value, own[key][0], rtol=1e-12, atol=1e-12, err_msg=key)


def test_leaving_a_share_out_is_a_list_without_it(ran: Ran) -> None:
    found = rows(ran("{leave_one_out: true, windows: [[0,5]]}"))
    by_share = {row["left_out"]: row for row in found if row["basket"] == "mine/one"}
    whole = by_share.pop(None)
    assert len(by_share) == 4
    # equal weights, held: the four lists of three average to the list of four
    mean = np.mean([row["total_return"] for row in by_share.values()])
    assert mean == pytest.approx(whole["total_return"], rel=1e-12)


def test_memory_workers_and_blocks_do_not_change_a_byte(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned()
    whole = content(run_grid(plan, tmp_path / "a", GridOptions()))
    monkeypatch.setattr(checkpoint, "ROWS", 128)
    calls: list[int] = []
    options = GridOptions(workers=2)
    cut = content(run_grid(plan, tmp_path / "b", options, lambda done, _: calls.append(done)))
    assert len(calls) > 1 + len(plan.job.sheets)
    assert cut == whole
    tables = {"grid.parquet", "choices.csv", "standing.csv"}
    assert set(whole) == tables | {"report.html", "curve.svg", "grid.md", "manifest.json"}


def test_a_grid_goes_on_where_it_was_interrupted(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(SMALL)
    whole = content(run_grid(plan, tmp_path / "whole", GridOptions()))
    monkeypatch.setattr(checkpoint, "ROWS", 128)

    def stop(done: int, total: int) -> None:
        if done > 600:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_grid(plan, tmp_path, GridOptions(), stop)
    assert not grid_folder(plan, tmp_path).exists()
    monkeypatch.setattr(checkpoint, "ROWS", 512)  # other blocks than before
    seen: list[int] = []
    folder = run_grid(plan, tmp_path, GridOptions(), lambda done, _: seen.append(done))
    assert seen[0] > 600
    assert content(folder) == whole
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, "latest"}


def test_a_finished_grid_is_left_alone(planned: Planned, tmp_path: Path) -> None:
    plan = planned(SMALL)
    folder = run_grid(plan, tmp_path, GridOptions())
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert run_grid(plan, tmp_path, GridOptions()) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_full_disk_keeps_what_was_finished(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(SMALL)
    whole = content(run_grid(plan, tmp_path / "whole", GridOptions()))
    monkeypatch.setattr(checkpoint, "ROWS", 128)
    kept = checkpoint_folder(plan, tmp_path)
    flush = os.fsync

    def full(handle: int) -> None:
        if len(list(kept.glob("*.parquet"))) >= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        flush(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            run_grid(plan, tmp_path, GridOptions())
    assert len(list(kept.glob("*.parquet"))) == 3
    assert content(run_grid(plan, tmp_path, GridOptions())) == whole


def edited(parts: list[Path]) -> None:
    table = pq.read_table(parts[0])
    at = table.column_names.index("total_return")
    wrong = pa.array(np.full(table.num_rows, 0.5))
    pq.write_table(table.set_column(at, "total_return", wrong), parts[0])


def halved(parts: list[Path]) -> None:
    table = pq.read_table(parts[0])
    pq.write_table(table.slice(0, table.num_rows // 2), parts[0])


def exchanged(parts: list[Path]) -> None:
    first, second = parts[0].read_bytes(), parts[1].read_bytes()
    parts[0].write_bytes(second)
    parts[1].write_bytes(first)


def renamed(parts: list[Path]) -> None:
    """Each under the other's blocks, with the digest of its own bytes."""
    names = [part.name.rpartition("-") for part in parts[:2]]
    contents = [part.read_bytes() for part in parts[:2]]
    for part in parts[:2]:
        part.unlink()
    for name, other, own in zip(names, names[::-1], contents[::-1], strict=True):
        parts[0].with_name(f"{name[0]}-{other[2]}").write_bytes(own)


def emptied(parts: list[Path]) -> None:
    parts[0].write_bytes(b"")


@pytest.mark.parametrize("damage", [edited, halved, exchanged, renamed, emptied])
def test_a_damaged_block_is_computed_again(
    planned: Planned,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[list[Path]], None],
) -> None:
    plan = planned(SMALL)
    whole = content(run_grid(plan, tmp_path / "whole", GridOptions()))
    monkeypatch.setattr(checkpoint, "ROWS", 128)

    def stop(done: int, total: int) -> None:
        if done > 600:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_grid(plan, tmp_path, GridOptions(), stop)
    damage(sorted(checkpoint_folder(plan, tmp_path).glob("*.parquet")))
    assert content(run_grid(plan, tmp_path, GridOptions())) == whole


@pytest.mark.parametrize("name", ["grid.parquet", "standing.csv", "grid.md", "manifest.json"])
def test_a_finished_grid_with_a_damaged_file_is_mended(
    planned: Planned, tmp_path: Path, name: str
) -> None:
    plan = planned(SMALL)
    folder = run_grid(plan, tmp_path, GridOptions())
    whole = content(folder)
    (folder / name).write_bytes(b"")
    (folder / "mine.txt").write_text("kept")
    assert content(run_grid(plan, tmp_path, GridOptions())) == whole | {"mine.txt": b"kept"}


def test_two_processes_do_not_compute_one_grid_at_once(planned: Planned, tmp_path: Path) -> None:
    plan = planned(SMALL)
    with (
        checkpoint.Checkpoint(checkpoint_folder(plan, tmp_path), plan.id).held(),
        pytest.raises(OutputError, match="another process computes this grid"),
    ):
        run_grid(plan, tmp_path, GridOptions())
    assert run_grid(plan, tmp_path, GridOptions()).is_dir()


def test_finished_blocks_outlive_a_later_run_of_the_study(planned: Planned, tmp_path: Path) -> None:
    """Publishing a run clears what killed ones left in the study's folder a day before."""
    blocks = checkpoint_folder(planned(SMALL), tmp_path)
    blocks.mkdir(parents=True)
    os.utime(blocks, (0, 0))
    publish({"memo.md": b""}, blocks.parent, "run")
    assert blocks.is_dir()


def test_a_disk_that_fills_at_the_end_is_left_as_it_was(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(SMALL)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(outputs, "write_parquet", full)
        with pytest.raises(OutputError, match="No space left"):
            run_grid(plan, tmp_path, GridOptions())
    assert list(grid_folder(plan, tmp_path).parent.iterdir()) == [checkpoint_folder(plan, tmp_path)]
    assert run_grid(plan, tmp_path, GridOptions()).is_dir()


def test_blocks_fit_into_the_memory_that_is_allowed(planned: Planned) -> None:
    plan = planned()
    generous = checkpoint.block_sizes(plan.job, 2_000_000_000, 0, 1)
    tight = checkpoint.block_sizes(plan.job, 8_000_000, 0, 1)
    assert all(a >= b for a, b in zip(generous, tight, strict=True))
    assert all(size % 128 == 0 for size in tight)
    with pytest.raises(checkpoint.MemoryTooSmall, match="needs at least"):
        checkpoint.block_sizes(plan.job, 100_000, 0, 1)


def test_finished_blocks_of_any_size_are_gone_around(planned: Planned) -> None:
    job = planned(SMALL).job
    blocks = checkpoint.cut(job, [128] * len(job.sheets), [])
    middle = [block for block in blocks if block.first == 128]
    rest = checkpoint.cut(job, [10_240] * len(job.sheets), middle)
    covered = sorted((b.sheet, row) for b in [*middle, *rest] for row in range(b.first, b.stop))
    assert covered == [
        (number, row)
        for number, sheet in enumerate(job.sheets)
        for row in range(len(sheet.baskets))
    ]


def test_the_seed_draws_the_baskets_and_nothing_else(ran: Ran) -> None:
    def values(random: str) -> list[object]:
        found = rows(ran(f"{{random: {{{random}}}}}"))
        wanted = ("random 3", "[0,+5]")
        own = [row["total_return"] for row in found if (row["basket"], row["window"]) == wanted]
        return own[:300]

    one = values("sizes: 3, draws: 300")
    assert one == values("sizes: [3, 7], draws: 1200")
    assert one != values("sizes: 3, draws: 300, seed: 5")


def test_random_baskets_are_as_large_as_the_lists_unless_sizes_are_named(ran: Ran) -> None:
    """A list of four among baskets of ten would be ranked by how many shares it has."""
    grid = "{weighting: [equal, stance], entry_delay: [0, 2], cost: [0.0, 0.01], "
    grid += "rebalance: [hold, daily], random: {draws: 300}}"
    folder = ran(grid, late_listing="join")
    drawn = [row for row in rows(folder) if row["draw"] is not None]
    assert {row["shares"] for row in drawn} == {4}
    # the study's own choices alone: two windows
    assert len(drawn) == 300 * 2
    assert {(row["rebalance"], row["entry_delay"], row["cost"]) for row in drawn} == {
        ("hold", 0, 0.0)
    }
    header, *lines = (folder / "standing.csv").read_text("utf-8-sig").splitlines()
    assert header.endswith("shares,random_size,below_random,prices")
    assert len(lines) == 4
    assert all(",4,4,0." in line or ",4,4,1.0" in line for line in lines)


def test_a_window_without_a_value_is_named(ran: Ran) -> None:
    memo = (ran("{measure: cvar_95}") / "grid.md").read_text("utf-8")
    assert "2 variants have no value" in memo
    assert "mine/one [0,+5] (1), mine/two [0,+5] (1)" in memo


def test_without_any_value_there_is_no_curve(ran: Ran) -> None:
    folder = ran("{measure: sharpe, windows: [[0, 5]]}")
    assert not (folder / "curve.svg").exists()
    assert "2 variants have no value" in (folder / "grid.md").read_text("utf-8")


def test_the_csv_file_of_a_full_grid_holds_the_rows_of_the_parquet_file(
    planned: Planned, tmp_path: Path
) -> None:
    plan = planned()
    folder = run_grid(plan, tmp_path, GridOptions())
    assert not (folder / "grid.csv").exists()  # a second copy is written when it is asked for
    assert run_grid(plan, tmp_path, GridOptions(full=True)) == folder
    assert content(folder) == content(run_grid(plan, tmp_path / "b", GridOptions(full=True)))
    with (folder / "grid.csv").open(encoding="utf-8-sig", newline="") as handle:
        written = list(csv.DictReader(handle))
    expected = rows(folder)
    assert len(written) == len(expected)
    for line, row in zip(written, expected, strict=True):
        for key, value in row.items():
            if value is None:
                assert line[key] == ""
            elif isinstance(value, bool):
                assert line[key] == str(value).lower()
            else:
                assert type(value)(line[key]) == value
    text = (folder / "grid.csv").read_text("utf-8-sig")
    assert '"' not in text.replace('"[0,+5]"', "").replace('"[0,+25]"', "")


def test_what_cannot_be_a_grid_is_said(
    planned: Planned, study: Callable[..., StudyFile], tmp_path: Path, made_market: Made
) -> None:
    with pytest.raises(NoGrid, match="no section grid"):
        plan_grid(study(), made_market)
    with pytest.raises(PoolTooSmall, match="50"):
        planned("{random: {sizes: 50}}")
    with pytest.raises(MarketUnknown, match="whole market"):
        plan_grid(study(grid="{random: {sizes: 3}}"), Made(closes=made_market.closes))
    with pytest.raises(EmptyGrid, match="no variants"):
        run_grid(planned("{entry_delay: 40}"), tmp_path, GridOptions())


def test_a_cap_that_cannot_hold_is_left_out_and_named(planned: Planned, tmp_path: Path) -> None:
    plan = planned("{cap: [null, 0.26]}")
    said, chinese = (" ".join(n.text(own) for n in plan.inputs.notes) for own in ("en", "zh"))
    assert "mine/two cap 26%" in said
    assert "mine/one cap" not in said
    assert "mine/two（上限26%）" in chinese
    found = rows(run_grid(plan, tmp_path, GridOptions()))
    assert {(row["basket"], row["cap"]) for row in found} == {
        ("mine/one", None),
        ("mine/one", 0.26),
        ("mine/two", None),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_memo_says_where_the_published_results_stand(ran: Ran, language: str) -> None:
    folder = ran(language=language)
    memo = (folder / "grid.md").read_text(encoding="utf-8")
    assert memo.count("| mine/one |") == 2
    assert ("entry delay" if language == "en" else "延迟买入") in memo
    assert "2025-02-10" in memo  # hindsight until then
    assert "000300.SH" in memo  # what the excess is over
    curve = (folder / "curve.svg").read_text("utf-8")
    assert ("延迟买入：2" if language == "zh" and draws_chinese() else "entry delay: 2") in curve
    header = (folder / "standing.csv").read_text("utf-8-sig").splitlines()[0]
    assert header.startswith("event,basket" if language == "en" else "事件,名单")
