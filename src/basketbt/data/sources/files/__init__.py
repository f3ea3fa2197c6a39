"""Prices from tables that an analyst already has: a folder, or one file. See docs/prices.md."""

from __future__ import annotations

from basketbt.data.sources.files.source import FilesSource
from basketbt.data.sources.files.spec import TableSpec

__all__ = ["FilesSource", "TableSpec"]
