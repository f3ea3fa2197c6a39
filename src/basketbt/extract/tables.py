"""Tables of picks: a heading that takes a stance, and a row a share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from basketbt.extract.brokers import Broker, house_called
from basketbt.extract.lines import Line
from basketbt.extract.mentions import Mention
from basketbt.extract.words import GOLD, GRADES, Stance, words_in

_NAME = re.compile(r"名称|简称|公司|股票|标的|个股|证券|代码|金股|NAME|CODE|SYMBOL", re.IGNORECASE)
_RATING = re.compile(r"评级|建议|操作|调整|RATING", re.IGNORECASE)
_TURNED = re.compile(r"→|->|—>|调至|上调为|下调为|调升至|调降至")
_HOUSE = re.compile(r"券商|机构|推荐方|研究所|来源|出处|BROKER", re.IGNORECASE)
_GROUP = re.compile(r"行业|板块|环节|方向|细分|领域|赛道|主线|主题|题材|类别|分类|产业链")
_LONGEST_GROUP = 16
_MARKET = re.compile(r"涨跌|涨幅|跌幅|成交|换手|收盘|净流入|市盈率|EPS|PE\b|盈利预测|持仓|持股")
_RULE = re.compile(r"^[\s|:\-—]+$")


@dataclass(frozen=True)
class Row:
    """A share of a table: who picks it, how, and the part of the table it stands in."""

    line: Line
    mention: Mention
    stance: Stance
    wording: str
    brokers: tuple[Broker, ...]
    segment: str | None
    heading: Line | None


@dataclass(frozen=True)
class _Columns:
    names: tuple[int, ...]
    rating: int | None
    house: int | None
    group: int | None
    is_market: bool


def rows_of(lines: Sequence[Line]) -> Iterator[Row]:
    """The picks of every table; a table without a stance, or of market data, has none."""
    heading: Line | None = None
    columns: _Columns | None = None
    group: str | None = None
    for line in lines:
        if not line.is_row:
            heading, columns, group = line, None, None
            continue
        cells = cells_of(line)
        if _RULE.match(line.text):
            continue
        filled = [text.strip() for _, text in cells if text.strip()]
        if len(filled) == 1 and not line.mentions and len(filled[0]) <= _LONGEST_GROUP:
            group = filled[0]
            continue
        if columns is None:
            columns = _columns([text for _, text in cells])
            if columns is not None:
                continue
            columns = _Columns(tuple(range(len(cells))), None, None, None, False)
        if columns.group is not None and columns.group < len(cells):
            group = cells[columns.group][1].strip() or group
        yield from _row(line, cells, columns, heading, group)


def cells_of(line: Line) -> list[tuple[int, str]]:
    """The cells of a row with their places in the line."""
    sign = "\t" if "\t" in line.text else "|"
    cells = []
    at = 0
    for part in line.text.split(sign):
        cells.append((at, part))
        at += len(part) + 1
    framed = sign == "|" and cells and not cells[0][1].strip()
    return cells[1:-1] if framed else cells


def _columns(header: list[str]) -> _Columns | None:
    named = tuple(at for at, text in enumerate(header) if _NAME.search(text) and len(text) <= 16)
    if not named or any(re.search(r"\d{4,6}", text) for text in header):
        return None

    def first(pattern: re.Pattern[str]) -> int | None:
        found = (at for at, text in enumerate(header) if pattern.search(text) and at not in named)
        return next(found, None)

    house = next((at for at, text in enumerate(header) if _HOUSE.search(text)), None)
    names = tuple(at for at in named if at != house)
    market = any(_MARKET.search(text) for text in header)
    return _Columns(names, first(_RATING), house, first(_GROUP), market)


def _row(
    line: Line,
    cells: list[tuple[int, str]],
    columns: _Columns,
    heading: Line | None,
    group: str | None,
) -> Iterator[Row]:
    stance, wording = _stance(cells, columns, heading)
    if stance is None:
        return
    spans = [
        (cells[at][0], cells[at][0] + len(cells[at][1])) for at in columns.names if at < len(cells)
    ]
    brokers = _brokers(cells, columns)
    seen: set[str] = set()
    for mention in line.mentions:
        inside = any(start <= mention.start < end for start, end in spans)
        if inside and _fills(line, mention, spans) and mention.symbol not in seen:
            seen.add(mention.symbol)
            yield Row(line, mention, stance, wording, brokers, group, heading)


def _fills(line: Line, mention: Mention, spans: list[tuple[int, int]]) -> bool:
    """Whether the share is what the cell holds, alone or in a list, not a word in a sentence."""
    start, end = next((s, e) for s, e in spans if s <= mention.start < e)
    before = line.text[start : mention.start].strip()
    after = line.text[mention.end : end].strip()
    return (not before or before[-1] in "、,;/)(]|+") and (not after or after[0] in "、,;/()[|+")


def _stance(
    cells: list[tuple[int, str]], columns: _Columns, heading: Line | None
) -> tuple[Stance | None, str]:
    if columns.rating is not None and columns.rating < len(cells):
        text = _TURNED.split(cells[columns.rating][1])[-1].strip(' “”"')
        for grade in sorted(GRADES, key=len, reverse=True):
            if grade in text.upper():
                return GRADES[grade], text
        words = words_in(text)
        if words:
            return words[0].stance, text
    if heading is None or len(heading.text) > 80:
        return None, ""
    if GOLD.search(heading.text):
        return "recommend", "金股组合" if "组合" in heading.text else "金股"
    if columns.is_market:
        return None, ""
    words = words_in(heading.text + ":")
    return (words[-1].stance, words[-1].text.rstrip(":")) if words else (None, "")


def _brokers(cells: list[tuple[int, str]], columns: _Columns) -> tuple[Broker, ...]:
    if columns.house is None or columns.house >= len(cells):
        return ()
    named = (house_called(part) for part in re.split(r"[、,，;；/\s]+", cells[columns.house][1]))
    return tuple(dict.fromkeys(house for house in named if house is not None))
