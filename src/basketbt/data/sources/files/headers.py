"""Headers of tables, English and Chinese, and the units some of them name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from unicodedata import normalize

from basketbt.data.sources.files.layouts import layout_of
from basketbt.data.sources.files.spec import Kind
from basketbt.errors import InvalidFile, Problem
from basketbt.notes import message

_PRICES: Mapping[str, tuple[str, ...]] = {
    "date": (
        *("date", "trade_date", "datetime", "time", "dates", "day", "tradingdate"),
        *("日期", "交易日期", "交易日", "时间", "交易时间"),
    ),
    "symbol": (
        *("symbol", "code", "ticker", "ts_code", "windcode", "wind_code", "thscode", "secid"),
        *("order_book_id", "instrument", "security"),
        *("代码", "股票代码", "证券代码", "指数代码", "wind代码", "同花顺代码"),
    ),
    "open": ("open", "开盘", "开盘价", "今开", "px_open"),
    "high": ("high", "最高", "最高价", "px_high"),
    "low": ("low", "最低", "最低价", "px_low"),
    "close": ("close", "收盘", "收盘价", "close_price", "收盘点位", "px_last", "px_close"),
    "volume": ("volume", "vol", "成交量", "成交股数", "总手", "px_volume"),
    "amount": (
        *("amount", "amt", "turnover_value", "money", "total_turnover"),
        *("成交额", "成交金额", "总成交额", "金额"),
    ),
    "factor": ("adj_factor", "factor", "adjfactor", "复权因子", "累计复权因子"),
    "previous": (
        *("pre_close", "preclose", "prev_close", "previous_close"),
        *("前收盘", "前收盘价", "昨收", "昨收盘", "昨收价", "前收"),
    ),
    "change": ("涨跌额", "涨跌"),
    "change_pct": ("pct_chg", "pctchg", "pct_change", "涨跌幅", "涨幅"),
    "adjusted_close": ("adj_close", "adjclose", "adjusted_close"),
    "adjustment": ("adjustflag",),
    "quality": ("quality",),
    "status": ("tradestatus", "trade_status", "trading_status", "交易状态"),
    "paused": ("paused",),
}

# The headers known of every kind of table, by field. Case, spaces and units do not matter.
KNOWN: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    "bars": _PRICES,
    "indexes": _PRICES,
    "fx": {
        "date": _PRICES["date"],
        "symbol": ("pair", "symbol", "code", "货币对", "代码"),
        "rate": ("rate", "close", "汇率", "中间价", "收盘", "收盘价"),
    },
    "shares": {
        "symbol": _PRICES["symbol"],
        "date": ("date", "effective_date", "日期", "变动日期", "变更日期", "生效日期"),
        "total": ("total", "total_shares", "总股本"),
        "tradable": ("tradable", "float_shares", "流通股", "流通股本", "已流通股份", "流通a股"),
        "market_value": ("market_value", "total_mv", "总市值"),
    },
    "actions": {
        "symbol": _PRICES["symbol"],
        "date": ("ex_date", "date", "除权除息日", "除权日", "除息日"),
        "cash": ("cash", "cash_div", "每股派息", "每股股利", "派息", "每10股派息"),
        "bonus": ("bonus", "stk_div", "每股送转", "送转", "每10股送转"),
        "rights": ("rights", "每股配股", "配股", "每10股配股"),
        "rights_price": ("rights_price", "配股价", "配股价格"),
    },
    "instruments": {
        "symbol": _PRICES["symbol"],
        "name": ("name", "名称", "股票名称", "证券名称", "简称", "证券简称"),
        "listed": ("listed", "list_date", "上市日期", "上市日"),
        "delisted": ("delisted", "delist_date", "退市日期", "摘牌日期"),
        "lot": ("lot", "lot_size", "每手股数"),
        "industry": ("industry", "行业", "所属行业"),
    },
}
REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    "bars": ("date", "symbol", "close"),
    "indexes": ("date", "symbol", "close"),
    "fx": ("date", "symbol", "rate"),
    "shares": ("symbol", "date", "total"),
    "actions": ("symbol", "date"),
    "instruments": ("symbol",),
}

# What one unit of a header counts in ours: shares or currency units.
UNITS: Mapping[str, float] = {
    "股": 1.0,
    "手": 100.0,
    "万股": 1e4,
    "亿股": 1e8,
    "shares": 1.0,
    "lots": 100.0,
    "元": 1.0,
    "千元": 1e3,
    "万元": 1e4,
    "百万元": 1e6,
    "亿元": 1e8,
    "yuan": 1.0,
}
_UNIT = re.compile(r"[(（\[【]\s*(?:单位[:：])?\s*([^)）\]】]*?)\s*[)）\]】]\s*$")
_WIND_UNIT = re.compile(r"\[单位\]\s*([^\s\[]+)")
_NAMELESS = ("", "index", "__index_level_0__", "unnamed:_0")  # of an index that pandas wrote
_ALIKE = 0.65  # how alike two spellings are; tradable_shares and tradable are 0.70
_PER_TEN = ("每10股", "每十股")


@dataclass(frozen=True)
class Column:
    """Where a field stands in a table. ``scale``: our units for one of the header's, or None."""

    header: str
    scale: float | None = None


