"""Every command and every line of Python in the README works as it stands there."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from basketbt.cli.main import app
from basketbt.shipped import shipped

ROOT = Path(__file__).resolve().parents[1]
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
GUIDES = ROOT / "docs" / "zh"
PAGES = (README, CHINESE)  # which hold the same commands, see below


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def commands() -> list[str]:
    return [line for block in blocks(README, "sh") for line in block.splitlines() if line.strip()]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a folder of tables, as an analyst would have it."""
    (tmp_path / "prices").mkdir()
    for name in ("bars", "indexes", "actions", "fx"):
        shutil.copy(shipped("sample") / f"{name}.parquet", tmp_path / "prices")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_commands_of_the_readme_work_in_order(workplace: Path) -> None:
    for line in commands():
        words = shlex.split(line)
        if words[0] == "make":
            done = subprocess.run(
                ["make", "--dry-run", *words[1:]], cwd=ROOT, capture_output=True, check=False
            )
            assert done.returncode == 0, line
            continue
        assert words[0] == "basketbt", line
        result = CliRunner().invoke(app, words[1:])
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception!r}"
        assert result.stdout.strip(), line


def test_the_python_of_the_readme_runs(workplace: Path) -> None:
    for block in blocks(README, "python"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, README.name, "exec"), {})
        assert "sample of record" in printed.getvalue()


def test_the_study_of_the_readme_is_the_template_in_short(workplace: Path) -> None:
    (text,) = blocks(README, "yaml")
    Path("five.yaml").write_text(text, encoding="utf-8")
    assert len(text.splitlines()) == 5
    result = CliRunner().invoke(app, ["run", "five.yaml"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_output_that_the_readme_shows_is_what_is_printed(page: Path, workplace: Path) -> None:
    printed = CliRunner().invoke(app, ["run", "deepseek-r1", "--no-report"]).stdout
    (shown,) = blocks(page, "text")
    assert len(shown.splitlines()) > 5
    for line in shown.splitlines():
        assert line in printed, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_newcomers_own_answer_takes_three_commands(page: Path, workplace: Path) -> None:
    (shown,) = blocks(page, "console")
    lines = shown.splitlines()
    asked = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    assert [words.split()[0] for words in asked] == ["make", ".", "basketbt"]
    done = CliRunner().invoke(app, shlex.split(asked[-1])[1:])
    assert done.exit_code == 0, done.output
    printed = done.stdout.splitlines()
    for line in lines[len(asked) :]:
        assert line in printed, line
    assert printed[-1].endswith("report.html")


@pytest.mark.slow
def test_the_first_command_asks_no_network_and_names_the_page_last(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the first command must not open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndemo:")[2]
    words = shlex.split(recipe.splitlines()[1])
    study = ROOT / words[2]
    done = CliRunner().invoke(app, [words[1], str(study), *words[3:]])
    assert done.exit_code == 0, done.output
    page = Path(done.stdout.splitlines()[-1].removeprefix("page:").strip())
    assert page.name == "report.html"
    assert "sample of record" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_the_readme_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8"))
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_the_chinese_readme_says_the_same() -> None:
    for language in ("sh", "yaml", "python"):
        assert blocks(CHINESE, language) == blocks(README, language)
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    headings, tables, bullets = (
        [[line for line in text.splitlines() if line.startswith(mark)] for text in texts]
        for mark in ("## ", "| `", "- ")
    )
    assert len(headings[0]) == len(headings[1])
    assert len(bullets[0]) == len(bullets[1])
    assert [row.split("|")[1] for row in tables[0]] == [row.split("|")[1] for row in tables[1]]
    links = [set(re.findall(r"\]\((?!http)([^)#]+)", text)) for text in texts]
    assert links[0] - {"README.zh-CN.md"} == {
        link if link in links[0] else link.replace("docs/zh/", "docs/")
        for link in links[1] - {"README.md"}
    }


@pytest.mark.parametrize("guide", sorted(GUIDES.glob("*.md")), ids=lambda guide: guide.name)
def test_a_chinese_guide_says_the_same(guide: Path) -> None:
    english = ROOT / "docs" / guide.name
    for language in ("sh", "yaml", "text"):
        assert blocks(guide, language) == blocks(english, language)
    texts = [page.read_text(encoding="utf-8") for page in (guide, english)]
    for mark in ("## ", "| ", "- "):
        one, other = (
            [line for line in text.splitlines() if line.startswith(mark)] for text in texts
        )
        assert len(one) == len(other), mark
    numbers = [set(re.findall(r"\d+\.\d{3}", text)) for text in texts]
    assert numbers[0] == numbers[1] != set()
