"""Every column of every table: what it holds is said here, its words are in the catalogues.

A key means the same in every table, so that rows of different tables can be joined. Words are under
``column.<key>``, or ``column.<table>.<key>`` where a table says it otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from basketbt.report.model import Column, Kind, Layout
from basketbt.results import MEASURES
from basketbt.results import RELATIVE as BESIDE

_KINDS: Mapping[Kind, str] = {
    "text": (
        "event basket book weighting rebalance window knowledge benchmark entry paper_window "
        "prices calendar symbol name segment stance origin currency table other moment side "
        "reason tightest variant model family verdict changed not_compared shocks "
        "cause source list_kind lowest_list highest_list broker best_symbol best_name "
        "worst_symbol worst_name"
    ),
    "date": (
        "day0 base_date start_date end_date drawdown_peak drawdown_trough drawdown_recovery "
        "published publication_session morning_date available_date date peak_date trough_date "
        "recovery_date before_shock first_session last_session"
    ),
    "integer": (
        "first_day last_day sessions names names_priced names_held lists unknown rose beat "
        "beat_sector reader_day day publication_sessions separate_windows "
        "suspended rank peak_to_trough_sessions peak_to_trough_days trough_to_recovery_sessions "
        "trough_to_recovery_days peak_to_recovery_sessions peak_to_recovery_days other_names "
        "common wanted filled shares estimation_sessions df kp_names placebo_dates q1_dates "
        "q2_pool q2_lists rose_before_shock beat_before_shock unlimited_day compared "
        "first_unlimited_day outside_shares names_late shares_rose shares_beat best_suspended "
        "worst_suspended recommended_shares watched_shares named_shares mapped_shares"
    ),
    "decimal": (
        "price_return return_before_shock excess_before_shock median_before_shock "
        "median_excess_before_shock market_return "
        "covered lowest_covered holdable list_return paper_return paper_since_entry "
        "shortfall moved_before_entry entry_gap friction shortfall_unfilled shortfall_fees "
        "shortfall_lots_cash shortfall_residual locked_at_open costs turnover fill_ratio "
        "sold_ratio unsold cash_drag median_return lowest_return highest_return lower_quartile "
        "upper_quartile median_excess drawdown weight end_weight return contribution "
        "morning_return available_return morning_excess available_excess "
        "mean_return return_low return_high mean_excess excess_low excess_high "
        "depth weight_overlap exposure residual_deviation car bhar mde p joint_p kp_p corrado_p "
        "placebo_p placebo_resolution q1_p q1_mde q1_rate q1_holm_p q1_bh_p q2_p q2_expected "
        "q2_nearest_p q2_holm_p romano_wolf_p "
        "median_share mean_share best_return best_weight best_contribution worst_return "
        "worst_weight worst_contribution recommended_return watched_return recommended_ahead "
        "named_return mapped_return named_ahead "
        "weight_at_limit car_to_unlimited leave_one_out_min leave_one_out_max ar band band_low "
        "band_high excess excess_market excess_industries excess_selection industries_covered"
    ),
    "notes": "notes",
    "level": (
        "level price_level benchmark_level median_level lower_level upper_level lowest_level "
        "highest_level"
    ),
    "flag": "recovered chosen_after",
    "ratio": (
        "beta_industries jaccard rate t joint_f kp_t corrado_z placebo_blocks variance_ratio q1_t"
    ),
    "money": "price amount commission stamp_duty transfer handling levy tax value cash dividends "
    "capacity capacity_90",
}
_KIND_OF: Mapping[str, Kind] = {
    **{key: kind for kind, keys in _KINDS.items() for key in keys.split()},
    **{one.key: "decimal" if one.unit == "decimal" else "ratio" for one in MEASURES},
}

_WHERE = "event day0 basket book weighting rebalance"
_TESTED = "event day0 basket weighting variant model"


def column(key: str) -> Column:
    """The column of a key."""
    return Column(key, _KIND_OF[key])


def _layout(name: str, *keys: str, bulk: bool = False, detail: bool = False) -> Layout:
    return Layout(name, tuple(map(column, " ".join(keys).split())), bulk=bulk, detail=detail)


PRICES = column("prices")

SUMMARY = _layout(
    "summary",
    _WHERE,
    "window knowledge first_day last_day base_date start_date end_date sessions names",
    "names_priced covered benchmark total_return price_return",
    *(one.key for one in MEASURES[1:]),
    "drawdown_peak drawdown_trough drawdown_recovery",
    "shocks before_shock return_before_shock excess_before_shock",
    "entry names_held holdable list_return paper_return paper_window paper_since_entry",
    "shortfall moved_before_entry entry_gap friction shortfall_unfilled shortfall_fees",
    "shortfall_lots_cash shortfall_residual costs turnover fill_ratio sold_ratio unsold cash_drag",
    "locked_at_open capacity capacity_90 tightest notes",
)
RELATIVE = _layout(
    "relative",
    _WHERE,
    "window first_day last_day base_date benchmark",
    *(one.key for one in BESIDE),
    "notes",
    detail=True,
)
ATTRIBUTION = _layout(
    "attribution",
    _WHERE,
    "window first_day last_day base_date benchmark excess excess_market excess_industries",
    "excess_selection beta beta_industries industries_covered outside_shares notes",
    detail=True,
)
BREADTH = _layout(
    "breadth",
    "event day0 calendar book weighting rebalance entry publication_session list_kind window",
    "first_day last_day end_date lists unknown names names_priced lowest_covered median_return",
    "lower_quartile upper_quartile lowest_return highest_return rose beat beat_sector",
    "median_excess before_shock median_before_shock rose_before_shock beat_before_shock",
    "median_excess_before_shock notes",
)
SHARE_BREADTH = _layout(
    "share_breadth",
    _WHERE,
    "window first_day last_day base_date names names_priced names_late shares_rose benchmark",
    "shares_beat median_share mean_share best_symbol best_name best_return best_weight",
    "best_contribution best_suspended worst_symbol worst_name worst_return worst_weight",
    "worst_contribution worst_suspended recommended_shares recommended_return watched_shares",
    "watched_return recommended_ahead named_shares named_return mapped_shares mapped_return",
    "named_ahead",
)
BROKERS = _layout(
    "brokers",
    "event day0 calendar weighting rebalance broker list_kind window publication_sessions lists",
    "unknown median_return lower_quartile upper_quartile lowest_return highest_return rose",
    "benchmark beat median_excess",
)
PUBLICATION_CURVE = _layout(
    "publication_curve",
    "event day0 calendar weighting rebalance publication_session list_kind reader_day day date",
    "lists median_level lower_level upper_level lowest_level highest_level lowest_list",
    "highest_list benchmark_level",
    detail=True,
)
BARE_DATES = _layout(
    "bare_dates",
    "event day0 basket weighting rebalance published benchmark morning_date available_date",
    "end_date morning_return available_return morning_excess available_excess",
)
POOLED = _layout(
    "pooled",
    "weighting rebalance list_kind window sessions lists unknown publication_sessions",
    "separate_windows first_session last_session mean_return return_low return_high benchmark",
    "mean_excess excess_low excess_high notes",
)
LEVELS = _layout(
    "levels",
    _WHERE,
    "base_date date day level price_level drawdown benchmark_level",
    detail=True,
)
CONSTITUENTS = _layout(
    "constituents",
    _WHERE,
    "window first_day last_day base_date symbol name segment stance origin weight end_weight",
    "return contribution suspended currency table",
    detail=True,
)
DRAWDOWNS = _layout(
    "drawdowns",
    _WHERE,
    "base_date rank depth peak_date trough_date recovery_date recovered",
    "peak_to_trough_sessions peak_to_trough_days trough_to_recovery_sessions",
    "trough_to_recovery_days peak_to_recovery_sessions peak_to_recovery_days",
    detail=True,
)
OVERLAP = _layout(
    "overlap",
    "basket other names other_names common jaccard weight_overlap",
)
CORRELATION = _layout(
    "correlation",
    _WHERE,
    "other base_date end_date sessions correlation",
)
SHOCKS = _layout(
    "shocks",
    "event day0 calendar date day benchmark market_return cause moment source",
)
ORDERS = _layout(
    "orders",
    _WHERE,
    "entry date moment symbol side wanted filled price currency rate amount commission",
    "stamp_duty transfer handling levy tax reason",
    bulk=True,
)
POSITIONS = _layout(
    "positions",
    _WHERE,
    "entry date symbol shares price value weight",
    bulk=True,
)
ACCOUNT = _layout(
    "account",
    _WHERE,
    "entry date day cash value exposure dividends",
    detail=True,
)
EVENT_STUDY = _layout(
    "event_study",
    _TESTED,
    "window first_day last_day family chosen_after sessions estimation_sessions beta",
    "residual_deviation car bhar mde t df p variance_ratio q1_t q1_p q1_mde q1_rate q1_dates",
    "q1_holm_p q2_p q2_expected q2_pool q2_lists q2_nearest_p q2_holm_p q1_bh_p romano_wolf_p",
    "joint_f joint_p kp_t kp_p kp_names corrado_z corrado_p placebo_p placebo_dates",
    "placebo_blocks placebo_resolution weight_at_limit unlimited_day",
    "car_to_unlimited leave_one_out_min leave_one_out_max notes",
    detail=True,
)
VERDICTS = _layout(
    "verdicts",
    "event day0 basket window first_day last_day model family chosen_after verdict car q1_mde",
    "q1_holm_p q2_holm_p changed compared not_compared notes",
)
CAR_PATHS = _layout(
    "car_paths",
    _TESTED,
    "day date ar car band band_low band_high weight_at_limit first_unlimited_day",
    "car_to_unlimited notes",
    bulk=True,
)
PLACEBO = _layout(
    "placebo",
    _TESTED,
    "window first_day last_day date car t",
    bulk=True,
)

#: Every table a run can write, in the order of docs/outputs.md, with where its prices are from.
LAYOUTS: tuple[Layout, ...] = tuple(
    layout.plus(PRICES)
    for layout in (
        SUMMARY,
        RELATIVE,
        ATTRIBUTION,
        BREADTH,
        SHARE_BREADTH,
        BROKERS,
        PUBLICATION_CURVE,
        BARE_DATES,
        POOLED,
        LEVELS,
        CONSTITUENTS,
        DRAWDOWNS,
        OVERLAP,
        CORRELATION,
        SHOCKS,
        ORDERS,
        POSITIONS,
        ACCOUNT,
        EVENT_STUDY,
        VERDICTS,
        CAR_PATHS,
        PLACEBO,
    )
)
