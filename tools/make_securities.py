"""Make the table of securities' names: ``python tools/make_securities.py FOLDER [OPENCC]``.

FOLDER holds ``names.csv`` (symbol, name, first_seen, last_seen, kind, delist_date: the days on
which dated lists of securities show a name) and ``bse_map.csv`` (old, new, old_last_seen,
new_first_seen: Beijing's codes). OPENCC is OpenCC's ``TSCharacters.txt``; with it the table of
traditional characters is made again too. The same files give the same bytes.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from pathlib import Path

from basketbt.market.securities.characters import simplified

TARGET = Path(__file__).resolve().parents[1] / "src/basketbt/market/securities"
EXCHANGES = ("SH", "SZ", "BJ", "HK")
LEFT_OUT = {"written"}  # spellings of single articles: not what an exchange calls a share
RECODED = (("300114.SZ", "302132.SZ", "2025-02-17"),)  # AVIC Electromechanical, first list
# Variants of Hong Kong and Taiwan that OpenCC keeps in tables of their own.
VARIANTS = {"綫": "线", "衆": "众", "峯": "峰", "鈎": "钩", "羣": "群", "啓": "启", "裏": "里"}

NAMES_HEAD = """\
# Securities of Shanghai, Shenzhen, Beijing and Hong Kong: their short names and when dated lists
# show them. Made by tools/make_securities.py. A line: symbol, tab, runs of a name with the first
# and the last day it was seen (YYMMDD; "-": no day is known), oldest first; behind a second tab the
# day of delisting; behind ">" the code that the share goes on under, and from when.
"""
CHARACTERS_HEAD = """\
# Traditional characters and their simplified forms, in two lines, after OpenCC's TSCharacters
# (https://github.com/BYVoid/OpenCC, Apache License 2.0). Made by tools/make_securities.py.
"""


_Run = tuple[str, str, str]  # first and last day, name


def main(folder: Path, opencc: Path | None = None) -> None:
    """Write the tables and print their sizes."""
    if opencc is not None:
        _write("characters.txt", characters_text(opencc.read_text(encoding="utf-8")))
    _write("names.txt", names_text(_rows(folder / "names.csv"), _rows(folder / "bse_map.csv")))


def names_text(rows: list[dict[str, str]], beijing: list[dict[str, str]]) -> str:
    """The table of names as text, sorted by symbol."""
    runs: dict[str, set[_Run]] = defaultdict(set)
    ends: dict[str, str] = {}
    for row in rows:
        symbol, name = row["symbol"], "".join(row["name"].split())
        if row["kind"] in LEFT_OUT or not _is_listed_here(symbol):
            continue
        runs[symbol].add((row["first_seen"], row["last_seen"], name))
        if row["kind"] == "delisted" and row["delist_date"]:
            ends[symbol] = max(ends.get(symbol, ""), row["delist_date"])
    successors = {row["old"]: (row["new"], row["new_first_seen"]) for row in beijing}
    successors |= {old: (new, day) for old, new, day in RECODED}
    lines = []
    for symbol in sorted(runs):
        known = _merged(runs[symbol])
        seen = " ".join(f"{name} {_day(first)} {_day(last)}" for first, last, name in known)
        # A code that is seen after a delisting was given out again.
        is_over = symbol in ends and ends[symbol] >= max(last for _, last, _ in known)
        tail = f"\t{_day(ends[symbol])}" if is_over else ""
        if symbol in successors:
            new, day = successors[symbol]
            tail = f"\t>{new} {_day(day)}"
        lines.append(f"{symbol}\t{seen}{tail}")
    return NAMES_HEAD + "\n".join(lines) + "\n"


def characters_text(opencc: str) -> str:
    """The table of characters as text: two lines of the same length."""
    pairs = dict(VARIANTS)
    for line in opencc.splitlines():
        traditional, simple = line.split("\t")
        first = simple.split(" ")[0]
        single = len(traditional) == len(first) == 1 and max(traditional, first) < "\U00010000"
        if single and traditional != first:
            pairs[traditional] = first
    ordered = sorted(pairs.items())
    return (
        CHARACTERS_HEAD
        + "".join(one for one, _ in ordered)
        + "\n"
        + "".join(one for _, one in ordered)
        + "\n"
    )


def _merged(runs: set[_Run]) -> list[_Run]:
    """Runs by day; a traditional spelling counts as the simplified one where lists have that.

    Neighbours of one name are one run: only another name between them tells of a change.
    """
    names = {name for _, _, name in runs}
    merged: list[_Run] = []
    for first, last, name in sorted(runs):
        called = plain if (plain := simplified(name)) in names else name
        if merged and merged[-1][2] == called and merged[-1][0]:
            before = merged.pop()
            first, last = before[0], max(before[1], last)
        merged.append((first, last, called))
    return merged


def _is_listed_here(symbol: str) -> bool:
    """Not New York's, nor a second counter of Hong Kong: 29.. is temporary, 8.... in renminbi."""
    code, exchange = symbol.split(".")
    return exchange in EXCHANGES and not (exchange == "HK" and re.fullmatch("29..|8....", code))


def _day(text: str) -> str:
    return text[2:].replace("-", "") or "-"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(name: str, text: str) -> None:
    (TARGET / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(text.encode()):9,} {name}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
