"""What is done to a file of the world: the words of the catalogue, one function each."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Damage = Callable[[Path, Any], None]


def write(path: Path, content: Any) -> None:
    """A text, or ``{hex: …}``, ``{text: …, times: n}``, ``{before: …, text: …, after: …}``."""
    path.unlink(missing_ok=True)
    path.write_bytes(_bytes(content))


def _bytes(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode()
    if "hex" in content:
        return bytes.fromhex(content["hex"])
    parts = (
        content.get("before", ""),
        content["text"] * content["times"],
        content.get("after", ""),
    )
    return "".join(parts).encode("utf-8", "surrogatepass")


def edit(path: Path, pairs: Mapping[str, str]) -> None:
    """Each text that is there replaced by another, wherever it stands."""
    text = path.read_text(encoding="utf-8")
    for old, new in pairs.items():
        assert old in text, f"{path.name} lacks {old!r}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def cut(path: Path, share: float) -> None:
    """The first part of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def flip(path: Path, at: float) -> None:
    """One byte with all its bits turned."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    path.write_bytes(bytes(content))


def pipe(path: Path, _: Any) -> None:
    """A pipe that nobody writes to."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def link(path: Path, to: str) -> None:
    """A link in place of a file or folder, which is set aside."""
    if path.exists() or path.is_symlink():
        path.rename(path.with_name(f"{path.name}.aside"))
    path.symlink_to(to)


def folder(path: Path, _: Any) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def set_json(path: Path, change: Mapping[str, Any]) -> None:
    """Values of a JSON file by their dotted keys; None as ``~delete`` removes one."""
    told = json.loads(path.read_bytes())
    for key, value in change.items():
        *way, last = key.split(".")
        inner = told
        for step in way:
            inner = inner[int(step) if isinstance(inner, list) else step]
        place: Any = int(last) if isinstance(inner, list) else last
        if value == "~delete":
            del inner[place]
        else:
            inner[place] = value
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def rehash(path: Path, _: Any) -> None:
    """The manifest of a run made to fit its files, as a stranger would."""
    told = json.loads((path / "manifest.json").read_bytes())
    told["outputs"] = {
        name: hashlib.sha256((path / name).read_bytes()).hexdigest()
        for name in told["outputs"]
        if (path / name).is_file()
    }
    (path / "manifest.json").write_text(json.dumps(told), encoding="utf-8")


def forge(path: Path, change: Mapping[str, Any]) -> None:
    """A lock whose manifest says something else, hashed as is proper."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    told = {**json.loads(files["manifest.json"]), **change}
    told.pop("content", None)
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    told["content"] = hashlib.sha256(text.encode()).hexdigest()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, "manifest.json": json.dumps(told).encode()}.items():
            archive.writestr(name, content)


def unsigned(path: Path, change: Mapping[str, Any]) -> None:
    """A lock whose manifest was edited by hand, its hash left as it was."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), **change}).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def forge_deep(path: Path, key: str) -> None:
    """A lock whose manifest is nested thirty levels deep under a key."""
    value: Any = {"code": "more", "severity": "info", "values": {"count": 1}}
    for _ in range(15):
        value = {"code": "more", "severity": "info", "values": {"count": value}}
    forge(path, {key: [value]})


def forge_long(path: Path, letters: int) -> None:
    """A lock with a note as long as that."""
    values = {"count": "A" * letters}
    forge(path, {"notes": [{"code": "sample_pool", "severity": "warning", "values": values}]})


def relink(path: Path, to: str) -> None:
    """The run in a study's folder set aside, a link to elsewhere in its place."""
    link(_run_in(path), to)


def relink_inside(path: Path, name_and_target: list[str]) -> None:
    """A link to elsewhere in the run of a study's folder."""
    link(_run_in(path) / name_and_target[0], name_and_target[1])


def relink_folder(path: Path, _: Any) -> None:
    """A folder in place of a link."""
    path.unlink()
    path.mkdir()


