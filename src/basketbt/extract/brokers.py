"""Brokers by every name they go by, and whether a text lets one speak."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Broker:
    """A broker: ``id`` is its folder in a library of lists, ``zh`` and ``en`` its names."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Speaker:
    """A broker that says something at this place; ``end`` is behind its name."""

    broker: Broker
    start: int
    end: int


#: Lists of several brokers that the text does not name, and of none.
VARIOUS, UNNAMED = "various", "unnamed"

# A name of a house that the table lacks: 某某证券.
_HOUSE = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,4}证券(?=[:：\-—·在认表研指称发分建首](?!交易))"
)
# Fields of analysts, behind the short name of their house.
_FIELDS = (
    "计算机|电子|通信|传媒|机械|电新|电力设备|新能源|医药|食品饮料|食饮|策略|宏观|固收|军工|汽车|化工|有色|金属|非银|银行|地产|建材|"
    "建筑|轻工|家电|农业|农林牧渔|商社|社服|零售|纺服|交运|煤炭|钢铁|环保|公用|海外|科技|金工|中小盘|消费|互联网|北交所|晨会|晨报|研究"
)
_SPEAKS = re.compile(
    rf"(?:{_FIELDS})|"
    r"(?:股份有限公司|有限公司|研究所|研究院|研究部|研究团队|研究|证券|集团|公司)?(?:\((?:\d{4,6}|[A-Za-z.]+)[.A-Z]*\))?"
    r"(?:(?:[^,，。;；:、]{0,14}?)(?:研报|研究报告|报告|周报|日报|月报|年报点评|深度|点评|表示|认为|指出|指|称|分析|建议|发布|预计|预期|强调|"
    r"提到|提示|提醒|看好|推荐|首推|给予|维持|上调|下调|调升|调降|首予|首次|重申|将|把|对|判断|统计|测算|金股|联合|首席|分析师|团队|策略|"
    r"宏观|行业|则|也|还|予|予以|关注|覆盖|观点|看来|坦言|直言|说|评|重点|继续|列|升|降|晨会|研究员|组合|十大|月度|年度|\d{1,2}月)"
    r"|(?!\s*\(\d{4,6}(?:\.[A-Z]+)?\))\s*[:：\-—·()【】\[\]》]|\s*\d|\s*$|\s+(?=[\u4e00-\u9fff])|[,，](?:建议|推荐|看好|关注)|[、和与及](?=[\u4e00-\u9fff]))"
)
# What lets a house speak at once.
_ONE_SPEAKS = re.compile(
    r"\s?[:：|-]|在?(?:最新)?(?:研报|报告)|的?研究|表示|认为|指出|称|建议|预计|首席|分析师|[\u4e00-\u9fff]{0,2}团队|策略|维持|"
    r"给予|予|看好|推荐|首推|发布|发表|预期|指|引述|上调|下调|重申|首予|首次|最新|日前|近日|金股|\d{1,2}月|将|升|降|料|目标|则|也|续|、|和|均|联合|共同|独家|列"
)
_AS_OBJECT = re.compile(
    r"(?:将|对|给予|维持|上调|下调|首予|重申|予|把|看好|推荐|首推|关注|买入|增持|如|包括|标的|个股|龙头|[、:])$"
)
_AFTER_LIST = re.compile(
    r"(?:看好|推荐|首推|关注|买入|增持|标的|个股|公司|龙头|包括)(?:[^。;；:，,]{0,4}[:：])?[^。;；，,]{0,60}$"
)
# Right behind its name such a word makes a house the speaker, also inside a list of shares.
_SPEAKS_AT_ONCE = re.compile(
    r"(?:证券|研究所|研究)?(?:联合|共同|最新|在?研报中?|周?报告?中?)?(?:推荐|首推|看好|表示|认为|指出|研报|建议|称|维持|给予|重申)"
)
# 某证券独家推荐的A: whatever stands before, the house speaks.
_RECOMMENDS_ONE = re.compile(r"(?:独家|联合|共同|均)?(?:推荐|看好)的")
# Several houses in a row are speakers only if they do something together.
_LISTED = re.compile(
    r"等?(?:\d+|[两二三四五六七八九十多]+)?(?:家|大)?(?:券商|机构|投行)?[^,，。;；]{0,6}(?:联合|共同|均|都|一致|推荐|看好|认为|表示|指出|建议|给予|"
    r"维持|上调|下调|首次|覆盖|发布|研报|分别)"
)
_JOINED = ("、", "和", "与", "及", "以及", ",")
_SOURCE = re.compile(r"(?:据|来自|来源[:：]?|作者[:：]?|——|—|\()$")


