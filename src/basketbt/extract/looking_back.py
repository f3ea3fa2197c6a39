"""Stance words that look back: 值得关注 behind its shares, and grades beside theirs."""

from __future__ import annotations

import re
from dataclasses import replace

from basketbt.extract.lines import Line
from basketbt.extract.mentions import Mention
from basketbt.extract.reached import BRACKETS, CLAUSE, DELIMITERS, Reached, in_company
from basketbt.extract.segments import segment_before
from basketbt.extract.words import (
    ATTRIBUTE,
    BREAKS,
    FOLLOWS,
    GOLD,
    GRADE_BEHIND,
    GRADES,
    LONGER,
    STOPS,
    Word,
)

OBJECT = re.compile(
    r"(?:将|维持|给予|对|予|上调|下调|首予|重申|把|覆盖|调升|调降|授予)(?:公司|了|港股|A股|H股)?[“\"]?$"
)
#: Not what a sentence is about: 公司…, 与A差距缩小.
_ASIDE = re.compile(
    r"(?:与|和|同|较|对标|对比|收购|参股|客户|供货|供应商?|向|通过|子公司)$|(?:^|[。;；])\s*(?:该|本)?公司[^。;；]*$"
)
#: Between a grade and the shares behind it: 买入评级:A, 维持买入评级的有A.
_LEADS = re.compile(
    r"^\s*(?:的|的?(?:标的|个股|公司|股票)?(?:有|是|包括|为)?[:]|的?(?:有|是|包括))$"
)
_REACH_BEHIND = 28
_REPLACED = re.compile(r"(?:取代|替代|替换|代替|取替|接替|换下|剔除|调出|移除|移出)(?:了)?$")


def read_behind(line: Line) -> list[Reached]:
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
        gap = BRACKETS.sub("", line.text[one.end : behind])
        most = 14 if taken else reach
        replaced = _REPLACED.search(line.text[: one.start])
        if len(gap) > most or BREAKS.search(gap) or STOPS.search(gap) or LONGER.match(gap):
            break
        if taken and not (DELIMITERS.match(gap) or ATTRIBUTE.search(gap)):
            break
        if not replaced and (one.sure or not one.ordinary or in_company(line, one)):
            taken.append(one)
        behind = replaced.start() if replaced else one.start
    return taken[::-1]


def read_ratings(line: Line, subject: str | None) -> list[Reached]:
    """What is graded: the object of the verb, the list before the grade, or the one behind it."""
    found: list[Reached] = []
    last = 0
    for word in line.words:
        if word.reach != "rating":
            continue
        begun, closed = line.sentence(word.start)
        begun = max(begun, last)
        if word.text.startswith("|"):
            begun = max(begun, word.start - 90)
        shares = [
            one
            for one in line.mentions
            if begun <= one.start
            and one.end <= word.end
            and not _REPLACED.search(line.text[: one.start])
        ]
        graded = shares[-1:] if word.text.startswith("|") else _graded(line, shares, subject)
        behind = _behind_rating(line, word, closed)
        graded = behind or graded or ([] if subject else _of_before(line, word))
        found += [Reached(line, one, word, None) for one in graded]
        last = word.end
    return found


def _graded(line: Line, shares: list[Mention], subject: str | None) -> list[Mention]:
    """The object of the verb; else what the title is about; else what the sentence begins with."""
    shares = [
        one for one in shares if not LONGER.match(line.text[one.end : one.end + 4]) or one.sure
    ]
    groups: list[list[Mention]] = []
    for one in shares:
        joined = groups and DELIMITERS.match(line.text[groups[-1][-1].end : one.start])
        if joined and CLAUSE.search(line.text[groups[-1][-1].end : one.start]) is None:
            groups[-1].append(one)
        else:
            groups.append([one])
    groups = [group for group in groups if not _ASIDE.search(line.text[: group[0].start])]
    objects = [group for group in groups if OBJECT.search(line.text[: group[0].start])]
    chosen = objects[-1] if objects else groups[0] if groups else []
    if not objects and subject is not None and all(one.symbol != subject for one in chosen):
        titled = [one for one in line.mentions if one.symbol == subject]
        chosen = titled[:1] if chosen else []
    return [one for one in chosen if not one.ordinary or one.sure or objects or _at_edge(line, one)]


def read_grades(line: Line) -> list[Reached]:
    """Shares with a grade right behind them, without a word for grading: A(买入)、B(增持)."""
    found = []
    for one in line.mentions:
        match = GRADE_BEHIND.match(line.text, one.end)
        if match is not None and (one.sure or not one.ordinary):
            word = Word(*match.span(), match["grade"], "rating", GRADES[match["grade"].upper()])
            found.append(Reached(line, one, word, None))
    return found


def _of_before(line: Line, word: Word) -> list[Mention]:
    """对该股给予…, 维持公司…: the one share of the sentence before."""
    begun, closed = line.sentence(word.start)
    if re.search(r"该股|公司|该标的", line.text[begun : word.end]) is None or begun == 0:
        return []
    earlier, _ = line.sentence(begun - 1)
    shares = [one for one in line.mentions if earlier <= one.start < begun and not one.ordinary]
    own = [one for one in line.mentions if begun <= one.start < closed]
    return shares[-1:] if len({one.symbol for one in shares}) == 1 and not own else []


def _at_edge(line: Line, mention: Mention) -> bool:
    return FOLLOWS.match(line.text[mention.end :]) is not None and mention.start == 0


def _behind_rating(line: Line, word: Word, closed: int) -> list[Mention]:
    """买入评级:A、B; 维持买入评级的A."""
    taken: list[Mention] = []
    reached = word.end
    for one in line.mentions:
        if one.start < word.end or one.end > closed:
            continue
        gap = BRACKETS.sub("", line.text[reached : one.start])
        first = re.match(
            r"^\s*(?:的(?:有|是|包括)?|[:]|(?:标的|个股|公司)?(?:包括|有|为)?[:]?)$", gap
        )
        if not (first if not taken else DELIMITERS.match(gap)):
            break
        taken.append(one)
        reached = one.end
    return taken