def _run_in(folder: Path) -> Path:
    (run,) = (one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
    return run


def members(path: Path, change: Mapping[str, Any]) -> None:
    """Files inside a zip: written anew, or added."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files |= {name: _bytes(content) for name, content in change.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def sql(path: Path, statements: list[str]) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def parquet(path: Path, columns: Mapping[str, Any]) -> None:
    """Bars of one share as Parquet, with ``columns`` in place of the plain ones.

    A column is a list of values or one of the words below; ``rows`` is how many there are.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = dict(columns)
    rows = int(columns.pop("rows", 3))
    days = [f"2025-01-{day:02}" for day in range(21, 31)]
    plain: dict[str, Any] = {
        "date": pa.array([days[row % 10] for row in range(min(rows, 10))]),
        "symbol": pa.array(["688111.SH"] * min(rows, 10)),
        **{name: pa.array([10.0] * min(rows, 10)) for name in ("open", "high", "low", "close")},
    }
    odd: dict[str, Callable[[], Any]] = {
        "struct": lambda: pa.array([{"v": 1.0}] * rows),
        "list": lambda: pa.array([[1.0]] * rows),
        "map": lambda: pa.array([[("a", 1.0)]] * rows, pa.map_(pa.string(), pa.float64())),
        "binary": lambda: pa.array([b"\xff\xfe"] * rows),
        "broken text": lambda: pa.array([b"\xff\xfe"] * rows).view(pa.string()),
        "null": lambda: pa.nulls(rows),
        "decimal": lambda: pa.array(["1e30"] * rows).cast(pa.float64()).cast(pa.decimal256(60, 10)),
        "duration": lambda: pa.array([1] * rows, pa.duration("s")),
        "bool": lambda: pa.array([True] * rows),
        "far days": lambda: pa.array([2**62] * rows, pa.timestamp("ms")),
        "inf": lambda: pa.array([float("inf")] * rows),
        "huge": lambda: pa.array([1e308] * rows),
        "uint64": lambda: pa.array([2**64 - 1] * rows, pa.uint64()),
    }
    for name, kind in columns.items():
        if kind == "~delete":
            del plain[name]
        else:
            plain[name] = odd[kind]() if isinstance(kind, str) else pa.array(kind)
    pq.write_table(pa.table(plain), path)


def bomb(path: Path, rows: int) -> None:
    """Rows that take no room: one value a column, over and over."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    part = 1_000_000
    table = pa.table(
        {
            "date": pa.DictionaryArray.from_arrays(
                pa.array([0] * part, pa.int32()), ["2025-01-21"]
            ),
            "symbol": pa.DictionaryArray.from_arrays(
                pa.array([0] * part, pa.int32()), ["688111.SH"]
            ),
            "close": pa.array([10.0] * part),
        }
    )
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(rows // part):
            writer.write_table(table, row_group_size=part)


def workbook(path: Path, change: Mapping[str, Any]) -> None:
    """A workbook of bars, with parts of its zip changed: text replaced, or written anew."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        if change.get("chart first"):
            chart = book.add_chart({"type": "line"})
            chart.add_series({"values": "=bars!$C$2:$C$4"})
            book.add_chartsheet().set_chart(chart)
        sheet = book.add_worksheet("bars")
        rows = [
            ["date", "symbol", "close"],
            *([f"2025-01-{d}", "688111.SH", 10] for d in range(21, 25)),
        ]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    with zipfile.ZipFile(buffer) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, what in change.items():
        if name == "chart first":
            continue
        if what == "~delete":
            del files[name]
        elif isinstance(what, Mapping) and "old" in what:
            assert what["old"].encode() in files[name], f"{name} lacks {what['old']}"
            files[name] = files[name].replace(what["old"].encode(), what["new"].encode())
        else:
            files[name] = _bytes(what)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def many_keys(path: Path, count: int) -> None:
    """A study in which nearly every key is a slip of the pen."""
    path.write_text("".join(f"baskts{number}: 1\n" for number in range(count)), encoding="utf-8")


def long_name(path: Path, letters: int) -> None:
    """A list whose first share has a name that long."""
    edit(path, {"name_zh: 金山办公": f"name_zh: {'长' * letters}"})


def remove(path: Path, _: Any) -> None:
    path.unlink()


DAMAGES: Mapping[str, Damage] = {
    one.__name__: one
    for one in (
        *(write, edit, cut, flip, pipe, link, folder, set_json, rehash, forge, members, sql),
        *(parquet, bomb, workbook, remove, many_keys, long_name),
        *(unsigned, forge_deep, forge_long, relink, relink_inside, relink_folder),
    )
}
