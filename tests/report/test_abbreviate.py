"""A sentence names a few shares; a file names them all."""

from __future__ import annotations

import pytest

from basketbt.baskets.library import find_library
from basketbt.notes import Language, NoteKind, listing
from basketbt.report.memo.abbreviate import abbreviation

LIST = find_library().select(["guojin/software"])
CODES = LIST[0].symbols
KIND = NoteKind("made", en="no rate for {symbols} (why)", zh="{symbols}无汇率（原因）")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "no rate for {first} and 9 others, all 12 named in summary.csv (why)"),
        ("zh", "{first}等12只，全部见summary.csv无汇率（原因）"),
    ],
)
def test_of_more_than_ten_shares_the_first_three_are_named(language: Language, said: str) -> None:
    note = KIND(symbols=listing(CODES))
    joint = ", " if language == "en" else "、"
    named = [f"{one.name_zh} {one.symbol}" for one in LIST[0].constituents[:3]]
    shown = note.text(language, abbreviation(LIST, "summary.csv"))
    assert shown == said.format(first=joint.join(named))
    assert joint.join(CODES) in note.text(language)


def test_ten_shares_are_all_named() -> None:
    note = KIND(symbols=listing(CODES[:10]))
    assert note.text("en", abbreviation(LIST, "summary.csv")) == note.text("en")
