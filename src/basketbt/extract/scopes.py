"""From stance words to picks: which shares a word reaches, in its sentence and its list.

A word reaches ahead (推荐A、B), behind (A、B值得关注), to the share it grades
(维持A“买入”评级), or over the lines of a list that it heads. Reading ahead it goes from share to
share as long as what stands between them is a list or an attribute; a verb ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from basketbt.extract.brokers import house_called
from basketbt.extract.groups import with_groups
from basketbt.extract.headings import heading_word, part_headed
from basketbt.extract.lines import Line
from basketbt.extract.looking_back import OBJECT, read_behind, read_grades, read_ratings
from basketbt.extract.mentions import Mention
from basketbt.extract.reached import BRACKETS, CLAUSE, DELIMITERS, Reached, in_company
from basketbt.extract.segments import (
    CLOSED,
    LABEL,
    NUMBERED,
    OPENED,
    leading_sector,
    object_before,
    segment_before,
    segment_name,
)
from basketbt.extract.words import (
    ATTRIBUTE,
    BREAKS,
    FIRST,
    FOLLOWS,
    LONGER,
    SECOND,
    STOPS,
    WEAK,
    Word,
)

_ITEM = re.compile(
    r"^\s*(?:\d{1,2}\s*[.)、]|\(\d{1,2}\)|[①-⑳]|[-•·●■◆▪*]|[一二三四五六七八九十]、|第[一二三四五])"
)
_OWN_SUBJECT = re.compile(r"[,，](?:该|同时|目前)?公司(?:与|和|在|于|的|将|已|有|是|为|业)")
_EXPLAINS = re.compile(r"\s*(?:[—–:]|-\s)")  # what follows is said of the share before
_KIND_OF_LIST = re.compile(r"(?:投资|主要|核心|重点|龙头|优质|弹性|配套|代表)")
_NOUNS = re.compile(r"标的|个股|公司|股票|企业")
_REACH_AHEAD = 90
_SILENT = 2  # lines of description that may stand between two items of a list


@dataclass
class _Scope:
    """A word reading ahead: how far it has come, and what it has found."""

    word: Word
    reached: int
    segment: str | None
    head: str | None = None  # the segment that held before the first label
    silent: int = 0  # lines since the last that was an item
    found: list[Reached] = field(default_factory=list)


@dataclass(frozen=True)
class Scopes:
    """What the words of a text reach, and the words that reach no share."""

    reached: tuple[Reached, ...]
    idle: tuple[tuple[Line, Word], ...]


def scopes_of(lines: Sequence[Line], theme: str | None, subject: str | None) -> Scopes:
    """The shares that stance words reach, in order; rows of tables are read elsewhere.

    ``subject`` is the symbol of the share that the title names alone.
    """
    reached: list[Reached] = []
    idle: list[tuple[Line, Word]] = []
    open_scope: _Scope | None = None
    part: str | None = None
    for line in lines:
        if line.is_row:
            open_scope = None
            continue
        heading = open_scope
        part = part_headed(line, part)
        ahead, open_scope = _read_ahead(line, open_scope, theme)
        ahead = with_groups(ahead)
        ahead = [
            each if each.segment or not part else replace(each, segment=part) for each in ahead
        ]
        if open_scope is None and heading is not None and _is_numbered_item(line, heading, ahead):
            open_scope = heading
        behind = [*read_behind(line), *read_ratings(line, subject), *read_grades(line)]
        reached += ahead + behind
        used = {each.word for each in ahead + behind}
        idle += [(line, word) for word in line.words if word not in used]
    return Scopes(tuple(reached), tuple(idle))


def _is_numbered_item(line: Line, heading: _Scope, ahead: list[Reached]) -> bool:
    """Whether the line was an item of the heading's list, with sentences behind its share."""
    return bool(ahead) and ahead[0].word.end == 0 and ahead[0].word.stance == heading.word.stance


