"""The rooms of the house import in one direction only."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_no_room_imports_a_room_to_its_right() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "KEPT" in done.stdout


def test_the_page_on_the_house_names_every_room_in_the_order_that_is_checked() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("| room |")[1].split("\n\n")[0]
    said = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines()[2:]]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contracts["tool"]["importlinter"]["contracts"][0]["layers"]
    checked = [set(layer.split(" : ")) for layer in layers]
    found = [set(names) for names in said]
    assert set().union(*found) == set().union(*checked)
    floor = {name: number for number, names in enumerate(checked) for name in names}
    numbers = [floor[name] for names in said for name in names]
    assert numbers == sorted(numbers)


def test_modules_that_the_docs_name_exist() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    named = set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", text))
    assert len(named) > 5
    places = (ROOT, ROOT / "src/basketbt")
    assert [path for path in named if not any((at / path).is_file() for at in places)] == []
