"""The notebook of the documentation runs from its first cell to its last."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs" / "from-article-to-memo.ipynb"


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Execute a cell as Jupyter does; the value of its last expression."""
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "cell", "exec"), names)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.slow
def test_the_notebook_walks_from_an_article_to_a_memo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] for cell in cells)  # nothing generated is kept
    names: dict[str, Any] = {}
    shown = [run_cell("".join(cell["source"]), names) for cell in cells]
    assert len(names["read"].picks) == 6
    assert "<table" in shown[2]._repr_html_()
    assert set(shown[3]["knowledge"]) == {"hindsight", "available", "mixed"}
    assert shown[7][0].startswith("# ")
    assert (names["folder"] / "report.html").is_file()
