"""The registry: every statistic the program prints, once, in the order of the columns.

The CSV header, the column dictionary of the documentation and the words of the memo are all made
from :data:`MEASURES`; :func:`basketbt.statistics.evaluation.evaluate` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from basketbt.statistics import drawdowns, relative, returns, risk
from basketbt.statistics import reasons as why

if TYPE_CHECKING:
    from collections.abc import Callable

    from basketbt.statistics.arrays import Floats
    from basketbt.statistics.reasons import Reason
    from basketbt.statistics.series import LevelSeries

#: ``decimal``: 0.0123 is 1.23 %. ``ratio``: a pure number.
Unit = Literal["decimal", "ratio"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One statistic: what it is called, what it means, when it is empty, how it is computed.

    ``empty_when`` lists the reasons that make it NaN, in the order in which they are given;
    ``function(series)`` returns (B,).
    """

    key: str
    unit: Unit
    label_en: str
    label_zh: str
    description_en: str
    description_zh: str
    empty_when: tuple[Reason, ...]
    function: Callable[[LevelSeries], Floats]

    @property
    def undefined_en(self) -> str:
        """When the cell is empty."""
        return "; ".join(reason.en for reason in self.empty_when)

    @property
    def undefined_zh(self) -> str:
        """何时空缺。"""
        return "；".join(reason.zh for reason in self.empty_when)

    @property
    def needs_benchmark(self) -> bool:
        return why.NO_BENCHMARK in self.empty_when


def _measure(
    key: str,
    unit: Unit,
    labels: tuple[str, str],
    english: str,
    chinese: str,
    function: Callable[[LevelSeries], Floats],
    *reasons: Reason,
) -> Measure:
    """A measure of the levels alone; ``labels`` are (English, Chinese)."""
    return Measure(
        key=key,
        unit=unit,
        label_en=labels[0],
        label_zh=labels[1],
        description_en=english,
        description_zh=chinese,
        empty_when=(why.INCOMPLETE_LEVELS, *reasons),
        function=function,
    )


def _relative(
    key: str,
    unit: Unit,
    labels: tuple[str, str],
    english: str,
    chinese: str,
    function: Callable[[LevelSeries], Floats],
    *reasons: Reason,
) -> Measure:
    """A measure beside the benchmark."""
    return _measure(
        key,
        unit,
        labels,
        english,
        chinese,
        function,
        why.NO_BENCHMARK,
        why.INCOMPLETE_BENCHMARK,
        *reasons,
    )


