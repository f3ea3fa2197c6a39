"""The last section of a memo: how its numbers were computed and how to get them again."""

from __future__ import annotations

from basketbt.market.indexes import index_info
from basketbt.notes import Language
from basketbt.report.phrases import Phrase
from basketbt.results import StudyResult

_TITLE = Phrase("How this was computed", "计算方法")
_LEVELS = Phrase(
    "Index book: shares in fractions, no costs. A window [a,b] is bought at the close before day a "
    "at target weights (level 100) and ends with the close of day b. Level: "
    "V_t = 100 Σ w_i P_it / P_i,base, with total-return prices (cash dividends reinvested, gross "
    "of tax).",
    "指数账簿:可分割、无成本。窗口[a,b]于第a日前一收盘按目标权重买入(点位100),至第b日收盘。"
    "点位V_t = 100 Σ w_i P_it / P_i,base,采用全收益价格(税前现金分红再投资)。",
)
_AVAILABLE = Phrase(
    "The available window, like every window, starts from the close before its first session. A "
    "reader buys at the next open at the earliest: what that open had already taken is in the "
    "figure, and only an account (`account:`, entry publication_open) is without it.",
    "可得窗口与其他窗口一样,以首日前一收盘为起点。读者最早只能在次一开盘买入:开盘跳空部分仍计入该数字,"
    "仅账户(`account:`,entry publication_open)将其剔除。",
)
_DAY0 = Phrase(
    "Day 0 is the first session whose close follows the first public timestamp, on the basket's "
    "own exchange.",
    "第0日为事件首次公开时间之后首个收盘的交易日(按组合所在交易所)。",
)
_ANNUAL = Phrase(
    "Annual figures use {basis} sessions a year and a risk-free rate of {rf:.2%} a year; returns "
    "and ratios over fewer than 20 sessions are not annualised, only volatility is.",
    "年化按每年{basis}个交易日、无风险年利率{rf:.2%};不足20个交易日的收益与比率不作年化,仅波动率年化。",
)
_BENCHMARK = Phrase(
    "Benchmark {code} {name} is a {kind} index{twin}.", "基准{code}{name}为{kind}指数{twin}。"
)
_PRICE = Phrase("price", "价格")
_TOTAL = Phrase("total-return", "全收益")
_TWIN = Phrase("; its total-return twin is {code}", ";其全收益版本为{code}")
_RUN = Phrase(
    "Run {run}; same inputs give the same bytes. SHA-256: {hashes}. Versions: {versions}.",
    "运行编号{run};相同输入得到相同字节。SHA-256:{hashes}。版本:{versions}。",
)


def method(result: StudyResult, language: Language) -> str:
    """The section as Markdown."""
    lines = method_lines(result, language)
    return f"## {_TITLE.say(language)}\n\n" + "\n".join(f"- {line}" for line in lines)


def method_lines(result: StudyResult, language: Language) -> list[str]:
    """What the section says, a line each, as plain text."""
    config = result.plan.config
    basis = sorted({result.plan.annualisation(case.case.calendar.name) for case in result.cases})
    return [
        _LEVELS.say(language),
        *([_AVAILABLE.say(language)] if config.split_at_publication else []),
        _DAY0.say(language),
        _ANNUAL.say(language, basis="/".join(map(str, basis)), rf=config.rf),
        *(_benchmark(code, language) for code in result.plan.request.indexes),
        _RUN.say(
            language,
            run=result.run_id,
            hashes=", ".join(f"{name} {value[:12]}" for name, value in result.hashes.items()),
            versions=", ".join(f"{name} {value}" for name, value in result.versions),
        ),
    ]


def _benchmark(code: str, language: Language) -> str:
    info = index_info(code)
    kind = _PRICE if info.kind == "price" else _TOTAL
    return _BENCHMARK.say(
        language,
        code=code,
        name=info.name_en if language == "en" else info.name_zh,
        kind=kind.say(language),
        twin=_TWIN.say(language, code=info.twin) if info.twin else "",
    )
