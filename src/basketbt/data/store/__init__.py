"""The store: one SQLite file that keeps what was fetched, for ever and for several processes."""

from __future__ import annotations

from basketbt.data.store.book import Coverage, Saved, Store, store_path
from basketbt.data.store.revisions import Revision

__all__ = ["Coverage", "Revision", "Saved", "Store", "store_path"]
