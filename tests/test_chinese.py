"""Chinese as a desk writes it: one word for one thing, names and numbers apart, no English left."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import basketbt
from basketbt.api import run
from basketbt.cli.console import display_width
from basketbt.cli.language import chosen_language, in_chinese
from basketbt.cli.main import app, main
from basketbt.locale import catalogue
from basketbt.market.clock import shipped_events
from basketbt.market.shocks import shipped_shocks
from support.written import share, write_list, write_study

SOURCE = Path(basketbt.__file__).parent
GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"
HAN = "[\u4e00-\u9fff]"
#: Terms that a Chinese desk writes in Latin letters too.
# fmt: off
TERMS = [
    "AI", "App", "AR", "BH", "BHAR", "CAR", "CSV", "CVaR", "IT", "KP", "MB", "SHA",
    "basketbt", "JavaScript", "Benjamini", "Hochberg", "Corrado", "Driscoll", "Kraay",
    "Holm", "Kolari", "Pynnonen", "Romano", "Wolf", "EWA", "EWI", "CALC", "UTC", "min",
    "mean", "sqrt", "DeepSeek", "UTF", "GBK", "PDF", "HTML", "DOCX", "YAML", "JSON", "HTTP", "Word",
    "Excel", "Parquet", "SQLite", "Dask", "GiB", "MiB", "exchange", "calendars",
    "yfinance", "Python",
]
# fmt: on
#: What a message may quote as it stands: code, files, columns and their values, formulas.
QUOTED = re.compile(
    r"`[^`]*`|\{[^}]*\}(?:\.yaml)?|,base|\b[\w.-]+\.(?:csv|parquet|svg|md|yaml|json)\b|\b[a-z]\w*_\w+\b"
    r"|(?:beta|[A-Za-z])_\w+",
    re.ASCII,
)
HALF_WIDTH = re.compile(f"{HAN}[,;:!?()]|[,;:!?()]{HAN}")
FORMULA = re.compile(r"[/*^=−-] ")
#: What a column's help says of the values of its cells.
VALUES = re.compile(r"[a-z_]+(?=：)|--[a-z-]+|publication_open|dimson")


def sentences() -> Iterator[tuple[str, str]]:
    """Every Chinese message with its key, what it quotes left out."""
    for key, text in catalogue("zh").items():
        yield key, VALUES.sub("", QUOTED.sub("", text))


def english(text: str) -> list[str]:
    return [word for word in re.findall("[A-Za-z]{2,}", text) if word not in TERMS]


def glossary() -> list[tuple[str, str, str]]:
    rows = [
        line.strip("|").split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
    ]
    cells = [[cell.strip() for cell in row] for row in rows if len(row) == 4]
    return [(one, two, key.strip("`")) for one, two, key, _ in cells if key.startswith("`")]


@pytest.mark.parametrize(("word", "chinese", "key"), glossary())
def test_the_glossary_is_what_the_program_says(word: str, chinese: str, key: str) -> None:
    assert chinese in catalogue("zh")[key]
    # The English heads of columns are their keys.
    assert key.startswith("column.") or word in catalogue("en")[key].lower()


def test_a_list_is_gongbu_and_only_a_model_fabu() -> None:
    assert [key for key, text in catalogue("zh").items() if "发布" in text] == []


def test_a_list_is_a_list_and_only_chance_draws_baskets() -> None:
    baskets = re.compile("(?<!随机)组合(?!（如|，均|下)")  # of choices, in a grid
    assert [key for key, text in catalogue("zh").items() if baskets.search(text)] == []


def test_chinese_has_its_own_punctuation_and_no_space_before_a_number() -> None:
    assert [
        key for key, text in sentences() if HALF_WIDTH.search(text) and not FORMULA.search(text)
    ] == []
    notes = [text for key, text in catalogue("zh").items() if key.startswith("note.")]
    assert [text for text in notes if re.search(f"{HAN} [{{\\d]|[}}\\d] {HAN}", text)] == []


def test_a_name_and_a_number_are_never_put_together() -> None:
    touching = re.compile(r"\{(?:benchmark|name)\}\{")
    assert [key for key, text in catalogue("zh").items() if touching.search(text)] == []


def test_no_english_is_left_in_chinese() -> None:
    found = {key: words for key, text in sentences() if (words := english(text))}
    assert list(found.items()) == []


@pytest.fixture(scope="module")
def memo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small study's memo in Chinese, without what it quotes as code."""
    home = tmp_path_factory.mktemp("chinese")
    two = share("688111.SH", name_zh="金山办公"), share("002230.SZ", name_zh="科大讯飞")
    write_list(home, "mine/one", *two)
    study = write_study(
        home,
        baskets="[mine/one]",
        prices="{source: sample}",
        benchmarks="[000300.SH]",
        language="zh",
    )
    text = run(study).memo
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def test_in_a_memo_no_number_sticks_to_the_name_of_an_index(memo: str) -> None:
    assert "相对沪深300 " in memo
    assert re.findall(r"沪深300[\d+-].*", memo) == []