_PERFORMANCE = (
    _measure(
        "total_return",
        "decimal",
        ("Total return", "区间收益率"),
        "V_end / V_base - 1",
        "期末点位 / 基点 - 1",
        lambda s: returns.total_return(s.levels),
    ),
    _measure(
        "annual_return",
        "decimal",
        ("Annual return", "年化收益率"),
        "(V_end / V_base)^(N/T) - 1, N sessions a year, T sessions in the window",
        "(期末点位 / 基点)^(N/T) - 1,N为年交易日数，T为区间交易日数",
        lambda s: returns.annual_return(s.levels, s.annualisation),
        why.FEWER_THAN_20,
    ),
    _measure(
        "annual_volatility",
        "decimal",
        ("Annual volatility", "年化波动率"),
        "sd(r, ddof 1) * sqrt(N)",
        "日收益率样本标准差 * sqrt(N)",
        lambda s: risk.volatility(s.returns, s.annualisation),
        why.FEWER_THAN_2,
    ),
    _measure(
        "sharpe",
        "ratio",
        ("Sharpe ratio", "夏普比率"),
        "(mean(r) - r_f) / sd(r, ddof 1) * sqrt(N), r_f = (1 + annual rate)^(1/N) - 1",
        "(日均收益率 - r_f) / 日收益率样本标准差 * sqrt(N),r_f = (1 + 年利率)^(1/N) - 1",
        lambda s: risk.sharpe(s.returns, s.annualisation, s.rf_annual),
        why.FEWER_THAN_20,
        why.ZERO_VOLATILITY,
    ),
    _measure(
        "sortino",
        "ratio",
        ("Sortino ratio", "索提诺比率"),
        "(mean(r) - r_f) / sqrt(mean(min(r - r_f, 0)^2)) * sqrt(N)",
        "(日均收益率 - r_f) / sqrt(mean(min(r - r_f, 0)^2)) * sqrt(N)",
        lambda s: risk.sortino(s.returns, s.annualisation, s.rf_annual),
        why.FEWER_THAN_20,
        why.NO_DOWNSIDE,
    ),
    _measure(
        "max_drawdown",
        "decimal",
        ("Maximum drawdown", "最大回撤"),
        "lowest V_t / (highest level up to t) - 1, base row included; 0 if it never fell",
        "V_t / 截至t的最高点位 - 1的最小值，含基点；没有回撤则为0",
        lambda s: drawdowns.max_drawdown(s.levels),
    ),
    _measure(
        "calmar",
        "ratio",
        ("Calmar ratio", "卡玛比率"),
        "annual_return / |max_drawdown|",
        "年化收益率 / |最大回撤|",
        lambda s: drawdowns.calmar(s.levels, s.annualisation),
        why.FEWER_THAN_20,
        why.NO_DRAWDOWN,
    ),
    _measure(
        "ulcer_index",
        "decimal",
        ("Ulcer index", "溃疡指数"),
        "root mean square of the drawdown over all rows, base row included",
        "各行（含基点）回撤的均方根",
        lambda s: drawdowns.ulcer_index(s.levels),
    ),
    _measure(
        "var_95",
        "decimal",
        ("VaR 95 %", "95%在险价值"),
        "historical 5 % quantile of the session returns (linear interpolation)",
        "日收益率的历史5%分位数（线性插值）",
        lambda s: risk.value_at_risk(s.returns),
        why.FEWER_THAN_20,
    ),
    _measure(
        "cvar_95",
        "decimal",
        ("CVaR 95 %", "95%条件在险价值"),
        "mean of the session returns at or below var_95",
        "不高于var_95的日收益率的均值",
        lambda s: risk.expected_shortfall(s.returns),
        why.FEWER_THAN_20,
    ),
    _measure(
        "hit_ratio",
        "decimal",
        ("Share of up sessions", "上涨日占比"),
        "share of the sessions with a positive return",
        "收益率为正的交易日占比",
        lambda s: returns.hit_ratio(s.returns),
        why.FEWER_THAN_1,
    ),
    _measure(
        "best_day",
        "decimal",
        ("Best session", "最佳单日"),
        "largest return of one session",
        "单个交易日的最大收益率",
        lambda s: returns.best_day(s.returns),
        why.FEWER_THAN_1,
    ),
    _measure(
        "worst_day",
        "decimal",
        ("Worst session", "最差单日"),
        "smallest return of one session",
        "单个交易日的最小收益率",
        lambda s: returns.worst_day(s.returns),
        why.FEWER_THAN_1,
    ),
    _measure(
        "skew",
        "ratio",
        ("Skewness", "偏度"),
        "skewness of the session returns, bias-corrected (G1)",
        "日收益率的偏度，经偏差修正（G1）",
        lambda s: risk.skew(s.returns),
        why.FEWER_THAN_3,
        why.ZERO_VOLATILITY,
    ),
    _measure(
        "kurtosis",
        "ratio",
        ("Excess kurtosis", "超额峰度"),
        "excess kurtosis of the session returns, bias-corrected (G2); 0 for a normal law",
        "日收益率的超额峰度，经偏差修正（G2）；正态分布为0",
        lambda s: risk.kurtosis(s.returns),
        why.FEWER_THAN_4,
        why.ZERO_VOLATILITY,
    ),
    _measure(
        "tail_ratio",
        "ratio",
        ("Tail ratio", "尾部比率"),
        "|95 % quantile| / |5 % quantile| of the session returns",
        "日收益率|95%分位数| / |5%分位数|",
        lambda s: risk.tail_ratio(s.returns),
        why.FEWER_THAN_20,
        why.NO_LOWER_TAIL,
    ),
)

