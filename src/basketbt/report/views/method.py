"""What must be known about the data, how the numbers were made, and how to make them again."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.notes import Shorten
from basketbt.report.data import BenchmarkInfo
from basketbt.report.views.blocks import Block, Bullets, Code, Prose, bullets
from basketbt.report.views.context import Context, View
from basketbt.report.views.phrases import Phrase

_NOTES = Phrase("Data notes and checks", "数据说明与校验")
_NONE = Phrase("None.", "无。")
_METHOD = Phrase("How this was computed", "计算方法")
_AGAIN = Phrase("Do it again", "复现")
_AGAIN_TEXT = Phrase(
    "Save the study as {study}.yaml and run the command with the same prices: the run must be "
    "called {run} and give the same bytes.",
    "将研究存为{study}.yaml，以相同行情运行下列命令：运行编号须为{run}，输出逐字节相同。",
)
COMMAND = Phrase("Command", "命令")
STUDY = Phrase("Study file, with every default", "研究文件（含全部默认值）")
_HASHES = Phrase("SHA-256 of what went in", "输入的SHA-256")
VERSIONS = Phrase("Versions", "版本")
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


def _notes(context: Context) -> list[Block]:
    """Long rows of codes are cut short on paper; report.json and the page have all of them."""
    items = _sentences(context, context.shorten("report.json"))
    if not items:
        return [Prose(text=context.say(_NONE))]
    return [Bullets(items=items, whole=_sentences(context, None))]


def _sentences(context: Context, shorten: Shorten | None) -> tuple[tuple[str, str], ...]:
    info, language = context.data.info, context.language
    every = [("", note.text(language, shorten)) for note in info.notes]
    every += [(basket, note.text(language, shorten)) for basket, note in info.list_notes]
    return tuple(dict.fromkeys(every))


def _method(context: Context) -> list[Block]:
    return [bullets(_lines(context))]


def _lines(context: Context) -> Iterator[str]:
    info, method = context.data.info, context.data.info.method
    yield context.say(_LEVELS)
    if method.split_at_publication:
        yield context.say(_AVAILABLE)
    yield context.say(_DAY0)
    basis = "/".join(map(str, method.annualisation))
    yield context.say(_ANNUAL, basis=basis, rf=method.rf)
    if method.estimation is not None:
        yield context.say(_CHANCE, estimation=method.estimation)
    for one in info.benchmarks:
        yield _benchmark(context, one)
    yield context.say(
        _RUN,
        run=info.run,
        hashes=", ".join(f"{name} {value[:12]}" for name, value in info.hashes.items()),
        versions=", ".join(f"{name} {value}" for name, value in info.versions.items()),
    )


def _benchmark(context: Context, one: BenchmarkInfo) -> str:
    if one.kind is None:
        return context.say(_UNLISTED, code=one.code)
    return context.say(
        _BENCHMARK,
        code=one.code,
        name=one.name.say(context.language),
        kind=context.say(_PRICE if one.kind == "price" else _TOTAL),
        twin=context.say(_TWIN, code=one.twin) if one.twin else "",
    )


def _again(context: Context) -> list[Block]:
    import yaml

    info = context.data.info
    source = info.source if info.source != "files" else "files:FOLDER"
    study = yaml.safe_dump(info.config, allow_unicode=True, sort_keys=False, width=96)
    command = f"basketbt run {info.study}.yaml --source {source}"
    return [
        Prose(text=context.say(_AGAIN_TEXT, study=info.study, run=info.run)),
        Code(label=context.say(COMMAND), text=command),
        Code(label=context.say(_HASHES), text=_aligned(info.hashes)),
        Code(label=context.say(VERSIONS), text=_aligned(info.versions)),
        Code(label=context.say(STUDY), text=study),
    ]


def _aligned(pairs: dict[str, str]) -> str:
    return "\n".join(f"{name:<9} {value}" for name, value in sorted(pairs.items()))


NOTES = View(id="notes", title=_NOTES, needs=(), build=_notes, scope="study")
METHOD = View(id="method", title=_METHOD, needs=(), build=_method, scope="study")
AGAIN = View(id="again", title=_AGAIN, needs=(), build=_again, scope="study", screen=True)
