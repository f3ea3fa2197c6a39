"""The step of a study that tests its lists against chance, event by event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from basketbt.config.eventstudy import EventStudySpec, VariantSpec
from basketbt.data.bars import MarketData
from basketbt.engine.book import index_book
from basketbt.engine.rebalance import Rebalance
from basketbt.engine.shocks import holds_shocks, shocks_within
from basketbt.eventstudy import inputs as shipped
from basketbt.eventstudy.inputs import EventStudyInputs, Variant
from basketbt.eventstudy.multiple import counted_together
from basketbt.eventstudy.results import EventStudyResult, WindowTest
from basketbt.eventstudy.run import NothingToTest, event_study
from basketbt.market.clock import shipped_events
from basketbt.notes import Note, NoteKind, listing, unique
from basketbt.pipeline.books import make_weighting, policies_of
from basketbt.pipeline.eventinputs import event_inputs
from basketbt.pipeline.verdicts import quoted_window, tested_windows, verdicts_of
from basketbt.plan.eventstudy import other_day_zeros
from basketbt.plan.model import Case, StudyPlan, span
from basketbt.plan.overlaps import EVENT_NAME, overlap_notes
from basketbt.results import CaseResult, EventStudied

MATCHED_FOR_MAIN_ONLY = NoteKind("empty-matched-for-main-only")
VARIANT_LEFT_OUT = NoteKind("variant-left-out", severity="warning")
VARIANT_CHANGES_NOTHING = NoteKind("variant-changes-nothing")
ESTIMATED_ON = NoteKind("variant-estimation")
WITHOUT_DATES = NoteKind("variant-without-dates")
WITHOUT_DAYS = NoteKind("variant-without-days")
WITHOUT_CLOSURES = NoteKind("variant-without-closures")
OTHER_DAY_ZERO = NoteKind("variant-day-zero")
_SHIPPED: Mapping[str, Variant] = {one.name: one for one in shipped.STANDARD_VARIANTS}


def tested(
    plan: StudyPlan, spec: EventStudySpec, result: CaseResult, data: MarketData
) -> CaseResult:
    """The case with its event study, at the weights of the first book's purchase before day 0.

    The study as registered comes first, then each variant. Raises ``NoIndexLevels``,
    ``NothingToTest``, ``OutsideData`` or ``BadWindows``.
    """
    case, event = result.case, result.case.event
    weighting = make_weighting(plan.config.weighting[0])
    bought = index_book(
        result.panel,
        zero=result.zero,
        starts={0: 0},
        baskets=case.baskets,
        weighting=weighting,
        rebalance=Rebalance("hold"),
        policies=policies_of(plan.config),
    ).paths[0]
    # Many small regressions: threads of the linear algebra would wait for each other, and the last
    # bit of a sum would hang on how many there are.
    with threadpool_limits(limits=1, user_api="blas"):
        main, notes = event_inputs(plan, spec, result, bought.weights, data.universe)
        registered = event_study(main)
        variants, left_out = _variant_studies(spec, case, main)
    registered = replace(registered, notes=unique([*notes, *registered.notes, *left_out]))
    zeros = {f"day0-{name}": session for name, session in _alternatives(spec, case)}
    studies = []
    for variant, found in ((None, registered), *variants):
        day_zero = zeros.get(found.variant, case.day_zero.session)
        studies.append(
            EventStudied(
                found=_with_shocks(found, result, day_zero),
                weighting=weighting.label,
                day_zero=day_zero,
                variant=variant,
                changes=tuple(_changes(variant, day_zero)) if variant else (),
            )
        )
    quoted, wanted = quoted_window(tested_windows(registered))
    others = overlap_notes(
        event,
        shipped_events().values(),
        case.calendar,
        windows=[quoted],
        name=EVENT_NAME(name_en=event.name_en, name_zh=event.name_zh),
    )
    return replace(
        result,
        event_studies=tuple(studies),
        quoted=quoted,
        wanted=wanted,
        verdicts=verdicts_of(studies, {one.id: len(one.symbols) for one in case.baskets}),
        others=tuple(others),
    )


def all_tested(
    plan: StudyPlan, spec: EventStudySpec, cases: Sequence[CaseResult], data: MarketData
) -> tuple[CaseResult, ...]:
    """Every case ``tested``; where each list is its own event, all tests are counted together.

    Else ten notes would be ten studies, each with its own chance of a finding.
    """
    found = tuple(tested(plan, spec, case, data) for case in cases)
    if not plan.config.by_publication:
        return found
    counted = counted_together([case.event_studies[0].found for case in found])
    return tuple(
        _counted_anew(case, replace(case.event_studies[0], found=study))
        for case, study in zip(found, counted, strict=True)
    )


def _counted_anew(case: CaseResult, main: EventStudied) -> CaseResult:
    studies = (main, *case.event_studies[1:])
    sizes = {one.id: len(one.symbols) for one in case.case.baskets}
    return replace(case, event_studies=studies, verdicts=verdicts_of(studies, sizes))


def _with_shocks(
    found: EventStudyResult, result: CaseResult, day_zero: np.datetime64
) -> EventStudyResult:
    """The study, each window that holds a shock of the market saying so first."""
    zero = int(np.searchsorted(result.panel.sessions, day_zero))
    met = result.shocks

    def notes(test: WindowTest) -> tuple[Note, ...]:
        first, last = test.window
        inside = shocks_within(met, zero + first - 1, zero + last)
        return (*holds_shocks(one.shock for one in inside), *test.notes)

    return replace(found, tests=tuple(replace(one, notes=notes(one)) for one in found.tests))


def _variant_studies(
    spec: EventStudySpec, case: Case, main: EventStudyInputs
) -> tuple[list[tuple[Variant, EventStudyResult]], list[Note]]:
    """The variants that change something and can be tested, and a note on each other one.

    The pool serves the registered study only: a variant asks whether an abnormal return holds, not
    which other lists would have had it.
    """
    found: list[tuple[Variant, EventStudyResult]] = []
    left_out: list[Note] = []
    alone = replace(main.tested_only, pool=None, no_pool=MATCHED_FOR_MAIN_ONLY())
    for variant in _variants(spec, case, main):
        if not variant.changes(main):
            left_out.append(VARIANT_CHANGES_NOTHING(variant=variant.name))
            continue
        try:
            found.append((variant, event_study(variant.apply(alone))))
        except NothingToTest as error:
            left_out.append(VARIANT_LEFT_OUT(variant=variant.name, why=error.fields["why"]))
    return found, left_out


def _changes(variant: Variant, day_zero: np.datetime64) -> Iterator[Note]:
    """What a variant changes."""
    if variant.estimation is not None:
        yield ESTIMATED_ON(window=span(*variant.estimation))
    if variant.without_dates is not None:
        first, last = variant.without_dates
        yield WITHOUT_DATES(first=str(first), last=str(last))
    if variant.without_days:
        yield WITHOUT_DAYS(days=listing(f"{day:+d}" for day in variant.without_days))
    if variant.closed_days is not None:
        yield WITHOUT_CLOSURES(days=variant.closed_days)
    if variant.day0 is not None:
        yield OTHER_DAY_ZERO(session=str(day_zero))


def _variants(spec: EventStudySpec, case: Case, main: EventStudyInputs) -> list[Variant]:
    """The study's variants, then one for each other moment of the event inside the prices."""
    variants = [_variant(one) for one in spec.variants]
    for name, session in _alternatives(spec, case):
        row = int(np.searchsorted(main.sessions, session))
        if row < len(main.sessions):
            variants.append(Variant(name=f"day0-{name}", day0=row))
    return variants


def _alternatives(spec: EventStudySpec, case: Case) -> tuple[tuple[str, np.datetime64], ...]:
    return other_day_zeros(case.event, case.calendar) if spec.alternatives else ()


def _variant(spec: VariantSpec) -> Variant:
    if spec.shipped:
        return _SHIPPED[spec.name]
    dates = spec.without_dates
    return Variant(
        name=spec.name,
        estimation=spec.estimation,
        without_dates=(dates[0], dates[1]) if dates else None,
        without_days=spec.without_days,
        closed_days=spec.closed_days,
    )
