"""Lists and studies as a user writes them, and the command in a process of its own."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from basketbt.lists.library import Library
from basketbt.lists.model import Basket

HEAD = """\
broker: {broker}
broker_zh: 我的
theme: {{zh: 测试, en: Test}}
source: {{publisher: me, title: note, published: {published}}}
"""


def share(symbol: str, **more: object) -> str:
    """One line of a list; a value of None leaves its key out."""
    lot = {"lot": 100} if symbol.endswith(".HK") else {}
    known = {"symbol": symbol, "name_zh": "名", "stance": "watch", "origin": "named", **lot}
    pairs = ((key, value) for key, value in {**known, **more}.items() if value is not None)
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"


def write_list(project: Path, name: str, *shares: str, published: str = "2025-02-07") -> Path:
    """``baskets/<name>.yaml`` of a project; ``shares`` are symbols or whole lines."""
    rows = [line if line.startswith(" ") else share(line) for line in shares]
    return write_lines(project, name, "constituents:", *rows, published=published)


def write_lines(project: Path, name: str, *lines: str, published: str = "2025-02-07") -> Path:
    """``baskets/<name>.yaml`` with a head of four lines and the given lines below it."""
    path = project / "baskets" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = HEAD.format(broker=path.parent.name, published=published)
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return path


class Lists:
    """The lists of a project, and what the program makes of them."""

    def __init__(self, project: Path) -> None:
        self.project, self.folder = project, project / "baskets"

    def write(self, name: str, *shares: str, published: str = "2025-02-07") -> Path:
        return write_list(self.project, name, *shares, published=published)

    def composite(self, name: str, rule: str, *, published: str = "2025-02-07") -> Path:
        return write_lines(self.project, name, f"composite: {{{rule}}}", published=published)

    @property
    def library(self) -> Library:
        return Library((self.folder,))

    def basket(self, name: str) -> Basket:
        return self.library.select([name])[0]


def write_study(project: Path, **keys: object) -> Path:
    """``study.yaml`` of a project, one key a line in the order given."""
    content = {"study": "mine", "events": "deepseek-r1", "baskets": "guojin/software", **keys}
    path = project / "study.yaml"
    lines = [f"{key}: {value}" for key, value in content.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def command(
    *words: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return python("-m", "basketbt", *map(str, words), cwd=cwd, COLUMNS="200", **environment)


def python(
    *words: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,  # nobody answers its questions
    )


def loaded(program: str, *words: str, cwd: Path | None = None) -> set[str]:
    """The packages that a fresh process has imported when ``program`` is through."""
    tell = "\nimport sys; print('\\nloaded', *(name for name in sys.modules if '.' not in name))"
    done = python("-c", program + tell, *words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


def content(folder: Path) -> dict[str, bytes]:
    """The bytes of every file by its path below the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))
