"""The hall of the house: one study from its file to its result, a call to each room in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version as installed_version

import numpy as np

import basketbt
from basketbt.accountspec import AccountSpec
from basketbt.backtest.book import IndexBook, Policies, index_book
from basketbt.backtest.rebalance import Rebalance
from basketbt.backtest.windows import Yardsticks, window_statistics
from basketbt.baskets.weighting import Weighting
from basketbt.choicespec import RebalanceSpec, WeightingSpec
from basketbt.config import StudyConfig, StudyFile
from basketbt.errors import OutsideData
from basketbt.eventspec import EventStudySpec
from basketbt.market.rules import rules_digest
from basketbt.notes import Note, NoteKind, unique
from basketbt.plan import HOME_CURRENCY, Case, StudyPlan, account_exit, make_plan, refuse_caps
from basketbt.prices.checks import check
from basketbt.prices.data import Floats, MarketData, PriceSource
from basketbt.prices.digest import content_digest
from basketbt.prices.panel import PricePanel, Status, build_panel
from basketbt.results import BookResult, CaseResult, StudyResult

Progress = Callable[[str], None]


class WindowsBeyondPrices(OutsideData):
    """Fields: event, what (the session needed), reach (what exists)."""

    template = "{event} needs prices of {what}, but what the source has of these shares {reach}"
    fix = "Choose other windows (--set windows=[[0,5]]) or give prices that reach so far."


NO_BENCHMARK_PRICES = NoteKind(
    "no_benchmark_prices",
    en="no levels for benchmark {symbol}: its columns are empty",
    zh="基准{symbol}无点位:相关列空缺",
    severity="warning",
)


def run_study(
    study: StudyFile,
    source: PriceSource,
    progress: Progress | None = None,
    *,
    events_only: bool = False,
) -> StudyResult:
    """What every list of a study did around every event of it.

    ``events_only`` runs the event study alone, with its defaults where the study has none.

    Raises the errors of the rooms it passes: ``InputError`` for what the study says, ``DataError``
    for what the prices do not allow.
    """
    say = progress or (lambda _: None)
    say("planning")
    plan = make_plan(_with_event_study(study) if events_only else study)
    refuse_caps(study, plan.baskets)
    say(f"reading prices of {len(plan.request.symbols)} shares")
    data = check(source.load(plan.request), plan.config.prices.quality)
    say("backtesting")
    panels = {case.calendar.name: panels_of(plan, data, case) for case in plan.cases}
    cases = tuple(
        _case_result(plan, case, *panels[case.calendar.name], with_books=not events_only)
        for case in plan.cases
    )
    if plan.config.event_study is not None:
        say("testing against chance")
        cases = tuple(_tested(plan, plan.config.event_study, case, data) for case in cases)
    if plan.config.account is not None and not events_only:
        say("keeping accounts")
        cases = tuple(_accounted(plan, plan.config.account, case, data) for case in cases)
    return StudyResult(
        plan=plan,
        cases=cases,
        notes=_notes(plan, data, cases),
        versions=versions(
            with_account=plan.config.account is not None,
            with_event_study=plan.config.event_study is not None,
        ),
        universe_digest=_universe_digest(data),
    )


def _with_event_study(study: StudyFile) -> StudyFile:
    """The study, with the default event study where it has none."""
    if study.config.event_study is not None:
        return study
    return replace(study, config=study.config.model_copy(update={"event_study": EventStudySpec()}))


def versions(
    *, with_account: bool = False, with_event_study: bool = False
) -> tuple[tuple[str, str], ...]:
    """What computes the numbers besides the inputs: the package, its rules and sessions, NumPy.

    vectorbt too, where it keeps the books of accounts, and SciPy, where it gives p-values.
    """
    return (
        ("basketbt", basketbt.__version__),
        ("numpy", installed_version("numpy")),
        ("rules", rules_digest()[:12]),
        *([("vectorbt", installed_version("vectorbt"))] if with_account else []),
        *([("scipy", installed_version("scipy"))] if with_event_study else []),
    )


def panels_of(plan: StudyPlan, data: MarketData, case: Case) -> tuple[PricePanel, PricePanel]:
    """The shares and the benchmarks of one home calendar, on its sessions."""
    home = case.calendar.name
    shares = _shares(plan, data, home, HOME_CURRENCY[home])
    indexes = build_panel(
        data, plan.request.indexes, calendar=home, sessions=plan.sessions(home), fx="local"
    )
    return shares, indexes


def _shares(plan: StudyPlan, data: MarketData, home: str, currency: str) -> PricePanel:
    """All shares of the lists of one home calendar, priced in ``currency``."""
    symbols = tuple(
        dict.fromkeys(
            symbol
            for other in plan.cases
            if other.calendar.name == home
            for basket in other.baskets
            for symbol in basket.symbols
        )
    )
    return build_panel(
        data,
        symbols,
        calendar=home,
        sessions=plan.sessions(home),
        fx=plan.config.fx,
        home_currency=currency,
        rates_from=min(
            other.session(min(0, *other.starts) - 2)  # the close that weights look at
            for other in plan.cases
            if other.calendar.name == home
        ),
    )


def _case_result(
    plan: StudyPlan,
    case: Case,
    panel: PricePanel,
    benchmarks: PricePanel,
    *,
    with_books: bool,
) -> CaseResult:
    zero = int(np.searchsorted(panel.sessions, case.day_zero.session))
    if with_books:
        check_reach(case, panel)
    yardsticks = Yardsticks(
        annualisation=plan.annualisation(case.calendar.name),
        rf_annual=plan.config.rf,
        levels=benchmark_levels(benchmarks, plan.request.indexes),
    )
    books = _books(plan.config, case, panel, zero, case.starts) if with_books else []
    return CaseResult(
        case=case,
        panel=panel,
        benchmarks=benchmarks,
        yardsticks=yardsticks,
        zero=zero,
        books=tuple(_book_result(case, panel, yardsticks, book) for book in books),
    )


def _tested(
    plan: StudyPlan, spec: EventStudySpec, result: CaseResult, data: MarketData
) -> CaseResult:
    """The case with its event study, at the weights of the first book's purchase before day 0."""
    from basketbt.eventstudy import study_event  # imports SciPy, which most runs do not need

    case, panel, config = result.case, result.panel, plan.config
    weighting = make_weighting(config.weighting[0])
    bought = index_book(
        panel,
        zero=result.zero,
        starts={0: 0},
        baskets=case.baskets,
        weighting=weighting,
        rebalance=Rebalance("hold"),
        policies=_policies(config),
    ).paths[0]
    found = study_event(
        plan,
        spec,
        case,
        panel=panel,
        benchmarks=result.benchmarks,
        weights=bought.weights,
        weighting=weighting,
        universe=data.universe,
    )
    return replace(result, event_studies=found)