@lru_cache(maxsize=1 << 12)
def plain(header: str) -> tuple[str, float | None]:
    """A header without case, spaces and unit; and what its unit counts, None when it has none."""
    text = normalize("NFKC", header).replace("\ufeff", "").strip().removeprefix("$")
    unit, scale = _UNIT.search(text), None
    if wind := _WIND_UNIT.search(text):
        scale = UNITS.get(wind.group(1).lower())
    elif unit and unit.group(1).lower() in UNITS:
        scale, text = UNITS[unit.group(1).lower()], text[: unit.start()]
    # 收盘价 [复权方式] 不复权 [单位] 元 is how Wind's formulas head a column.
    text = text.partition("\n")[0].partition("[")[0] if "[" in text.strip("[") else text
    text = text.removesuffix("%").removesuffix("(%)")
    text = re.sub(r"\s+", "_", text.strip()).lower().replace("每十股", "每10股")
    return text, 0.1 if text.startswith(_PER_TEN) else scale


def find_columns(
    headers: Sequence[str], kind: Kind, own: Mapping[str, str], path: str
) -> dict[str, Column]:
    """Where each field stands: by the table's own names, by its vendor's layout, by known headers.

    A first column without a header holds the days where no other does: pandas leaves it so.

    Raises:
        InvalidFile: an own header that the table lacks, a field that is none, two columns for
            one field, or a required field without a column.
    """
    problems = _own_problems(headers, kind, own, path)
    found: dict[str, Column] = {}
    named = {field: header for header, field in own.items()}
    texts = {header: plain(header)[0] for header in headers}
    layout = layout_of(texts.values()) if kind in ("bars", "indexes") else None
    meant = {} if layout is None else layout.columns
    for field, spellings in KNOWN[kind].items():
        matches = [
            header
            for header in headers
            if header not in own
            and (meant.get(texts[header]) == field or texts[header] in spellings)
        ]
        if not matches and field == "date" and headers and texts[headers[0]] in _NAMELESS:
            matches = [headers[0]]
        if field in named:
            matches = [named[field]]
        if len(matches) > 1:
            what = message("why-could-be-any-of-the", field=field, matches=", ".join(matches))
            problems.append(Problem(path, 1, what, message("do-say-which-under-prices-tables")))
        elif matches:
            found[field] = Column(matches[0], plain(matches[0])[1])
        elif field in REQUIRED[kind]:
            what = message("why-no-column-for-among", field=field, headers=", ".join(headers[:12]))
            fix = message("do-name-it-or-map-your", spellings=spellings[0], field=field)
            problems.append(Problem(path, 1, what, fix))
    if problems:
        raise InvalidFile(problems)
    return found


def near_misses(
    headers: Sequence[str], kind: Kind, own: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Headers that are not read although they resemble one of a field that the table lacks.

    Each with the spelling that was probably meant, and its field.
    """
    texts = {header: plain(header)[0] for header in headers if header not in own}
    lacking = {
        spelling: field
        for field, spellings in KNOWN[kind].items()
        if field not in own.values() and not set(spellings) & set(texts.values())
        for spelling in spellings
    }
    known = {spelling for spellings in KNOWN[kind].values() for spelling in spellings}
    found = []
    for header, text in texts.items():
        near = [] if text in known else get_close_matches(text, lacking, 1, _ALIKE)
        found += [(header, spelling, lacking[spelling]) for spelling in near]
    return tuple(found)


def _own_problems(
    headers: Sequence[str], kind: Kind, own: Mapping[str, str], path: str
) -> list[Problem]:
    problems = []
    for header, field in own.items():
        if header not in headers:
            problems.append(Problem(path, 1, message("why-no-column-is-called", header=header)))
        if field not in KNOWN[kind]:
            fix = message("do-fields-of", kind=kind, known=", ".join(KNOWN[kind]))
            problems.append(Problem(path, 1, message("why-is-not-a-field", field=field), fix))
    return problems


def is_date_header(header: str) -> bool:
    """Whether the first column of a wide table may be called so; Wind leaves it empty."""
    return plain(header)[0] in ("", "code", *_PRICES["date"])
