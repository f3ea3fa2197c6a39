"""The memo's section "Is it more than chance?": one careful sentence a list, and what it rests on.

Words follow the tests and never go beyond them: "consistent with", and what could have been seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from basketbt.events.windows import LONGEST_PLACEBO
from basketbt.market.clock import shipped_events
from basketbt.market.indexes import index_info
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Language, Note
from basketbt.plan.eventstudy import market_index, reach
from basketbt.plan.model import span
from basketbt.plan.overlaps import overlap_notes
from basketbt.report.headline import Window
from basketbt.report.memo.answers import (
    LEVEL,
    SECTOR_MODEL,
    Answer,
    Change,
    answers,
    exists,
    headline_window,
    side,
)
from basketbt.report.memo.chancewords import (
    CARRIED_ON,
    CHANGED,
    CHANGES,
    COULD_SEE_COLUMN,
    COUNT,
    DISAGREE,
    EVERY_WINDOW,
    EVERY_WINDOW_SECTOR,
    FORCE,
    HOLDS,
    INSTEAD,
    INTRO,
    INTRO_MARKET,
    LEFT_OUT,
    LIMIT,
    LIST,
    LIST_COLUMN,
    MARKET_COLUMNS,
    MARKET_NOW,
    MISSING_TESTS,
    NEVER_FREE,
    NO_PLACEBO,
    NO_SECTOR,
    NOT_COMPARED,
    ONE_TEST,
    PLACEBO,
    PLACEBO_NEEDS,
    PLACEBO_TOO_LONG,
    RANDOM,
    ROMANO_WOLF_COLUMN,
    SECTOR,
    SECTOR_COLUMNS,
    SECTOR_NOW,
    SESSIONS,
    TITLE,
    UNSETTLED,
    UNTESTED,
    VERDICTS,
)
from basketbt.report.memo.variants import variants
from basketbt.report.phrases import COMMA, NONE, SEMICOLON, Phrase, escape, markdown_table, percent
from basketbt.results import CaseResult, StudyResult

if TYPE_CHECKING:
    from basketbt.events.results import Cell, EventStudyResult

# Names that the second test needs (events.significance, which costs SciPy).
_FEWEST = 4


def chance(result: StudyResult, case: CaseResult, language: Language) -> Iterator[str]:
    """The section as Markdown blocks; nothing without an event study."""
    if result.plan.config.event_study is None or not case.event_studies:
        return
    main = case.event_studies[0].found
    window, wanted = headline_window(case)
    everyone = answers(case, window)
    yield f"### {TITLE.say(language)}"
    yield _introduction(result, case, everyone, window, language)
    if wanted is not None:
        yield INSTEAD.say(language, wanted=span(*wanted), window=span(*window))
    inside = others_inside(case, window, language)
    if inside:
        yield "\n".join(f"- {escape(said)}" for said in inside)
    yield _count(case, language)
    yield markdown_table(*chance_table(everyone, language))
    yield "\n".join(f"- {_sentence(answer, main, language)}" for answer in everyone)
    yield from variants(case, language)
    yield from _every_window(main, language)
    yield _joined(_small_print(result, case, everyone, language), language)
    notes = [escape(note.text(language)) for note in main.notes if note.kind.severity != "info"]
    if notes:
        yield "\n".join(f"- {note}" for note in notes)


def chance_notes(result: StudyResult) -> list[Note]:
    """What is said of the event studies among the data notes: no warning, those stand above."""
    studies = [case.event_studies[0].found for case in result.cases if case.event_studies]
    return [note for one in studies for note in one.notes if note.kind.severity == "info"]


def _introduction(
    result: StudyResult,
    case: CaseResult,
    everyone: list[Answer],
    window: Window,
    language: Language,
) -> str:
    spec, config = result.plan.config.event_study, result.plan.config
    assert spec is not None
    names = {
        "window": span(*window),
        "market": _name(market_index(spec, config.benchmarks, case.case.calendar.name), language),
    }
    if not any(exists(answer.sector) for answer in everyone):
        return INTRO_MARKET.say(language, **names)
    sector = _name(parse_symbol(spec.sector).canonical, language)
    return INTRO.say(language, **names, sector=sector)


def others_inside(case: CaseResult, window: Window, language: Language) -> list[str]:
    """What else happened inside the window that is quoted."""
    event = case.case.event
    notes = overlap_notes(
        event,
        shipped_events().values(),
        case.case.calendar,
        windows=[window],
        name=event.name_en if language == "en" else event.name_zh,
    )
    return [note.text(language) for note in notes]


def _count(case: CaseResult, language: Language) -> str:
    main = case.event_studies[0].found
    family = [cell for cell in main.cells if cell.in_family]
    said = [
        COUNT.say(
            language,
            **_counted(main.tests, len(case.case.baskets), len({cell.window for cell in family})),
            model=main.cells[0].model,
            alone=main.tests * LEVEL,
        )
    ]
    lost = len(family) - main.tests
    if lost:
        said.append(MISSING_TESTS.say(language, count=lost, all=len(family)))
    return _joined(said, language)


def _counted(tests: int, baskets: int, windows: int) -> dict[str, object]:
    return {
        "tests": tests,
        "tests_en": many(tests, "test"),
        "baskets": baskets,
        "lists_en": many(baskets, "list"),
        "windows": windows,
        "windows_en": many(windows, "window"),
    }


def many(count: int, one: str) -> str:
    """``1 list``, ``2 lists``."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def chance_table(everyone: list[Answer], language: Language) -> tuple[list[str], list[list[str]]]:
    """Header and rows: each list against the market and, where tested, against the sector."""
    stepped = any(not math.isnan(answer.primary.romano_wolf_p) for answer in everyone)
    sector = any(exists(answer.sector) for answer in everyone)
    header = [LIST_COLUMN.say(language), *MARKET_COLUMNS.say(language).split("|")]
    header += [ROMANO_WOLF_COLUMN.say(language)] if stepped else []
    header.append(COULD_SEE_COLUMN.say(language))
    if sector:
        header += [*SECTOR_COLUMNS.say(language).split("|"), COULD_SEE_COLUMN.say(language)]
    return header, [_row(answer, stepped=stepped, sector=sector) for answer in everyone]


