"""Why a cell of an event study is empty, or must be read with care; and when there is nothing.

Kinds whose code starts with ``empty-`` explain a missing number; the others stand beside one.
"""

from __future__ import annotations

from basketbt.errors import DataError, InputError
from basketbt.notes import NoteKind


class NothingToTest(DataError):
    """No basket can be tested on any registered window. Fields: event, why (a note), hint."""

    template = "{event}: no basket can be tested: {why}"
    fix = "{hint}"


NO_PRICES_OF_LISTS = NoteKind(
    "empty-no-prices-of-lists",
    "the source has no prices of these shares",
    "行情来源没有这些股票的价格",
)


class BadWindows(InputError):
    """Windows that contradict each other. Fields: ``what``."""

    template = "{what}"


TOO_FEW_SESSIONS = NoteKind(
    "empty-too-few-sessions",
    "{count} valid estimation sessions, {needed} needed",
    "估计窗有效交易日 {count} 个，至少需要 {needed} 个",
    "warning",
)
SINGULAR_MODEL = NoteKind(
    "empty-singular-model",
    "the regressors of {model} are linearly dependent (is the sector index the benchmark?)",
    "{model} 的解释变量线性相关（行业指数与基准是否相同？）",
    "warning",
)
NO_VARIANCE = NoteKind(
    "empty-no-variance",
    "nothing is left to explain: the returns are constant or equal to the benchmark's",
    "没有可检验的波动：收益为常数，或与基准完全相同",
    "warning",
)
WINDOW_OUTSIDE = NoteKind(
    "empty-window-outside",
    "window [{first}, {last}] reaches beyond the prices",
    "窗口 [{first}, {last}] 超出价格数据范围",
    "warning",
)
WINDOW_IN_ESTIMATION = NoteKind(
    "empty-window-in-estimation",
    "window [{first}, {last}] overlaps the estimation window",
    "窗口 [{first}, {last}] 与估计窗重叠",
    "warning",
)
NO_SESSION_IN_WINDOW = NoteKind(
    "empty-no-session",
    "no valid session in the window",
    "窗口内没有有效交易日",
    "warning",
)
LIST_ENDED = NoteKind(
    "empty-list-ended",
    "too little of the list has prices after {last}, and the window ends later",
    "{last}之后名单大部分个股无价格，而窗口在其后结束",
    "warning",
)
SESSIONS_LEFT_OUT = NoteKind(
    "sessions-left-out",
    "{count} of {whole} sessions of the window left out",
    "窗口内 {whole} 个交易日中有 {count} 个未计入",
)
TOO_FEW_NAMES = NoteKind(
    "empty-too-few-names",
    "{names} usable names; the Kolari-Pynnonen test needs 4",
    "可用个股 {names} 只；Kolari-Pynnonen 检验至少需要 4 只",
)
NAMES_LEFT_OUT = NoteKind(
    "names-left-out",
    "{count} of {whole} names left out of the name-level tests (too few returns)",
    "个股层面检验剔除 {whole} 只中的 {count} 只（收益数据不足）",
)
NO_SPREAD = NoteKind(
    "empty-no-spread",
    "the names' abnormal returns do not differ from each other",
    "个股异常收益之间没有差异",
)
PLACEBO_TOO_FEW = NoteKind(
    "empty-placebo-too-few",
    "{dates} placebo dates; fewer than {needed} say nothing",
    "安慰剂日期 {dates} 个，少于 {needed} 个，不足以判断",
)
PLACEBO_THIN = NoteKind(
    "placebo-thin",
    "{dates} placebo dates, {wanted} wanted",
    "安慰剂日期 {dates} 个，少于所需的 {wanted} 个",
)
PLACEBO_TOO_LONG = NoteKind(
    "empty-placebo-too-long",
    "placebo dates overlap too much for a window of {sessions} sessions (at most {most})",
    "窗口长 {sessions} 个交易日，安慰剂日期重叠过多（最多 {most} 个）",
)
RANDOM_OFF = NoteKind(
    "empty-random-off",
    "no random baskets: the study switches them off (`random_baskets: 0`)",
    "未抽取随机篮子：本研究已关闭（`random_baskets: 0`）",
)
RANDOM_FOR_MAIN_ONLY = NoteKind(
    "empty-random-for-main-only",
    "random baskets are drawn for the registered study only",
    "随机篮子仅针对预先登记的方案抽取",
)
UNIVERSE_OF_ANOTHER_MARKET = NoteKind(
    "empty-universe-of-another-market",
    "the shares to draw from are mainland ones: none are drawn beside a list of {calendar}",
    "抽样总体为内地个股：{calendar}名单不抽取随机篮子",
)
NO_UNIVERSE = NoteKind(
    "empty-no-universe",
    "no universe was given to draw random baskets from",
    "未提供随机篮子的抽样总体",
)
UNIVERSE_LACKS_DATES = NoteKind(
    "empty-universe-lacks-dates",
    "the universe has no prices over the estimation window and this window",
    "抽样总体缺少估计窗与该窗口的价格",
    "warning",
)
DRAWN_FROM = NoteKind(
    "random-drawn-from",
    "random baskets are drawn from {count} shares",
    "随机篮子自{count}只个股中抽取",
)
UNIVERSE_TOO_SMALL = NoteKind(
    "empty-universe-too-small",
    "{available} usable shares to draw {wanted} from in a stratum",
    "某一层可抽个股 {available} 只，需抽 {wanted} 只",
    "warning",
)
NOT_IN_FAMILY = NoteKind(
    "empty-not-in-family",
    "not among the pre-registered tests: shown for robustness, not counted",
    "不在预先登记的检验之内：仅作稳健性参考，不计入检验数",
)
ROMANO_WOLF_TOO_FEW = NoteKind(
    "empty-romano-wolf-too-few",
    "Romano-Wolf needs {needed} residual dates that all baskets share, {count} exist",
    "Romano-Wolf 需要全部名单共有的残差日期 {needed} 个，现有 {count} 个",
)
ONE_NAME = NoteKind(
    "empty-one-name",
    "the basket rests on one name: nothing is left without it",
    "名单仅有一只个股：剔除后无剩余",
)
ALWAYS_AT_LIMIT = NoteKind(
    "empty-always-at-limit",
    "some of the basket closed at its limit on every session from day 0 on",
    "自第 0 日起每个交易日均有成分股收于涨跌停价",
    "warning",
)
LIMITS_UNKNOWN = NoteKind(
    "empty-limits-unknown",
    "closes at a price limit are not known",
    "涨跌停状态未知",
)
NO_BHAR = NoteKind(
    "empty-bhar",
    "no BHAR: the market index has no level on a session of the window",
    "无BHAR：市场指数在窗口内某交易日无点位",
)
CENSORED_END = NoteKind(
    "censored-end",
    "{weight:.0%} of the weight closed the window at a price limit: the move was not over",
    "窗口末日 {weight:.0%} 的权重收于涨跌停价：变动尚未走完",
    "warning",
)
SECTOR_HOLDS_NAMES = NoteKind(
    "sector-holds-names",
    "the sector index may hold names of the basket: part of their move is taken as expected",
    "行业指数可能包含名单成分股：其部分变动被视为预期收益",
    "warning",
)
EVENTS_OVERLAP = NoteKind(
    "events-overlap",
    "{event} [{first}, {last}] reaches day {day} of {other}: cut there",
    "{event} 窗口 [{first}, {last}] 触及 {other} 的第 {day} 日，已在此前截断",
    "warning",
)
