"""From a table of shares, as analysts keep them in Excel, to a list: every row resolved or named.

Rows hold a code or a name (or both), and, if at all, a weight, a segment and a stance, in any
order, below a row of headers or none. Nothing is guessed: a row that could be two shares, or none,
is named with the reason and left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

from basketbt.data.sources.files.codes import bare, canonical
from basketbt.errors import BadSymbol, InputError
from basketbt.lists.model import Stance
from basketbt.market.securities import name_on, shares_called
from basketbt.market.symbols import parse_symbol, readings
from basketbt.notes import Note, listing, message

_HEADERS: Mapping[str, tuple[str, ...]] = {
    "code": (
        *("code", "symbol", "ticker", "ts_code", "secid", "wind_code", "代码", "证券代码"),
        *("股票代码", "wind代码", "万得代码", "标的代码", "公司代码"),
    ),
    "name": (
        *("name", "company", "名称", "简称", "证券名称", "证券简称", "股票名称", "股票简称"),
        *("公司", "公司名称", "公司简称", "标的", "个股", "股票"),
    ),
    "weight": ("weight", "权重", "占比", "仓位", "比例", "配置比例"),
    "segment": (
        *("segment", "sector", "industry", "theme", "板块", "细分", "细分领域", "环节", "产业链"),
        *("行业", "方向", "领域", "产业链环节", "概念", "分类", "赛道"),
    ),
    "stance": ("stance", "rating", "view", "评级", "观点", "态度", "建议", "投资评级"),
}
_RECOMMENDED = (
    *("推荐", "强烈推荐", "强推", "重点推荐", "首推", "看好", "强烈看好", "买入", "强烈买入"),
    *("增持", "超配", "跑赢行业", "recommend", "buy", "strong buy", "overweight", "outperform"),
)
_WATCHED = ("关注", "建议关注", "重点关注", "受益", "中性", "持有", "watch", "neutral", "hold")
_AVOIDED = ("回避", "卖出", "减持", "低配", "avoid", "sell", "underweight", "reduce")
_STANCES: Mapping[str, Stance | None] = {
    **dict.fromkeys(_RECOMMENDED, "recommend"),
    **dict.fromkeys(_WATCHED, "watch"),
    **dict.fromkeys(_AVOIDED),
}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")
_UNIT = re.compile(r"[(（\[].*$")


class NoShares(InputError):
    """Fields: path, listing."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One share of a table. ``line`` counts from 1; ``weight`` is a fraction."""

    line: int
    symbol: str
    name: str
    weight: float | None = None
    segment: str | None = None
    stance: Stance | None = None


@dataclass(frozen=True)
class Tabled:
    """What became of a table: the shares, and each row that is not among them with the reason."""

    rows: tuple[Row, ...]
    left_out: tuple[tuple[int, str, Note], ...]  # line, the row's words, why
    weighted: bool  # every row has a weight


def tabled(cells: Sequence[Sequence[str]]) -> Tabled:
    """The shares of a table's rows."""
    lines = [(n, [cell.strip() for cell in row]) for n, row in enumerate(cells, 1)]
    lines = [(n, row) for n, row in lines if any(row)]
    head, places = _head(lines)
    if "code" in places:
        lines = _with_zeros(lines, places["code"])
    rows: list[Row] = []
    left_out: list[tuple[int, str, Note]] = []
    heading: str | None = None
    for line, row in lines:
        if line <= head:
            continue
        words = " ".join(filter(None, row))
        fields = _by_header(row, places) if places else _by_kind(row)
        if not places and len(list(filter(None, row))) == 1 and not _is_share(words):
            heading = words  # of the rows below it
            left_out.append((line, words, message("share-unknown")))
            continue
        found = _row(line, fields)
        if isinstance(found, Note):
            left_out.append((line, words, found))
        elif any(one.symbol == found.symbol for one in rows):
            left_out.append((line, words, message("share-above", symbol=found.symbol)))
        else:
            rows.append(replace(found, segment=found.segment or heading))
    return _weighted(rows, left_out)


def _head(lines: Sequence[tuple[int, list[str]]]) -> tuple[int, dict[str, int]]:
    """The line of the headers, and where each field stands; 0 and nothing where there are none."""
    for line, row in lines[:10]:
        words = [_UNIT.sub("", normalize("NFKC", cell)).strip().lower() for cell in row]
        places = {
            field: next(place for place, word in enumerate(words) if word in known)
            for field, known in _HEADERS.items()
            if any(word in known for word in words)
        }
        if "code" in places or "name" in places:
            percent = "weight" in places and "%" in row[places["weight"]]
            return line, {**places, **({"percent": 1} if percent else {})}
    return 0, {}


