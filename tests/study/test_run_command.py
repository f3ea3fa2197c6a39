"""``basketbt run`` as a user meets it: what it prints, writes and refuses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from basketbt.metrics.measures import MEASURES
from support import invented
from support.written import command, loaded
from support.written import table as rows

DEMO = ["run", invented.STUDY]
EVENTS = ["events", "study", invented.STUDY]
SMALL = ["--set", "baskets=guojin/*", "--set", "weighting=equal", "--set", "rebalance=hold"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo study, run once."""
    folder = tmp_path_factory.mktemp("demo")
    done = command(*DEMO, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Prices: own tables (bars.parquet, indexes.parquet), 2024-" in done.stdout
    assert "memo.md" in done.stdout
    return folder / "results" / "demo"


def test_every_number_of_the_summary_can_be_recomputed_from_the_levels(results: Path) -> None:
    run = results / "latest"
    levels: dict[tuple[str, ...], list[float]] = {}
    keys = ("event", "basket", "weighting", "rebalance", "base_date")
    for row in rows(run / "levels.csv"):
        levels.setdefault(tuple(row[key] for key in keys), []).append(float(row["level"]))
    checked = 0
    for row in rows(run / "summary.csv"):
        path = levels.get(tuple(row[key] for key in keys), [])[: int(row["sessions"]) + 1]
        if len(path) <= int(row["sessions"]):  # a horizon after the study's end has a curve only
            assert row["window"].startswith("[p,p")
            continue
        assert path[0] == 100
        assert float(row["total_return"]) == pytest.approx(path[-1] / path[0] - 1, abs=1e-12)
        high, deepest = path[0], 0.0
        for level in path:
            high = max(high, level)
            deepest = min(deepest, level / high - 1)
        assert float(row["max_drawdown"]) == pytest.approx(deepest, abs=1e-12)
        checked += 1
    assert checked > 100


def test_contributions_of_every_row_add_up_to_its_return(results: Path) -> None:
    run = results / "latest"
    keys = ("event", "basket", "weighting", "rebalance", "window")
    parts: dict[tuple[str, ...], float] = {}
    weights: dict[tuple[str, ...], float] = {}
    for row in rows(run / "constituents.csv"):
        key = tuple(row[name] for name in keys)
        parts[key] = parts.get(key, 0.0) + float(row["contribution"])
        weights[key] = weights.get(key, 0.0) + float(row["weight"])
    for row in rows(run / "summary.csv"):
        key = tuple(row[name] for name in keys)
        assert parts[key] == pytest.approx(float(row["total_return"]), abs=1e-12)
        assert weights[key] == pytest.approx(1.0, abs=1e-12)


def test_relative_figures_repeat_the_summary_for_the_first_benchmark(results: Path) -> None:
    keys = ("event", "basket", "weighting", "rebalance", "window", "benchmark")
    beside = {tuple(row[key] for key in keys): row for row in rows(results / "latest/relative.csv")}
    for row in rows(results / "latest" / "summary.csv"):
        other = beside[tuple(row[key] for key in keys)]
        for key in ("benchmark_return", "excess_return", "beta", "tracking_error"):
            assert row[key] == other[key]


def test_every_empty_number_has_its_reason_in_the_notes(results: Path) -> None:
    for row in rows(results / "latest" / "summary.csv"):
        for key in ("price_return", *(measure.key for measure in MEASURES)):
            if row[key] == "":
                assert key in row["notes"], (row["basket"], row["window"], key)


def test_the_memo_the_manifest_and_the_summary_say_where_the_prices_are_from(results: Path) -> None:
    run = results / "latest"
    prices = json.loads((run / "manifest.json").read_text())["prices"]
    assert prices.startswith("own tables (bars.parquet, indexes.parquet), ")
    assert f"Prices: {prices}." in (run / "memo.md").read_text(encoding="utf-8").split("##")[0]
    days = "..".join(prices.rpartition(", ")[2].split(" to "))
    assert {row["prices"] for row in rows(run / "summary.csv")} == {f"files {days}"}


def test_the_manifest_lists_every_file_with_its_hash(results: Path) -> None:
    run = results / "latest"
    listed = json.loads((run / "manifest.json").read_text())["outputs"]
    present = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert set(listed) == present - {"manifest.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((run / name).read_bytes()).hexdigest() == digest


def test_the_same_study_gives_the_same_bytes_from_any_folder_and_day(
    results: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    other = {"TZ": "America/New_York", "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    done = command(*DEMO, "--out", str(tmp_path / "out"), cwd=elsewhere, **other)
    assert done.returncode == 0, done.stderr
    one, two = (results / "latest").resolve(), (tmp_path / "out" / "demo" / "latest").resolve()
    assert one.name == two.name
    for path in one.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (two / path.relative_to(one)).read_bytes(), path.name


def test_chinese_headers_and_memo_and_quiet_prints_nothing(tmp_path: Path) -> None:
    done = command(*DEMO, *SMALL, "--lang", "zh", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    run = tmp_path / "results" / "demo" / "latest"
    header = (run / "summary.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header.startswith("事件,第0日,名单")
    memo = (run / "memo.md").read_text(encoding="utf-8")
    assert "各名单公布于" in memo
    assert "published on" not in memo


def test_json_is_all_that_is_printed(tmp_path: Path) -> None:
    done = command(*DEMO, *SMALL, "--json", cwd=tmp_path)
    data = json.loads(done.stdout)
    assert data["prices"].startswith("own tables")
    assert data["summary"][0]["basket"] == "guojin/all"
    assert (tmp_path / data["folder"] / "memo.md").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "nothing.yaml"], 2, ["nothing.yaml"]),
        ([*DEMO, "--source", "files:missing"], 2, ["missing"]),
        ([*DEMO, "--source", "bloomberg"], 2, ["bloomberg", "files:"]),
        (["run", "deepseek-r1", "--source", "auto", "--offline"], 3, ["prices.db"]),
        ([*DEMO, "--lock", "missing.zip"], 2, ["missing.zip"]),
        ([*DEMO, "--lock", "a.zip", "--source", "sample"], 2, ["exclude"]),
        ([*DEMO, "--lang", "fr"], 2, ["zh", "en"]),
        ([*DEMO, "--set", "windows=[[-600,-1]]"], 3, ["2023-01-03"]),
        ([*DEMO, "--set", "weighting={kind: equal, cap: 0.01}"], 2, ["cap"]),
        ([*DEMO, "--set", "rebalance={kind: dates, dates: [2025-02-01]}"], 3, ["2025-02-05"]),
        ([*DEMO, "--set", "late_listing=error"], 3, ["688590.SH"]),
        ([*EVENTS, "--set", "event_study.windows=[[5,0]]"], 2, ["ends before it starts"]),
        ([*EVENTS, "--set", "event_study.stop_before=[deepseek-r9]"], 2, ["no event is called"]),
        (
            [*EVENTS, "--set", "estimation=[-700,-600]"],
            3,
            ["valid estimation sessions, 100 needed"],
        ),
        ([*EVENTS, "--lock", "a.zip", "--source", "sample"], 2, ["--lock and --source exclude"]),
    ],
)
def test_a_mistake_is_one_message_and_leaves_nothing(
    arguments: list[str], code: int, words: list[str], tmp_path: Path
) -> None:
    done = command(*arguments, cwd=tmp_path, BASKETBT_STORE=str(tmp_path / "prices.db"))
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) < 24
    for word in words:
        assert word in done.stderr
    assert not (tmp_path / "results").exists()


def test_a_results_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = command(*DEMO, *SMALL, "--out", "taken", cwd=tmp_path)
    assert done.returncode == 4
    assert "taken" in done.stderr
    assert "Traceback" not in done.stderr


COMMANDS = """
from basketbt.cli.main import app
for arguments in (["--help"], ["list"], ["run", "--help"]):
    try:
        app(arguments, standalone_mode=False)
    except SystemExit:
        pass
"""
RUN = """
import sys
from basketbt.api import run
run(sys.argv[1], overrides=sys.argv[2:]).write("out")
"""
SLOW = {"pandas", "vectorbt", "akshare", "yfinance", "exchange_calendars"}


def test_help_and_list_start_without_the_heavy_packages(tmp_path: Path) -> None:
    assert loaded(COMMANDS, cwd=tmp_path) & {*SLOW, "numpy", "pyarrow"} == set()


def test_a_run_does_without_pandas_and_vectorbt_is_imported_for_accounts_only(
    tmp_path: Path,
) -> None:
    small = ("events=deepseek-r1", "baskets=guojin/xinchuang", "weighting=equal", "rebalance=hold")
    plain = loaded(RUN, invented.STUDY, "baskets=guojin/*", cwd=tmp_path)
    assert plain & {*SLOW, "scipy", "matplotlib"} == set()
    account = loaded(RUN, invented.STUDY, *small, "account={}", cwd=tmp_path)
    assert account >= {"vectorbt", "pandas"}


def test_what_a_command_computes_is_not_searched_for_cycles_and_later_things_are() -> None:
    import gc

    from basketbt.cli.console import uncollected

    try:
        with uncollected():
            assert not gc.isenabled()
        assert gc.isenabled()
    finally:
        gc.unfreeze()