def _row(answer: Answer, *, stepped: bool, sector: bool) -> list[str]:
    primary, beside = answer.primary, answer.sector
    row = [
        escape(answer.basket),
        percent(primary.car),
        chance_text(primary.p),
        chance_text(primary.kolari_pynnonen.p),
        placebo_text(primary),
        chance_text(primary.holm_p),
    ]
    row += [chance_text(primary.romano_wolf_p)] if stepped else []
    row.append(percent(primary.mde).lstrip("+"))
    if not sector:
        return row
    if beside is None:
        return [*row, NONE, NONE, NONE, NONE]
    kp = chance_text(beside.kolari_pynnonen.p)
    return [
        *row,
        percent(beside.car),
        chance_text(beside.p),
        kp,
        percent(beside.mde).lstrip("+"),
    ]


def chance_text(p: float) -> str:
    """A p-value as people print it: ``0.012``, ``<0.001``; a dash where there is none."""
    if math.isnan(p):
        return NONE
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def placebo_text(cell: Cell) -> str:
    """A placebo p no finer than its dates can tell: ``≤0.055``, ``0.21``."""
    p, finest = cell.placebo_p, cell.placebo_resolution
    if math.isnan(p):
        return NONE
    return f"≤{finest:.3f}" if p <= finest else f"{p:.2f}"


def _sentence(answer: Answer, main: EventStudyResult, language: Language) -> str:
    primary = answer.primary
    if not exists(primary):
        why = SEMICOLON.say(language).join(note.text(language) for note in primary.notes)
        return UNTESTED.say(language, basket=escape(answer.basket), why=escape(why))
    parts = [
        LIST.say(
            language,
            basket=escape(answer.basket),
            window=span(*primary.window),
            car=percent(primary.car),
            verdict=_verdict(answer, main.tests, language),
            mde=percent(primary.mde).lstrip("+"),
        ),
        *_sector_part(answer.sector, language),
        *_how_firm(answer, language),
        *_limits(primary, main, language),
    ]
    return _joined(parts, language)


def _verdict(answer: Answer, tests: int, language: Language) -> str:
    said = VERDICTS[answer.verdict].say(language, tests=tests, tests_en=many(tests, "test"))
    if answer.settled:
        return said
    kp = chance_text(answer.primary.kolari_pynnonen.p)
    return UNSETTLED.say(language, verdict=said, kp=kp)


def _sector_part(sector: Cell | None, language: Language) -> Iterator[str]:
    if sector is None:
        return
    if not exists(sector):
        yield NO_SECTOR.say(language)
        return
    yield SECTOR.say(
        language,
        car=percent(sector.car),
        p=chance_text(sector.p),
        mde=percent(sector.mde).lstrip("+"),
    )


def _how_firm(answer: Answer, language: Language) -> Iterator[str]:
    """The second test, the variants, each share left out, sessions that are missing."""
    primary = answer.primary
    kp = primary.kolari_pynnonen.p
    if primary.kolari_pynnonen.names < _FEWEST:
        yield ONE_TEST.say(language)
    elif not math.isnan(kp) and answer.settled and (kp < LEVEL) != (primary.p < LEVEL):
        yield DISAGREE.say(language, kp=chance_text(kp))
    if answer.changed_by:
        changed = [
            CHANGED.say(
                language,
                variant=one.variant,
                halves=SEMICOLON.say(language).join(_halves(one, language)),
            )
            for one in answer.changed_by
        ]
        yield CHANGES.say(language, variants=COMMA.say(language).join(changed))
    elif answer.compared:
        yield HOLDS.say(language)
    if answer.not_compared:
        yield NOT_COMPARED.say(language, variants=COMMA.say(language).join(answer.not_compared))
    if not math.isnan(primary.leave_one_out_min):
        low, high = percent(primary.leave_one_out_min), percent(primary.leave_one_out_max)
        yield LEFT_OUT.say(language, low=low, high=high)
    whole = primary.window[1] - primary.window[0] + 1
    if primary.sessions < whole:
        yield SESSIONS.say(language, count=primary.sessions, whole=whole)


