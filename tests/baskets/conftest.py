"""Small libraries of lists, written out as a user would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = """\
broker: {broker}
broker_zh: 券商
theme: {{zh: 主题, en: Theme}}
source: {{publisher: P, title: T, published: 2025-02-07}}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write ``baskets/<id>.yaml`` with a head of its own and the given lines below it."""

    def write_list(basket_id: str, *lines: str, head: str = HEAD) -> Path:
        broker, _, name = basket_id.partition("/")
        path = tmp_path / "baskets" / broker / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head.format(broker=broker) + "\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write_list


@pytest.fixture
def library_folder(tmp_path: Path) -> Path:
    return tmp_path / "baskets"
