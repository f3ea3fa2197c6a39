"""Prices from tables that an analyst already has: a folder, or one file. See docs/prices.md."""

from __future__ import annotations

from basketbt.prices.sources.files.source import FilesSource
from basketbt.prices.sources.files.spec import TableSpec

__all__ = ["FilesSource", "TableSpec"]
