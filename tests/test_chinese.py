"""Chinese as a desk writes it: one word for one thing, names and numbers apart, no English left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from basketbt.api import run
from basketbt.locale import catalogue
from support.written import share, write_list, write_study

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
    "plotly", "yfinance",
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