def test_a_memo_has_chinese_punctuation(memo: str) -> None:
    assert re.findall(f".{{5}}{HAN}[,;:!?].{{5}}", memo) == []
    assert re.findall(r".{5}[\u4e00-\u9fff0] \([A-Z].{5}", memo) == []


# --- the screen --------------------------------------------------------------------------------


Screen = Callable[..., tuple[int, str]]


@pytest.fixture
def screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Screen:
    """The exit code and all that a Chinese terminal shows of a command, run in an empty folder."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)

    def run_command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["basketbt", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    return run_command


def commands() -> dict[str, Any]:
    """Every command by its words."""
    found: dict[str, Any] = {"": get_command(app)}
    for name, group in list(found.items()):
        found |= {f"{name} {below}".strip(): one for below, one in group.commands.items()}
    for name, group in list(found.items()):
        for below, one in getattr(group, "commands", {}).items() if name else ():
            found[f"{name} {below}"] = one
    return found


def helps(command: Any) -> list[str]:
    texts = [command.help, *(getattr(option, "help", None) for option in command.params)]
    return [text for text in texts if text]


@pytest.mark.parametrize("words", commands())
def test_every_help_text_has_its_chinese(words: str, screen: Screen) -> None:
    assert [text for text in helps(commands()[words]) if not re.search(HAN, in_chinese(text))] == []
    code, said = screen(*words.split(), "--help")
    assert code == 0
    assert said.startswith("用法：")
    assert re.findall("[A-Za-z]+ [a-z]+ [a-z]+ [a-z]+", said.partition("\n")[2]) == []
    assert max(map(display_width, said.splitlines())) <= 100


#: What the Chinese screen quotes as it stands, beside what a message quotes.
CODE = re.compile(
    r"(?<=已知：|可用：|可写：|已有：).*|--[a-z-]+(?: [a-z_.]+)?|`[^`]*`|'[^']*'|“[^”]*”"
    r"|[!-~]*[./_:=\[\d-][!-~]*|[A-Z]{2,}|(?<=错误：)[\w/]+",
    re.ASCII,
)

WRONG = {
    "show guojin/softwar": "没有名为“guojin/softwar”的名单；是否指“guojin/software”？",
    "run nosuch.yaml": "没有该文件或文件夹",
    "events show deepseek-r9": "没有名为“deepseek-r9”的事件",
    "run deepseek-r1 --set windows=[[5,0]]": "窗口[5,0]的终点早于起点",
    "run deepseek-r1 --set wundows=[[5,0]]": "是否指`windows`？",
    "run deepseek-r1 --set rf=abc": "`rf`应为数字，而非'abc'",
    "run deepseek-r1 --set late_listing=drop": "`late_listing`应为'exclude'或'join'或",
    "run deepseek-r1 --set max_missing_weight=2": "应为小于或等于1",
    "run deepseek-r1 --set baskets=[]": "至少须有一项",
    "run deepseek-r1 --set baskets=[nobody/nothing]": "没有名为“nobody/nothing”的名单",
    "run deepseek-r1 --set rf": "不是`key=value`",
    "run deepseek-r1 --set events=publication --set split_at_publication=false": "无可计算",
    "run deepseek-r1 --source nowhere": "“nowhere”不是行情来源",
    "run deepseek-r1 --source files:nowhere": "没有该文件夹",
    "run deepseek-r1 --lock a --source b": "--lock与--source不能同用",
    "run deepseek-r1 --lang fr": "应为'zh'或'en'，而非'fr'",
    "run": "既未指定研究，也未给出名单",
    "show": "缺少参数",
    "run deepseek-r1 --nosuch": "没有选项--nosuch",
    "grd": "没有命令'grd'，是否指'grid'？",
    "grid deepseek-r1 --workers few": "不是数字",
    "grid deepseek-r1 --memory little": "没有名为“little”的内存大小",
    "rules 688111": "没有交易所：688111.SH为股票",
    "rules 688111.SZ": "没有此类代码",
    "rules 688111.SS": "请写成688111.SH",
    "rules --on 2025-13-01": "“2025-13-01”不是日期",
    "overlap guojin/software": "只有guojin/software一份名单",
    "compare one two": "没有名为“one”的运行",
    "report nowhere": "没有名为“nowhere”的运行",
    "verify nowhere": "没有名为“nowhere”的运行",
    "check nowhere": "不存在",
    "show guojin/software --weighting heavy": "没有名为“heavy”的加权方式",
    "init basket Mine": "名单名称为`BROKER/LIST`",
    "extract nowhere.txt": "没有该文件或文件夹",
    "store info": "没有本地库",
    "fetch 688111.SH": "是单只证券",
    "prices inspect nowhere": "没有该文件夹或文件",
}


@pytest.mark.parametrize("words", WRONG)
def test_an_error_is_said_in_chinese(
    words: str, screen: Screen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BASKETBT_STORE", str(tmp_path / "store.db"))
    code, said = screen(*words.split())
    assert code in (1, 2, 3)
    assert WRONG[words] in said
    lines = [line for line in said.splitlines() if not line.startswith(("用法", "帮助"))]
    assert [word for line in lines for word in english(CODE.sub("", line))] == []


def test_a_check_is_said_in_chinese(screen: Screen, tmp_path: Path) -> None:
    write_list(tmp_path, "mine/one", share("688111.SH", name_zh="金山办公"))
    write_list(tmp_path, "mine/two", share("688111.SH", name_zh="寒武纪"))
    code, said = screen("check", "baskets")
    assert code == 0
    assert "警告：" in said
    assert "688111.SH的已知名称为金山办公，不是寒武纪" in said
    assert "2份名单、1只个股：均无问题\n" in said


def test_the_terminal_chooses_the_language_of_the_screen_and_lang_before_it() -> None:
    chinese = {"LANG": "zh_CN.UTF-8"}
    assert chosen_language([], chinese) == "zh"
    assert chosen_language([], {**chinese, "LC_ALL": "C"}) == "en"
    assert chosen_language([], {}) == "en"
    assert chosen_language(["run", "x", "--lang", "en"], chinese) == "en"
    assert chosen_language(["run", "x", "--lang=zh"], {}) == "zh"


def test_nothing_of_the_screen_is_translated_that_nobody_says() -> None:
    """Help and heads are looked up by their English: a text that has changed must not stay."""
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    known = {text for command in commands().values() for text in helps(command)}
    for event in shipped_events().values():
        known |= {event.source, event.note, *(one.why for one in event.alternatives)}
    known |= {shock.source for shock in shipped_shocks().by_session.values()}
    path = SOURCE / "locale" / "screen.zh.json"
    sentences = json.loads(path.read_text(encoding="utf-8"))
    ours = [text for text in sentences if text.endswith(".") and "{" not in text]
    typers = {"Missing command.", "Show this message and exit."}
    assert {text for text in ours if text not in known and f'"{text}"' not in code} == typers


def test_every_event_is_explained_in_chinese() -> None:
    for event in shipped_events().values():
        for text in (event.source, event.note, *(one.why for one in event.alternatives)):
            assert re.search(HAN, in_chinese(text)), text


def test_rules_and_lists_are_said_in_chinese(screen: Screen) -> None:
    for words in ("rules --on 2025-02-05", "rules --on 2021-09-01 6682.HK"):
        code, said = screen(*words.split())
        assert code == 0
        values = [line.rsplit("  ", 1)[0] for line in said.splitlines()]  # without the source
        assert [word for line in values for word in english(CODE.sub("", line))] == []
    code, said = screen("show", "guojin/software")
    assert said.startswith("guojin/software · 国金证券 软件应用\n")
    assert re.search("688111.SH +金山办公 +C端 +推荐 +点名 +1 +8.33%", said)
