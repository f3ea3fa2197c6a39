"""A run is rendered from its folder as it was made, in every form and either language."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from basketbt.api import Run, run
from basketbt.locale import Language
from basketbt.market.securities.latin import share_name
from basketbt.notes import listing
from basketbt.pipeline.accounts import UNTAXED
from basketbt.report.build import report_data
from basketbt.report.csvfile import csv_bytes, table_from_csv
from basketbt.report.files import NotARun, read_run, render_again, run_files
from basketbt.report.model import Column, Kind, Layout, Table, Value
from basketbt.report.parquetfile import parquet_bytes, table_from_parquet
from basketbt.report.render import Format, rendered
from basketbt.report.render.terminal import answer_lines
from basketbt.report.views.context import contexts
from support import invented
from support.written import command, loaded
from support.written import content as contents

ALL: tuple[Format, ...] = ("page", "figures", "xlsx", "docx")
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", [(), *((one,) for one in ALL)], ids=["memo", *ALL])
def test_a_stored_run_renders_as_a_fresh_one(
    form: tuple[Format, ...], language: Language, whole: Run, folder: Path
) -> None:
    stored = rendered(read_run(folder).data, form, language=language)
    assert stored == rendered(whole.data, form, language=language)


def test_a_stored_run_holds_all_that_a_fresh_one_does(whole: Run, folder: Path) -> None:
    stored, fresh = read_run(folder).data, report_data(whole.result)
    assert stored.info == fresh.info
    assert stored.tables == fresh.tables


def test_the_same_run_has_the_same_bytes_in_every_form(whole: Run, folder: Path) -> None:
    assert run_files(whole.data, ALL) == contents(folder)


def test_rendering_again_gives_the_same_bytes(folder: Path, copy: Path) -> None:
    (copy / "report.html").unlink()
    with pytest.raises(NotARun, match=r"report\.html is missing"):
        read_run(copy)
    shutil.copy(folder / "report.html", copy)
    render_again(copy, ALL)
    assert contents(copy) == contents(folder)


def test_a_run_without_a_page_gets_one(tmp_path: Path) -> None:
    bare = run(invented.STUDY, overrides=["baskets=guojin/xinchuang", "events=deepseek-r1"])
    folder = bare.write(tmp_path, formats=())
    assert not (folder / "report.html").exists()
    render_again(folder, ["page"])
    assert (folder / "report.html").read_bytes() == run_files(bare.data, ["page"])["report.html"]
    assert "report.html" in json.loads((folder / "manifest.json").read_bytes())["outputs"]


def test_another_language_stands_beside_the_run_which_stays_as_it_is(copy: Path) -> None:
    before = contents(copy)
    aside = render_again(copy, ("page", "xlsx"), language="zh")
    assert aside == copy.with_name(f"{copy.name}-zh-cn")
    assert contents(aside).keys() == {"memo.md", "report.html", "summary.xlsx"}
    assert 'lang="zh-CN"' in (aside / "report.html").read_text("utf-8")
    assert contents(copy) == before


def test_a_chinese_memo_is_joined_with_chinese_punctuation(whole: Run) -> None:
    """What code puts together too: ids and figures beside Chinese words."""
    text = rendered(whole.data, language="zh")["memo.md"].decode().partition("\n")[2]
    for basket in whole.result.plan.baskets:  # a title is as its publisher wrote it
        text = text.replace(basket.source.title, "")
    slips = re.findall(r"[\u4e00-\u9fff）][,;:!?(]|[,;:)][\u4e00-\u9fff]|\([\u4e00-\u9fff]", text)
    assert slips == []


def test_colours_are_chosen_on_the_command_line(folder: Path, copy: Path) -> None:
    done = command("report", copy, "--colours", "cn")
    assert done.returncode == 0, done.stderr
    page = Path(done.stdout.removeprefix("page:").strip())
    assert page.parent.name == f"{folder.name}-en-cn"
    assert 'data-colours="cn"' in page.read_text("utf-8")
    assert 'data-colours="intl"' in (copy / "report.html").read_text("utf-8")


def test_a_language_that_there_is_not_is_named(folder: Path) -> None:
    done = command("report", folder, "--lang", "fr")
    assert done.returncode != 0
    assert "no language is called 'fr'" in done.stderr
    assert "zh, en" in done.stderr


@pytest.mark.parametrize(
    ("name", "harm", "says"),
    [
        ("levels.csv", b"event\n1\n", "was changed after the run wrote it"),
        ("report.json", b"{}", "was changed after the run wrote it"),
        ("manifest.json", b"{", "is damaged"),
        ("manifest.json", b'{"outputs": {"../../etc/passwd": "0"}}', "is damaged"),
    ],
)
def test_a_run_that_was_touched_is_not_rendered(
    name: str, harm: bytes, says: str, copy: Path
) -> None:
    (copy / name).write_bytes(harm)
    before = contents(copy)
    with pytest.raises(NotARun, match=says):
        render_again(copy, ["page"])
    assert contents(copy) == before


def signed(folder: Path, report: bytes) -> None:
    """Put another report.json into a run, and its hash into the manifest."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["outputs"]["report.json"] = hashlib.sha256(report).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "report.json").write_bytes(report)