def _with_zeros(lines: Sequence[tuple[int, list[str]]], at: int) -> list[tuple[int, list[str]]]:
    """Codes that Excel took for numbers: where one has six digits, all mainland ones have."""
    codes = [bare(row[at]) for _, row in lines if at < len(row)]
    if not any(len(code) == 6 and code.isdigit() for code in codes):
        return list(lines)
    found = []
    for line, row in lines:
        code = bare(row[at]) if at < len(row) else ""
        if code.isdigit() and len(code) < 5 and not code.startswith("0"):
            row = [*row[:at], code.zfill(6), *row[at + 1 :]]
        found.append((line, row))
    return found


def _by_header(row: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    fields = {
        field: row[place]
        for field, place in places.items()
        if field != "percent" and place < len(row)
    }
    if "percent" in places and fields.get("weight") and not fields["weight"].endswith("%"):
        fields["weight"] += "%"
    return fields


def _by_kind(row: Sequence[str]) -> dict[str, str]:
    """Cells without headers, each by what it can be; a text with code and name is both."""
    fields: dict[str, str] = {}
    for cell in (part for text in row for part in _parts(text)):
        if _symbol(cell) is not None:
            fields.setdefault("code", cell)
        elif normalize("NFKC", cell).lower() in _STANCES:
            fields.setdefault("stance", cell)
        elif _NUMBER.fullmatch(cell):
            fields.setdefault("weight", cell)
        elif shares_called(cell) or "name" not in fields:
            fields.setdefault("name", cell)
        else:
            fields.setdefault("segment", cell)
    return fields


def _parts(text: str) -> list[str]:
    """贵州茅台(600519.SH) → its two parts."""
    return [part for part in re.split(r"[\s()（）,，、;；|]+", text) if part]


def _is_share(text: str) -> bool:
    return any(_symbol(part) is not None or shares_called(part) for part in _parts(text))


def _row(line: int, fields: Mapping[str, str]) -> Row | Note:
    """A share, or why the row is none."""
    told = normalize("NFKC", fields.get("stance", "")).strip().lower()
    if told and told not in _STANCES:
        return message("share-stance", stance=told, known=listing(list(_STANCES)[:12]))
    if told and _STANCES[told] is None:
        return message("share-avoided", stance=told)
    found = _share(fields.get("code", ""), fields.get("name", ""))
    if isinstance(found, Note):
        return found
    symbol, name = found
    weight = None
    if fields.get("weight"):
        number = _NUMBER.fullmatch(fields["weight"])
        if number is None:
            return message("share-weight", weight=fields["weight"])
        weight = float(number[1]) / (100.0 if number[2] else 1.0)
    return Row(
        line=line,
        symbol=symbol,
        name=name,
        weight=weight,
        segment=fields.get("segment") or None,
        stance=_STANCES.get(told),
    )


def _share(code: str, name: str) -> tuple[str, str] | Note:
    """The symbol and name of a share, or why it cannot be told."""
    by_name = shares_called(name) if name else ()
    if not code:
        if len(by_name) == 1:
            return by_name[0], name_on(by_name[0], None) or name
        if by_name:
            return message("share-several", name=name, symbols=listing(by_name, "or"))
        return message("share-no-name", name=name)
    symbol = _symbol(code)
    if symbol is None:
        return message("share-no-code", code=code)
    known = name_on(symbol, None)
    if by_name and symbol not in by_name:
        return message(
            "share-two",
            name=name,
            symbols=listing(by_name, "or"),
            symbol=symbol,
            other=known or message("share-another"),
        )
    return symbol, name or known or symbol


def _symbol(text: str) -> str | None:
    """The share that a code is; digits alone are a share's, for a list holds nothing else."""
    word = bare(text)
    try:
        if word.isdigit():
            mainland = readings(word) if len(word) == 6 else ()
            shares = [one.canonical for one in mainland if one.kind in ("share", "b_share")]
            if len(word) == 5 or (len(word) == 4 and word.startswith("0")):
                shares = [parse_symbol(f"{word}.HK").canonical]
            return shares[0] if len(shares) == 1 else None
        known = canonical(word)
        return known if known and parse_symbol(known).kind in ("share", "b_share") else None
    except BadSymbol:
        return None


def _weighted(rows: Sequence[Row], left_out: Sequence[tuple[int, str, Note]]) -> Tabled:
    """Weights as fractions: those of a table without percent signs may add up to 100."""
    total = sum(row.weight or 0.0 for row in rows)
    weighted = bool(rows) and all(row.weight for row in rows)
    scale = 100.0 if total > 1.5 else 1.0
    scaled = [replace(r, weight=r.weight / scale if weighted and r.weight else None) for r in rows]
    return Tabled(tuple(scaled), tuple(left_out), weighted)
