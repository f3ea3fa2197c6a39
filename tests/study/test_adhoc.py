"""A question without a file is the study that its YAML would be."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from basketbt.api import run as api_run
from basketbt.config.study import load_study
from basketbt.errors import BasketbtError, InvalidFile
from basketbt.plan.adhoc import (
    AdHoc,
    BadMoment,
    BadSpan,
    NoMoment,
    OwnDay,
    OwnList,
    Question,
    SpanOfOneEvent,
    SpanOfOneExchange,
    TwoLists,
    UnreadShares,
    ad_hoc,
    as_files,
    list_of_text,
    unknown_codes,
)
from basketbt.plan.study import make_plan
from basketbt.report.files import NotARun
from basketbt.verification import verify
from support.written import command, content, loaded, table

TODAY = date(2026, 1, 15)
SHARES = "688111 300624 002230"


def asked(*texts: str, **more: Any) -> AdHoc:
    lists = [list_of_text(text, number) for number, text in enumerate(texts, 1)]
    return ad_hoc(Question(lists=lists, **more), TODAY)


def shares(text: str) -> list[str]:
    found = list_of_text(text, 1)
    assert isinstance(found, OwnList)
    return [row.symbol for row in found.rows]


@pytest.mark.parametrize(
    "text",
    ["688111 300624.SZ", "688111,300624", "金山办公、万兴科技", "mine=688111；万兴科技"],
)
def test_shares_are_codes_or_names_however_they_are_separated(text: str) -> None:
    assert shares(text) == ["688111.SH", "300624.SZ"]


def test_a_table_is_read_and_what_is_no_share_in_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("代码,名称,权重\n688111,金山办公,60%\n300624,,40%\n合计,,\n", encoding="utf-8")
    found = list_of_text(str(path), 2)
    assert isinstance(found, OwnList)
    assert (found.name, found.weighted) == ("名单", True)
    assert [row.weight for row in found.rows] == [0.6, 0.4]
    assert "合计" in str(found.unread[0])
    study = ad_hoc(Question(lists=[found], events=["deepseek-r1"]), TODAY).study
    assert [one.kind for one in study.config.weighting] == ["given"]


def test_a_typed_word_that_is_no_share_is_refused() -> None:
    with pytest.raises(UnreadShares, match="30062x") as error:
        list_of_text("688111 30062x", 1)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("word", "near"),
    [("科大讯非", ("科大讯飞 002230.SZ",)), ("中兴", ("中兴通讯 000063.SZ", "中兴商业 000715.SZ"))],
)
def test_an_unknown_name_is_answered_with_those_it_may_mean(
    word: str, near: tuple[str, ...]
) -> None:
    with pytest.raises(UnreadShares) as error:
        list_of_text(f"688111 {word}", 1)
    assert all(one in str(error.value) for one in near)


def test_a_code_that_no_list_of_securities_has_is_told() -> None:
    found = list_of_text("688111 301999", 1)
    assert isinstance(found, OwnList)
    assert unknown_codes(found) == ("301999.SZ",)


@pytest.mark.parametrize(
    ("texts", "more", "en", "zh"),
    [
        (
            (SHARES,),
            {"events": ["deepseek-r1"]},
            "3 shares around DeepSeek-R1 release",
            "DeepSeek-R1 发布前后的3只个股",
        ),
        (
            ("688111",),
            {"published": "2025-02-07"},
            "1 share around publication",
            "公布前后的1只个股",
        ),
        (
            ("软件=688111",),
            {"since": "2025-02-10"},
            "软件 since 2025-02-10",
            "2025-02-10以来的软件",
        ),
        (
            ("688111", "300624"),
            {"events": ["deepseek-r1", "deepseek-v3"]},
            "2 lists around 2 events",
            "2个事件前后的2份名单",
        ),
    ],
)
def test_the_title_says_what_is_asked(
    texts: tuple[str, ...], more: dict[str, Any], en: str, zh: str
) -> None:
    config = asked(*texts, **more).study.config
    assert (config.heading("en"), config.heading("zh")) == (en, zh)


def test_lists_that_nobody_dates_are_looked_at_around_the_event() -> None:
    config = asked(SHARES, events=["deepseek-r1"]).study.config
    assert config.windows == ((-20, -1), (0, 0), (0, 4), (0, 19))
    assert not config.split_at_publication


def test_a_day_of_publication_splits_what_was_before_from_what_came_after() -> None:
    found = asked(SHARES, events=["deepseek-r1"], published="2025-02-07")
    assert found.study.config.split_at_publication
    assert found.study.config.horizons == (1, 5, 20)
    (basket,) = make_plan(found.study).baskets
    assert str(basket.source.published) == "2025-02-07"


def test_without_an_event_each_publication_is_one() -> None:
    assert asked(SHARES, published="2025-02-07").study.config.by_publication
    assert asked("guojin/software").study.config.by_publication
    with pytest.raises(NoMoment):
        asked(SHARES)


def test_a_moment_is_an_event_in_shanghais_time() -> None:
    (case,) = make_plan(asked(SHARES, events=["2025-03-05 22:00"]).study).cases
    assert case.event.at.isoformat() == "2025-03-05T22:00:00+08:00"
    assert str(case.day_zero.session) == "2025-03-06"


def test_since_and_until_are_one_window() -> None:
    (case,) = make_plan(asked(SHARES, since="2025-02-08", until="2025-02-16").study).cases
    (window,) = case.distinct_windows
    days = [str(case.session(day)) for day in (window.first, window.last)]
    assert days == ["2025-02-10", "2025-02-14"]  # the sessions inside
    found = asked(SHARES, events=["deepseek-r1"], since="2025-02-05", until="2025-02-07")
    assert found.study.config.windows == ((5, 7),)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"events": ["2025-13-01"]}, BadMoment),
        ({"events": ["nonsense"]}, InvalidFile),
        ({"events": ["deepseek-r1"], "published": "soon"}, BadMoment),
        ({"since": "2025-02-10", "until": "2025-02-03"}, BadSpan),
        ({"events": ["deepseek-r1", "deepseek-v3"], "since": "2025-02-10"}, SpanOfOneEvent),
    ],
)
def test_what_cannot_be_meant_is_said(more: dict[str, Any], error: type[BasketbtError]) -> None:
    with pytest.raises(error) as told:
        asked(SHARES, **more)
    assert told.value.exit_code == 2


def test_a_list_may_have_a_name_in_any_script() -> None:
    found = asked("软件=688111", "硬件=300624", events=["deepseek-r1"])
    baskets = make_plan(found.study).baskets
    assert [one.theme_zh for one in baskets] == ["软件", "硬件"]
    assert len({one.id for one in baskets}) == 2


def test_days_are_counted_on_the_lists_own_exchange() -> None:
    hong_kong = asked("00700", since="2025-01-27", until="2025-02-05").study
    (case,) = make_plan(hong_kong).cases
    days = [str(case.session(day)) for day in hong_kong.config.windows[0]]
    assert days == ["2025-01-27", "2025-02-05"]  # Shanghai was shut from 28 January to 4 February
    shanghai = asked("688111", since="2025-01-27", until="2025-02-05").study
    assert (hong_kong.config.windows, shanghai.config.windows) == (((0, 4),), ((0, 1),))
    with pytest.raises(SpanOfOneExchange):
        asked("a=00700", "b=688111", since="2025-01-27", until="2025-02-05")


def test_a_day_of_publication_is_not_put_on_lists_that_have_one() -> None:
    with pytest.raises(OwnDay):
        asked("guojin/software", published="2025-03-01")


def test_two_lists_of_one_name_are_refused() -> None:
    with pytest.raises(TwoLists, match="mine/a"):
        asked("a=688111", "A=300624", events=["deepseek-r1"])


def test_the_yaml_says_the_same_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(f"mine=0.5 {SHARES}".replace("0.5 ", ""), "000034", events=["2025-03-05 22:00"])
    for name, text in as_files(found).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    again = load_study(tmp_path / "adhoc.yaml")
    assert again.config == found.study.config
    plans = [make_plan(one) for one in (again, found.study)]
    assert plans[0].baskets == plans[1].baskets


@pytest.mark.slow
class TestCommand:
    ASK = ("run", "--list", SHARES, "--event", "deepseek-r1", "--source", "sample")

    def test_it_answers_at_once_and_the_saved_study_is_the_same_run(self, tmp_path: Path) -> None:
        done = command(*self.ASK, "--published", "2025-02-07", "--save", "mine", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        said = done.stdout
        for part in ("before publication", "5 sessions from publication", "CSI 300", "3/3"):
            assert part in said
        (run,) = (one for one in (tmp_path / "results/mine").iterdir() if not one.is_symlink())
        assert f"page:   {run.relative_to(tmp_path)}/report.html" in said
        before = content(run)
        again = command("run", "mine.yaml", "--json", cwd=tmp_path)
        assert json.loads(again.stdout)["run"] == run.name
        assert content(run) == before

    def test_it_imports_nothing_that_a_short_answer_does_not_need(self, tmp_path: Path) -> None:
        words = ["basketbt", *self.ASK, "--quiet"]
        program = (
            f"import sys; sys.argv = {words!r}\nfrom basketbt.cli.main import main\n"
            "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        )
        slow = {"pandas", "scipy", "matplotlib", "vectorbt", "numba", "exchange_calendars"}
        assert loaded(program, cwd=tmp_path) & slow == set()

    def test_what_is_printed_stands_in_the_summary(self, tmp_path: Path) -> None:
        done = command(*self.ASK, "--no-report", cwd=tmp_path)
        assert "hindsight" in done.stderr
        rows = table(tmp_path / "results/adhoc/latest/summary.csv")
        printed = [line.split() for line in done.stdout.splitlines() if "3/3" in line]
        for line, row in zip(printed, rows, strict=True):
            keys = ("total_return", "benchmark_return", "excess_return", "max_drawdown")
            wanted = [f"{float(row[key]):+.1%}" for key in keys]
            assert line[-5:-1] == [one.replace("+0.0%", "0.0%") for one in wanted[:3]] + [
                one.replace("+", "") for one in wanted[3:]
            ]

    def test_what_no_study_says_the_terminal_does(self, tmp_path: Path) -> None:
        words = ("run", "--list", "301999 688111", "--event", "2025-03-05", "--source", "sample")
        refused = command(*words, cwd=tmp_path, LC_ALL="zh_CN.UTF-8")
        assert "证券名录中没有301999.SZ" in refused.stderr
        words = ("run", "--list", SHARES, "--event", "2025-03-05", "--source", "sample")
        asked = (*words, "--format", "docx,xlsx")
        done = command(*asked, cwd=tmp_path, LC_ALL="zh_CN.UTF-8")
        assert done.returncode == 0, done.stderr
        assert "2025-03-05未给时刻" in done.stderr
        assert "--published 2025-03-05" in done.stderr
        run = (tmp_path / "results/adhoc/latest").resolve().relative_to(tmp_path.resolve())
        assert {f"Word：{run}/memo.docx", f"Excel：{run}/summary.xlsx"} <= set(
            done.stdout.splitlines()
        )
        memo = (tmp_path / run / "memo.md").read_text(encoding="utf-8")
        assert memo.startswith("# 2025-03-05前后的3只个股\n")
        again = command("report", "latest", "--format", "docx", cwd=tmp_path)
        assert f"word:   {run}/memo.docx" in again.stdout.splitlines()
        assert command("verify", "latest", cwd=tmp_path).returncode == 0

    def test_files_are_never_written_over_unasked(self, tmp_path: Path) -> None:
        (tmp_path / "mine.yaml").write_text("study: other\n", encoding="utf-8")
        refused = command(*self.ASK, "--save", "mine", cwd=tmp_path)
        assert refused.returncode == 4
        assert "--force" in refused.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"mine.yaml"}

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("run",), "neither a study nor a list"),
            (("run", "deepseek-r1", "--event", "deepseek-v3"), "--list"),
            (("run", "--list", "picks.xlsx", "--event", "deepseek-r1"), "picks.xlsx"),
        ],
    )
    def test_what_is_no_question_is_one_line(
        self, words: tuple[str, ...], said: str, tmp_path: Path
    ) -> None:
        refused = command(*words, cwd=tmp_path)
        assert refused.returncode == 2
        assert said in refused.stderr
        assert not list(tmp_path.iterdir())


def test_a_file_may_say_its_format_and_one_of_the_future_is_refused(tmp_path: Path) -> None:
    files = as_files(asked(SHARES, events=["deepseek-r1"]))
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"format: 1\n{text}", encoding="utf-8")
    plan = make_plan(load_study(tmp_path / "adhoc.yaml"))
    assert plan == make_plan(asked(SHARES, events=["deepseek-r1"]).study)
    for name in files:
        path = tmp_path / name
        path.write_text("format: 2\nnew_key: 1\n" + files[name], encoding="utf-8")
        with pytest.raises(InvalidFile, match=r"format: 2. is of a later basketbt") as error:
            make_plan(load_study(tmp_path / "adhoc.yaml"))
        assert len(error.value.problems) == 1
        assert "pip install -U basketbt" in str(error.value)
        path.write_text(files[name], encoding="utf-8")


@pytest.mark.parametrize("published", [None, "2025-02-07", "2025-02-07 00:00"])
def test_a_run_of_lists_without_files_is_verified_from_what_it_carries(
    published: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = api_run(
        lists={"mine": ["688111.SH", "科大讯飞"], "软件": {"300624": 0.4, "002230": 0.6}},
        events="deepseek-r1",
        published=published,
        source="sample",
    )
    folder = made.write(tmp_path / "results")
    assert verify(folder, source=None) == ()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    del manifest["lists"][0]["constituents"][0]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(NotARun, match="damaged"):
        verify(folder, source=None)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("1 named list not ahead of CSI 300", "the list did no better than the market")),
        ("zh", ("1份点名名单未跑赢", "该名单的收益未超出市场与自身行业")),
    ],
)
def test_one_list_is_not_counted(language: str, said: tuple[str, str]) -> None:
    made = api_run(
        lists={"mine": ["688111", "300624", "002230"]},
        events="deepseek-r1",
        published="2025-02-07",
        source="sample",
        language=language,
    )
    assert all(part in made.memo for part in said)
    assert not re.search(r"\d of 1 |median of|1份点名名单中", made.memo)
