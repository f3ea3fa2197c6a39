"""Headings: short lines that name a part of an article, or the stance of the list behind them."""

from __future__ import annotations

import re

from basketbt.extract.lines import Line, sectors_in
from basketbt.extract.segments import GENERIC
from basketbt.extract.words import GOLD, Word

_LONGEST = 30
_MARKS = re.compile(r"^[^\w(（【\[]+|^(?:[\d.]+|[一二三四五六七八九十]+)[、.\s]+|[^\w)）】\]”]+$")
_RATED = re.compile(
    r"^(?P<part>[\u4e00-\u9fffA-Za-z0-9+/&\s]{2,14})[:|\-—]\s*(?:维持|给予)?[“\"]?"
    r"(?:强烈推荐|推荐|看好|买入|增持|超配|优于大市|强于大市|关注|建议关注|逢低布局|布局|中性|标配|回避|低配)"
)
_PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9+/&]{2,8}")
_OF_LIST = re.compile(
    r"(?:(?:重点|核心|强烈|首选|本周|本月|月度)?(?:推荐|关注|受益|相关|首选)(?:的)?(?:标的|个股|公司|股票|组合|名单)?|"
    r"金股(?:组合|名单|汇总|列表|推荐|一览)*)(?:汇总|一览|如下|梳理)?$"
)


def is_heading(line: Line) -> bool:
    """Whether the line is short and no sentence."""
    return 2 <= len(bare(line)) <= _LONGEST and re.search(r"[。;；,，]", line.text) is None


def bare(line: Line) -> str:
    """The line without numbers and signs around it."""
    text = line.text.strip()
    for _ in range(2):
        text = _MARKS.sub("", text).strip()
    return text


def heading_word(line: Line) -> Word | None:
    """The stance that a heading takes for the list behind it: 重点推荐标的, 4月金股组合汇总."""
    text = bare(line)
    if not is_heading(line) or line.mentions or not _OF_LIST.search(text):
        return None
    if GOLD.search(text):
        return Word(
            0, len(line.text), "金股组合" if "组合" in text else "金股", "label", "recommend"
        )
    stance = next((word.stance for word in line.words), None)
    if stance is None:
        return None
    return Word(0, len(line.text), _OF_LIST.search(text)[0], "label", stance)  # type: ignore[index]


def part_headed(line: Line, before: str | None) -> str | None:
    """The part that holds from this line on: a sector as a heading, with or without its grade."""
    text = bare(line)
    if line.mentions or not is_heading(line):
        return before
    if line.houses:
        return None
    rated = _RATED.match(text)
    if rated:
        return rated["part"].strip()
    name = re.sub(r"(?:板块|行业|领域|方向|产业链)$", "", text.rstrip(":"))
    is_sector = len(name) <= 12 and any(name == sector for _, sector in sectors_in(name))
    is_plain = _PLAIN.fullmatch(name) is not None and not GENERIC.search(name)
    return name if is_sector or is_plain else None
