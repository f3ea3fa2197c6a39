"""What a source says beside its prices, by code: a lock keeps the codes, never the words."""

from __future__ import annotations

from basketbt.notes import NoteKind

# --- tables --------------------------------------------------------------------------------------

ADJUSTED_TABLE = NoteKind("adjusted_table")
SUSPECT_ROWS = NoteKind("suspect_rows", severity="warning")
UNREAD_HEADER = NoteKind("unread_header", severity="warning")
SAMPLE_OF_RECORD = NoteKind("sample_of_record")
SAMPLE_POOL = NoteKind("sample_pool")

# --- vendors and the store -----------------------------------------------------------------------

NOT_FETCHED = NoteKind("not-fetched", severity="warning")
STORE_ENDS = NoteKind("store-ends", severity="warning")
REVISED = NoteKind("vendor-revised", severity="warning")
UNCONFIRMED = NoteKind("gap-unconfirmed", severity="warning")
VENDOR_FAILED = NoteKind("vendor-failed")
# The words of a vendor's failure.
FAILED = NoteKind("vendor-failed-word")
UNREACHABLE = NoteKind("vendor-unreachable")
REFUSED = NoteKind("vendor-refused")
NO_DATA = NoteKind("vendor-no-data")
CHANGED = NoteKind("vendor-changed")
