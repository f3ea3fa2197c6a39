"""The column dictionary as a document, made from the layouts that the tables are written with.

``python -m basketbt.report.dictionary`` (``make docs``) rewrites docs/outputs.md and the JSON
Schemas beside the shipped YAML files; a test holds them equal to the code.
"""

from __future__ import annotations

import json
from pathlib import Path

from basketbt.report.layouts import LAYOUTS
from basketbt.report.model import Column, Layout

_HEAD = """# What a run writes

<!-- Written by `make docs` from the code; do not edit by hand. -->

A run writes `results/<study>/<run id>/` and points `results/<study>/latest` to it. The run id is
the hash of the study, the lists, the prices, the dated rules and the version; the same inputs give
the same bytes.

| file | one row is |
|:---|:---|
{files}
| `memo.md` | the memo: one page that answers, then its appendix with each list, notes, method |
| `report.json` | titles, moments, provenance, notes as values: for `basketbt report` |
| `report.html` | the page: charts and tables in one file that makes no request |
| `figures/*.svg`, `.png` | pictures for a memo (`--format figures`) |
| `summary.xlsx` | to hand on: the front page, the answers, the short tables (`--format xlsx`) |
| `tables.xlsx` | the same with a sheet for every table (`--format xlsx --full`) |
| `memo.docx`, `appendix.docx` | the memo on one page, all else; for Word (`--format docx`) |
| `memo.pdf`, `appendix.pdf` | the same as PDF (`--format pdf`, with `basketbt[typst]`) |
| `manifest.json` | hashes of inputs and outputs, versions, warnings |

Tables of many rows are Parquet, under the English keys in every language: pandas, R, DuckDB and
Power Query read it. `--full` adds each as CSV. In a workbook codes are words
and a list's name stands beside its id; files keep the codes, to be joined on.

CSV files are UTF-8 with a byte-order mark and keep full double precision. `decimal`: 0.0123 is
1.23 %. `level`: 100 at the base. `money`: yuan. A value that does not exist is an empty cell, and
`notes` says why. A text that a spreadsheet would take for a formula begins with an apostrophe. With
`--lang zh` the headers are the Chinese ones.
"""


def outputs_page() -> str:
    """docs/outputs.md."""
    files = "\n".join(f"| `{layout.file}` | {layout.row('en')} |" for layout in LAYOUTS)
    return "\n".join([_HEAD.format(files=files), *map(section, LAYOUTS)])


def section(layout: Layout) -> str:
    """The heading of a table and what each of its columns holds."""
    lines = [
        f"## {layout.file}",
        "",
        f"One row: {layout.row('en')}. {layout.row('zh')}。",
        "",
        "| column | 列 | kind | meaning | 含义 | empty when |",
        "|:---|:---|:---|:---|:---|:---|",
        *(_row(layout, column) for column in layout.columns),
        "",
    ]
    return "\n".join(lines)


def _row(layout: Layout, column: Column) -> str:
    cells = (
        f"`{column.key}`",
        layout.words(column, "zh"),
        column.kind,
        layout.words(column, "en", ".about"),
        layout.words(column, "zh", ".about"),
        layout.words(column, "en", ".empty"),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def generated(root: Path) -> dict[Path, str]:
    """Every generated file of a source checkout at ``root`` with the content it must have."""
    from basketbt.config.study import StudyConfig
    from basketbt.lists.schema import json_schema

    return {
        root / "docs" / "outputs.md": outputs_page(),
        root / "baskets" / "basket.schema.json": _json(json_schema()),
        root / "configs" / "study.schema.json": _json(StudyConfig.model_json_schema()),
    }


def _json(schema: dict[str, object]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Rewrite the generated files of this checkout."""
    for path, text in generated(Path(__file__).resolve().parents[3]).items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
