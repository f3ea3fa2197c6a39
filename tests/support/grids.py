"""What the tests of grids share: a process of its own, and every byte below a folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support import written

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def python(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Python with these arguments in a folder; nobody answers its questions."""
    return written.python(*words, cwd=folder, **ENVIRONMENT)


def content(folder: Path) -> dict[str, bytes]:
    """The bytes of every file by its path below the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
