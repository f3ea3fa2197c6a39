"""From the result of a study to the data of its report: every table, and what no table holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal

from basketbt.lists.model import Basket
from basketbt.lists.stored import as_data
from basketbt.market.indexes import INDEXES, index_info
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, unique
from basketbt.plan.eventstudy import market_index, reach
from basketbt.plan.marks import Mark
from basketbt.plan.model import span
from basketbt.report.data import (
    AccountInfo,
    BenchmarkInfo,
    Bilingual,
    EventInfo,
    FamilyInfo,
    ListInfo,
    MarkInfo,
    Member,
    MethodInfo,
    PricesInfo,
    ReportData,
    RunInfo,
    TestsInfo,
    VariantInfo,
    WindowInfo,
)
from basketbt.report.layouts import PRICES
from basketbt.report.model import Table
from basketbt.report.tables.accounts import account_tables
from basketbt.report.tables.books import book_tables, shocks_table
from basketbt.report.tables.eventstudy import event_study_tables
from basketbt.results import LONGEST_PLACEBO, STANDING, CaseResult, StudyResult


def report_data(result: StudyResult) -> ReportData:
    """All that the renderings of a result read."""
    return ReportData(run_info(result), {table.layout.name: table for table in tables(result)})


def tables(result: StudyResult) -> tuple[Table, ...]:
    """The tables of a result, in the order of ``LAYOUTS``; each says where the prices are from."""
    made: list[Table] = []
    if not result.events_only:
        made += book_tables(result)
    made.append(shocks_table(result))
    if any(case.accounts for case in result.cases):
        made += account_tables(result)
    if any(case.event_studies for case in result.cases):
        made += event_study_tables(result)
    prices = prices_cell(result)
    return tuple(table.plus(PRICES, prices) for table in made)


def prices_cell(result: StudyResult) -> str:
    """Where prices are from, in no language: ``sample 2023-03-01..2025-06-30``."""
    values = dict(result.prices.values)
    return f"{result.cases[0].panel.source} {values['first']}..{values['last']}"


def run_info(result: StudyResult) -> RunInfo:
    config = result.plan.config
    return RunInfo(
        study=config.study,
        title=Bilingual(config.heading("en"), config.heading("zh")),
        run=result.run_id,
        language=config.language,
        colours=config.colours,
        source=result.cases[0].panel.source,
        prices=result.prices,
        panels=tuple(map(_prices_info, result.cases)),
        lists=tuple(map(_list_info, result.plan.baskets)),
        benchmarks=tuple(map(_benchmark_info, result.plan.request.indexes)),
        events=tuple(_event_info(result, case) for case in result.cases),
        notes=tuple(_notes(result)),
        list_notes=tuple(dict.fromkeys(_list_notes(result))),
        method=MethodInfo(
            annualisation=tuple(
                sorted({result.plan.annualisation(c.case.calendar.name) for c in result.cases})
            ),
            rf=config.rf,
            split_at_publication=config.split_at_publication,
            estimation=None if config.event_study is None else span(*config.estimation),
        ),
        config=json.loads(config.canonical()),
        hashes=dict(result.hashes),
        versions=dict(result.versions),
        given=tuple(map(as_data, result.plan.given)),
    )


def _prices_info(found: CaseResult) -> PricesInfo:
    panel, benchmarks = found.panel, found.benchmarks
    return PricesInfo(
        calendar=found.case.calendar.name,
        event=found.case.event.id,
        source=panel.source,
        first_session=str(panel.sessions[0]),
        last_session=str(panel.sessions[-1]),
        tables=tuple(sorted({*panel.tables, *benchmarks.tables})),
        shares=panel.digest,
        benchmarks=benchmarks.digest,
    )


def _list_info(basket: Basket) -> ListInfo:
    composite: Literal["across", "votes"] | None = None
    if basket.components:
        composite = "across" if len(basket.blocks) > 1 else "votes"
    return ListInfo(
        id=basket.id,
        broker=Bilingual(basket.broker_in("en"), basket.broker_in("zh")),
        theme=Bilingual(basket.theme_in("en"), basket.theme_in("zh")),
        published=basket.source.when,
        publisher=basket.source.publisher,
        article=basket.source.title,
        composite=composite,
        names=len(basket.constituents),
        named=sum(one.origin == "named" for one in basket.constituents),
        digest=basket.digest,
    )


def _benchmark_info(code: str) -> BenchmarkInfo:
    info = index_info(code)
    return BenchmarkInfo(
        code=code,
        name=Bilingual(info.name_en, info.name_zh),
        kind=info.kind if code in INDEXES else None,
        twin=info.twin or "",
    )


def _event_info(result: StudyResult, found: CaseResult) -> EventInfo:
    case, event = found.case, found.case.event
    book = found.books[0].book if found.books else None
    quoted, longest = case.quoted_windows, case.longest_window
    return EventInfo(
        id=event.id,
        name=Bilingual(event.name_en or event.id, event.name_zh or event.id),
        at=_at(result, found),
        source=event.source,
        calendar=case.calendar.name,
        day0=str(case.day_zero.session),
        weighting=book.weighting.label if book else "",
        rebalance=book.rebalance.label if book else "",
        longest=longest.label if longest else None,
        marks=tuple(map(_mark_info, found.marks)),
        closures=tuple((str(first), str(last)) for first, last in found.closures),
        windows=tuple(
            WindowInfo(
                label=window.label,
                kind=window.kind,
                first=window.first,
                last=window.last,
                quoted=window in quoted,
            )
            for window in case.distinct_windows
        ),
        members=tuple(
            Member(
                basket=basket.id,
                session=str(session),
                offset=case.calendar.distance(case.day_zero.session, session),
            )
            for basket, session in zip(case.baskets, case.readers, strict=True)
        ),
        tests=_tests_info(result, found) if found.event_studies else None,
        account=_account_info(found) if found.accounts else None,
    )


def _at(result: StudyResult, found: CaseResult) -> str:
    """The moment as it is known: a publication known by its date alone has no time."""
    own = result.plan.config.by_publication
    return (found.case.baskets[0].source.published if own else found.case.event.at).isoformat()


def _mark_info(mark: Mark) -> MarkInfo:
    return MarkInfo(
        kind=mark.kind,
        id=mark.id,
        name=Bilingual(mark.name_en, mark.name_zh),
        session=str(mark.session),
        offset=mark.offset,
        at=mark.at,
    )


def _tests_info(result: StudyResult, found: CaseResult) -> TestsInfo:
    config, spec, case = result.plan.config, result.plan.config.event_study, found.case
    assert spec is not None
    assert found.quoted is not None
    main = found.event_studies[0].found
    back, _ = reach(spec, config.estimation, case)
    return TestsInfo(
        window=span(*found.quoted),
        wanted=None if found.wanted is None else span(*found.wanted),
        model=main.tests[0].model,
        market=_benchmark_info(market_index(spec, config.benchmarks, case.calendar.name)),
        sector=_benchmark_info(parse_symbol(spec.sector).canonical) if spec.sector else None,
        families=tuple(FamilyInfo(**vars(one)) for one in main.families),
        matched=spec.matched_lists,
        nearest=spec.nearest,
        variants=tuple(
            VariantInfo(name=one.found.variant, changes=one.changes)
            for one in found.event_studies[1:]
        ),
        placebo_wanted=spec.placebo_dates,
        placebo_from=str(case.session(back)),
        placebo_longest=LONGEST_PLACEBO,
        notes=main.notes,
        others=found.others,
    )


def _account_info(found: CaseResult) -> AccountInfo:
    kept = found.accounts[0]
    last = kept.book.base + kept.book.schedule.rows - 1
    return AccountInfo(
        cash=kept.book.settings.cash,
        exit=str(found.panel.sessions[last]),
        window=span(0, last - found.zero),
        participation=kept.book.settings.participation,
    )


def _notes(result: StudyResult) -> tuple[Note, ...]:
    """What holds for the study, its lists, and its event studies where it is no warning."""
    return unique(
        [
            *result.notes,
            *(note for found in result.cases for own in found.case.notes for note in own),
            *(
                note
                for found in result.cases
                for study in found.event_studies[:1]
                for note in study.found.notes
                if note.kind.severity == "info"
            ),
        ]
    )


def _list_notes(result: StudyResult) -> Iterator[tuple[str, Note]]:
    """What concerns single lists on the path of the longest window; standing notes are said."""
    for found in result.cases:
        longest = found.case.longest_window
        for window, statistics in found.books[0].windows if found.books else ():
            if window == longest:
                for member in statistics.members:
                    for note in statistics.path.notes[member]:
                        if note.kind not in STANDING:
                            yield found.case.baskets[member].id, note
