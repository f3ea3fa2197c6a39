"""The last section of a memo: how its numbers were computed and how to get them again."""

from __future__ import annotations

from basketbt.market.indexes import INDEXES, index_info
from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.phrases import Phrase
from basketbt.results import StudyResult

_TITLE = Phrase("How this was computed", "计算方法")
_LEVELS = Phrase(
    "Index book: shares in fractions, no costs. A window [a,b] is bought at the close before day a "
    "at target weights (level 100) and ends with the close of day b. Level: "
    "V_t = 100 Σ w_i P_it / P_i,base, with total-return prices (cash dividends reinvested, gross "
    "of tax).",
    "指数口径：可分割、无成本。窗口[a,b]于第a日前一收盘按目标权重买入（点位100），至第b日收盘。"
    "点位V_t = 100 Σ w_i P_it / P_i,base，采用全收益价格（税前现金分红再投资）。",
)
_AVAILABLE = Phrase(
    "The available window, like every window, starts from the close before its first session. A "
    "reader buys at the next open at the earliest: what that open had already taken is in the "
    "figure, and only an account (`account:`, entry publication_open) is without it.",
    "可得窗口与其他窗口一样，以首日前一收盘为起点。读者最早只能在次一交易日开盘买入：开盘跳空部分仍计入该数字，"
    "仅账户（`account:`，entry publication_open）将其剔除。",
)
_DAY0 = Phrase(
    "Day 0 is the first session whose close follows the first public timestamp, on the basket's "
    "own exchange.",
    "第0日为事件首次公开时间之后首个收盘的交易日（按组合所在交易所）。",
)
_ANNUAL = Phrase(
    "Annual figures use {basis} sessions a year and a risk-free rate of {rf:.2%} a year; returns "
    "and ratios over fewer than 20 sessions are not annualised, only volatility is.",
    "年化按每年{basis}个交易日、无风险年利率{rf:.2%}；不足20个交易日的收益与比率不作年化，仅波动率年化。",
)
_CHANCE = Phrase(
    "Event study: a list is one series of daily returns at constant weights, those of the close "
    "before day 0. The model of its return is fitted on the sessions {estimation} from day 0; CAR "
    "is what the window holds beyond it. p: two-sided t test of that sum, exact for one date and "
    "shares that move together. Holm p: the same once all registered tests are counted. KP p "
    "(Kolari-Pynnonen): the mean of the single shares' CARs against their spread, allowing for "
    "their correlation. "
    "Placebo p: how many earlier dates show a t as large. Registered is what the study file names "
    "as a test; whether it was written before the numbers were seen, only its author knows.",
    "事件研究：名单视为一条日收益序列，权重取第0日前一收盘并保持不变。收益模型在相对第0日的{estimation}"
    "交易日上估计；CAR为窗口内超出模型的部分。p：该和的双侧t检验，适用于单一事件日与相关个股。"
    "Holm p：计入全部登记检验后的p。KP p(Kolari-Pynnonen)：经相关性调整的逐股检验。"
    "安慰剂检验p：更早日期中t同样大者的占比。登记指研究文件列为检验者；是否先于结果写定，只有作者知道。",
)
_BENCHMARK = Phrase(
    "Benchmark {code} {name} is a {kind} index{twin}.", "基准{code}{name}为{kind}指数{twin}。"
)
_UNLISTED = Phrase(
    "Benchmark {code}: whether dividends are in it is not known here.",
    "基准{code}：是否含分红未知。",
)
_PRICE = Phrase("price", "价格")
_TOTAL = Phrase("total-return", "全收益")
_TWIN = Phrase("; its total-return twin is {code}", "；其全收益版本为{code}")
_RUN = Phrase(
    "Run {run}; same inputs give the same bytes. SHA-256: {hashes}. Versions: {versions}.",
    "运行编号{run}；相同输入可逐字节复现。SHA-256：{hashes}。版本：{versions}。",
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
        *(
            [_CHANCE.say(language, estimation=span(*config.estimation))]
            if config.event_study is not None
            else []
        ),
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
    if code not in INDEXES:
        return _UNLISTED.say(language, code=code)
    kind = _PRICE if info.kind == "price" else _TOTAL
    return _BENCHMARK.say(
        language,
        code=code,
        name=info.name_en if language == "en" else info.name_zh,
        kind=kind.say(language),
        twin=_TWIN.say(language, code=info.twin) if info.twin else "",
    )