_BESIDE_BENCHMARK = (
    _relative(
        "benchmark_return",
        "decimal",
        ("Benchmark return", "基准收益率"),
        "total return of the benchmark over the same sessions",
        "基准在同一区间的收益率",
        lambda s: relative.benchmark_return(s.levels, s.benchmark),
    ),
    _relative(
        "excess_return",
        "decimal",
        ("Excess return", "超额收益率"),
        "total_return - benchmark_return",
        "区间收益率 - 基准收益率",
        lambda s: relative.excess_return(s.levels, s.benchmark),
    ),
    _relative(
        "excess_return_geometric",
        "decimal",
        ("Geometric excess return", "几何超额收益率"),
        "(1 + total_return) / (1 + benchmark_return) - 1",
        "（1 + 区间收益率） /（1 + 基准收益率） - 1",
        lambda s: relative.geometric_excess_return(s.levels, s.benchmark),
    ),
    _relative(
        "beta",
        "ratio",
        ("Beta", "贝塔"),
        "slope of the least-squares line of r on the benchmark's r",
        "对基准日收益率最小二乘回归的斜率",
        lambda s: relative.beta(s.returns, s.benchmark_returns),
        why.FEWER_THAN_3,
        why.CONSTANT_BENCHMARK,
    ),
    _relative(
        "alpha",
        "decimal",
        ("Alpha, annual", "年化阿尔法"),
        "intercept a of the same line, annualised: (1 + a)^N - 1",
        "同一回归的截距a，年化：(1 + a)^N - 1",
        lambda s: relative.alpha(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_20,
        why.CONSTANT_BENCHMARK,
    ),
    _relative(
        "correlation",
        "ratio",
        ("Correlation", "相关系数"),
        "Pearson correlation of the session returns with the benchmark's",
        "与基准日收益率的皮尔逊相关系数",
        lambda s: relative.correlation(s.returns, s.benchmark_returns),
        why.FEWER_THAN_3,
        why.CONSTANT_BENCHMARK,
        why.ZERO_VOLATILITY,
    ),
    _relative(
        "r_squared",
        "ratio",
        ("R squared", "决定系数"),
        "correlation squared: the share of the variance that the benchmark explains",
        "相关系数的平方：基准所解释的方差比例",
        lambda s: relative.r_squared(s.returns, s.benchmark_returns),
        why.FEWER_THAN_3,
        why.CONSTANT_BENCHMARK,
        why.ZERO_VOLATILITY,
    ),
    _relative(
        "tracking_error",
        "decimal",
        ("Tracking error, annual", "年化跟踪误差"),
        "sd(r - b, ddof 1) * sqrt(N)",
        "与基准收益率之差的样本标准差 * sqrt(N)",
        lambda s: relative.tracking_error(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_2,
    ),
    _relative(
        "information_ratio",
        "ratio",
        ("Information ratio, annual", "年化信息比率"),
        "mean(r - b) / sd(r - b, ddof 1) * sqrt(N)",
        "与基准收益率之差的均值 / 样本标准差 * sqrt(N)",
        lambda s: relative.information_ratio(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_20,
        why.CONSTANT_ACTIVE_RETURN,
    ),
    _relative(
        "up_capture",
        "ratio",
        ("Up capture", "上行捕获率"),
        "annualised return over the sessions on which the benchmark rose, by the benchmark's",
        "基准上涨日的年化收益率 / 基准同期年化收益率",
        lambda s: relative.up_capture(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_20,
        why.NO_UP_SESSION,
    ),
    _relative(
        "down_capture",
        "ratio",
        ("Down capture", "下行捕获率"),
        "annualised return over the sessions on which the benchmark fell, by the benchmark's",
        "基准下跌日的年化收益率 / 基准同期年化收益率",
        lambda s: relative.down_capture(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_20,
        why.NO_DOWN_SESSION,
    ),
)

#: Every measure, in the order of the columns of summary.csv.
MEASURES: tuple[Measure, ...] = (*_PERFORMANCE, *_BESIDE_BENCHMARK)