@cache
def brokers() -> dict[str, Broker]:
    """Every known name → its broker."""
    known: dict[str, Broker] = {}
    text = Path(__file__).with_name("brokers.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            number, english, name, others = line.split("|")
            broker = Broker(number, name, english or name)
            known.update(dict.fromkeys([name, *others.replace("~", "").split()], broker))
    return known


@cache
def _words() -> frozenset[str]:
    """The names that are words as well (开源, 太平洋): houses only where they speak at once."""
    text = Path(__file__).with_name("brokers.txt").read_text(encoding="utf-8")
    return frozenset(re.findall(r"(?<=~)[^\s|~]+", text))


def various() -> Broker:
    """Several brokers, none named."""
    return brokers()["多家券商"]


def unnamed() -> Broker:
    """No broker at all."""
    return brokers()["未注明机构"]


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(brokers(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def houses_in(text: str) -> list[Speaker]:
    """Every mention of a broker in ``text``, speaking or not, in order."""
    found = [
        Speaker(brokers()[match[0]], *match.span())
        for match in _pattern().finditer(text)
        if match[0] not in _words() or _ONE_SPEAKS.match(text, match.end())
    ]
    found += _teams(text, {one.start for one in found})
    taken = {at for one in found for at in range(one.start, one.end)}
    for match in _HOUSE.finditer(text):
        if not taken.intersection(range(*match.span())):
            broker = Broker(f"house-{_number(match[0])}", match[0], match[0])
            found.append(Speaker(broker, *match.span()))
    return sorted(found, key=lambda one: one.start)


# Analysts sign as their house and field: 【天风计算机】, 银河通信赵良毕.
_TEAM = re.compile(
    rf"(?:(?<=[【\[#@\s])|^)(?P<house>[\u4e00-\u9fff]{{2,4}}?)(?:证券)?(?:{_FIELDS})"
)


def _teams(text: str, known: set[int]) -> list[Speaker]:
    found = []
    for match in _TEAM.finditer(text):
        broker = brokers().get(match["house"]) or brokers().get(f"{match['house']}证券")
        if broker is not None and match.start("house") not in known:
            found.append(Speaker(broker, *match.span("house")))
    return found


def house_called(name: str) -> Broker | None:
    """The broker of a name that is known to be one, also without 证券: 东兴, 中银."""
    text = name.strip()
    return brokers().get(text) or brokers().get(f"{text}证券")


def speaking(text: str, houses: Sequence[Speaker]) -> list[Speaker]:
    """The brokers that speak there, and are not spoken of as shares.

    Houses that a list joins speak together or not at all: 甲证券和乙证券联合推荐.
    """
    chains: list[list[Speaker]] = []
    for one in houses:
        if chains and text[chains[-1][-1].end : one.start] in _JOINED:
            chains[-1].append(one)
        else:
            chains.append([one])
    found = []
    for chain in chains:
        head = text[max(0, chain[0].start - 80) : chain[0].start]
        tail = text[chain[-1].end : chain[-1].end + 40]
        if _speaks(head, tail, alone=len(chain) == 1):
            found += chain
    return found


def _speaks(head: str, tail: str, *, alone: bool) -> bool:
    if _SOURCE.search(head) or _RECOMMENDS_ONE.match(tail):
        return True
    if not _SPEAKS.match(tail):
        return False
    if _SPEAKS_AT_ONCE.match(tail) and not re.search(r"(?:将|关注|、|推荐)$", head):
        return True
    listed = not alone and not _LISTED.match(tail)
    return not (listed or _AS_OBJECT.search(head) or _AFTER_LIST.search(head))


def _number(name: str) -> str:
    return "".join(f"{ord(sign):x}" for sign in name.removesuffix("证券"))