@pytest.mark.parametrize("harm", [b"{}", b'{"info": 3}', b"[[]]", b"not JSON", b"[" * 99_999])
def test_a_report_of_another_version_is_said_to_be_that(harm: bytes, copy: Path) -> None:
    signed(copy, harm)
    with pytest.raises(NotARun, match="another version of basketbt"):
        read_run(copy)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("info", "format"), 99),
        (("info", "events"), []),
        (("info", "benchmarks"), []),
        (("info", "events", 0, "members", 0, "basket"), "no/such"),
        (("info", "events", 0, "tests", "window"), "[9,+9]"),
        (("info", "prices", "values"), {}),
        (("info", "prices", "severity"), {"loud": True}),
        (("info", "prices", "code"), "unheard-of"),
        (("info", "notes"), [{"code": "more", "severity": "info", "values": {}}]),
        (("notes",), {"a": 1}),
        (("rows",), []),
        (("rows", "summary"), [[-1, 30]]),
    ],
)
def test_a_report_whose_parts_do_not_fit_is_refused(
    where: tuple[str | int, ...], value: object, copy: Path
) -> None:
    report = json.loads((copy / "report.json").read_bytes())
    part = report
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    signed(copy, json.dumps(report).encode())
    with pytest.raises(NotARun):
        read_run(copy)


def test_a_folder_that_is_no_run_is_an_error_of_the_input(tmp_path: Path) -> None:
    done = command("report", tmp_path)
    assert done.returncode == 2
    assert "is not a run's folder" in done.stderr


KINDS: dict[str, Kind] = {
    "name": "text",
    "day": "date",
    "count": "integer",
    "part": "decimal",
    "yes": "flag",
}
OWN = Layout("made", tuple(Column(name, kind) for name, kind in KINDS.items()), bulk=True)


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (lambda table: table_from_csv(OWN, csv_bytes(table, "zh"), "zh"), "-1"),
        (lambda table: table_from_parquet(OWN, parquet_bytes(table, "en")), "two\nlines"),
    ],
    ids=["csv", "parquet"],
)
def test_a_table_comes_back_from_its_file_as_it_was(
    back: Callable[[Table], Table], text: str
) -> None:
    rows: list[tuple[Value, ...]] = [
        ("=cmd", "2025-01-27", 3, 0.1, True),
        (text, None, None, 1e-17, False),
        (None, "1999-12-31", -(2**53), -0.0, None),
    ]
    for table in (Table.of_rows(OWN, rows), Table.of_rows(OWN, [])):
        assert back(table) == table


def test_below_the_table_stand_what_was_left_what_accounts_kept_and_whether_it_is_chance(
    whole: Run,
) -> None:
    before, after, kept, chance = answer_lines(whole.data)
    assert before.startswith("Before a reader could buy")
    assert after.startswith(
        "From 2025-02-10, a reader's first session, on paper from the close before"
    )
    assert kept.startswith("Accounts that bought at the open after publication")
    assert chance.startswith("More than market and kind?")


def test_a_study_without_accounts_and_tests_says_nothing_of_them() -> None:
    plain = run(invented.STUDY, overrides=["baskets=guojin/xinchuang", "events=deepseek-r1"])
    *_, last = answer_lines(plain.data)
    assert "This run makes no test, so chance is not excluded" in last
    assert "ccount" not in " ".join(answer_lines(plain.data))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "names the cash of {first} and 10 others, all 13 named in summary.csv a dividend"),
        ("zh", "无公司行为数据表明{first}等13只，全部见summary.csv所得现金为红利"),
    ],
)
def test_of_more_than_ten_shares_a_sentence_names_the_first_three(
    language: Language, said: str, whole: Run
) -> None:
    lists = {basket.id: basket.constituents for basket in whole.result.plan.baskets}
    shares = [*lists["guojin/cybersecurity"], *lists["guojin/xinchuang"]]
    codes = [one.symbol for one in shares]
    note, joint = UNTAXED(symbols=listing(codes)), ", " if language == "en" else "、"
    shorten = contexts(whole.data, language)[0].shorten("summary.csv")
    named = joint.join(f"{share_name(one.name_zh, language)} {one.symbol}" for one in shares[:3])
    assert said.format(first=named) in note.text(language, shorten)
    assert joint.join(codes) in note.text(language)
    few = UNTAXED(symbols=listing(codes[:10]))
    assert few.text(language, shorten) == few.text(language)


def test_without_a_report_nothing_of_it_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from basketbt.cli.main import app\n"
        "try: app(sys.argv[1:])\n"
        "except SystemExit as end: assert not end.code"
    )
    asked = ("--no-report", "--quiet", "--set", "baskets=guojin/xinchuang")
    found = loaded(code, "run", invented.STUDY, *asked, cwd=tmp_path)
    assert found & {"jinja2", "PIL", "resvg_py", "xlsxwriter", "docx", "pandas"} == set()
