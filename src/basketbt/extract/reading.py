"""A text read: which broker picks which shares, how, in whose words; and what stays open.

Deterministic and offline: rules and tables of words, no model. ``read`` is a pure function of the
text and of what is said about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Literal

from basketbt.extract.brokers import Broker, brokers, unnamed
from basketbt.extract.cleaning import Clean, cleaned
from basketbt.extract.doubts import doubtful_elements
from basketbt.extract.lines import Line, broker_names, lines_of, spoken, theme_of
from basketbt.extract.mentions import FOREIGN, Mention, Trouble
from basketbt.extract.moments import Moment, moment_of
from basketbt.extract.reached import Reached
from basketbt.extract.scopes import scopes_of
from basketbt.extract.speakers import Speakers, is_claim
from basketbt.extract.tables import rows_of
from basketbt.extract.words import Stance, Word
from basketbt.market.securities import fits, key_of, name_on, names_of
from basketbt.market.securities.characters import simplified

#: Most signs of the original that stand as evidence of one pick.
EVIDENCE = 60
Why = Literal["typo", "two_meanings", "wrong_code", "foreign", "unknown_code", "unknown"]


@dataclass(frozen=True)
class Pick:
    """A share that a broker picks; ``start`` and ``end`` are places in the original text.

    ``broker`` is its name as the text has it, None where nobody is named; ``name`` is the share's
    name today, ``called`` the name that the text means; ``evidence`` are the
    words it rests on, beginning at ``evidence_start``.
    """

    broker: str | None
    broker_id: str
    broker_en: str
    theme: str | None
    segment: str | None
    stance: Stance
    wording: str
    name: str
    called: str
    symbol: str
    as_written: str
    start: int
    end: int
    evidence: str
    evidence_start: int


@dataclass(frozen=True)
class Unresolved:
    """Words in the place of a share that are none for certain, and why; never guessed.

    ``candidates`` are what it may be meant: names of shares, or symbols.
    """

    text: str
    why: Why
    start: int
    candidates: tuple[str, ...] = ()
    broker: str | None = None
    theme: str | None = None


@dataclass(frozen=True)
class Theme:
    """What a broker picks without naming shares, in its words: ready to be mapped to shares."""

    broker: str | None
    broker_id: str
    stance: Stance
    words: str
    start: int


@dataclass(frozen=True)
class Reading:
    """What a text says."""

    title: str
    url: str
    moment: Moment
    picks: tuple[Pick, ...]
    unresolved: tuple[Unresolved, ...]
    themes: tuple[Theme, ...]

    @property
    def published(self) -> date | None:
        """The day of publication, if the text or its reader tells all of it."""
        return self.moment.date

    @property
    def clock(self) -> time | None:
        """The time of publication in China, where it is told."""
        return self.moment.clock


def read(
    text: str,
    *,
    given: Moment | None = None,
    broker: str | None = None,
    title: str = "",
    url: str = "",
) -> Reading:
    """Read an article.

    Args:
        text: as it was published, without markup.
        given: what is known of the day of publication; it goes before what the text says.
        broker: the name of the house, for a text that does not name it.
        title, url: of the source.
    """
    clean = cleaned(text)
    moment = moment_of(clean.text, url, given)
    lines = lines_of(clean.text, moment.date)
    reader = _Reader(clean, lines, _broker_of(broker), moment.date)
    picks = reader.picks()
    return Reading(
        title=title or _title(text),
        url=url,
        moment=moment,
        picks=picks,
        unresolved=reader.unresolved(),
        themes=reader.themes(),
    )


def _broker_of(name: str | None) -> Broker | None:
    if name is None:
        return None
    for known in (name, f"{name}证券"):
        if known in brokers():
            return brokers()[known]
    by_id = {each.id: each for each in brokers().values()}
    return by_id.get(name, Broker("own", name, name))


def _title(text: str) -> str:
    line = next((line.strip() for line in simplified(text).split("\n") if line.strip()), "")
    if line.startswith("【") and "】" in line:
        return line[1 : line.index("】")]
    return line[:40]


def _titled(lines: Sequence[Line]) -> str | None:
    """The one share that the title names: 【…】, or the first of several lines."""
    if not lines:
        return None
    first = lines[0]
    end = first.text.find("】") if first.text.startswith("【") else -1
    if end < 0 and len(lines) == 1:
        return None
    named = {one.symbol for one in first.mentions if end < 0 or one.start < end}
    return named.pop() if len(named) == 1 else None


class _Reader:
    """One article on its way from lines to picks."""

    def __init__(
        self, clean: Clean, lines: list[Line], broker: Broker | None, day: date | None
    ) -> None:
        self._clean, self._lines, self._broker, self._day = clean, lines, broker, day
        self._names = broker_names(lines)
        self._speakers = Speakers(lines)
        self._theme = theme_of(clean.text, set(brokers()))
        self._subject_symbol = _titled(lines)
        self._scopes = scopes_of(lines, self._theme, self._subject_symbol)
        self._doubts: list[Unresolved] = []
        self._told: dict[int, list[int]] = defaultdict(list)
        for each in self._scopes.reached:
            self._told[each.line.start].append(each.mention.start)

    def picks(self) -> tuple[Pick, ...]:
        """Every pick once; of one that a house repeats the first, or that with a segment."""
        found: list[Pick] = []
        for each in self._reached():
            houses = self._houses(each.line, each.word)
            found += self._taken(each.line, each.mention, each.word, houses, each.segment)
        for row in rows_of(self._lines):
            heading = self._broker or self._speakers.heading(row.heading)
            houses = row.brokers or (heading or unnamed(),)
            word = Word(row.mention.start, row.mention.end, row.wording, "label", row.stance)
            found += self._taken(row.line, row.mention, word, houses, row.segment)
        return _once(found)

    def _reached(self) -> list[Reached]:
        """What stance words reach, with the one share of the text for a grade without a subject."""
        reached = [each for each in self._scopes.reached if is_claim(self._speakers, each)]
        subject = self._subject()
        grades = [(line, word) for line, word in self._scopes.idle if word.reach == "rating"]
        if subject is not None and grades:
            line, mention = subject
            source, word = grades[0]
            reached.append(Reached(line, mention, self._moved(word, source, line), None))
        return reached

    def _moved(self, word: Word, source: Line, target: Line) -> Word:
        """The word with places in another line, so that evidence can span both."""
        shift = source.start - target.start
        return replace(word, start=word.start + shift, end=word.end + shift)

    def _subject(self) -> tuple[Line, Mention] | None:
        """The one share that the text is about, by its title or all through."""
        for line in self._lines:
            for one in line.mentions:
                if one.symbol and one.symbol == self._subject_symbol:
                    return line, one
        for lines in (self._lines[:1], self._lines):
            named = [
                (line, one)
                for line in lines
                for one in line.mentions
                if one.symbol and (one.sure or not one.ordinary)
            ]
            if len({one.symbol for _, one in named}) == 1:
                return named[0]
        return None

    def _houses(self, line: Line, word: Word) -> tuple[Broker, ...]:
        if self._broker is not None:
            return (self._broker,)
        inside = replace(word, start=max(0, word.start), end=max(0, word.end))
        return self._speakers.of(line, inside)

    def _taken(
        self,
        line: Line,
        mention: Mention,
        word: Word,
        houses: Iterable[Broker],
        segment: str | None,
    ) -> list[Pick]:
        start, end = line.start + mention.start, line.start + mention.end
        written, place = self._clean.quoted(start, end, 80)
        if mention.trouble:
            house = next(iter(houses), None)
            self._doubt(line, written, mention.trouble, place, mention.candidates, house)
            return []
        known = names_of(mention.symbol)
        evidence, evidence_start = self._evidence(line, mention, word)
        return [
            Pick(
                broker=self._named(house),
                broker_id=house.id,
                broker_en=house.en,
                theme=line.theme or self._theme,
                segment=segment if segment != (line.theme or self._theme) else None,
                stance=word.stance,
                wording=word.text.strip("“”\"':"),
                name=known[0] if known else mention.name,
                called=self._called(mention, known),
                symbol=mention.symbol,
                as_written=written,
                start=place,
                end=place + len(written),
                evidence=evidence,
                evidence_start=evidence_start,
            )
            for house in houses
        ]

    def _named(self, house: Broker) -> str | None:
        return None if house == unnamed() else spoken(house, self._names)

    def _called(self, mention: Mention, known: Sequence[str]) -> str:
        """The share's name on the day of the article: as it is written, if it was called so."""
        written = {key_of(name): name for name in known}.get(mention.name)
        day = self._day
        if written is not None and (day is None or fits(mention.symbol, written, day)):
            return mention.name
        return name_on(mention.symbol, day) or mention.name

    def _evidence(self, line: Line, mention: Mention, word: Word) -> tuple[str, int]:
        """The words from the stance to the share where they fit, else those around the share."""
        first = line.start + min(word.start, mention.start)
        last = line.start + max(word.end, mention.end)
        if last - first > EVIDENCE:
            first = max(line.start, line.start + mention.end - EVIDENCE // 2)
            last = min(line.start + len(line.text), first + EVIDENCE)
        return self._clean.quoted(first, last, EVIDENCE)

    def _doubt(
        self,
        line: Line,
        text: str,
        why: Trouble | Why,
        start: int,
        candidates: Sequence[str],
        house: Broker | None,
    ) -> None:
        assert why != ""
        broker = self._named(house) if house else None
        theme = line.theme or self._theme
        self._doubts.append(Unresolved(text, why, start, tuple(candidates), broker, theme))

    def unresolved(self) -> tuple[Unresolved, ...]:
        """What was passed over in the place of a share, each once."""
        for line, doubt in doubtful_elements(self._scopes.reached):
            text, start = self._clean.quoted(line.start + doubt.start, line.start + doubt.end)
            house = next(iter(self._houses(line, doubt.word)), None)
            self._doubt(line, text, doubt.why, start, doubt.candidates, house)
        self._doubts += self._wrong_codes()
        for pick in self.picks():
            if pick.symbol.endswith(FOREIGN):
                meant = (pick.symbol,)
                self._doubts.append(
                    Unresolved(
                        pick.as_written, "foreign", pick.start, meant, pick.broker, pick.theme
                    )
                )
        once = {(doubt.text, doubt.why): doubt for doubt in reversed(self._doubts)}
        return tuple(sorted(once.values(), key=lambda doubt: doubt.start))

    def _wrong_codes(self) -> list[Unresolved]:
        """Codes of other shares behind a name, wherever they stand."""
        found = []
        for line in self._lines:
            for one in line.mentions:
                if one.trouble == "wrong_code":
                    text, start = self._clean.quoted(line.start + one.start, line.start + one.end)
                    found.append(Unresolved(text, "wrong_code", start, one.candidates))
        return found

    def _is_told(self, line: Line, word: Word) -> bool:
        """Whether the sentence goes on to name the shares that it means."""
        begun, closed = line.sentence(word.start)
        return any(begun <= place < closed for place in self._told.get(line.start, ()))

    def themes(self) -> tuple[Theme, ...]:
        """What stance words point to where they reach no share."""
        found: dict[tuple[str, str], Theme] = {}
        for line, word in self._scopes.idle:
            if word.reach not in ("ahead", "label") or line.is_row or self._is_told(line, word):
                continue
            end = _end_of_theme(line, word)
            if end - word.end < 2:
                continue
            words, start = self._clean.quoted(line.start + word.start, line.start + end, 120)
            for house in self._houses(line, word):
                theme = Theme(self._named(house), house.id, word.stance, words, start)
                found.setdefault((house.id, words), theme)
        return tuple(found.values())


def _end_of_theme(line: Line, word: Word) -> int:
    """Where the words of a theme end: at the next stance word or the end of the sentence."""
    _, closed = line.sentence(word.end)
    following = [other.start for other in line.words if other.start >= word.end]
    end = min([closed, *following])
    return word.end + len(line.text[word.end : end].rstrip(" ,，。;；:"))


def _once(found: list[Pick]) -> tuple[Pick, ...]:
    """Without repeats: one pick for a house, a share, a theme and a segment.

    A repeat without a segment says nothing new, and a weaker stance gives way to a stronger one
    that the same sentence takes.
    """
    kept: dict[tuple[str, str, str | None, str | None], Pick] = {}
    for pick in sorted(found, key=lambda one: one.start):
        kept.setdefault((pick.broker_id, pick.symbol, pick.theme, pick.segment), pick)
    segmented = {
        (pick.broker_id, pick.symbol, pick.theme) for pick in kept.values() if pick.segment
    }
    picks = [
        pick
        for pick in kept.values()
        if pick.segment
        or (pick.broker_id, pick.symbol, pick.theme) not in segmented
        or not _is_repeat(pick, found)
    ]
    return tuple(_named_houses_first(picks))


def _is_repeat(pick: Pick, found: list[Pick]) -> bool:
    """Whether a pick without a segment only repeats one with a segment: its word is another."""
    return not any(
        other.wording == pick.wording and other.symbol != pick.symbol and other.segment is None
        for other in found
    )


def _named_houses_first(picks: list[Pick]) -> list[Pick]:
    """Without what nobody in particular picks where a house picks the same."""
    named = {pick.symbol for pick in picks if pick.broker_id not in ("unnamed",)}
    return [pick for pick in picks if pick.broker_id != unnamed().id or pick.symbol not in named]
