"""Parts of a list that stand behind their shares: A、B(算力),C(应用); A等光模块公司、B等PCB公司."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from basketbt.extract.lines import sectors_in
from basketbt.extract.reached import Reached
from basketbt.extract.segments import GENERIC
from basketbt.extract.words import GRADES

_BRACKET = re.compile(r"^\(([\u4e00-\u9fffA-Za-z0-9+/&]{2,12})\)")
_SUCH = re.compile(
    r"^等([\u4e00-\u9fffA-Za-z0-9+/]{2,10}?)(?:行业|板块)?(?:龙头|公司|企业|厂商|标的|个股|环节|领域)"
)
_PARTS = ("端", "主线", "方向", "环节", "领域")
_SIDES = re.compile(
    r"^(?:A股|H股|港股|美股|A/H|A\+H|相关|优质|核心|头部|国内|两家|三家|行业)|维持|首次|\d{3}"
)


def with_groups(reached: Sequence[Reached]) -> list[Reached]:
    """The shares of a line, those without a segment named by what stands behind their group.

    One name of a part may be a remark on its share; two of a kind are parts.
    """
    named = [*reached]
    words = dict.fromkeys(each.word for each in reached)
    for word in words:
        places = [at for at, each in enumerate(named) if each.word == word]
        parts = {at: part for at in places if (part := _part_behind(named[at]))}
        sure = [part for part in parts.values() if sectors_in(part) or part.endswith(_PARTS)]
        if len(set(parts.values())) < 2 and not sure:
            continue
        open_places: list[int] = []
        for at in places:
            open_places.append(at)
            if at in parts:
                for one in open_places:
                    if named[one].segment is None:
                        named[one] = replace(named[one], segment=parts[at])
                open_places = []
    return named


def _part_behind(each: Reached) -> str | None:
    tail = each.line.text[each.mention.end : each.mention.end + 20]
    match = _BRACKET.match(tail) or _SUCH.match(tail)
    if match is None or match[1] in GRADES or _SIDES.search(match[1]) or GENERIC.search(match[1]):
        return None
    return match[1]
