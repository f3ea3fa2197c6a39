"""An article as lines, each with the brokers, stance words and shares that stand in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from basketbt.extract.brokers import Broker, Speaker, houses_in, speaking
from basketbt.extract.mentions import Mention, longest_name, mentions_in, settled_alike
from basketbt.extract.words import MANY, Word, vocabulary, words_in

#: Where a sentence ends; a semicolon parts items of one list and ends none.
#: A dash between blanks and a mark of a footnote end an item of a summary.
_END = re.compile(
    r"[。！？!?]|\.(?=\s|[\u4e00-\u9fff]|$)(?<![A-Za-z\d]\.)|\.(?=[\u4e00-\u9fff])|"
    r"\s(?=[-•·●■◆▪]\s)|(?<=\])\s(?!\[)"
)
_NUMBERED = re.compile(
    r"^\s*[(#*\-]*\s*(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s*[.、,:)]{1,2}\s*(?P<head>[^,，。;；:、]{2,16})(?:[:。]|$)"
)
_LONGEST_LINE = 1500
_NEXT = re.compile(r"[;；。]\s*\(?(?:[2二])\s*[.)、:]")  # a second item on the same line
_TABLE_ROW = re.compile(r"^\s*\|.*\|\s*$|\t.*\t|^[^\t。]{1,20}\t[^\t。]{0,20}$")


@dataclass(frozen=True)
class Line:
    """A line of the text; places are those of the whole text.

    ``many`` are the places where brokers in general speak, ``ends`` where sentences end.
    ``theme`` is the head of a numbered part.
    """

    start: int
    text: str
    houses: tuple[Speaker, ...]
    speakers: tuple[Speaker, ...]
    many: tuple[int, ...]
    words: tuple[Word, ...]
    mentions: tuple[Mention, ...]
    ends: tuple[int, ...]
    theme: str | None = None
    is_row: bool = False

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence that holds ``at`` (a place in this line) begins and ends."""
        begun = max((end for end in self.ends if end <= at), default=0)
        return begun, min((end for end in self.ends if end > at), default=len(self.text))


def lines_of(text: str, day: date | None) -> list[Line]:
    """The lines of a clean text, read one by one."""
    lines = []
    start = 0
    for raw in text.split("\n"):
        for piece in _pieces(raw):
            if piece.strip():
                lines.append(_line(piece, start, day))
            start += len(piece)
        start += 1
    settled = settled_alike([line.mentions for line in lines])
    return [
        replace(line, mentions=tuple(mentions))
        for line, mentions in zip(lines, settled, strict=True)
    ]


def _pieces(raw: str) -> list[str]:
    """A line of an unusual length in several, parted at the ends of sentences where it has any."""
    pieces = []
    while len(raw) > _LONGEST_LINE:
        end = raw.rfind("。", 0, _LONGEST_LINE) + 1 or _LONGEST_LINE
        pieces.append(raw[:end])
        raw = raw[end:]
    return [*pieces, raw]


def _line(text: str, start: int, day: date | None) -> Line:
    houses = tuple(
        one for one in houses_in(text) if longest_name(text, one.start) <= one.end - one.start
    )
    speakers = tuple(speaking(text, houses))
    taken = {at for one in speakers for at in range(one.start, one.end)}
    shares = {one.start: one.end for one in houses if one not in speakers}
    mentions = tuple(one for one in mentions_in(text, day, taken) if not _inside_house(one, shares))
    words = tuple(words_in(text, frozenset(one.start for one in mentions)))
    numbered = _NUMBERED.match(text)
    return Line(
        start=start,
        text=text,
        houses=houses,
        speakers=speakers,
        many=_many(text, speakers),
        words=words,
        mentions=mentions,
        ends=tuple(match.end() for match in _END.finditer(text)),
        theme=_head(numbered) if numbered and words and not _NEXT.search(text) else None,
        is_row=_TABLE_ROW.search(text) is not None,
    )


def _many(text: str, speakers: tuple[Speaker, ...]) -> tuple[int, ...]:
    """Where brokers in general speak; 甲证券、乙证券2家券商 counts those that are named."""
    ends = {one.end for one in speakers}
    return tuple(
        match.start()
        for match in MANY.finditer(text)
        if not ends & {match.start(), match.start() - 1}
    )


def _head(match: re.Match[str]) -> str | None:
    head = match["head"].strip(" *#")
    return None if words_in(head) else head


def _inside_house(mention: Mention, houses: dict[int, int]) -> bool:
    """Whether the name only begins a broker's longer one: 中国银河 in 中国银河证券."""
    return houses.get(mention.start, 0) > mention.name_end


@cache
def _sector_pattern() -> re.Pattern[str]:
    words = sorted(vocabulary("sectors"), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def sectors_in(text: str) -> list[tuple[int, str]]:
    """The names of industries in ``text`` with their places, longest first at a place."""
    return [(match.start(), match[0]) for match in _sector_pattern().finditer(text)]


_REPORT = re.compile(
    r"([\u4e00-\u9fffA-Za-z0-9+&/]{2,12}?)"
    r"(?:行业|板块|产业)?(?:投资)?(?:策略)?(?:周报|月报|日报|双周报|半月报|深度|点评|专题|跟踪|中期策略|年度策略)"
)
_PERIOD = re.compile(
    r"(?:20\d\d年?)?(?:第?[一二三四]季度?|Q[1-4]|上半年|下半年|中报|年报|[一三]季报|\d+月)(?:报)?"
)
_GOLD_MONTH = re.compile(r"(\d{1,2})月(?:份)?(?:的)?[“\"]?(?:券商)?[“\"]?金股")


def theme_of(text: str, brokers: set[str]) -> str | None:
    """What the article is about, by its first lines: 金股 of a month, a report's name, a sector."""
    first, _, rest = text.lstrip("\n").partition("\n")
    title = re.search(r"【([^】]+)】", first[:160])
    is_title = title is not None or (bool(rest.strip()) and len(first) <= 60 and "。" not in first)
    head = title[1] if title else first[:80]
    gold = _GOLD_MONTH.search(text)
    if gold and "金股" in text[:400]:
        return f"{int(gold[1])}月金股"
    for broker in sorted(brokers, key=len, reverse=True):
        head = head.replace(broker, " ")
    report = _REPORT.search(_PERIOD.sub("", head))
    if report:
        named = re.sub(r"^(?:发布|国内|中国|全球|20\d\d年?)+", "", report[1])
        if len(named) >= 2:
            sectors = sectors_in(named)
            return sectors[0][1] if sectors else named
    sectors = sectors_in(head) if is_title else []
    return max(sectors, key=lambda one: len(one[1]))[1] if sectors else None


def broker_names(lines: list[Line]) -> dict[str, str]:
    """Broker's id → the longest of the names by which the text lets it speak, or the usual one.

    Short forms and nicknames (国君, 大摩) give way to the usual name.
    """
    names: dict[str, str] = {}
    for line in lines:
        for one in line.houses:
            written = line.text[one.start : one.end]
            known = names.get(one.broker.id, one.broker.zh)
            if one.broker.zh in written and len(written) > len(known):
                known = written
            names[one.broker.id] = known
    return names


def spoken(broker: Broker, names: dict[str, str]) -> str:
    """The name of the broker as the text has it."""
    return names.get(broker.id, broker.zh)
