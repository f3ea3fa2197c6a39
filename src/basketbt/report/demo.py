"""The mark that every output of the invented market carries."""

from __future__ import annotations

from basketbt.notes import NoteKind

DEMO = NoteKind(
    "demo",
    en="DEMO: invented prices, nothing here happened",
    zh="DEMO：价格为虚构，以下均未发生",
    severity="warning",
)
