"""event_study.csv: what each list did beyond what was to be expected, and whether chance would do.

The columns are explained at length in docs/event-study.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basketbt.report.model import Column, Layout, Table, Value
from basketbt.report.tables import keys, testedkeys
from basketbt.report.tables.testedkeys import everything
from basketbt.results import StudyResult

if TYPE_CHECKING:
    from basketbt.events.results import Cell as Tested

_UNTESTED = ("nothing could be tested (see notes)", "无法检验（见备注）")
_FAMILY = ("not a registered test (see notes)", "不属于预先登记的检验（见备注）")

LAYOUT = Layout(
    "event_study",
    "one event × basket × variant × model × window of the event study",
    "事件研究：每个事件 × 组合 × 方案 × 模型 × 窗口一行",
    (
        *testedkeys.WHERE,
        testedkeys.WINDOW,
        keys.FIRST,
        keys.LAST,
        Column("sessions", "有效交易日", "integer", "valid sessions in it", "窗口内有效交易日数"),
        Column(
            "estimation_sessions",
            "估计窗有效交易日",
            "integer",
            "valid sessions that the model was fitted on",
            "用于估计模型的有效交易日数",
        ),
        Column(
            "beta",
            "贝塔",
            "ratio",
            "coefficient on the market index; of dimson the sum over lead and lag",
            "对市场指数的系数；dimson为含超前滞后之和",
            "a model without one",
            "模型不含该系数",
        ),
        Column(
            "residual_deviation",
            "残差标准差",
            "decimal",
            "standard deviation of a session's unexplained return (s)",
            "单日未解释收益的标准差（s）",
            *_UNTESTED,
        ),
        Column(
            "car",
            "累计异常收益CAR",
            "decimal",
            "sum of the window's returns beyond what the model expects, constant weights",
            "窗口内超出模型预期的收益之和（固定权重）",
            *_UNTESTED,
        ),
        Column(
            "bhar",
            "买入持有超额收益BHAR",
            "decimal",
            "what a buyer at the window's start who held all shares to its end earned beyond the "
            "market index: Σ w_i Π(1 + R_i) - Π(1 + R_m); never tested",
            "窗口起点买入并持有全部个股至期末者相对市场指数的所得：Σw_i∏（1+R_i）-∏（1+R_m），不作检验",
            "window beyond the prices, or the index lacks a session of it (see notes)",
            "窗口超出价格数据，或指数缺少窗口内交易日（见备注）",
        ),
        Column(
            "mde",
            "最小可检效应",
            "decimal",
            "smallest true effect that this test would see four times in five, at 5 %",
            "在5%水平下以80%概率可检出的最小真实效应",
            *_UNTESTED,
        ),
        Column("t", "t", "ratio", "primary: CAR / (s √g)", "主检验：CAR/（s√g）", *_UNTESTED),
        Column("df", "自由度", "integer", "degrees of freedom of t", "t的自由度", *_UNTESTED),
        Column(
            "p",
            "p",
            "decimal",
            "two-sided p of the primary test, before all tests are counted",
            "主检验双侧p值（未计多重检验）",
            *_UNTESTED,
        ),
        Column(
            "joint_f",
            "联合F",
            "ratio",
            "is any session of the window abnormal?",
            "窗口内是否有任一交易日异常",
            *_UNTESTED,
        ),
        Column("joint_p", "联合F的p", "decimal", "its p", "联合F检验p值", *_UNTESTED),
        Column(
            "kp_t",
            "KP t",
            "ratio",
            "Kolari-Pynnonen: the names' standardised CARs, adjusted for their correlation",
            "Kolari-Pynnonen：个股标准化CAR，经相关性调整",
            "fewer than 4 names or no spread (see notes)",
            "个股少于4只或无差异（见备注）",
        ),
        Column(
            "kp_p",
            "KP p",
            "decimal",
            "its p; holds when the event widens all names alike",
            "其p值；事件同比放大各股波动时仍有效",
            "as kp_t",
            "同KP t",
        ),
        Column("kp_names", "KP个股数", "integer", "names in it", "参与KP检验的个股数"),
        Column("corrado_z", "Corrado z", "ratio", "rank test", "秩检验", *_UNTESTED),
        Column("corrado_p", "Corrado p", "decimal", "its p", "秩检验p值", *_UNTESTED),
        Column(
            "placebo_p",
            "安慰剂检验p",
            "decimal",
            "share of earlier dates with a t as large",
            "更早日期中t同样大者的占比",
            "more than 11 sessions or fewer than 100 dates (see notes)",
            "窗口超过11日或日期少于100个（见备注）",
        ),
        Column("placebo_dates", "安慰剂日期数", "integer", "how many dates (H)", "日期个数（H）"),
        Column(
            "placebo_blocks",
            "安慰剂独立区间",
            "ratio",
            "how many of them do not overlap (H / n)",
            "其中互不重叠的区间数（H/n）",
        ),
        Column(
            "placebo_resolution",
            "安慰剂分辨率",
            "decimal",
            "the finest p that they can tell apart (n / H)",
            "可分辨的最小p值（n/H）",
            "no placebo date",
            "无安慰剂日期",
        ),
        Column(
            "random_p",
            "随机篮子p",
            "decimal",
            "where the CAR stands among random baskets of the same size: is this list unlike any "
            "list that week? No proof for a list of one sector",
            "CAR在同规模随机篮子中的位置；单一行业名单不可据此下结论",
            "no shares to draw from, drawing switched off, or a variant (see notes)",
            "无抽样总体、已关闭抽样，或为稳健性方案（见备注）",
        ),
        Column("random_baskets", "随机篮子数", "integer", "how many were drawn", "抽取个数"),
        Column("random_pool", "抽样个股数", "integer", "shares drawn from", "可抽取的个股数"),
        Column(
            "registered",
            "已登记",
            "flag",
            "a test registered in advance, never a variant: counted by the next three columns",
            "预先登记的检验（稳健性方案除外），计入以下三列",
        ),
        Column(
            "holm_p", "Holm p", "decimal", "p once all tests are counted", "Holm校正p值", *_FAMILY
        ),
        Column(
            "romano_wolf_p",
            "Romano-Wolf p",
            "decimal",
            "the same, using how the tests move together",
            "Romano-Wolf校正p值",
            "not a registered test, or fewer than 250 shared residual dates",
            "不属于预先登记的检验，或共有残差日期少于250个",
        ),
        Column(
            "bh_p",
            "BH p",
            "decimal",
            "Benjamini-Hochberg, for screening only",
            "Benjamini-Hochberg校正p值，仅供筛选",
            *_FAMILY,
        ),
        Column(
            "holm_as_if",
            "假设登记的Holm p",
            "decimal",
            "what holm_p would have been, had the study been registered with this variant: by it "
            "the memo compares answers. No test",
            "假如研究以该方案登记时的Holm p，备忘录据此比较结论；不是检验",
            "another model, a window that is not registered, or nothing could be tested",
            "其他模型、未登记窗口或无法检验",
        ),
        Column(
            "weight_at_limit",
            "涨跌停权重",
            "decimal",
            "largest share of the weight that closed at a price limit on one session",
            "单日收于涨跌停价的最大权重",
            "limits unknown or window beyond the prices",
            "涨跌停未知或窗口超出价格数据",
        ),
        Column(
            "unlimited_day",
            "首个非涨跌停日",
            "integer",
            "first day, from the window's last on, that closes without any weight at a limit; the "
            "last day itself where its close has none",
            "自窗口末日起首个无成分股收于涨跌停价的交易日",
            "none up to the last window's end, limits unknown, or nothing could be tested",
            "至最后窗口末日均无、涨跌停未知，或无法检验",
        ),
        Column(
            "car_to_unlimited",
            "至非涨跌停日CAR",
            "decimal",
            "CAR from the window's first day to that day; its end was chosen by the data, so it "
            "has no p",
            "自窗口首日至该日的CAR；终点由数据决定，不作检验",
            "as unlimited_day",
            "同首个非涨跌停日",
        ),
        Column(
            "leave_one_out_min",
            "剔一最小CAR",
            "decimal",
            "smallest CAR with one name left out",
            "逐一剔除个股后的最小CAR",
            "one name only, or nothing could be tested",
            "仅一只个股或无法检验",
        ),
        Column(
            "leave_one_out_max",
            "剔一最大CAR",
            "decimal",
            "largest CAR with one name left out",
            "逐一剔除个股后的最大CAR",
            "one name only, or nothing could be tested",
            "仅一只个股或无法检验",
        ),
        keys.NOTES,
    ),
)


def event_study_table(result: StudyResult) -> Table:
    """The rows of event_study.csv."""
    return Table.of(
        LAYOUT,
        (
            {
                **tested.cells(cell.basket, cell.model),
                **testedkeys.window_cells(cell.window),
                **_numbers(cell),
                "notes": tested.notes(cell.notes),
            }
            for tested in everything(result)
            for cell in tested.studied.found.cells
        ),
    )


def _numbers(cell: Tested) -> dict[str, Value]:
    return {
        "sessions": cell.sessions,
        "estimation_sessions": cell.estimation_sessions,
        "beta": cell.beta,
        "residual_deviation": cell.s,
        "car": cell.car,
        "bhar": cell.bhar,
        "mde": cell.mde,
        "t": cell.t,
        "df": None if cell.df != cell.df else int(cell.df),
        "p": cell.p,
        "joint_f": cell.joint.statistic,
        "joint_p": cell.joint.p,
        "kp_t": cell.kolari_pynnonen.statistic,
        "kp_p": cell.kolari_pynnonen.p,
        "kp_names": cell.kolari_pynnonen.names,
        "corrado_z": cell.corrado.statistic,
        "corrado_p": cell.corrado.p,
        "placebo_p": cell.placebo_p,
        "placebo_dates": cell.placebo_dates,
        "placebo_blocks": cell.placebo_blocks,
        "placebo_resolution": cell.placebo_resolution,
        "random_p": cell.random_p,
        "random_baskets": cell.random_baskets,
        "random_pool": cell.random_pool,
        "registered": cell.in_family,
        "holm_p": cell.holm_p,
        "holm_as_if": cell.holm_as_if,
        "romano_wolf_p": cell.romano_wolf_p,
        "bh_p": cell.bh_p,
        "weight_at_limit": cell.weight_at_limit,
        "unlimited_day": cell.unlimited_day,
        "car_to_unlimited": cell.car_to_unlimited,
        "leave_one_out_min": cell.leave_one_out_min,
        "leave_one_out_max": cell.leave_one_out_max,
    }
