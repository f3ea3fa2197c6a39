"""A quick look at a library: what is in it.

Reads the raw YAML and not the models, because `basketbt list` must answer before pydantic could
even be imported. A value that is missing or of a wrong type shows as empty here; `basketbt check`
says what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from basketbt import yamlfile
from basketbt.lists.checks import constituent_rows
from basketbt.lists.library import Library
from basketbt.yamlfile import YamlDocument


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One basket in a table. ``names`` counts its shares, ``named`` those the source names."""

    id: str
    broker_zh: str
    theme_zh: str
    theme_en: str
    names: int
    named: int
    published: str
    rule: str  # of a composite; empty for a list

    @property
    def mapped(self) -> int:
        """Shares chosen for a theme that the source names."""
        return self.names - self.named


def summaries(library: Library) -> tuple[Summary, ...]:
    """Every basket of the library, by id. Raises ``FileSyntaxError`` or ``RefusedPath``."""
    documents = {name: yamlfile.load(path) for name, path in library.files().items()}
    return tuple(_summary(name, documents) for name in documents)


def _summary(name: str, documents: dict[str, YamlDocument]) -> Summary:
    document = documents[name]
    data = document.data if isinstance(document.data, dict) else {}
    composite = _mapping(data, "composite")
    parts = composite.get("of", []) if composite else [name]
    origins: dict[str, set[str]] = {}
    for part in parts:
        for _, row in constituent_rows(documents[part]) if part in documents else ():
            origins.setdefault(str(row.get("symbol")), set()).add(str(row.get("origin")))
    return Summary(
        id=name,
        broker_zh=str(data.get("broker_zh", "")),
        theme_zh=str(_mapping(data, "theme").get("zh", "")),
        theme_en=str(_mapping(data, "theme").get("en", "")),
        names=len(origins),
        named=sum("named" in each for each in origins.values()),
        published=str(_mapping(data, "source").get("published", "")),
        rule=str(composite.get("rule", "")),
    )


def _mapping(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}