def _halves(one: Change, language: Language) -> Iterator[str]:
    if one.market_changed:
        cell = one.primary
        said = MARKET_NOW[cell.holm_as_if < LEVEL]
        yield said.say(language, car=percent(cell.car), p=chance_text(cell.holm_as_if))
    if one.sector_changed and one.sector is not None:
        said = SECTOR_NOW[side(one.sector)]
        yield said.say(language, car=percent(one.sector.car), p=chance_text(one.sector.p))


def _limits(primary: Cell, main: EventStudyResult, language: Language) -> Iterator[str]:
    """How much of the list was at a price limit, and where it stood once none was."""
    if not primary.weight_at_limit > 0:
        return
    yield LIMIT.say(language, weight=f"{primary.weight_at_limit:.0%}")
    if primary.unlimited_day is None:
        last = max(cell.window[1] for cell in main.cells if exists(cell))
        yield NEVER_FREE.say(language, day=last)
    elif primary.unlimited_day > primary.window[1]:
        car = percent(primary.car_to_unlimited)
        yield CARRIED_ON.say(language, day=primary.unlimited_day, car=car)


def _every_window(main: EventStudyResult, language: Language) -> Iterator[str]:
    """A table for the primary model and one for the sector model: lists down, windows across."""
    sides: list[tuple[str, Phrase]] = [(main.cells[0].model, EVERY_WINDOW)]
    if any(cell.model == SECTOR_MODEL for cell in main.cells):
        sides.append((SECTOR_MODEL, EVERY_WINDOW_SECTOR))
    counted = {cell.window for cell in main.cells if cell.in_family}
    windows = list(dict.fromkeys(cell.window for cell in main.cells))
    header = [LIST_COLUMN.say(language)]
    header += [span(*window) + ("" if window in counted else "°") for window in windows]
    for model, said in sides:
        rows: dict[str, list[str]] = {}
        for cell in main.cells:
            if cell.model == model:
                rows.setdefault(cell.basket, []).append(_short(cell))
        yield said.say(language)
        yield markdown_table(header, [[escape(name), *cells] for name, cells in rows.items()])


def _short(cell: Cell) -> str:
    if not exists(cell):
        return NONE
    text = f"{percent(cell.car)} ({chance_text(cell.p)})"
    return f"**{text}**" if cell.holm_p < LEVEL else text


def _small_print(
    result: StudyResult, case: CaseResult, everyone: list[Answer], language: Language
) -> Iterator[str]:
    yield from _placebo_words(result, case, everyone, language)
    yield FORCE.say(language)
    if any(not math.isnan(one.primary.random_p) for one in everyone):
        yield RANDOM.say(language)


def _placebo_words(
    result: StudyResult, case: CaseResult, everyone: list[Answer], language: Language
) -> Iterator[str]:
    tested = [one.primary for one in everyone if exists(one.primary)]
    if not tested:
        return
    first, last = tested[0].window
    if last - first + 1 > LONGEST_PLACEBO:
        yield PLACEBO_TOO_LONG.say(language, most=LONGEST_PLACEBO)
        return
    usable = [cell for cell in tested if not math.isnan(cell.placebo_p)]
    if usable:
        finest = max(cell.placebo_resolution for cell in usable)
        yield PLACEBO.say(language, dates=_range(usable), resolution=f"{finest:.3f}")
    else:
        yield NO_PLACEBO.say(language, dates=_range(tested))
    config, spec = result.plan.config, result.plan.config.event_study
    assert spec is not None
    if min(cell.placebo_dates for cell in tested) < spec.placebo_dates:
        back, _ = reach(spec, config.estimation, case.case.event, case.case.calendar)
        yield PLACEBO_NEEDS.say(language, wanted=spec.placebo_dates, date=case.case.session(back))


def _range(cells: list[Cell]) -> str:
    """How many placebo dates there are: ``109``, or ``93–110`` where lists differ."""
    numbers = [cell.placebo_dates for cell in cells]
    return str(min(numbers)) + (f"–{max(numbers)}" if max(numbers) > min(numbers) else "")


def _joined(parts: Iterator[str] | list[str], language: Language) -> str:
    return (" " if language == "en" else "").join(parts)


def _name(code: str, language: Language) -> str:
    info = index_info(code)
    name = info.name_en if language == "en" else info.name_zh
    return name if name == code else f"{name} ({code})"
