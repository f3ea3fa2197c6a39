"""Parts of a list as a sentence names them: C端, a main line, a sector, a label with a colon."""

from __future__ import annotations

import re

from basketbt.extract.lines import Line, sectors_in
from basketbt.extract.reached import CLAUSE
from basketbt.extract.words import Word

LABEL = re.compile(
    r"(?:^|[\s,，;；。、)(\]])(?:\d{1,2}[.)、]|[①-⑳]|[-•·●■◆▪]|主线[一二三四五\d]?[:])?\s*([\u4e00-\u9fffA-Za-z0-9+/&\-]{2,14})[:]\s*$"
)
#: 1)整车,A、B;2)零部件,C、D: a numbered part needs no colon.
NUMBERED = re.compile(
    r"(?:^|[\s,，;；。、:])(?:\(?\d{1,2}[.)、]|[①-⑳])\s*([\u4e00-\u9fffA-Za-z0-9+/&]{2,12})[,，\s]\s*$"
)
#: 整车(A、B),零部件(C、D): the bracket holds the shares of a part.
OPENED = re.compile(r"(?:^|[\s,，;；。、):])([\u4e00-\u9fffA-Za-z0-9+/&]{2,12})\(\s*$")
CLOSED = re.compile(r"^[^(]{0,3}\)")
_END_SIDE = re.compile(r"(?:^|[,，;；。:\s])([A-Z]端)")
_MAIN_LINE = re.compile(r"主线[一二三四五六七八九十\d]+\s*[:、]?\s*([^,，。;；:、]{2,14})[,，。:]")
_ABOUT = re.compile(
    r"^\s*(?:\(?\d{1,2}[.)、]\s*|[①-⑳]\s*|[-•·]\s*)?([\u4e00-\u9fffA-Za-z0-9+/&]{2,10}?)(?:板块|领域|行业|赛道|环节)?(?:方面|方向上?|层面|端|上)?[,，:]"
)
#: Labels of an article's own parts, and words that stand for shares; houses end in 证券.
GENERIC = re.compile(
    r"变动|汇总|名单|组合|一览|核心|重点|市场|追踪|跟踪|覆盖|总览|解读|精选|深度|配置|金股|聚焦|梳理|展望|"
    r"回顾|情况|分析|说明|声明|正文|目录|来源|作者|"
    r"建议|观点|策略|要点|点评|风险|结论|摘要|逻辑|预测|报告|研报|周报|日报|事件|评级|以下|下列|如下|"
    r"证券|公司$|股份$|我们|认为|此外|另外|同时|综上|因此|目前|本周|今日|标的|个股|股票|推荐|关注|包括|方面$"
)
_OF_SECTOR = re.compile(r"^(?:行业|板块|产业|领域|赛道|企业|方面|方向|公司|龙头|环节|产业链|标的)")


def segment_before(line: Line, word: Word, theme: str | None) -> str | None:
    """The part of a list that the sentence names before its stance word: C端, 主线, a sector."""
    begun, _ = line.sentence(word.start)
    head = line.text[begun : word.start]
    part = re.split(r"[;；]", head)[-1]
    if sides := [*_END_SIDE.finditer(part)]:
        return sides[-1][1]
    lines = [*_MAIN_LINE.finditer(head)]
    if lines:
        return segment_name(lines[-1][1])
    if item := _last_item(line, word.start):
        return segment_name(item)
    for piece in (part.rpartition(":")[2], part):
        about = _ABOUT.match(piece)
        if about and about[1] != line.theme and _is_part(about, piece):
            return segment_name(about[1])
    named = [
        sector
        for at, sector in sectors_in(part)
        if _OF_SECTOR.match(part[at + len(sector) :]) and sector not in (theme or "")
    ]
    return named[-1] if named and line.theme is None and theme is not None else None


_ITEM_HEAD = re.compile(
    r"(?:^|[。;；\s])\s*(?:\(?\d{1,2}[.)、]|[①-⑳]|\([一二三四五六七八九]\)|[一二三四五六七八九]、)\s*"
    r"([\u4e00-\u9fffA-Za-z0-9+/&]{2,12})[:]"
)
_OBJECT_OF = re.compile(
    r"(?:关注|看好|把握|重视|布局|聚焦)(?:的)?([\u4e00-\u9fffA-Za-z0-9+/&]{2,12}?)"
    r"(?:方向|领域|板块|行业|产业链|环节|赛道|主线|机会|(?:的)?投资机会)*[,，。;；]\s*$"
)


_NOUN_PHRASE = re.compile(r"[\u4e00-\u9fffA-Za-z0-9+/&]{2,10}")


def _last_item(line: Line, at: int) -> str | None:
    """The head of the numbered item that holds ``at``, in a line of several items."""
    items = [*_ITEM_HEAD.finditer(line.text)]
    before = [item[1] for item in items if item.start() < at]
    return before[-1] if len(items) >= 2 and before else None


def object_before(line: Line, word: Word) -> str | None:
    """What a list is of, by the words before its heading: 光模块相关标的:A; 关注算力,相关标的:A."""
    head = re.sub(r"\([^()]*\)$", "", line.text[: word.start])
    if match := _OBJECT_OF.search(head):
        return segment_name(match[1])
    ends = [other.end for other in line.words if other.end <= word.start]
    piece = re.split(r"[,，。;；:、\s()]", head[max(ends, default=0) :])[-1]
    piece = re.sub(r"(?:的|行业|产业链|方向|领域|板块|环节|赛道)+$", "", piece)
    return segment_name(piece) if _NOUN_PHRASE.fullmatch(piece) else None


def _is_part(about: re.Match[str], part: str) -> bool:
    """Whether a sentence opens with its subject: 算力方面,… or a sector of its own: 算力:…"""
    opened = part[: about.end()]
    if GENERIC.search(about[1]):
        return False
    if re.search(r"(?:方面|方向上?|层面|板块|领域|环节|赛道|端)[,，:]$", opened):
        return True
    numbered = re.match(r"\s*(?:\(?\d{1,2}[.)、]|[①-⑳])", opened) is not None
    alone = about.end() == len(part.rstrip())  # the stance word follows at once
    return opened.endswith(":") and (bool(sectors_in(about[1])) or numbered or alone)


def leading_sector(bare: str) -> str | None:
    """建议关注调味品行业龙头A: the sector that leads to a share inside a scope."""
    clause = CLAUSE.split(bare)[-1]
    match = re.search(
        r"([\u4e00-\u9fff]{2,6})(?:行业|板块|领域)(?:的)?(?:龙头|领军企业|龙头企业|标的|企业)$",
        clause,
    )
    sectors = sectors_in(match[1]) if match else []
    return sectors[-1][1] if sectors else None


def segment_name(text: str) -> str | None:
    """A label as the name of a segment; None for one that names nothing of its own."""
    cleaned = re.sub(r"^(?:主线[一二三四五\d]?|方向[一二三四五\d]?|其中)[:]?", "", text)
    cleaned = re.sub(r"^(?:布局|聚焦|把握|关注|看好|推荐|重视|配置)", "", cleaned)
    cleaned = re.sub(r"(?:20\d\d年)?(?:的)?(?:投资)?机会$", "", cleaned)
    cleaned = re.sub(r"(?:相关)?(?:标的|个股|公司|方面|方向|领域|板块|环节)$", "", cleaned)
    return None if not cleaned or GENERIC.search(cleaned) else cleaned
