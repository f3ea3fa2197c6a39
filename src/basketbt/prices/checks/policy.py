"""The checks by name: what each finds, whether it refuses, and what happens where it only warns."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from basketbt.errors import UnknownName
from basketbt.notes import Note, NoteKind

Policy = Literal["refuse", "warn"]


@dataclass(frozen=True)
class Rule:
    """A check: its name in ``prices.quality``, what it finds, and what ``warn`` does then."""

    name: str
    default: Policy
    meaning_en: str
    meaning_zh: str
    when_warned_en: str
    when_warned_zh: str

    @property
    def meaning(self) -> Note:
        """What it finds."""
        return NoteKind(f"{self.name}-found", self.meaning_en, self.meaning_zh)()

    @property
    def when_warned(self) -> Note:
        """What is done with a row that is found and not refused."""
        return NoteKind(f"{self.name}-warned", self.when_warned_en, self.when_warned_zh)()


_DROPPED = ("the row is left out, as if suspended", "该行剔除，视同停牌")
_KEPT = ("the row is used as it is", "按原值使用")

RULES: tuple[Rule, ...] = (
    Rule(
        "unsorted",
        "warn",
        "rows out of date order",
        "日期未按升序排列",
        "the rows are sorted",
        "已重新排序",
    ),
    Rule(
        "duplicates",
        "refuse",
        "two rows of one security and day",
        "同一证券同一日期有多行",
        "the last row of the day is used",
        "取当日最后一行",
    ),
    Rule(
        "non_finite",
        "refuse",
        "an empty close or factor, or an infinite value",
        "收盘价或复权因子为空，或数值为无穷",
        *_DROPPED,
    ),
    Rule(
        "non_positive",
        "refuse",
        "a price or factor of zero or less, a negative volume or amount",
        "价格或因子小于等于零，或成交量、成交额为负",
        *_DROPPED,
    ),
    Rule(
        "off_calendar",
        "refuse",
        "a row on a day that was no session of the security's exchange",
        "日期不是该证券交易所的交易日",
        *_DROPPED,
    ),
    Rule(
        "ohlc",
        "refuse",
        "a close outside [low, high], or a low above the high",
        "收盘价超出最低价至最高价区间，或最低价高于最高价",
        *_KEPT,
    ),
    Rule(
        "open",
        "warn",
        "an open outside [low, high] (some vendors give the price of the opening auction)",
        "开盘价超出最低价至最高价区间（部分数据商给出的是集合竞价价格）",
        *_KEPT,
    ),
    Rule(
        "units",
        "refuse",
        "amount / (volume x mean price) is not about 1",
        "成交额÷（成交量×均价）不约等于1",
        *_KEPT,
    ),
    Rule(
        "fx",
        "refuse",
        "an exchange rate that cannot be for one unit",
        "汇率不是每1单位外币",
        *_KEPT,
    ),
    Rule(
        "actions",
        "refuse",
        "a corporate action that is negative or infinite, there twice, or takes the whole price",
        "公司行为为负值或无穷、同日重复，或派现不低于前收盘价",
        "the action is left out",
        "剔除该公司行为",
    ),
    Rule(
        "factor",
        "warn",
        "a corporate action that restates the previous close otherwise than the share's factor "
        "(its record date, cash per ten shares, a dividend without its bonus shares)",
        "公司行为与复权因子对前收盘价的调整不一致（登记日、每十股派现、缺送转等）",
        "the action is left out and the factor stands",
        "剔除该公司行为，以复权因子为准",
    ),
    Rule(
        "shares",
        "refuse",
        "a share count that is not positive, there twice, or tradable above the total",
        "股本不为正、同日重复，或流通股大于总股本",
        "the row is left out, the counts before it hold",
        "剔除该行，沿用此前股本",
    ),
    Rule(
        "leap",
        "refuse",
        "a close beyond three daily limits in a row from the reference price (not in a share's "
        "first five sessions, nor after more than ten without a row)",
        "收盘价超出连续三个涨跌停的幅度（上市前五日、缺行超过十日之后除外）",
        *_KEPT,
    ),
    Rule(
        "limit",
        "warn",
        "a close beyond the board's daily limit from the reference price",
        "收盘价超出该板块涨跌幅限制",
        *_KEPT,
    ),
    Rule(
        "ends_early",
        "warn",
        "a security whose rows end more than five sessions before its table's (suspended, or an "
        "export that was not brought up to date)",
        "证券行情比所在表早止五个交易日以上（停牌，或导出未更新）",
        "the price is carried and the sessions count as suspended",
        "沿用前价，计为停牌",
    ),
    Rule(
        "hole",
        "warn",
        "a session on which no security of a table has a row, or an index no level",
        "某交易日整表无任何证券的行，或指数无点位",
        "shares count as suspended; returns beside the index are unknown on that session",
        "个股计为停牌；该日相对指数的收益未知",
    ),
    Rule(
        "gap",
        "warn",
        "sessions without a row between two rows (a suspension, or missing data)",
        "两行之间缺少交易日（停牌或缺数据）",
        "the price is carried and the sessions count as suspended",
        "沿用前价，计为停牌",
    ),
)
DEFAULT_POLICY: Mapping[str, Policy] = {rule.name: rule.default for rule in RULES}


def full_policy(chosen: Mapping[str, Policy] | None) -> dict[str, Policy]:
    """The defaults with a study's choices over them.

    Raises:
        UnknownName: a check that does not exist.
    """
    for name in chosen or {}:
        if name not in DEFAULT_POLICY:
            near = difflib.get_close_matches(name, DEFAULT_POLICY, 1)
            nearest = f"; did you mean {near[0]!r}?" if near else ""
            known = ", ".join(DEFAULT_POLICY)
            raise UnknownName(kind="price check", name=name, nearest=nearest, known=known)
    return {**DEFAULT_POLICY, **(chosen or {})}
