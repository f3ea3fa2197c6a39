"""From stance words to picks: which shares a word reaches, in its sentence and its list.

A word reaches ahead (推荐A、B), behind (A、B值得关注), to the share it grades
(维持A“买入”评级), or over the lines of a list that it heads. Reading ahead it goes from share to
share as long as what stands between them is a list or an attribute; a verb ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from basketbt.extract.lines import Line, sectors_in
from basketbt.extract.mentions import Mention
from basketbt.extract.words import (
    ATTRIBUTE,
    BREAKS,
    FIRST,
    FOLLOWS,
    GOLD,
    LONGER,
    SECOND,
    STOPS,
    Word,
)

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_DELIMITERS = re.compile(r"^[\s、,，;；:/|·“”\"'《》<>和及与以或并\-—*#~]*$")
_CLAUSE = re.compile(r"[,，;；。:]")
_LABEL = re.compile(
    r"(?:^|[\s,，;；。、)(\]])(?:\d{1,2}[.)、]|[①-⑳]|[-•·●■◆▪]|主线[一二三四五\d]?[:])?\s*([\u4e00-\u9fffA-Za-z0-9+/&\-]{2,14})[:]\s*$"
)
_GROUP = re.compile(r"^\(([\u4e00-\u9fffA-Za-z+/&]{2,10})\)")
_ITEM = re.compile(
    r"^\s*(?:\d{1,2}\s*[.)、]|\(\d{1,2}\)|[①-⑳]|[-•·●■◆▪*]|[一二三四五六七八九十]、|第[一二三四五])"
)
_OWN_SUBJECT = re.compile(r"[,，](?:该|同时|目前)?公司(?:与|和|在|于|的|将|已|有|是|为|业)")
_OBJECT = re.compile(
    r"(?:将|维持|给予|对|予|上调|下调|首予|重申|把|覆盖|调升|调降|授予)(?:公司|了|港股|A股|H股)?[“\"]?$"
)
_PARTS = ("端", "主线", "方向", "环节", "领域")
_NOUNS = re.compile(r"标的|个股|公司|股票|企业")
_REACH_AHEAD, _REACH_BEHIND = 70, 28
_REPLACED = re.compile(r"(?:取代|替代|替换|代替|取替|接替|换下|剔除|调出|移除|移出)(?:了)?$")


@dataclass(frozen=True)
class Reached:
    """A share that a stance word reaches; places are those of the line ``line``."""

    line: Line
    mention: Mention
    word: Word
    segment: str | None


@dataclass
class _Scope:
    """A word reading ahead: how far it has come, and what it has found."""

    word: Word
    reached: int
    segment: str | None
    head: str | None = None  # the segment that held before the first label
    found: list[Reached] = field(default_factory=list)
    group_from: int = 0  # where the shares begin that a bracket behind them would name


@dataclass(frozen=True)
class Scopes:
    """What the words of a text reach, and the words that reach no share."""

    reached: tuple[Reached, ...]
    idle: tuple[tuple[Line, Word], ...]


def scopes_of(lines: Sequence[Line], theme: str | None) -> Scopes:
    """The shares that stance words reach, in order; rows of tables are read elsewhere."""
    reached: list[Reached] = []
    idle: list[tuple[Line, Word]] = []
    open_scope: _Scope | None = None
    for line in lines:
        if line.is_row:
            open_scope = None
            continue
        ahead, open_scope = _read_ahead(line, open_scope, theme)
        behind = [*_read_behind(line), *_read_ratings(line, reached)]
        reached += ahead + behind
        used = {each.word for each in reached if each.line is line}
        idle += [(line, word) for word in line.words if word not in used]
    return Scopes(tuple(reached), tuple(idle))


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
    for at, kind, what in _events(line):
        if kind == "word":
            assert isinstance(what, Word)
            scope = _at_word(what, line, theme, scope, found)
        elif kind == "second" and scope is not None and scope.found:
            assert isinstance(what, re.Match)
            if not _DELIMITERS.match(line.text[scope.reached : at].rstrip("等")):
                continue
            scope = _second_grade(scope, what, found)
        elif kind == "end" and scope is not None:
            assert isinstance(what, int)
            scope = scope if _goes_on(scope, line, what) else None
        elif kind == "share" and scope is not None and at >= scope.reached:
            assert isinstance(what, Mention)
            scope = _step(scope, line, what, found)
    return found, scope if scope is not None and scope.word.reach == "label" else None


def _at_word(
    word: Word, line: Line, theme: str | None, scope: _Scope | None, found: list[Reached]
) -> _Scope | None:
    """The scope behind a stance word; words that look back leave it as it is."""
    if word.reach == "behind":
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
    return _Scope(word, word.end, segment, segment, group_from=word.end)


def _second_grade(scope: _Scope, match: re.Match[str], found: list[Reached]) -> _Scope:
    """首推A、B 其次为C: both grades become segments of the one list."""
    word = scope.word
    first = FIRST.search(word.text)
    for at, each in enumerate(found):
        if first and each.word is word and each.segment is None:
            found[at] = replace(each, segment=first[0])
    second = Word(match.start(), match.end(), match[0], word.reach, word.stance)
    return _Scope(second, match.end(), match[0][:2], match[0][:2], found=[], group_from=match.end())


def _carried(scope: _Scope, line: Line) -> _Scope | None:
    """The scope of a heading on a new line, which it keeps for items of its list."""
    text = line.text
    first = line.mentions[0].start if line.mentions else len(text)
    is_item = _ITEM.match(text) or _LABEL.search(text[:first]) or _DELIMITERS.match(text[:first])
    if not line.mentions or (line.words and line.words[0].start < first) or not is_item:
        return None
    return replace(scope, reached=0, segment=scope.head, group_from=0)


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
    return _ITEM.match(rest) is not None or _LABEL.search(head) is not None


def _step(scope: _Scope, line: Line, mention: Mention, found: list[Reached]) -> _Scope | None:
    """The scope behind a share: the share taken, passed over, or the scope at its end."""
    gap = line.text[scope.reached : mention.start]
    bare = _BRACKETS.sub("", gap)
    if STOPS.search(bare) or len(bare) > _REACH_AHEAD:
        return None
    if not _belongs(line, scope, mention, bare):
        return None if _has_verb(bare) else scope
    label = _LABEL.search(gap) or _LABEL.search(bare)
    if label and not any(word.start <= mention.start - 2 < word.end for word in line.words):
        scope.segment = _segment_name(label[1])
        scope.group_from = mention.start
    elif (named := _leading_sector(bare)) is not None:
        scope.segment = named
    each = Reached(line, mention, scope.word, scope.segment)
    scope.found.append(each)
    found.append(each)
    scope.reached = mention.end
    _name_group(scope, line.text[mention.end : mention.end + 14], found)
    return scope


def _name_group(scope: _Scope, tail: str, found: list[Reached]) -> None:
    """A bracket behind shares names their segment: A、B(算力),C、D(应用)."""
    match = _GROUP.match(tail)
    if match is None or not (sectors_in(match[1]) or match[1].endswith(_PARTS)):
        return
    for at, each in enumerate(found):
        inside = each.mention.start >= scope.group_from and each.word is scope.word
        if inside and each.segment == scope.head:
            found[at] = replace(each, segment=match[1])
    scope.group_from = scope.reached


def _belongs(line: Line, scope: _Scope, mention: Mention, bare: str) -> bool:
    text = line.text
    tail = text[mention.end : mention.end + 8]
    if mention.ordinary and not mention.sure and not _in_company(line, mention):
        return False
    if LONGER.match(tail) and not mention.sure:
        return False
    fits = FOLLOWS.match(tail) is not None or mention.sure
    if _DELIMITERS.match(bare) or bare == "的":
        return fits or bare.strip() in ("、", "和", "及", "以及") or _is_object_of(scope, mention)
    if _LABEL.search(bare):
        return fits
    if _has_verb(bare) or not fits:
        return False
    clause = _CLAUSE.split(bare)[-1]
    return len(clause) <= 40 and (ATTRIBUTE.search(clause) is not None or len(clause) <= 12)


def _is_object_of(scope: _Scope, mention: Mention) -> bool:
    """Whether the first share may be followed by more of the sentence: 看好A在…的竞争力."""
    heads_a_list = _NOUNS.search(scope.word.text) or scope.word.reach == "label"
    return not scope.found and not heads_a_list and not mention.name.startswith("中国")


def _has_verb(bare: str) -> bool:
    if _OWN_SUBJECT.search(bare):
        return True
    clause = _CLAUSE.split(bare)[-1]
    if ATTRIBUTE.search(clause) and clause.rstrip().endswith(
        ("的", "龙头", "企业", "标的", "厂商", "商")
    ):
        return False
    return BREAKS.search(bare) is not None


def _in_company(line: Line, mention: Mention) -> bool:
    """Whether a name that is a word as well stands between shares that are none."""
    text = line.text
    sides = []
    for other in line.mentions:
        if other is mention or (other.ordinary and not other.sure):
            continue
        between = text[min(other.end, mention.end) : max(other.start, mention.start)]
        if _BRACKETS.sub("", between) in ("、", ",", "，", "和", "及", "与", "以及", " "):
            sides.append(other.start < mention.start)
    before = text[max(0, mention.start - 1) : mention.start]
    if True in sides:
        return True
    # The first of a list: a word of another kind before it makes it one too.
    return False in sides and before not in ("、", ",", "，", "和", "及", "与")


def _read_behind(line: Line) -> list[Reached]:
    """What the words reach that stand behind their shares."""
    found: list[Reached] = []
    for word in line.words:
        if word.reach != "behind":
            continue
        begun, closed = line.sentence(word.start)
        shares = [one for one in line.mentions if begun <= one.start and one.end <= word.start]
        taken = _list_before(line, shares, word.start, _REACH_BEHIND)
        gold = GOLD.search(line.text[begun:closed]) is not None
        meant = replace(word, stance="recommend") if gold and word.stance == "watch" else word
        found += [
            Reached(
                line, one, meant, segment_before(line, replace(word, start=taken[0].start), None)
            )
            for one in taken
        ]
    return found


def _list_before(line: Line, shares: list[Mention], at: int, reach: int) -> list[Mention]:
    """The list of shares that ends at most ``reach`` signs before ``at``."""
    taken: list[Mention] = []
    behind = at
    for one in reversed(shares):
        gap = _BRACKETS.sub("", line.text[one.end : behind])
        most = 14 if taken else reach
        replaced = _REPLACED.search(line.text[: one.start])
        if len(gap) > most or BREAKS.search(gap) or STOPS.search(gap) or LONGER.match(gap):
            break
        if taken and not (_DELIMITERS.match(gap) or ATTRIBUTE.search(gap)):
            break
        if not replaced and (one.sure or not one.ordinary or _in_company(line, one)):
            taken.append(one)
        behind = replaced.start() if replaced else one.start
    return taken[::-1]


def _read_ratings(line: Line, before: Sequence[Reached]) -> list[Reached]:
    """What is graded: the object of the verb, the list before the grade, or the one behind it."""
    found: list[Reached] = []
    last = 0
    for word in line.words:
        if word.reach != "rating":
            continue
        begun, closed = line.sentence(word.start)
        begun = max(begun, last)
        shares = [
            one
            for one in line.mentions
            if begun <= one.start
            and one.end <= word.end
            and not _REPLACED.search(line.text[: one.start])
        ]
        graded = _graded(line, shares, word) or _behind_rating(line, word, closed)
        found += [Reached(line, one, word, None) for one in graded]
        last = word.end
    return found


def _graded(line: Line, shares: list[Mention], word: Word) -> list[Mention]:
    shares = [
        one for one in shares if not LONGER.match(line.text[one.end : one.end + 4]) or one.sure
    ]
    groups: list[list[Mention]] = []
    for one in shares:
        joined = groups and _DELIMITERS.match(line.text[groups[-1][-1].end : one.start])
        if joined and _CLAUSE.search(line.text[groups[-1][-1].end : one.start]) is None:
            groups[-1].append(one)
        else:
            groups.append([one])
    objects = [group for group in groups if _OBJECT.search(line.text[: group[0].start])]
    chosen = objects[-1] if objects else groups[0] if groups else []
    return [one for one in chosen if not one.ordinary or one.sure or objects or _at_edge(line, one)]


def _at_edge(line: Line, mention: Mention) -> bool:
    return FOLLOWS.match(line.text[mention.end :]) is not None and mention.start == 0


def _behind_rating(line: Line, word: Word, closed: int) -> list[Mention]:
    """买入评级:A、B; 维持买入评级的A."""
    taken: list[Mention] = []
    reached = word.end
    for one in line.mentions:
        if one.start < word.end or one.end > closed:
            continue
        gap = _BRACKETS.sub("", line.text[reached : one.start])
        first = re.match(r"^(?:的(?:有|是|包括)?|[:]|(?:标的|个股|公司)?(?:包括|有|为)?[:]?)$", gap)
        if not (first if not taken else _DELIMITERS.match(gap)):
            break
        taken.append(one)
        reached = one.end
    return taken


_END_SIDE = re.compile(r"(?:^|[,，;；。:\s])([A-Z]端)")
_MAIN_LINE = re.compile(r"主线[一二三四五六七八九十\d]+\s*[:、]?\s*([^,，。;；:、]{2,14})[,，。:]")
_ABOUT = re.compile(
    r"^\s*(?:\d{1,2}[.)、]\s*|[-•·]\s*)?([\u4e00-\u9fffA-Za-z0-9+/&]{2,10}?)(?:板块|领域|行业|赛道|环节)?(?:方面|方向上?|层面|端|上)?[,，:]"
)
_OF_SECTOR = re.compile(r"^(?:行业|板块|产业|领域|赛道|企业|方面|方向|公司|龙头|环节|产业链|标的)")


def segment_before(line: Line, word: Word, theme: str | None) -> str | None:
    """The part of a list that the sentence names before its stance word: C端, 主线, a sector."""
    begun, _ = line.sentence(word.start)
    head = line.text[begun : word.start]
    if side := _END_SIDE.search(head):
        return side[1]
    lines = [*_MAIN_LINE.finditer(head)]
    if lines:
        return _segment_name(lines[-1][1])
    part = re.split(r"[;；]", head)[-1]
    for piece in (part.rpartition(":")[2], part):
        about = _ABOUT.match(piece)
        if about and about[1] != line.theme and _is_part(about, piece):
            return _segment_name(about[1])
    named = [
        sector
        for at, sector in sectors_in(part)
        if _OF_SECTOR.match(part[at + len(sector) :]) and sector not in (theme or "")
    ]
    return named[-1] if named and line.theme is None and theme is not None else None


def _is_part(about: re.Match[str], part: str) -> bool:
    """Whether a sentence opens with its subject: 算力方面,… or a sector of its own: 算力:…"""
    opened = part[: about.end()]
    return re.search(r"(?:方面|方向上?|层面|板块|领域|环节|赛道)[,，:]$", opened) is not None or (
        opened.endswith(":") and bool(sectors_in(about[1]))
    )


def _leading_sector(bare: str) -> str | None:
    """建议关注调味品行业龙头A: the sector that leads to a share inside a scope."""
    clause = _CLAUSE.split(bare)[-1]
    match = re.search(
        r"([\u4e00-\u9fff]{2,6})(?:行业|板块|领域)(?:的)?(?:龙头|领军企业|龙头企业|标的|企业)$",
        clause,
    )
    sectors = sectors_in(match[1]) if match else []
    return sectors[-1][1] if sectors else None


def _segment_name(text: str) -> str | None:
    cleaned = re.sub(r"^(?:主线[一二三四五\d]?|方向[一二三四五\d]?|其中)[:]?", "", text)
    cleaned = re.sub(r"^(?:布局|聚焦|把握|关注|看好|推荐|重视|配置)", "", cleaned)
    cleaned = re.sub(r"(?:相关)?(?:标的|个股|公司|方面|方向|领域|板块|环节)$", "", cleaned)
    return cleaned or None
