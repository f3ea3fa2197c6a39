"""A study file: short when the defaults will do, and precise about what is wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.config.study import DEFAULT_WINDOWS, StudyConfig, load_study
from basketbt.errors import FileSyntaxError, InvalidFile
from basketbt.shipped import shipped

FIVE_LINES = """\
study: mine
events: deepseek-r1
baskets: guojin/*
benchmarks: 000300.SH
prices: {source: sample}
"""


DATES = ("[2025-02-07, 2025-02-10]", "[2025-02-10, 2025-02-07]")


def study(tmp_path: Path, text: str = FIVE_LINES) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_five_lines_are_a_whole_study(tmp_path: Path) -> None:
    config = load_study(study(tmp_path)).config
    assert config.windows == DEFAULT_WINDOWS
    assert [one.kind for one in config.weighting] == ["equal"]
    assert [one.kind for one in config.rebalance] == ["hold"]
    assert config.estimation == (-140, -21)
    assert config.last_offset == 60
    assert config.split_at_publication


def test_one_entry_needs_no_brackets_and_one_word_no_braces(tmp_path: Path) -> None:
    short = load_study(study(tmp_path)).config
    long = FIVE_LINES.replace("deepseek-r1", "[{id: deepseek-r1}]").replace(
        "guojin/*", '["guojin/*"]'
    )
    assert load_study(study(tmp_path, long)).config == short


def test_settings_from_the_command_line_win(tmp_path: Path) -> None:
    changed = load_study(
        study(tmp_path),
        ["windows=[[0,5]]", "rf=0.015", "account.cash=7", "weighting=[stance, {kind: given}]"],
    ).config
    assert changed.windows == ((0, 5),)
    assert changed.rf == 0.015
    assert changed.account is not None
    assert changed.account.cash == 7
    assert [one.kind for one in changed.weighting] == ["stance", "given"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("windws: [[0,5]]", ["windws", "windows"]),
        ("windows: [[5,0]]", ["[5, 0]", "ends before it starts"]),
        ("windows: [[0,five]]", ["whole number"]),
        ("windows: []", ["at least one"]),
        ("weighting: equl", ["equal", "market_cap"]),
        ("weighting: {kind: equal, cap: 2}", ["less than or equal to 1"]),
        ("rebalance: {kind: dates}", ["dates"]),
        ("rebalance: {kind: band, width: wide}", ["number"]),
        ("language: fr", ["zh", "en"]),
        ("annualisation: 0", ["1"]),
        ("rf: yes", ["number"]),
        ("max_missing_weight: 1.5", ["1"]),
        ("study: again", ["study"]),
        ("windows: [[0,5],[0,6],[0,5]]", ["entry 3 repeats entry 1 ([0, 5])", "Keep one"]),
        ("weighting: [stance, {kind: stance, recommend: 2}]", ["entry 2 repeats entry 1"]),
        ("weighting: [equal, {kind: equal, watch: 3}]", ["entry 2 repeats entry 1 (equal)"]),
        ("rebalance: [daily, daily]", ["entry 2 repeats entry 1"]),
        (
            "rebalance: [" + ", ".join(f"{{kind: dates, dates: {days}}}" for days in DATES) + "]",
            ["entry 2 repeats entry 1"],
        ),
        ("account: {entry: [day0_close, day0_close]}", ["entry 2 repeats entry 1"]),
        ("grid: {cost: [0.001, 0.001]}", ["entry 2 repeats entry 1"]),
        ("prices: {source: sample, quality: {leep: warn}}", ["leep", "leap"]),
        ("account: {cash: 0}", ["greater than or equal to 1"]),
        ("account: {cash: -5}", ["greater than or equal to 1"]),
        ("account: {participation: 0}", ["greater than 0"]),
        ("account: {participation: 1.5}", ["less than or equal to 1"]),
        ("account: {entry: yesterday}", ["next_open"]),
        ("account: {slippage_bps: -1}", ["greater than or equal to 0"]),
        ("account: {colour: red}", ["colour"]),
        ("estimation: [-140, 0]", ["before day 0"]),
        ("estimation: [-20, 5]", ["before day 0"]),
        ("event_study: {windows: [[4, 0]]}", ["ends before it starts"]),
        ("event_study: {windows: []}", ["at least one"]),
        ("event_study: {models: [market+sector]}", ["begins with one against the market"]),
        ("event_study: {models: [market, market]}", ["names one twice"]),
        ("event_study: {models: capm}", ["market-adjusted"]),
        ("event_study: {variants: [without-june]}", ["says nothing to change"]),
        (
            "event_study: {variants: [{name: a, without_dates: [2024-06-30, 2024-06-01]}]}",
            ["ends before"],
        ),
        ("event_study: {placebo_dates: 20}", ["100"]),
        ("event_study: {window: [[0, 5]]}", ["window"]),
        ("event_study: {market: hs300}", ["hs300", "000034.SZ"]),
        ("event_study: {sector: 930713}", ["text"]),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, line: str, words: list[str]) -> None:
    with pytest.raises((InvalidFile, FileSyntaxError)) as caught:
        load_study(study(tmp_path, FIVE_LINES + line + "\n"))
    assert caught.value.exit_code == 2
    assert "study.yaml:6:" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("events", "deepseek-r9", ["deepseek-r9", "deepseek-r1", "Known"]),
        ("events", "[deepseek-v3, deepseek-r1, deepseek-v3]", ["entry 3 repeats entry 1"]),
        ("events", "[{id: mine, at: 2025-03-06}, {id: mine, at: 2025-03-07}]", ["repeats", "mine"]),
        ("events", "{id: deepseek-r1, at: 2025-03-06}", ["shipped", "another id"]),
        ("events", '{id: mine, at: "2025-03-06T10:00:00"}', ["zone", "+08:00"]),
        ("events", "{id: mine, at: soon}", ["soon", "neither a date nor a timestamp"]),
        ("benchmarks", '"000300"', ["000300", "with its exchange"]),
        ("benchmarks", "[000300.SH, 000905.SH, 000300.sh]", ["entry 3 repeats entry 1"]),
    ],
)
def test_what_the_study_names_is_looked_up_and_named_with_its_line(
    tmp_path: Path, key: str, value: str, words: list[str]
) -> None:
    lines = [line for line in FIVE_LINES.splitlines() if not line.startswith(f"{key}:")]
    with pytest.raises(InvalidFile) as caught:
        load_study(study(tmp_path, "\n".join([*lines, f"{key}: {value}"])))
    assert "study.yaml:5: " in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_two_ways_of_writing_a_rule_that_differ_may_stand_side_by_side(tmp_path: Path) -> None:
    rules = "[{kind: band, width: 0.05}, {kind: band, width: 0.1}, hold]"
    weights = "[stance, {kind: stance, recommend: 3}, equal, {kind: equal, cap: 0.2}]"
    config = load_study(
        study(tmp_path, FIVE_LINES + f"rebalance: {rules}\nweighting: {weights}\n")
    ).config
    assert (len(config.rebalance), len(config.weighting)) == (3, 4)


def test_all_mistakes_are_shown_in_one_go(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as caught:
        load_study(study(tmp_path, FIVE_LINES + "rf: high\nlanguage: fr\nnonsense: 1\n"))
    assert [problem.line for problem in caught.value.problems] == [6, 7, 8]


def test_a_setting_that_is_wrong_says_so_as_a_setting(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="key=value"):
        load_study(study(tmp_path), ["windows"])
    with pytest.raises(InvalidFile, match=r"^--set language: .*'fr'"):
        load_study(study(tmp_path), ["language=fr"])
    with pytest.raises(InvalidFile, match=r"^--set windows: not valid YAML"):
        load_study(study(tmp_path), ["windows=[[0,5]"])
    with pytest.raises(InvalidFile, match=r"^--set account\.cash: .*greater than or equal to 1"):
        load_study(study(tmp_path), ["account.cash=-1"])


@pytest.mark.parametrize("path", sorted(shipped("configs").glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_studies_are_valid_and_use_the_editor_comment(path: Path) -> None:
    assert load_study(path).config.study == path.stem
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=study.schema.json"


def test_where_prices_lie_does_not_name_the_run(tmp_path: Path) -> None:
    one = load_study(study(tmp_path)).config
    two = load_study(study(tmp_path), ["prices={source: files, path: elsewhere}"]).config
    other = load_study(study(tmp_path), ["windows=[[0,1]]"]).config
    assert one.canonical() == two.canonical() != other.canonical()


def test_the_schema_names_every_key() -> None:
    assert set(StudyConfig.model_json_schema()["properties"]) == set(StudyConfig.model_fields)


@pytest.mark.parametrize(
    ("line", "instead", "words"),
    [
        ("study: mine", "study: ../x", ["`study` cannot be '../x'", "letters, digits"]),
        ("{source: sample}", "{source: 'files:bars'}", ["{source: files, path: bars}"]),
        ("study: mine", "study: compare", ["cannot be called compare"]),
        ("000300.SH", "000001.SZ", ["000001.SZ is a share", "Name an index"]),
        ("000300.SH", "EWI.CALC", ["EWI.CALC is another index for each list", "Leave it out"]),
        ("{source: sample}", "{source: sample, path: x}", ["`path` belongs to source: files"]),
    ],
)
def test_what_reads_like_another_place_is_told_how_to_write_it_here(
    tmp_path: Path, line: str, instead: str, words: list[str]
) -> None:
    with pytest.raises(InvalidFile) as caught:
        load_study(study(tmp_path, FIVE_LINES.replace(line, instead)))
    for word in words:
        assert word in str(caught.value)


def test_a_title_may_speak_both_languages(tmp_path: Path) -> None:
    one = load_study(study(tmp_path, FIVE_LINES + "title: Lists\n")).config
    assert (one.heading("en"), one.heading("zh")) == ("Lists", "Lists")
    two = load_study(study(tmp_path, FIVE_LINES + "title: {en: Lists, zh: 名单}\n")).config
    assert (two.heading("en"), two.heading("zh")) == ("Lists", "名单")
    assert load_study(study(tmp_path)).config.heading("zh") == "mine"
