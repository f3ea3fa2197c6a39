"""Score `extract` on articles with hand-made truth: ``python tools/score_extraction.py FOLDER``.

FOLDER holds ``NN.txt`` and ``NN.json`` (picks, not_picks, published, ...). The passages fall into
two halves by a seed; rules were made while looking at the first half alone, so the second tells
how they do on articles whose words nobody read; only misses of the first half are printed. The year
is given where a text tells month and day of publication alone, as the wires do; days that no text
tells are not counted, and passages whose truth is weak stand apart.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from basketbt.extract.documents import Document, open_document
from basketbt.extract.moments import parse_moment
from basketbt.extract.reading import Reading, read

SEED = 17
FOUNDING = "00"  # always in the half that rules are made on
WANTED = ("recommend", "watch")
APART = "40"  # whose truth is weak, as its folder says; so is 公司 in 29


@dataclass
class Score:
    """Counts over passages; every ratio is (right, of)."""

    symbols: list[int] = field(default_factory=lambda: [0, 0, 0])  # right, false, missed
    exact: list[int] = field(default_factory=lambda: [0, 0])
    broker: list[int] = field(default_factory=lambda: [0, 0])
    stance: list[int] = field(default_factory=lambda: [0, 0])
    segment: list[int] = field(default_factory=lambda: [0, 0])
    day: list[int] = field(default_factory=lambda: [0, 0])
    nulls: list[int] = field(default_factory=lambda: [0, 0])
    false_without_picks: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.symbols[0] / max(1, self.symbols[0] + self.symbols[1])

    @property
    def recall(self) -> float:
        return self.symbols[0] / max(1, self.symbols[0] + self.symbols[2])


def halves(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The passages to make rules on, and those to measure them by."""
    rest = sorted(set(names) - {FOUNDING})
    first = {FOUNDING, *random.Random(SEED).sample(rest, len(rest) // 2)}
    return sorted(first), sorted(set(rest) - first)


def score(folder: Path, names: Iterable[str]) -> Score:
    """The score of the passages called ``names``."""
    total = Score()
    for name in names:
        if name != APART or names == [APART]:
            truth = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            truth["picks"] = [one for one in truth["picks"] if one["as_written"] != "公司"]
            _add(total, name, truth, open_document(folder / f"{name}.txt"))
    return total


def reading_of(document: Document, truth: dict[str, Any]) -> Reading:
    """The passage read, with the year where its day lacks one, and else as its day is known."""
    published = truth["published"] or ""
    return read(document.text, given=parse_moment(published))


def _add(total: Score, name: str, truth: dict[str, Any], document: Document) -> None:
    reading = reading_of(document, truth)
    expected = [one for one in truth["picks"] if one["stance"] in WANTED]
    wanted = {one["symbol"] for one in expected if one["symbol"]}
    found = {one.symbol for one in reading.picks if one.stance in WANTED}
    total.symbols[0] += len(wanted & found)
    total.symbols[1] += len(found - wanted)
    total.symbols[2] += len(wanted - found)
    total.exact[0] += wanted == found
    total.exact[1] += 1
    if not truth["picks"]:
        total.false_without_picks += len(found)
    if wanted != found:
        total.misses.append(
            f"{name}: false {sorted(found - wanted)} missed {sorted(wanted - found)}"
        )
    _add_details(total, name, truth, reading)
    _add_nulls(total, name, truth, reading)
    _add_day(total, name, truth, document)


def _add_details(total: Score, name: str, truth: dict[str, Any], reading: Reading) -> None:
    """Broker, stance and segment of the picks of the truth whose share was found at all."""
    for one in truth["picks"]:
        same = [pick for pick in reading.picks if pick.symbol == one["symbol"]]
        if not same:
            continue
        for what, right in (
            ("broker", any(_house(pick.broker) == _house(one["broker"]) for pick in same)),
            ("stance", any(pick.stance == one["stance"] for pick in same)),
            ("segment", any(pick.segment == one["segment"] for pick in same)),
        ):
            counts = getattr(total, what)
            counts[0] += right
            counts[1] += 1
            if not right:
                got = sorted({str(getattr(pick, what)) for pick in same})
                total.misses.append(f"{name}: {what} of {one['name']} {one[what]!r}, not {got}")


def _add_nulls(total: Score, name: str, truth: dict[str, Any], reading: Reading) -> None:
    """Typos: picks of the truth without a symbol have to be reported."""
    for one in truth["picks"]:
        if one["symbol"] is None:
            said = any(
                one["as_written"] in doubt.text or doubt.text in one["as_written"]
                for doubt in reading.unresolved
            )
            total.nulls[0] += said
            total.nulls[1] += 1
            if not said:
                total.misses.append(f"{name}: not reported {one['as_written']}")


def _add_day(total: Score, name: str, truth: dict[str, Any], document: Document) -> None:
    published = truth["published"] or ""
    if len(published) != 10 or not _tells(document.text, published):
        return
    blind = read(document.text, url=truth["url"] or "")
    if blind.published is None:
        blind = read(document.text, given=parse_moment(published[:4]))
    right = str(blind.published) == published
    total.day[0] += right
    total.day[1] += 1
    if not right:
        total.misses.append(f"{name}: published {blind.published}, not {published}")


def _tells(text: str, published: str) -> bool:
    """Whether the text has the month and the day of publication in some form."""
    _, month, day = (int(part) for part in published.split("-"))
    forms = (
        rf"(?<!\d){month}月{day}日",
        rf"-0?{month}-0?{day}(?!\d)",
        rf"\d\d{month:02}{day:02}(?!\d)",
    )
    return any(re.search(form, text) for form in forms)


def _house(name: str | None) -> str | None:
    """Names of one house are one: 高盛集团 and 高盛."""
    from basketbt.extract.brokers import brokers

    if name is None:
        return None
    known = brokers().get(name) or brokers().get(f"{name}证券")
    return known.id if known else name


def _line(title: str, one: Score) -> str:
    parts = [f"precision {one.precision:.3f}", f"recall {one.recall:.3f}"]
    for what in ("exact", "broker", "stance", "segment", "day", "nulls"):
        right, of = getattr(one, what)
        parts.append(f"{what} {right}/{of}" + (f" = {right / of:.3f}" if of else ""))
    return f"{title}: " + ", ".join(parts) + f", false without picks {one.false_without_picks}"


def main(folder: Path, show: str = "first") -> None:
    """Print the score of both halves and of all, and the misses of one half."""
    names = [path.stem for path in folder.glob("*.txt")]
    first, second = halves(names)
    score(folder, first[:1])  # tables are read once
    begun = time.perf_counter()
    both = {"first half": score(folder, first), "second half": score(folder, second)}
    took = time.perf_counter() - begun
    apart = (f"apart, {APART}", score(folder, [APART]))
    for title, one in [*both.items(), ("all", score(folder, names)), apart]:
        print(_line(title, one))
    print(f"{len(names)} passages, twice or thrice each, in {took:.2f} s")
    for line in both[f"{show} half"].misses if show != "none" else ():
        print(" ", line)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
