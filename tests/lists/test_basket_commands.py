"""The commands on lists, as a user meets them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from basketbt.cli import baskets
from basketbt.errors import (
    BasketbtError,
    InfeasibleWeights,
    InputError,
    OutputError,
    RefusedPath,
    UnknownName,
)
from support.written import loaded

app = typer.Typer()
baskets.register(app)


def run(*arguments: str) -> Result:
    """Run a command; errors that end in one message are raised."""
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, BasketbtError):
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_has_a_row_a_basket() -> None:
    lines = run("list").stdout.splitlines()
    assert len(lines) == 2 + 19
    (software,) = [line for line in lines if line.startswith("guojin/software ")]
    assert software.split() == [
        *("guojin/software", "国金证券", "软件应用", "Application", "software"),
        *("12", "12", "0", "2025-02-07"),
    ]


def test_list_imports_no_number_crunching_and_no_models() -> None:
    program = """
from basketbt.lists.catalogue import summaries
from basketbt.lists.library import find_library
import basketbt.cli.baskets
assert len(summaries(find_library())) >= 19
"""
    heavy = {"numpy", "pandas", "pydantic", "pyarrow", "exchange_calendars", "rich"}
    assert loaded(program) & heavy == set()


def test_show_gives_the_weights_asked_for() -> None:
    both = ("--weighting", "equal", "--weighting", "stance")
    (basket,) = json.loads(run("show", "guojin/edge-hardware", "--json", *both).stdout)["rows"]
    last = basket["constituents"][-1]
    assert last["symbol"] == "002362.SZ"
    assert last["weights"] == pytest.approx({"equal": 1 / 4, "stance 2:1": 1 / 7})


def test_show_prints_source_and_reasons() -> None:
    text = run("show", "htsc/robotics").stdout
    assert "published 2025-02-07" in text
    assert "harmonic reducers" in text
    assert "16.67%" in text


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("show", "htsc/robots"), UnknownName, "did you mean 'htsc/robotics'"),
        (("show", "htsc/robotics", "--weighting", "market_cap"), InfeasibleWeights, "needs prices"),
        (("check", "."), RefusedPath, "holds no YAML file"),
        (("check", "none.yaml"), RefusedPath, "does not exist"),
        (("overlap", "guojin/software"), InputError, "alone overlaps with nothing"),
    ],
)
def test_what_cannot_be_shown_or_checked_is_refused(
    folder: Path, words: tuple[str, ...], error: type[BasketbtError], said: str
) -> None:
    with pytest.raises(error, match=said):
        run(*words)


def test_check_of_everything_is_fine() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout == "16 lists, 3 composites, 118 shares: fine\n"


def test_check_prints_every_problem_and_exits_with_2(folder: Path) -> None:
    (folder / "bad.yaml").write_text("broker: x\nconstituents:\n  - {symbol: 000001}\n")
    (folder / "worse.yaml").write_text("broker: [\n")
    result = run("check", str(folder))
    assert result.exit_code == 2
    assert "bad.yaml:3: `constituents[1].symbol`: '000001'" in result.stderr
    assert "worse.yaml:2: not valid YAML" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("baskets: [guojin/*, tf/nothing]", ":3: no basket is called 'tf/nothing'"),
        (
            "baskets: guojin/*\nweighting: {kind: equal, cap: 0.05}",
            "0.05: the 7 names of guojin/cybersecurity cannot sum to 1",
        ),
        ("baskets: guojin/*\nwindows: [[0, 900]]", "outside the XSHG sessions known here"),
    ],
)
def test_check_of_a_study_says_what_a_run_would_refuse(folder: Path, lines: str, said: str) -> None:
    text = f"study: mine\nevents: deepseek-r1\n{lines}\nprices: {{source: sample}}\n"
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    result = run("check", "mine.yaml")
    assert result.exit_code == 2
    assert said in result.stderr


def test_overlap_as_csv_has_a_row_a_pair() -> None:
    rows = list(csv.DictReader(run("overlap", "guojin/*", "htsc/ai-plus", "--csv").stdout.split()))
    assert len(rows) == 6 * 5 / 2
    found = {(row["basket"], row["other"]): row for row in rows}
    pair = found["guojin/software", "guojin/edge-hardware"]
    assert pair["common"] == "1"
    assert float(pair["jaccard"]) == pytest.approx(1 / 15)
    assert float(pair["weight_overlap"]) == pytest.approx(1 / 12)


def test_overlap_as_a_table_counts_shares_in_common() -> None:
    lines = run("overlap", "guojin/edge-hardware", "guojin/software").stdout.splitlines()
    assert lines[-2:] == ["1 guojin/edge-hardware  4   1", "2 guojin/software       1  12"]


@pytest.mark.parametrize("arguments", [("basket", "mine/robots"), ("study", "first")])
def test_what_init_writes_passes_the_check(folder: Path, arguments: tuple[str, str]) -> None:
    written = run("init", *arguments).stdout.split()[-1]
    result = run("check", written)
    assert result.exit_code == 0
    assert result.stderr == ""


def test_a_started_basket_is_found_by_its_id_and_has_its_schema_beside_it(folder: Path) -> None:
    path = Path(run("init", "basket", "mine/robots").stdout.split()[-1])
    assert "mine/robots" in run("list").stdout
    assert "金山办公" in run("show", "mine/robots").stdout
    first = path.read_text(encoding="utf-8").splitlines()[0]
    schema = path.parent / first.partition("$schema=")[2]
    assert json.loads(schema.read_text(encoding="utf-8"))["title"]


@pytest.mark.parametrize("arguments", [("basket", "mine/robots"), ("study", "first")])
def test_init_never_overwrites(folder: Path, arguments: tuple[str, str]) -> None:
    path = Path(run("init", *arguments).stdout.split()[-1])
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        run("init", *arguments)
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    "arguments",
    [("basket", "../x/y"), ("basket", "robots"), ("basket", "a/b/c"), ("study", "../first")],
)
def test_init_never_writes_elsewhere(folder: Path, arguments: tuple[str, str]) -> None:
    with pytest.raises(RefusedPath):
        run("init", *arguments)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["basket", "study"])
def test_schema_prints_a_json_schema(kind: str) -> None:
    assert "$defs" in json.loads(run("schema", kind).stdout)


def test_the_schema_accepts_the_shipped_lists_and_refuses_a_wrong_one() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from basketbt import yamlfile
    from basketbt.lists.library import find_library

    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "basket").stdout))
    for path in find_library().files().values():
        data = yamlfile.load(path).data
        assert validator.is_valid(data), path
        assert not validator.is_valid({**data, "sources": 1})
