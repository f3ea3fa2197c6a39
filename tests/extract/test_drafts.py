"""From an article to draft lists that check accepts, each share with the words it rests on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from basketbt.cli import extracting
from basketbt.cli.baskets import show
from basketbt.config.study import load_study
from basketbt.errors import OutputError
from basketbt.extract.drafts import Source, drafts_of
from basketbt.extract.moments import BadPublication, NoDay, moment_of, parse_moment
from basketbt.extract.page import page_of
from basketbt.extract.reading import EVIDENCE, read
from basketbt.lists.history import history
from basketbt.lists.library import Library
from basketbt.plan.check import check_files

app = typer.Typer()
extracting.register(app)

ARTICLE = """【国金证券：算力与应用两条主线】国金证券2025-03-05 09:30研报表示，行业景气上行。
1、算力：C端重点关注用户规模，看好浪潮信息、中科曙光。B端重点关注付费能力，看好用友网络等。
2、应用：建议关注金山办公、福昕软建；建议回避众泰汽车。
华泰证券则看好低空经济等板块。
"""


def run(*arguments: str, text: str | None = None) -> Result:
    """Run the command; errors that end in one message are raised."""
    result = CliRunner().invoke(app, arguments, input=text)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


class TestReading:
    def test_every_pick_has_the_original_words_and_their_place(self) -> None:
        text = "國金證券：看好螢石網絡、虹軟科技（６８８０８８），關注漢王科技。"
        reading = read(text)
        assert [pick.symbol for pick in reading.picks] == ["688475.SH", "688088.SH", "002362.SZ"]
        for pick in reading.picks:
            assert text[pick.start : pick.end] == pick.as_written
            start = pick.evidence_start
            assert text[start : start + len(pick.evidence)] == pick.evidence
            assert len(pick.evidence) <= EVIDENCE
            assert pick.as_written in pick.evidence

    def test_the_same_text_gives_the_same_reading(self) -> None:
        assert read(ARTICLE) == read(ARTICLE)

    def test_themes_without_shares_are_kept_apart(self) -> None:
        (theme,) = [one for one in read(ARTICLE).themes if one.broker == "华泰证券"]
        assert theme.words == "看好低空经济等板块"

    def test_a_house_that_the_text_does_not_name_can_be_given(self) -> None:
        (pick,) = read("推荐海康威视。", broker="国信").picks
        assert (pick.broker, pick.broker_id) == ("国信证券", "guosen")


class TestMoment:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("国信证券· 2025-08-12 23:07\n推荐海康威视", "2025-08-12 23:07"),
            ("发布时间：2025年3月5日 9:30\n推荐海康威视", "2025-03-05 09:30"),
            ("某证券-汽车行业周报-250804\n推荐赛力斯", "2025-08-04 None"),
            ("date 2026-03-12 科技股再现炒风", "2026-03-12 None"),
            ("2025年1月20日公司公告签约，我们推荐海康威视", "None None"),  # not the article's
            ("财联社9月6日电，花旗将海康威视评级上调至买进", "None None"),  # the year is missing
        ],
    )
    def test_it_is_read_and_never_guessed(self, text: str, said: str) -> None:
        moment = moment_of(text)
        clock = f"{moment.clock:%H:%M}" if moment.clock else None
        assert f"{moment.date} {clock}" == said

    def test_a_year_completes_the_day_of_a_wire(self) -> None:
        text = "财联社9月6日电，花旗将海康威视评级上调至买进"
        assert str(moment_of(text, given=parse_moment("2025")).date) == "2025-09-06"

    def test_the_address_tells_it_where_the_text_does_not(self) -> None:
        moment = moment_of("推荐海康威视", "https://x.test/a/202402/05/b.html")
        assert str(moment.date) == "2024-02-05"


class TestDrafts:
    def test_check_accepts_them(self, article: Path, tmp_path: Path) -> None:
        out = tmp_path / "mine"
        run(str(article), "-o", str(out))
        files = sorted(out.glob("*/*.yaml"))
        names = {f"{path.parent.name}/{path.stem}" for path in files}
        assert names == {"guojin/算力", "guojin/应用", "guojin/应用-avoid"}
        checked = check_files(files, Library((out,)))
        assert checked.problems == ()
        (warning, *_) = checked.warnings
        assert "福昕软建 is unresolved (typo; may be 福昕软件)" in str(warning.what)

    def test_what_they_say(self, article: Path, tmp_path: Path) -> None:
        out = tmp_path / "mine"
        run(str(article), "-o", str(out))
        computing = Library((out,)).load(out / "guojin/算力.yaml")
        assert [(one.symbol, one.segment_zh, one.stance) for one in computing.constituents] == [
            ("000977.SZ", "C端", "recommend"),
            ("603019.SH", "C端", "recommend"),
            ("600588.SH", "B端", "recommend"),
        ]
        assert computing.constituents[0].evidence == "看好浪潮信息"
        assert computing.source.title == "国金证券：算力与应用两条主线"
        assert str(computing.source.published).startswith("2025-03-05")
        avoided = Library((out,)).load(out / "guojin/应用-avoid.yaml")
        assert [one.stance for one in avoided.constituents] == ["avoid"]
        assert not avoided.is_held

    def test_the_same_article_gives_the_same_bytes(self) -> None:
        reading, source = read(ARTICLE), Source("note")
        first = [draft.text for draft in drafts_of(reading, source)]
        assert first == [draft.text for draft in drafts_of(read(ARTICLE), source)]

    def test_values_that_yaml_would_misread_are_quoted(self, tmp_path: Path) -> None:
        text = "国信证券· 2025-08-12\n推荐海康威视。"
        (draft,) = drafts_of(read(text, title='no: "yes" #1'), Source("n\nx"))
        path = tmp_path / "guosen" / "a.yaml"
        path.parent.mkdir()
        path.write_text(draft.text, encoding="utf-8")
        assert Library((tmp_path,)).load(path).source.title == 'no: "yes" #1'

    def test_the_page_marks_what_was_read_and_runs_nothing(self) -> None:
        text = ARTICLE + "<script>alert(1)</script>"
        page = page_of(read(text), text)
        assert '<mark class="recommend" title="000977.SZ' in page
        assert '<mark class="unresolved"' in page
        assert "<script" not in page


class TestCommand:
    def test_the_article_of_the_docs_is_read_as_they_say(self, tmp_path: Path) -> None:
        page = (Path(__file__).resolve().parents[2] / "docs/extract.md").read_text("utf-8")
        path = tmp_path / "weekly.txt"
        path.write_text(page.split("```text\n")[1].split("```")[0], encoding="utf-8")
        (data,) = json.loads(run(str(path), "--json").stdout)["rows"]
        keys = ("symbol", "name", "broker", "theme", "segment", "stance", "evidence")
        rows = [
            "| " + " | ".join(pick[key] or "" for key in keys).replace("|  |", "| |") + " |"
            for pick in data["picks"]
        ]
        table = page.split("evidence |\n")[1].split("\n\n")[0].splitlines()[1:]
        assert rows == table
        run(str(path), "-o", str(tmp_path / "mine"), "--study")
        written = {str(file.relative_to(tmp_path)) for file in tmp_path.glob("mine/**/*.*")}
        named = {*page.split("It writes ")[1].split("One of the lists")[0].split("`")[1::2]}
        assert named <= written

    def test_from_article_to_a_study_that_loads(self, article: Path, tmp_path: Path) -> None:
        out = tmp_path / "mine"
        said = run(str(article), "-o", str(out), "--study").stdout
        assert "688111.SH" in said
        assert "theme without shares: 华泰证券: 看好低空经济等板块" in said
        study = load_study(out / "note-20250305.yaml")
        assert len(study.config.baskets) == 3

    def test_json_is_what_was_read(self, article: Path) -> None:
        (data,) = json.loads(run(str(article), "--json").stdout)["rows"]
        assert (data["published"], data["time"]) == ("2025-03-05", "09:30")
        assert {pick["symbol"] for pick in data["picks"]} >= {"000977.SZ", "688111.SH"}
        assert data["unresolved"][0]["candidates"] == ["福昕软件"]

    def test_standard_input_and_several_files(self, article: Path) -> None:
        said = run("-", str(article), text="国信证券：推荐海康威视。").stdout
        assert "002415.SZ" in said
        assert "000977.SZ" in said

    def test_next_week_is_another_issue_of_the_list(self, tmp_path: Path) -> None:
        out = tmp_path / "mine"
        for day, names in (
            ("2025-03-03", "北京君正、兆易创新"),
            ("2025-03-10", "兆易创新、韦尔股份"),
        ):
            path = tmp_path / "weekly.txt"
            text = f"国信证券-半导体行业周报\n国信证券· {day} 18:00\n重点推荐：{names}\n"
            path.write_text(text, encoding="utf-8")
            run(str(path), "-o", str(out))
        assert {path.stem for path in out.glob("guosen/*.yaml")} == {"半导体", "半导体-20250310"}
        library = Library((out,))
        first, second = history(library, library.load(out / "guosen/半导体.yaml"))
        assert first.added == ("300223.SZ", "603986.SH")
        assert (second.added, second.dropped) == (("603501.SH",), ("300223.SZ",))
        assert second.kept == ("603986.SH",)
        shown = typer.Typer()
        shown.command()(show)
        result = CliRunner().invoke(shown, ["guosen/半导体", "--history", "--baskets", str(out)])
        assert "北京君正" in result.stdout.splitlines()[-1]

    def test_a_text_without_picks_writes_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "news.txt"
        path.write_text("今日大盘震荡，宁德时代收涨。", encoding="utf-8")
        result = run(str(path), "-o", str(tmp_path / "mine"))
        assert "no share is picked here" in result.stdout
        assert result.exit_code == 0
        assert not (tmp_path / "mine").exists()

    def test_the_day_is_asked_for_where_nobody_tells_it(self, tmp_path: Path) -> None:
        path = tmp_path / "wire.txt"
        path.write_text("财联社9月6日电，花旗将海康威视评级上调至买进。", encoding="utf-8")
        with pytest.raises(NoDay, match="only 09-06"):
            run(str(path), "-o", str(tmp_path / "mine"))
        assert not (tmp_path / "mine").exists()
        run(str(path), "-o", str(tmp_path / "mine"), "--published", "2025")
        assert len([*(tmp_path / "mine").glob("citi/*.yaml")]) == 1
        with pytest.raises(BadPublication):
            run(str(path), "--published", "yesterday")

    def test_lists_that_differ_are_shown_and_kept(self, article: Path, tmp_path: Path) -> None:
        out = tmp_path / "mine"
        run(str(article), "-o", str(out))
        run(str(article), "-o", str(out))  # the same once more is fine
        path = out / "guojin/算力.yaml"
        mine = path.read_text(encoding="utf-8").replace("浪潮信息", "浪潮")
        path.write_text(mine, encoding="utf-8")
        with pytest.raises(OutputError, match="--force"):
            run(str(article), "-o", str(out))
        assert path.read_text(encoding="utf-8") == mine
        run(str(article), "-o", str(out), "--force")
        assert "name_zh: 浪潮信息" in path.read_text(encoding="utf-8")