def _events(line: Line) -> Iterator[tuple[int, str, object]]:
    """What a reader meets on the way through a line: ends of sentences, words, shares."""
    events: list[tuple[int, int, str, object]] = [(end - 1, 2, "end", end) for end in line.ends]
    events += [(word.start, 0, "word", word) for word in line.words]
    events += [(one.start, 1, "share", one) for one in line.mentions]
    for match in SECOND.finditer(line.text):
        events.append((match.start(), 0, "second", match))
    for at, _, kind, what in sorted(events, key=lambda one: one[:2]):
        yield at, kind, what


def _read_ahead(
    line: Line, scope: _Scope | None, theme: str | None
) -> tuple[list[Reached], _Scope | None]:
    """What the words of a line reach ahead, and the scope that the next line goes on with."""
    found: list[Reached] = []
    if scope is not None:
        scope = _carried(scope, line)
        if scope is not None and not line.mentions:
            return [], scope
    for at, kind, what in _events(line):
        if kind == "word":
            assert isinstance(what, Word)
            scope = _at_word(what, line, theme, scope, found)
        elif kind == "second" and scope is not None and scope.found:
            assert isinstance(what, re.Match)
            if not DELIMITERS.match(line.text[scope.reached : at].rstrip("等")):
                continue
            scope = _second_grade(scope, what, found)
        elif kind == "end" and scope is not None:
            assert isinstance(what, int)
            scope = scope if _goes_on(scope, line, what) else None
        elif kind == "share" and scope is not None and at >= scope.reached:
            assert isinstance(what, Mention)
            scope = _step(scope, line, what, found)
    word = heading_word(line)
    if word is not None and (scope is None or (scope.word.reach == "ahead" and not scope.found)):
        scope = _Scope(word, len(line.text), None)
    return found, scope if scope is not None and scope.word.reach == "label" else None


def _at_word(
    word: Word, line: Line, theme: str | None, scope: _Scope | None, found: list[Reached]
) -> _Scope | None:
    """The scope behind a stance word; words that look back leave it as it is."""
    if word.reach == "behind" or (scope is not None and WEAK.match(word.text)):
        return scope
    if word.reach == "rating":
        return None
    if scope is not None and scope.word.start <= word.start < scope.word.end:
        return scope  # 其次推荐: the second grade has its scope already
    return _opened(word, line, theme, found)


def _opened(word: Word, line: Line, theme: str | None, found: list[Reached]) -> _Scope:
    segment = segment_before(line, word, theme)
    label = word.text.rstrip(":")
    if word.reach == "label" and label.endswith("组合") and "金股" not in label and found:
        segment = label
    if segment is None and word.reach == "label":
        segment = object_before(line, word)
    return _Scope(_as_advised(word, line), word.end, segment, segment)


def _as_advised(word: Word, line: Line) -> Word:
    """建议配置核心标的:A: the heading of the list has the stance of the verb before it."""
    if word.reach != "label":
        return word
    begun, _ = line.sentence(word.start)
    earlier = [one for one in line.words if begun <= one.start < word.start]
    verbs = [one for one in earlier if one.reach == "ahead"]
    if not verbs:
        return word
    between = line.text[verbs[-1].end : word.start]
    same_clause = re.search(r"[,，;；:]", between) is None
    named = any(verbs[-1].end <= one.start < word.start for one in line.mentions)
    if not named and (same_clause or _KIND_OF_LIST.match(word.text)):
        return replace(word, stance=verbs[-1].stance)
    # 推荐X相关标的:A;Y相关标的:B: the verb governs both.
    if earlier[-1].reach == "label" and earlier[-1].start > verbs[-1].start and ";" in between:
        return replace(word, stance=_as_advised(earlier[-1], line).stance)
    return word


def _second_grade(scope: _Scope, match: re.Match[str], found: list[Reached]) -> _Scope:
    """首推A、B 其次为C: both grades become segments of the one list."""
    word = scope.word
    first = FIRST.search(word.text)
    for at, each in enumerate(found):
        if first and each.word is word and each.segment is None:
            found[at] = replace(each, segment=first[0])
    second = Word(match.start(), match.end(), match[0], word.reach, word.stance)
    return _Scope(second, match.end(), match[0][:2], match[0][:2], found=[])


