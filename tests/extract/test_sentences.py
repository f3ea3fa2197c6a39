"""One invented sentence for each rule and trap: who picks what, how, and what stays open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from basketbt.extract.brokers import brokers
from basketbt.extract.reading import Reading, read
from basketbt.market.securities import shares_called

FILE = Path(__file__).with_name("sentences.txt")
DAY = date(2025, 8, 29)


@dataclass(frozen=True)
class Case:
    """A sentence and what has to be read."""

    name: str
    text: str
    picks: frozenset[tuple[str, str]]  # stance, symbol
    brokers: frozenset[tuple[str, str]]  # symbol, broker's id
    segments: frozenset[tuple[str, str]]  # symbol, segment
    unresolved: tuple[str, ...]


def _symbol(name: str) -> str:
    if name.startswith("US:"):
        return f"{name.removeprefix('US:')}.US"
    known = shares_called(name.removeprefix("H:"), DAY)
    side = [one for one in known if one.endswith(".HK") == name.startswith("H:")]
    side = [one for one in side if one != "1688.HK"] or side  # 阿里巴巴, until 2012
    assert len(side) == 1, (name, known)
    return side[0]


def _cases() -> list[Case]:
    cases = []
    for part in FILE.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, _, rest = part.partition("\n")
        lines = rest.strip().split("\n")
        said = [line for line in lines if line.startswith(("=>", "?"))]
        text = "\n".join(line for line in lines if line not in said)
        picks, houses, segments = set(), set(), set()
        for line in said:
            match = re.match(r"=> (\w+): ([^@#]+)(?:@(\S+))?\s*(?:#(\S+))?", line)
            if match is None:
                continue
            for share in match[2].split():
                symbol = _symbol(share)
                picks.add((match[1], symbol))
                if match[3]:
                    houses.add((symbol, brokers()[match[3]].id))
                if match[4]:
                    segments.add((symbol, match[4]))
        doubts = tuple(line[2:] for line in said if line.startswith("?"))
        cases.append(
            Case(name, text, frozenset(picks), frozenset(houses), frozenset(segments), doubts)
        )
    return cases


CASES = _cases()


def _read(text: str) -> Reading:
    return read(unescape(text))


def test_there_is_a_sentence_for_every_rule() -> None:
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_sentence_gives_its_picks_and_nothing_else(case: Case) -> None:
    reading = _read(case.text)
    assert {(pick.stance, pick.symbol) for pick in reading.picks} == case.picks
    assert case.brokers <= {(pick.symbol, pick.broker_id) for pick in reading.picks}
    segments = {(pick.symbol, pick.segment) for pick in reading.picks}
    assert case.segments <= segments
    for text in case.unresolved:
        assert text in {doubt.text for doubt in reading.unresolved}
