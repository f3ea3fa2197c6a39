"""How the choices of a study are called in a reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from basketbt.notes import Language

_ZH: Mapping[str, str] = {
    "equal": "等权",
    "by_segment": "按细分等权",
    "stance": "按态度",
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
    "next_open": "次一开盘",
    "day0_close": "第0日收盘",
    "publication_open": "发布后开盘",
}


def choice_words(label: str, language: Language) -> str:
    """A weighting's, rebalance's or entry's label in words; CSV files keep it, to be joined on."""
    if language == "en":
        return label.replace("_", " ")
    return " ".join(_ZH.get(word, word) for word in label.split(" "))
