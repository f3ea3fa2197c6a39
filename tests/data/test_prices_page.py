"""docs/prices.md says what the code does: its tables are the code's, its example is read."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from basketbt.config.study import StudyConfig
from basketbt.data.bars import PriceRequest
from basketbt.data.sources.files import FilesSource, TableSpec
from basketbt.data.sources.files.folder import CONVENTION, SUFFIXES
from basketbt.data.sources.files.headers import KNOWN, REQUIRED
from basketbt.data.sources.files.layouts import LAYOUTS
from basketbt.data.validation.check import check
from basketbt.data.validation.money import UNIT_MISTAKES
from basketbt.data.validation.policy import RULES
from basketbt.yamlfile import load

PAGE = Path(__file__).resolve().parents[2] / "docs/prices.md"
TEXT = PAGE.read_text(encoding="utf-8")


def after(marker: str) -> str:
    """The table that follows a marker."""
    found = re.search(rf"<!-- {marker} -->\n\n((?:\|.*\n)+)", TEXT)
    assert found, f"no table after <!-- {marker} -->"
    return found.group(1)


def table(*rows: tuple[str, ...]) -> str:
    """Rows as Markdown, the first one the header."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + ":---|" * len(rows[0]), *lines[1:]]) + "\n"


def headers() -> str:
    rows = [("table", "field", "headers")]
    for kind, fields in KNOWN.items():
        if kind == "indexes":  # as bars
            continue
        for field, spellings in fields.items():
            name = f"**{field}**" if field in REQUIRED[kind] else field
            rows.append((kind, name, ", ".join(f"`{spelling}`" for spelling in spellings)))
    return table(*rows)


def units() -> str:
    rows = [(f"{ratio:g}", what) for ratio, what in UNIT_MISTAKES.items()]
    return table(("ratio", "what it looks like"), *rows)


def checks() -> str:
    rows = [(f"`{r.name}`", r.default, r.meaning.text(), r.when_warned.text()) for r in RULES]
    return table(("check", "default", "finds", "on `warn`"), *rows)


def layouts() -> str:
    rows = [("vendor", "told by", "codes", "one of volume", "one of amount", "prices", "suspended")]
    words = {"raw": "raw", "adjusted": "adjusted", "either": "by evidence"}
    for one in LAYOUTS:
        marks = ", ".join(f"`{mark}`" for mark in one.marks)
        shares, yuan = (" or ".join(f"{unit:,.0f}" for unit in u) for u in (one.volume, one.amount))
        rows.append((one.name, marks, one.codes, shares, yuan, words[one.prices], one.halts))
    return table(*rows)


@pytest.mark.parametrize("name", ["layouts", "headers", "units", "checks"])
def test_the_tables_are_those_of_the_code(name: str) -> None:
    assert after(name) == globals()[name]()


def test_every_file_of_the_convention_is_named() -> None:
    named = set(re.findall(r"^\| `([a-z_*]+)\.\*`", TEXT, re.MULTILINE))
    assert named == {*CONVENTION, "*_adjusted"}
    assert all(f"`{suffix}`" in TEXT for suffix in SUFFIXES)


def test_the_example_is_read_as_it_stands(tmp_path: Path) -> None:
    for name, body in re.findall(r"`prices/([a-z.]+)`\n\n```csv\n(.*?)```", TEXT, re.DOTALL):
        (tmp_path / name).write_text(body, encoding="utf-8")
    day = np.datetime64
    asked = PriceRequest(
        symbols=("688111.SH",),
        indexes=("000300.SH",),
        start=day("2025-01-20"),
        end=day("2025-01-22"),
    )
    data = check(FilesSource(tmp_path).load(asked))
    assert data.notes == ()
    assert data.bars.of("688111.SH").volume.tolist() == [3_120_000, 2_880_000, 2_610_000]
    assert data.bars.of("688111.SH").amount[0] == 915_820_000
    assert data.bars.of("000300.SH").close[-1] == 3797.02


def test_the_tables_of_the_study_example_are_accepted(tmp_path: Path) -> None:
    (body,) = re.findall(r"```yaml\n(prices:.*?)```", TEXT, re.DOTALL)
    (tmp_path / "study.yaml").write_text(body, encoding="utf-8")
    prices = load(tmp_path / "study.yaml").data["prices"]
    spec_type = StudyConfig.model_fields["prices"].annotation
    assert spec_type is not None
    declared = spec_type.model_validate(prices).tables
    specs = [TableSpec(**one.model_dump()) for one in declared]
    assert [spec.path for spec in specs] == [
        "wind/close.xlsx",
        "wind/volume.xlsx",
        "market_qfq.parquet",
    ]
    assert specs[1].volume_unit == "lots"
    assert specs[2].adjusted
