"""How the choices of a study are called in a reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from basketbt.notes import Language
from basketbt.report.views.phrases import Phrase

_ZH: Mapping[str, str] = {
    "equal": "等权",
    "by_segment": "按细分行业等权",
    "stance": "按推荐程度",
    "given": "名单自带权重",
    "inverse_volatility": "波动率倒数",
    "market_cap": "总市值",
    "tradable_cap": "流通市值",
    "cap": "上限",
    "hold": "买入持有",
    "daily": "每日",
    "weekly": "每周",
    "monthly": "每月",
    "quarterly": "每季",
    "dates": "指定日",
    "band": "偏离带",
    "next_open": "事件后首个开盘",
    "day0_close": "第0日收盘",
    "publication_open": "发布后开盘",
    "buy": "买入",
    "sell": "卖出",
    "limit-up": "涨停",
    "limit-down": "跌停",
    "suspended": "停牌",
    "closed": "休市",
    "not traded": "未上市或已退市",
    "refused": "账户拒绝",
    "participation": "成交量上限",
    "T+1": "T+1",
    "cash": "现金不足",
    "lot": "整手",
    "market": "市场",
    "market+sector": "市场+行业",
    "mean": "均值",
    "main": "登记设定",
    "without": "不含",
}

#: Words that are clear in a table of their own, and not by themselves.
_EN: Mapping[str, str] = {
    "participation": "share of volume",
    "refused": "refused by the account",
    "day0_close": "close of day 0",
}


#: The entry of an account that a reader of the list could have kept.
AFTER_PUBLICATION = "publication_open"
_BEFORE_PUBLICATION = Phrase("{entry} (hindsight)", "{entry}（事后）")


def entry_words(entry: str, language: Language, *, hindsight: bool) -> str:
    """When an account bought, in words, marked where the list was not published yet."""
    words = choice_words(entry, language)
    words = words[:1].upper() + words[1:]
    return _BEFORE_PUBLICATION.say(language, entry=words) if hindsight else words


def choice_words(label: str, language: Language) -> str:
    """A weighting's, rebalance's or entry's label in words; CSV files keep it, to be joined on."""
    if language == "en":
        return _EN.get(label, label.replace("_", " "))
    if label in _ZH:
        return _ZH[label]
    return " ".join(_ZH.get(word, word) for word in label.split(" "))
