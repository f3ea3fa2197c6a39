"""Results appear whole or not at all, and older ones stay as they were."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from basketbt.errors import OutputError
from basketbt.report import publish as publishing
from basketbt.report.publish import publish

FILES = {"a.csv": b"1\n", "figures/b.svg": b"<svg/>"}


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_run_is_a_folder_and_latest_points_to_it(tmp_path: Path) -> None:
    folder = publish(FILES, tmp_path / "study", "abc")
    assert (folder / "figures" / "b.svg").read_bytes() == b"<svg/>"
    assert (tmp_path / "study" / "latest").resolve() == folder
    publish(FILES, tmp_path / "study", "def")
    assert (tmp_path / "study" / "latest" / "a.csv").read_bytes() == b"1\n"
    assert (tmp_path / "study" / "latest").resolve().name == "def"
    assert visible(tmp_path / "study") == ["abc", "def", "latest"]
    assert not [path for path in (tmp_path / "study").iterdir() if path.name.startswith(".")]


def test_the_same_run_again_touches_nothing(tmp_path: Path) -> None:
    folder = publish(FILES, tmp_path, "abc")
    before = (folder / "a.csv").stat().st_mtime_ns
    publish(FILES, tmp_path, "abc")
    assert (folder / "a.csv").stat().st_mtime_ns == before


def test_a_run_that_was_tampered_with_is_mended_and_nothing_is_taken_away(tmp_path: Path) -> None:
    folder = publish(FILES, tmp_path, "abc")
    (folder / "a.csv").write_bytes(b"2\n")
    (folder / "my notes.txt").write_text("?")
    publish({"a.csv": b"1\n"}, tmp_path, "abc")
    assert (folder / "a.csv").read_bytes() == b"1\n"
    assert visible(folder) == ["a.csv", "figures", "my notes.txt"]


def test_what_a_killed_run_left_aside_is_swept_a_day_later(tmp_path: Path) -> None:
    for name, age in (("old", 2 * 86400), ("fresh", 60)):
        (tmp_path / f".abc-{name}").mkdir()
        then = time.time() - age
        os.utime(tmp_path / f".abc-{name}", (then, then))
    publish(FILES, tmp_path, "abc")
    assert sorted(path.name for path in tmp_path.glob(".abc-*")) == [".abc-fresh"]


def test_two_processes_with_the_same_run_both_succeed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def beaten(self: Path, target: Path) -> Path:
        if not Path(target).exists():  # the other process publishes a moment before
            shutil.copytree(self, target)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", beaten)
    assert publish(FILES, tmp_path, "abc").is_dir()
    assert not list(tmp_path.glob(".abc-*"))


def test_a_full_disk_leaves_the_old_results_and_no_half_of_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(FILES, tmp_path, "old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        publish(FILES, tmp_path, "new")
    assert caught.value.exit_code == 4
    assert visible(tmp_path) == ["latest", "old"]
    assert (tmp_path / "latest").resolve().name == "old"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file in the way")
    with pytest.raises(OutputError, match="results"):
        publish(FILES, tmp_path / "results" / "study", "abc")


def test_a_full_disk_while_mending_leaves_every_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = publish(FILES, tmp_path, "abc")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError):
        publish({"a.csv": b"other"}, tmp_path, "abc")
    assert (folder / "a.csv").read_bytes() == b"1\n"
    assert visible(folder) == ["a.csv", "figures"]
    assert not list(folder.glob(".*"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_kill_in_the_middle_shows_no_partial_run(tmp_path: Path) -> None:
    publish(FILES, tmp_path, "old")
    script = f"""
        import os, signal
        from pathlib import Path
        from basketbt.report.publish import publish
        os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
        publish({FILES!r}, Path({str(tmp_path)!r}), "new")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert visible(tmp_path) == ["latest", "old"]
    assert publish(FILES, tmp_path, "new").is_dir()


def test_without_symbolic_links_latest_is_a_text_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr(Path, "symlink_to", refused)
    publish(FILES, tmp_path, "abc")
    assert (tmp_path / publishing.LATEST).read_text() == "abc\n"
