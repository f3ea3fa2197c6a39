"""One study from its file to its result: a call to each room in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version as installed_version

import numpy as np

import basketbt
from basketbt.config.eventstudy import EventStudySpec
from basketbt.config.study import StudyFile
from basketbt.data.bars import MarketData, PriceSource
from basketbt.data.panel import PricePanel, content_digest, origin_of
from basketbt.data.successors import merged, recoded
from basketbt.data.survivors import survivorship
from basketbt.data.validation.check import check
from basketbt.eventstudy.peers import Peers
from basketbt.lists.overlap import equal_overlap
from basketbt.market.rules import rules_digest
from basketbt.market.shocks import Shock
from basketbt.notes import Note, NoteKind, listing, unique
from basketbt.pipeline.baredates import with_bare_dates
from basketbt.pipeline.books import case_result
from basketbt.pipeline.breadth import breadth_of, curves_of
from basketbt.pipeline.panels import WindowsBeyondPrices, last_priced, panels_of
from basketbt.pipeline.pooled import pooled_of
from basketbt.pipeline.sharebreadth import brokers_of, shares_of
from basketbt.pipeline.shocks import met_by, shocks_of
from basketbt.pipeline.yardsticks import no_market, peers_of
from basketbt.plan.model import Case, StudyPlan
from basketbt.plan.study import make_plan, refuse_caps
from basketbt.results import CaseResult, StudyResult

Progress = Callable[[str], None]

NO_BENCHMARK_PRICES = NoteKind("no_benchmark_prices", severity="warning")

NOT_IN_PRICES = NoteKind("list_not_in_prices", severity="warning")
PRICES_END_EARLY = NoteKind("prices_end_early", severity="warning")


@dataclass(frozen=True, kw_only=True)
class PricedPlan:
    """A plan and its checked prices: by home calendar the panels of the shares and benchmarks.

    ``shocks`` are those of the market in the prices.
    """

    plan: StudyPlan
    data: MarketData
    panels: Mapping[str, tuple[PricePanel, PricePanel]]
    shocks: tuple[Shock, ...]

    @cached_property
    def peers(self) -> Mapping[str, tuple[Peers, Note | None]]:
        """By home calendar the industries of the panel's shares."""
        return {
            home: peers_of(self.plan, shares, self.data.universe)
            for home, (shares, _) in self.panels.items()
        }

    def case(self, case: Case, *, with_books: bool) -> CaseResult:
        """A case of the plan with its panels, and with its index books if asked for."""
        home = case.calendar.name
        shares, benchmarks = self.panels[home]
        found = case_result(
            self.plan,
            case,
            shares,
            benchmarks,
            peers=self.peers[home] if with_books else None,
            shocks=met_by(self.shocks, shares.sessions),
        )
        return replace(found, no_market=no_market(found.benchmarks, self.data.universe))


def priced(plan: StudyPlan, source: PriceSource, say: Progress) -> PricedPlan:
    """The way from a plan to prices, of a single study and of a grid.

    Raises ``DataError`` for what the prices do not allow.
    """
    say(f"reading prices of {len(plan.request.symbols)} shares")
    given = recoded(source.load(plan.request), plan.request.shares)
    data = merged(check(given, plan.config.prices.quality), plan.request)
    homes = {case.calendar.name: case for case in plan.cases}
    panels = {home: panels_of(plan, data, case) for home, case in homes.items()}
    return PricedPlan(plan=plan, data=data, panels=panels, shocks=shocks_of(plan, data))


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
    prices = priced(plan, source, say)
    say("backtesting")
    cases, left_out = _cases(prices, with_books=not events_only)
    if plan.config.event_study is not None:
        say("testing against chance")
        from basketbt.pipeline.eventstudy import all_tested  # SciPy, which most runs do not need

        cases = all_tested(plan, plan.config.event_study, cases, prices.data)
    if plan.config.account is not None and not events_only:
        say("keeping accounts")
        from basketbt.pipeline.accounts import all_accounted  # vectorbt: 2 to 3 s

        cases, unkept = all_accounted(plan, plan.config.account, cases, prices.data)
        left_out += unkept
    cases = tuple(with_bare_dates(plan.config, case) for case in cases)
    last = len(plan.request.indexes) - 1
    cases = tuple(
        replace(
            case,
            breadth=breadth_of(case, last),
            curves=curves_of(case),
            shares=shares_of(case),
            brokers=brokers_of(case),
        )
        for case in cases
    )
    return study_result(prices, cases, left_out)


def _cases(
    prices: PricedPlan, *, with_books: bool
) -> tuple[tuple[CaseResult, ...], tuple[Note, ...]]:
    """The cases with their books; where each list is its own event, those of which prices hold no
    window are left out with a note.

    Raises ``WindowsBeyondPrices``.
    """
    made: list[CaseResult] = []
    notes: list[Note] = []
    refused: WindowsBeyondPrices | None = None
    for case in prices.plan.cases:
        try:
            made.append(prices.case(case, with_books=with_books))
        except WindowsBeyondPrices as error:
            if not prices.plan.config.by_publication:
                raise
            refused = refused or error
            notes.append(
                NOT_IN_PRICES(
                    baskets=listing(basket.id for basket in case.baskets),
                    published=case.baskets[0].source.when,
                )
            )
    if not made and refused:
        raise refused
    return tuple(made), tuple(notes)


def study_result(
    prices: PricedPlan, cases: tuple[CaseResult, ...], more: tuple[Note, ...] = ()
) -> StudyResult:
    """The cases with what names and explains them: notes, versions, where prices are from."""
    plan, data = prices.plan, prices.data
    return StudyResult(
        plan=plan,
        cases=cases,
        notes=unique([*_notes(plan, data, cases), *more]),
        versions=versions(
            with_account=plan.config.account is not None,
            with_event_study=plan.config.event_study is not None or plan.config.by_publication,
        ),
        pooled=pooled_of(cases) if plan.config.by_publication else (),
        prices=origin_of(data, (panel for pair in prices.panels.values() for panel in pair)),
        overlap=equal_overlap(plan.baskets),
        universe_digest=""
        if data.universe is None
        else content_digest({"universe": data.universe}),
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


def _notes(plan: StudyPlan, data: MarketData, cases: tuple[CaseResult, ...]) -> tuple[Note, ...]:
    """What holds for the whole study: the plan's notes, the source's, the panels'."""
    notes = [*plan.notes, *data.notes]
    if data.universe is not None:
        notes.append(survivorship(data.universe))
    for case in cases:
        if case.case.day_zero.note is not None:
            notes.append(case.case.day_zero.note)
        notes += [*case.panel.notes, *case.benchmarks.notes, *_early_ends(case)]
        notes += [
            NO_BENCHMARK_PRICES(symbol=code)
            for code in case.benchmarks.missing
            if code in plan.request.indexes
        ]
    return unique(notes)


def _early_ends(result: CaseResult) -> list[Note]:
    """A note for each day before the last window's end on which prices of lists end."""
    if not result.books:
        return []
    case, ends = result.case, dict[np.datetime64, list[str]]()
    stop = case.session(max(case.asked.values()))
    for basket in case.baskets:
        last = last_priced(result.panel, basket)
        if last < stop:
            ends.setdefault(last, []).append(basket.id)
    return [
        PRICES_END_EARLY(event=case.event.id, baskets=listing(names), last=str(last))
        for last, names in sorted(ends.items())
    ]
