"""Who says it: the broker of each stance word, from its sentence outwards."""

from __future__ import annotations

import re
from collections.abc import Sequence

from basketbt.extract.brokers import Broker, Speaker, unnamed, various
from basketbt.extract.lines import Line
from basketbt.extract.reached import Reached
from basketbt.extract.words import MANY, WEAK, Word

_SOURCE_LINE = re.compile(r"^\W*(?:来源|出处|资料来源|研报来源|机构|券商)\s*[:]")
_QUOTED_BY = re.compile(r"[”\"][\s,，。]*[^”“。]{0,24}$")
_SOURCE_HEAD = re.compile(r"(?:来源|出处|资料来源|——|—)\s*[:]?\s*$")
_MOVED = re.compile(
    r"涨停|跌停|领涨|领跌|[涨跌]超|[大收]涨|[大收]跌|涨幅|跌幅|净流[入出]|走强|走弱|拉升|"
    r"统计|居前|合计|占比|份额|增速|净利|营收|同比|市值|成交"
)
_JOINED = ("、", "和", "与", "及", "以及", ",")


class Speakers:
    """The brokers of a text; ask for the one of each stance word."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = list(lines)
        self._carried: dict[int, Broker | None] = {}
        said: Broker | None = None
        for line in self._lines:
            source = _SOURCE_LINE.match(line.text)
            if source and line.houses:
                self._credit(line, line.houses[0].broker)
            self._carried[line.start] = said
            said = self._last(line, len(line.text)) or said
        named = {one.broker.id: one.broker for line in lines for one in line.speakers}
        if not named:  # a source at the end, that says nothing itself
            named = {one.broker.id: one.broker for line in lines for one in line.houses}
        self._only = next(iter(named.values())) if len(named) == 1 else None

    def _credit(self, line: Line, house: Broker) -> None:
        """A line of its own that names the source is of the lines since the last such line."""
        for one in reversed(self._lines[: self._lines.index(line)]):
            if _SOURCE_LINE.match(one.text) or one.speakers:
                break
            self._carried[one.start] = house

    def of(self, line: Line, word: Word) -> tuple[Broker, ...]:
        """The brokers whose word it is: several that speak together, or one for nobody."""
        if MANY.search(word.text) or re.search(r"\d+家|券商|机构", word.text):
            return (various(),)
        if word.end == 0 and (leading := self._leading(line)) is not None:
            return (leading,)
        begun, _ = line.sentence(word.start)
        together = self._together(line, begun, word)
        if together:
            return together
        quoted = self._quoted(line, word)
        if quoted is not None:
            return (quoted,)
        behind = self._in_brackets(line, word)
        if behind is not None:
            return (behind,)
        said = self._last(line, word.start) or self._carried[line.start]
        return (said or self._only or unnamed(),)

    def _leading(self, line: Line) -> Broker | None:
        """The house that heads an item of a list: 某证券:A、B."""
        first = line.houses[0] if line.houses else None
        if first is None or not re.fullmatch(r"[\s\d.、)(\-•·|]*", line.text[: first.start]):
            return None
        return (
            first.broker if re.match(r"\s*(?:\([^()]*\))?\s*[:|]", line.text[first.end :]) else None
        )

    def heading(self, line: Line | None) -> Broker | None:
        """The broker that a heading names, speaking or not, else the one that spoke last."""
        if line is None:
            return self._only
        if line.houses:
            return line.houses[-1].broker
        return self._carried[line.start] or self._only

    def knows(self, line: Line, word: Word) -> bool:
        """Whether anyone at all is named as saying it."""
        return self.of(line, word)[0] != unnamed()

    def _together(self, line: Line, begun: int, word: Word) -> tuple[Broker, ...]:
        """The last speakers of the sentence before the word."""
        before = [one for one in line.speakers if begun <= one.start and one.end <= word.end]
        many = [at for at in line.many if begun <= at < word.start]
        if not before or (many and max(many) > before[-1].start):
            return (various(),) if many else ()
        group: list[Speaker] = [before[-1]]
        for one in reversed(before[:-1]):
            if line.text[one.end : group[0].start] not in _JOINED:
                break
            group.insert(0, one)
        return tuple(dict.fromkeys(one.broker for one in group))

    def _quoted(self, line: Line, word: Word) -> Broker | None:
        """The one who is named behind the quotation that holds the word: “…。”某证券称。"""
        opened = line.text.rfind("“", 0, word.start)
        closed = line.text.find("”", word.end)
        if opened < 0 or closed < 0 or line.text.find("”", opened, word.start) >= 0:
            return None
        if closed - opened < 30:
            return None
        behind = [one for one in line.speakers if one.start > closed and one.start - closed < 12]
        return behind[0].broker if behind else None

    def _in_brackets(self, line: Line, word: Word) -> Broker | None:
        """The source at the end of the sentence or item: …(某证券), 来源:某证券."""
        _, closed = line.sentence(word.end)
        for one in line.houses:
            tail = line.text[one.end : one.end + 1]
            head = line.text[max(0, one.start - 6) : one.start]
            near = word.end <= one.start <= closed + 12
            if near and (_SOURCE_HEAD.search(head) or (head.endswith("(") and tail == ")")):
                return one.broker
        return None

    def _last(self, line: Line, at: int) -> Broker | None:
        """Who spoke last before ``at`` in the line; brokers in general count."""
        speakers = [(one.start, one.broker) for one in line.speakers if one.start < at]
        many = [(place, various()) for place in line.many if place < at]
        last = max([*speakers, *many], key=lambda one: one[0], default=None)
        return last[1] if last else None


def is_claim(speakers: Speakers, each: Reached) -> bool:
    """Whether the word is a broker's at all: weak ones (有望受益, 公司包括) need a speaker.

    Where the sentence tells how shares moved, they are no picks either.
    """
    word = each.word
    looking_back = word.reach == "behind" and re.search("受[益惠]", word.text) is not None
    if not looking_back and not (word.reach == "ahead" and WEAK.match(word.text)):
        return True
    begun, closed = each.line.sentence(each.mention.start)
    moved = _MOVED.search(each.line.text[begun:closed]) is not None
    return not moved and speakers.knows(each.line, word)
