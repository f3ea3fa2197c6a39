"""A finished grid in which a file became a pipe is refused, and nobody waits for the pipe."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from basketbt.sweep.outputs import is_whole


def test_a_pipe_in_a_finished_grid_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "grid.parquet").write_bytes(b"rows")
    outputs = {"grid.parquet": hashlib.sha256(b"rows").hexdigest()}
    (tmp_path / "manifest.json").write_text(json.dumps({"grid": "g", "outputs": outputs}))
    assert is_whole(tmp_path, "g")
    (tmp_path / "grid.parquet").unlink()
    os.mkfifo(tmp_path / "grid.parquet")
    assert not is_whole(tmp_path, "g")