def _accounted(
    plan: StudyPlan, spec: AccountSpec, result: CaseResult, data: MarketData
) -> CaseResult:
    """The case with its accounts, beside index books that are bought at the close of day -1.

    Accounts are kept in yuan, so lists measured in another currency are priced anew for them.
    """
    from basketbt.accounts import check_reach, keep_accounts  # which import vectorbt

    case, home = result.case, result.case.calendar.name
    panel = result.panel if HOME_CURRENCY[home] == "CNY" else _shares(plan, data, home, "CNY")
    last = account_exit(plan.config, case)
    check_reach(panel, first=result.zero - 1, last=result.zero + last, event=case.event.id)
    books = _books(plan.config, case, panel, result.zero, {0: last})
    in_yuan = replace(result, panel=panel)
    kept = keep_accounts(spec, in_yuan, books, allowed=plan.config.max_missing_weight)
    another = "" if panel is result.panel else panel.digest
    return replace(result, accounts=kept, accounts_digest=another)


def _universe_digest(data: MarketData) -> str:
    return "" if data.universe is None else content_digest({"universe": data.universe})


def check_reach(case: Case, panel: PricePanel) -> None:
    """Refuse windows that begin before the prices or end after them."""
    priced = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    if not priced.size:
        raise WindowsBeyondPrices(event=case.event.id, what="any session", reach="has none")
    begin, end = panel.sessions[priced[[0, -1]]]
    first, last = min(case.starts), max(case.starts.values())
    base, stop = case.session(first - 1), case.session(last)
    if base < begin:
        what = f"the close of {base}, the base of windows from day {first:+d} on"
        raise WindowsBeyondPrices(event=case.event.id, what=what, reach=f"begins on {begin}")
    if stop > end:
        what = f"{stop}, day {last:+d}"
        raise WindowsBeyondPrices(event=case.event.id, what=what, reach=f"ends on {end}")


def _policies(config: StudyConfig) -> Policies:
    return Policies(
        late_listing=config.late_listing,
        max_missing_weight=config.max_missing_weight,
        estimation=config.estimation,
    )


def _books(
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
            policies=_policies(config),
        )
        for weighting in config.weighting
        for rebalance in config.rebalance
    ]


def _book_result(
    case: Case, panel: PricePanel, yardsticks: Yardsticks, book: IndexBook
) -> BookResult:
    windows = tuple(
        (
            window,
            window_statistics(
                panel,
                book.paths[window.first],
                first=window.first,
                last=window.last,
                members=[i for i, own in enumerate(case.windows) if window in own],
                yardsticks=yardsticks,
            ),
        )
        for window in case.distinct_windows
    )
    return BookResult(book=book, windows=windows)


def benchmark_levels(benchmarks: PricePanel, codes: tuple[str, ...]) -> Floats:
    """(T, K) benchmark levels in the order of the study; NaN on sessions without one of the day.

    A level is never carried: a session that the index lacks leaves the relative figures empty.
    """
    levels = np.full((len(benchmarks.sessions), len(codes)), np.nan)
    for column, code in enumerate(codes):
        if code in benchmarks.symbols:
            own = benchmarks.column(code)
            traded = benchmarks.status[:, own] == Status.TRADED
            levels[:, column] = np.where(traded, benchmarks.total[:, own], np.nan)
    return levels


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


def _notes(plan: StudyPlan, data: MarketData, cases: tuple[CaseResult, ...]) -> tuple[Note, ...]:
    """What holds for the whole study: the plan's notes, the source's, the panels'."""
    notes = [*plan.notes, *data.notes]
    for case in cases:
        if case.case.day_zero.note is not None:
            notes.append(case.case.day_zero.note)
        notes += [*case.panel.notes, *case.benchmarks.notes]
        notes += [NO_BENCHMARK_PRICES(symbol=code) for code in case.benchmarks.missing]
    return unique(notes)
