"""The step of a study that follows its lists as indexes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from basketbt.config.choices import RebalanceSpec, WeightingSpec
from basketbt.config.study import StudyConfig
from basketbt.data.panel import PricePanel
from basketbt.engine.book import BookPath, IndexBook, index_book
from basketbt.engine.rebalance import Rebalance
from basketbt.engine.shocks import MetShock
from basketbt.engine.weight_inputs import Policies
from basketbt.engine.windows import Yardsticks, window_statistics
from basketbt.eventstudy.peers import Peers
from basketbt.lists.weighting import Weighting
from basketbt.metrics.drawdowns import drawdown_path, falls
from basketbt.metrics.relative import correlation_matrix
from basketbt.metrics.returns import simple_returns
from basketbt.notes import Note
from basketbt.pipeline.panels import benchmark_levels, check_reach
from basketbt.pipeline.yardsticks import Beside, OwnIndustriesOf, beside
from basketbt.plan.marks import closures_of, marks_of
from basketbt.plan.model import Case, StudyPlan
from basketbt.results import BookResult, CaseResult, PathResult


def case_result(
    plan: StudyPlan,
    case: Case,
    panel: PricePanel,
    benchmarks: PricePanel,
    *,
    peers: tuple[Peers, Note | None] | None,
    shocks: tuple[MetShock, ...],
) -> CaseResult:
    """What the indexes of a case's lists did; nothing of it where ``peers`` is None."""
    zero = int(np.searchsorted(panel.sessions, case.day_zero.session))
    if peers is not None:
        check_reach(case, panel)
    yardsticks = Yardsticks(
        annualisation=plan.annualisation(case.calendar.name),
        rf_annual=plan.config.rf,
        levels=benchmark_levels(benchmarks, plan.indexes),
    )
    books: tuple[BookResult, ...] = ()
    if peers is not None:
        setting = beside(plan, case, panel, yardsticks, peers)
        made = books_of(plan.config, case, panel, zero, case.starts)
        books = tuple(_book_result(case, setting, shocks, book) for book in made)
    return CaseResult(
        case=case,
        panel=panel,
        benchmarks=benchmarks,
        yardsticks=yardsticks,
        zero=zero,
        books=books,
        shocks=shocks,
        marks=marks_of(case, [(panel.sessions[one.row], one.shock) for one in shocks]),
        closures=closures_of(case),
    )


def policies_of(config: StudyConfig) -> Policies:
    """What a study says of shares that are late or missing, and of the time before its events."""
    return Policies(
        late_listing=config.late_listing,
        max_missing_weight=config.max_missing_weight,
        estimation=config.estimation,
    )


def books_of(
    config: StudyConfig, case: Case, panel: PricePanel, zero: int, starts: Mapping[int, int]
) -> list[IndexBook]:
    return [
        index_book(
            panel,
            zero=zero,
            starts=starts,
            baskets=case.baskets,
            weighting=make_weighting(weighting),
            rebalance=make_rebalance(rebalance),
            policies=policies_of(config),
        )
        for weighting in config.weighting
        for rebalance in config.rebalance
    ]


def _book_result(
    case: Case, setting: Beside, shocks: tuple[MetShock, ...], book: IndexBook
) -> BookResult:
    panel, yardsticks = setting.panel, setting.yardsticks
    windows = tuple(
        (
            window,
            window_statistics(
                panel,
                book.paths[window.first],
                last=window.last,
                members=[i for i, own in enumerate(case.windows) if window in own],
                yardsticks=yardsticks,
                shocks=shocks,
            ),
        )
        for window in case.distinct_windows
    )
    own = {first: OwnIndustriesOf(setting, path) for first, path in book.paths.items()}
    paths = _path_results(panel, yardsticks, book, case.asked)
    correlated = next((one for one in paths if one.path.first == 0), paths[0])
    return BookResult(
        book=book,
        windows=windows,
        industries=tuple(own[window.first].window(found) for window, found in windows),
        paths=paths,
        after=_path_results(panel, yardsticks, book, case.horizons),
        correlation=correlation_matrix(simple_returns(correlated.levels)),
        correlated=correlated,
    )


def _path_results(
    panel: PricePanel, yardsticks: Yardsticks, book: IndexBook, asked: Mapping[int, int]
) -> tuple[PathResult, ...]:
    """The paths of a book from the first offsets ``asked`` for to the last one of each."""
    found = (
        _path_result(panel, yardsticks, book.paths[first], last) for first, last in asked.items()
    )
    return tuple(one for one in found if one is not None)


def _path_result(
    panel: PricePanel, yardsticks: Yardsticks, path: BookPath, last: int
) -> PathResult | None:
    """The path up to ``last`` or the last close of any list; None for one bought after that."""
    levels = path.total.levels[path.rows(last)]
    known = np.flatnonzero(np.isfinite(levels).any(axis=1))
    if not known.size:
        return None
    levels = levels[: known[-1] + 1]
    rows = slice(path.base, path.base + len(levels))
    dates, benchmark = panel.sessions[rows], yardsticks.levels[rows, 0]
    return PathResult(
        path=path,
        dates=dates,
        drawdowns=drawdown_path(levels),
        benchmark=np.multiply(benchmark / benchmark[0], 100.0),
        falls=tuple(falls(own, dates) for own in levels.T),
    )


def make_weighting(spec: WeightingSpec) -> Weighting:
    """What a study says of weights, as the weighting it means."""
    return Weighting(spec.kind, recommend=spec.recommend, watch=spec.watch, cap=spec.cap)


def make_rebalance(spec: RebalanceSpec) -> Rebalance:
    """What a study says of rebalancing, as the rule it means."""
    return Rebalance(
        spec.kind,
        dates=tuple(np.datetime64(day, "D") for day in spec.dates),
        width=spec.width,
    )
