"""A sentence names a few shares; a file names them all."""

from __future__ import annotations

import pytest

from basketbt.notes import Language
from basketbt.report.memo.briefly import briefly

CODES = [f"{number:06d}.SZ" for number in range(1, 13)]
NAMES = {"000001.SZ": "平安银行", "000003.SZ": "国农科技"}


@pytest.mark.parametrize(
    ("separator", "language", "cut"),
    [
        (", ", "en", "{first} and 9 others, all 12 named in summary.csv"),
        ("、", "zh", "{first}等12只，全部见summary.csv"),
    ],
)
def test_of_more_than_ten_shares_the_first_three_are_named(
    separator: str, language: Language, cut: str
) -> None:
    text = f"no rate for {separator.join(CODES)} (why)"
    first = separator.join(["平安银行 000001.SZ", "000002.SZ", "国农科技 000003.SZ"])
    said = briefly(text, NAMES, "summary.csv", language)
    assert said == f"no rate for {cut.format(first=first)} (why)"


def test_ten_shares_are_all_named() -> None:
    text = f"no rate for {', '.join(CODES[:10])} (why)"
    assert briefly(text, NAMES, "summary.csv", "en") == text
