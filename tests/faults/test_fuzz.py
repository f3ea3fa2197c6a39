"""Every reader against what nobody wrote: whatever comes, it reads or refuses in words of its own.

``make test`` tries some dozens of inputs a reader; ``make fuzz`` (FUZZ=5000) tries for longer and
draws anew each time.
"""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basketbt import yamlfile
from basketbt.bounded import read_json
from basketbt.config.study import StudyConfig
from basketbt.data.bars import PriceRequest
from basketbt.data.lock import LockSource
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.files.formats import all_cells
from basketbt.data.store import Store
from basketbt.errors import BasketbtError
from basketbt.extract.documents import open_document
from basketbt.extract.reading import read
from basketbt.notes import note_from
from basketbt.report.csvfile import table_from_csv
from basketbt.report.files import read_run
from basketbt.report.layouts import LAYOUTS
from basketbt.report.parquetfile import table_from_parquet
from basketbt.yamlmodel import validate
from faults import world

_ASKED = int(os.environ.get("FUZZ", "0"))
FUZZED = settings(max_examples=_ASKED or 40, derandomize=not _ASKED, print_blob=bool(_ASKED))

pytestmark = pytest.mark.slow

#: A damage: where a piece of a file begins, how long it is (shares of it), and what stands there.
damage = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from([0, 1, 2, 7, 64, 4096]),
        st.one_of(
            st.binary(max_size=16),
            st.sampled_from(
                [b"", b"\xff" * 8, b"\x00" * 64, b"-1", b"1e308", b"nan", b"{", b'"', b"\n", b"'"]
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)
Damaged = list[tuple[float, int, bytes]]
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def damaged(content: bytes, places: Damaged) -> bytes:
    for at, length, instead in places:
        start = int(len(content) * at)
        content = content[:start] + instead + content[start + length :]
    return content


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.make(tmp_path_factory.mktemp("fuzz") / "world")


def refused(action: Callable[[], Any], also: type[Exception] = BasketbtError) -> None:
    """Do it; an error must be one of ours (or what the reader says that it raises)."""
    with contextlib.suppress(BasketbtError, also):
        action()


@FUZZED
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_yaml(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
    refused(lambda: validate(yamlfile.load(path), StudyConfig))


@FUZZED
@given(damage)
@pytest.mark.parametrize("name", ["s.yaml", "mine.yaml"])
def test_studies_and_lists(made: Path, tmp_path: Path, name: str, places: Damaged) -> None:
    from basketbt.plan.check import check_paths

    path = tmp_path / name
    path.write_bytes(damaged((made / name).read_bytes(), places))
    refused(lambda: check_paths(path, None))


@FUZZED
@given(plain_json)
def test_a_study_of_any_shape(value: Any) -> None:
    text = json.dumps({"study": "s", "events": value, "windows": value, "account": value})
    refused(lambda: validate(yamlfile.read_text(text, name="s.yaml"), StudyConfig))


@FUZZED
@given(st.binary(max_size=300))
def test_json(content: bytes) -> None:
    refused(lambda: read_json(content), ValueError)


@FUZZED
@given(plain_json, plain_json)
def test_notes(code: Any, values: Any) -> None:
    refused(lambda: note_from({"code": code, "severity": "info", "values": values}), ValueError)
    refused(lambda: note_from(values), ValueError)


@FUZZED
@given(damage)
@pytest.mark.parametrize("name", ["manifest.json", "report.json", "summary.csv", "orders.parquet"])
def test_runs(made: Path, tmp_path: Path, name: str, places: Damaged) -> None:
    """Hashes that fit, as a stranger would make them."""
    import shutil

    from faults.damage import rehash

    here = tmp_path / "run"
    shutil.rmtree(here, ignore_errors=True)
    shutil.copytree(made / "run", here)
    (here / name).write_bytes(damaged((here / name).read_bytes(), places))
    if name != "manifest.json":
        rehash(here, None)
    refused(lambda: read_run(here))


@FUZZED
@given(st.binary(max_size=300))
def test_tables_of_runs(content: bytes) -> None:
    for layout in LAYOUTS:
        refused(lambda: table_from_csv(layout, content, "en"), ValueError)  # noqa: B023
        refused(lambda: table_from_parquet(layout, content), ValueError)  # noqa: B023


@FUZZED
@given(damage)
@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx", "csv.gz"])
def test_prices(made: Path, tmp_path: Path, suffix: str, places: Damaged) -> None:
    content = damaged(_tables(made)[suffix], places)
    path = tmp_path / f"bars.{suffix}"
    path.write_bytes(content)
    day = np.datetime64("2025-01-21")
    asked = PriceRequest(symbols=("688111.SH",), indexes=(), start=day, end=day + 60)
    refused(lambda: FilesSource(path).load(asked))
    refused(lambda: all_cells(path.name, content))


_KNOWN: dict[str, bytes] = {}


def _tables(made: Path) -> dict[str, bytes]:
    """Sound tables in each form."""
    if not _KNOWN:
        import gzip

        import pyarrow.parquet as pq
        import xlsxwriter
        from pyarrow import csv

        text = (made / "prices/bars.csv").read_bytes()
        parquet, workbook = BytesIO(), BytesIO()
        pq.write_table(csv.read_csv(BytesIO(text)), parquet)
        with xlsxwriter.Workbook(workbook) as book:
            sheet = book.add_worksheet()
            for number, line in enumerate(text.decode().splitlines()[:80]):
                sheet.write_row(number, 0, line.split(","))
        whole = BytesIO()
        with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(whole, "w") as new:
            for part in old.namelist():  # without compression, so that damage reaches the XML
                new.writestr(part, old.read(part))
        _KNOWN.update(
            {"csv": text, "csv.gz": gzip.compress(text), "parquet": parquet.getvalue()},
            xlsx=whole.getvalue(),
        )
    return _KNOWN


@FUZZED
@given(damage)
def test_locks(made: Path, tmp_path: Path, places: Damaged) -> None:
    path = tmp_path / "x.lock"
    path.write_bytes(damaged((made / "x.lock").read_bytes(), places))
    refused(lambda: LockSource(path))


@FUZZED
@given(st.sampled_from(["source", "request", "symbols", "notes", "ends", "universe"]), plain_json)
def test_locks_that_their_maker_hashed(made: Path, tmp_path: Path, name: str, value: Any) -> None:
    import shutil

    from faults.damage import forge

    path = tmp_path / "x.lock"
    shutil.copy(made / "x.lock", path)
    forge(path, {name: json.loads(json.dumps(value).replace("NaN", "0").replace("Infinity", "0"))})
    day = np.datetime64("2025-01-21")
    asked = PriceRequest(symbols=("688111.SH",), indexes=(), start=day, end=day)
    refused(lambda: LockSource(path).load(asked))


@FUZZED
@given(damage)
def test_stores(made: Path, tmp_path: Path, places: Damaged) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(damaged((made / "store.sqlite").read_bytes(), places))

    def look() -> None:
        with Store(path, read_only=True) as store:
            for one in store.all_coverages():
                store.read(one, one.first, one.last)
            store.revisions()

    refused(look)


@FUZZED
@given(st.one_of(st.text(max_size=400), st.binary(max_size=400)))
def test_articles(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
    refused(lambda: read(open_document(path).text))