def _carried(scope: _Scope, line: Line) -> _Scope | None:
    """The scope of a heading on a new line, which it keeps for items of its list.

    On the new line its word has no place; a house at the head of the line is whose list it is.
    """
    text = line.text
    if not line.mentions:
        keeps = not line.words and scope.silent < _SILENT
        return replace(scope, silent=scope.silent + 1) if keeps else None
    first = line.mentions[0].start
    is_item = _ITEM.match(text) or LABEL.search(text[:first]) or DELIMITERS.match(text[:first])
    if (line.words and line.words[0].start < first) or not is_item:
        return None
    word = replace(scope.word, start=0, end=0)
    return replace(scope, word=word, reached=0, segment=scope.head, found=[], silent=0)


def _goes_on(scope: _Scope, line: Line, end: int) -> bool:
    """Whether a list with a heading goes on behind a full stop: with an item or a label."""
    rest = line.text[end:]
    following = [one for one in line.mentions if one.start >= end]
    if scope.word.reach != "label" or not following:
        return False
    head = line.text[end : following[0].start]
    _, closed = line.sentence(end)
    if following[0].start >= closed or any(
        end <= word.start < following[0].start for word in line.words
    ):
        return False
    return _ITEM.match(rest) is not None or LABEL.search(head) is not None


def _step(scope: _Scope, line: Line, mention: Mention, found: list[Reached]) -> _Scope | None:
    """The scope behind a share: the share taken, passed over, or the scope at its end."""
    gap = line.text[scope.reached : mention.start]
    bare = BRACKETS.sub("", gap)
    if STOPS.search(bare) or len(bare) > _REACH_AHEAD or (scope.found and OBJECT.search(bare)):
        return None
    if scope.found and _EXPLAINS.match(gap):
        return scope
    if not _belongs(line, scope, mention, bare):
        return None if _has_verb(bare) else scope
    label = LABEL.search(gap) or LABEL.search(bare) or OPENED.search(gap) or NUMBERED.search(gap)
    alone = line.text[
        mention.start
    ].isdigit()  # a code whose name the table lacks: 及华泰(06886.HK)
    if label and (alone or house_called(label[1]) is not None):
        label = None
    if CLOSED.match(gap):
        scope.segment = scope.head
    if label is None and (named := leading_sector(bare)) is not None:
        scope.segment = named
    elif label is not None and not any(
        word.start <= mention.start - 2 < word.end for word in line.words
    ):
        scope.segment = segment_name(label[1])
    each = Reached(line, mention, scope.word, scope.segment)
    scope.found.append(each)
    found.append(each)
    scope.reached = mention.end
    return scope


def _belongs(line: Line, scope: _Scope, mention: Mention, bare: str) -> bool:
    text = line.text
    tail = text[mention.end : mention.end + 8]
    if mention.ordinary and not mention.sure and not in_company(line, mention):
        return False
    if LONGER.match(tail):
        return False
    fits = FOLLOWS.match(tail) is not None or mention.sure
    if DELIMITERS.match(bare) or bare == "的":
        direct = re.search(r"[,，;；、]", bare) is None and _is_object_of(scope, mention)
        return fits or bare.strip() in ("、", "和", "及", "以及") or direct
    if LABEL.search(bare):
        return fits
    if _has_verb(bare) or not fits:
        return False
    clause = CLAUSE.split(bare)[-1]
    return len(clause) <= 60 and (ATTRIBUTE.search(clause) is not None or len(clause) <= 12)


def _is_object_of(scope: _Scope, mention: Mention) -> bool:
    """Whether the first share may be followed by more of the sentence: 看好A在…的竞争力."""
    heads_a_list = _NOUNS.search(scope.word.text) or scope.word.reach == "label"
    is_short = len(mention.name) == 2 or mention.name.startswith("中国")
    return not scope.found and not heads_a_list and not is_short


def _has_verb(bare: str) -> bool:
    if _OWN_SUBJECT.search(bare):
        return True
    clause = CLAUSE.split(bare)[-1]
    if ATTRIBUTE.search(clause) and clause.rstrip().endswith(
        ("的", "龙头", "企业", "标的", "厂商", "商")
    ):
        return False
    return BREAKS.search(bare) is not None
