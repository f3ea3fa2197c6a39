"""The memo's section "Is it more than chance?": one careful sentence a list, and what it rests on.

Words follow the tests and never go beyond them: "consistent with", and what could have been seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from basketbt.market.indexes import index_info
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Language
from basketbt.plan.eventstudy import market_index
from basketbt.plan.model import span
from basketbt.report.memo.chancewords import (
    CHANGED,
    CHANGES,
    COLUMNS,
    COUNT,
    DISAGREE,
    EVERY_WINDOW,
    FORCE,
    HOLDS,
    INTRO,
    LEFT_OUT,
    LIMIT,
    LIST,
    LIST_COLUMN,
    MARKET_SIDE,
    NO_PLACEBO,
    NO_SECTOR,
    PLACEBO,
    SECTOR,
    SECTOR_SIDE,
    TITLE,
    UNTESTED,
    VERDICTS,
)
from basketbt.report.phrases import NONE, escape, markdown_table, percent
from basketbt.results import CaseResult, StudyResult

if TYPE_CHECKING:
    from basketbt.events.results import Cell, EventStudyResult

LEVEL = 0.05
SECTOR_MODEL = "market+sector"
# The window a headline quotes if it is registered: to the first session after the holiday.
FAVOURITE = (0, 5)

Verdict = Literal["both", "market_only", "behind_sector", "alone", "sector_only", "chance"]
Cells = dict[tuple[str, str, str, tuple[int, int]], "Cell"]


@dataclass(frozen=True)
class Answer:
    """What the registered study and its variants say of one list in the headline window."""

    basket: str
    primary: Cell
    sector: Cell | None
    verdict: Verdict
    changed_by: tuple[tuple[str, Cell], ...]  # variants under which the verdict is another one


def chance(result: StudyResult, case: CaseResult, language: Language) -> Iterator[str]:
    """The section as Markdown blocks; nothing without an event study."""
    spec = result.plan.config.event_study
    if spec is None or not case.event_studies:
        return
    main = case.event_studies[0].found
    window = headline_window(case)
    everyone = answers(case, window)
    yield f"### {TITLE.say(language)}"
    yield INTRO.say(
        language,
        window=span(*window),
        market=_name(market_index(spec, result.plan.request.indexes), language),
        sector=_name(parse_symbol(spec.sector).canonical, language),
    )
    yield COUNT.say(
        language,
        tests=main.tests,
        baskets=len(case.case.baskets),
        windows=len({cell.window for cell in main.cells if cell.in_family}),
        model=main.cells[0].model,
        alone=main.tests * LEVEL,
    )
    yield markdown_table(*chance_table(everyone, language))
    yield "\n".join(f"- {_sentence(answer, main.tests, language)}" for answer in everyone)
    yield from _every_window(main, everyone, language)
    yield (" " if language == "en" else "").join(_small_print(everyone, language))
    notes = [escape(note.text(language)) for note in main.notes]
    if notes:
        yield "\n".join(f"- {note}" for note in notes)


def chance_table(everyone: list[Answer], language: Language) -> tuple[list[str], list[list[str]]]:
    """Header and rows: each list against the market and against the sector."""
    return COLUMNS.say(language).split("|"), [_row(answer) for answer in everyone]


def headline_window(case: CaseResult) -> tuple[int, int]:
    """[0,+5] where it is registered, else the longest registered window from day 0, else any."""
    cells = case.event_studies[0].found.cells
    registered = list(dict.fromkeys(cell.window for cell in cells if cell.in_family))
    if FAVOURITE in registered:
        return FAVOURITE
    from_zero = [window for window in registered if window[0] == 0]
    return max(from_zero or registered, key=lambda window: window[1])


def answers(case: CaseResult, window: tuple[int, int]) -> list[Answer]:
    """One answer a list, in the order of the study."""
    cells: Cells = {
        (one.found.variant, cell.basket, cell.model, cell.window): cell
        for one in case.event_studies
        for cell in one.found.cells
    }
    primary_model = case.event_studies[0].found.cells[0].model
    variants = [one.found.variant for one in case.event_studies]

    def judged(variant: str, basket: str) -> tuple[Cell, Cell | None, Verdict]:
        primary = cells[variant, basket, primary_model, window]
        sector = cells.get((variant, basket, SECTOR_MODEL, window))
        return primary, sector, verdict(primary, sector)

    found = []
    for basket in case.case.baskets:
        primary, sector, said = judged("main", basket.id)
        others = {name: judged(name, basket.id) for name in variants[1:]}
        changed = tuple((name, other[0]) for name, other in others.items() if other[2] != said)
        found.append(Answer(basket.id, primary, sector, said, changed))
    return found


def verdict(primary: Cell, sector: Cell | None) -> Verdict:
    """Which of the sentences the tests allow.

    The primary test counts once all tests are counted (Holm); the sector model is a guard and is
    read alone. A test that does not exist rejects nothing.
    """
    beyond_sector = sector is not None and sector.p < LEVEL
    if primary.holm_p < LEVEL and sector is not None and beyond_sector:
        return "both" if sector.car * primary.car > 0 else "behind_sector"
    if primary.holm_p < LEVEL:
        return "market_only"
    if primary.p < LEVEL:
        return "alone"
    return "sector_only" if beyond_sector else "chance"


def _row(answer: Answer) -> list[str]:
    primary, sector = answer.primary, answer.sector
    return [
        escape(answer.basket),
        percent(primary.car),
        chance_text(primary.p),
        chance_text(primary.kolari_pynnonen.p),
        chance_text(primary.placebo_p),
        chance_text(primary.holm_p),
        percent(primary.mde).lstrip("+"),
        percent(sector.car) if sector else NONE,
        chance_text(sector.p) if sector else NONE,
        chance_text(sector.kolari_pynnonen.p) if sector else NONE,
        percent(sector.mde).lstrip("+") if sector else NONE,
    ]


def chance_text(p: float) -> str:
    """A p-value as people print it: ``0.012``, ``<0.001``; a dash where there is none."""
    if math.isnan(p):
        return NONE
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def _sentence(answer: Answer, tests: int, language: Language) -> str:
    primary, sector = answer.primary, answer.sector
    if math.isnan(primary.p):
        why = "; ".join(note.text(language) for note in primary.notes)
        return UNTESTED.say(language, basket=escape(answer.basket), why=escape(why))
    parts = [
        LIST.say(
            language,
            basket=escape(answer.basket),
            window=span(*primary.window),
            car=percent(primary.car),
            verdict=VERDICTS[answer.verdict].say(language, tests=tests),
            mde=percent(primary.mde).lstrip("+"),
        ),
        _sector_part(sector, language),
    ]
    kp = primary.kolari_pynnonen.p
    if not math.isnan(kp) and (kp < LEVEL) != (primary.p < LEVEL):
        parts.append(DISAGREE.say(language, primary=chance_text(primary.p), kp=chance_text(kp)))
    if answer.changed_by:
        changed = [
            CHANGED.say(language, variant=name, car=percent(cell.car), p=chance_text(cell.p))
            for name, cell in answer.changed_by
        ]
        parts.append(CHANGES.say(language, variants=", ".join(changed)))
    else:
        parts.append(HOLDS.say(language))
    if not math.isnan(primary.leave_one_out_min):
        low, high = percent(primary.leave_one_out_min), percent(primary.leave_one_out_max)
        parts.append(LEFT_OUT.say(language, low=low, high=high))
    if primary.weight_at_limit > 0:
        parts.append(LIMIT.say(language, weight=f"{primary.weight_at_limit:.0%}"))
    return (" " if language == "en" else "").join(parts)


def _sector_part(sector: Cell | None, language: Language) -> str:
    if sector is None or math.isnan(sector.p):
        return NO_SECTOR.say(language)
    return SECTOR.say(
        language,
        car=percent(sector.car),
        p=chance_text(sector.p),
        mde=percent(sector.mde).lstrip("+"),
    )


def _every_window(
    main: EventStudyResult, everyone: list[Answer], language: Language
) -> Iterator[str]:
    """A table for the primary model and one for the sector model: lists down, windows across."""
    sides = [(main.cells[0].model, MARKET_SIDE)]
    if any(answer.sector for answer in everyone):
        sides.append((SECTOR_MODEL, SECTOR_SIDE))
    counted = {cell.window for cell in main.cells if cell.in_family}
    windows = list(dict.fromkeys(cell.window for cell in main.cells))
    header = [LIST_COLUMN.say(language)]
    header += [span(*window) + ("" if window in counted else "°") for window in windows]
    for model, side in sides:
        rows: dict[str, list[str]] = {}
        for cell in main.cells:
            if cell.model == model:
                rows.setdefault(cell.basket, []).append(_short(cell))
        yield EVERY_WINDOW.say(language, side=side.say(language))
        yield markdown_table(header, [[escape(name), *cells] for name, cells in rows.items()])


def _short(cell: Cell) -> str:
    if math.isnan(cell.p):
        return NONE
    text = f"{percent(cell.car)} ({chance_text(cell.p)})"
    return f"**{text}**" if cell.holm_p < LEVEL else text


def _small_print(everyone: list[Answer], language: Language) -> Iterator[str]:
    usable = [one.primary for one in everyone if not math.isnan(one.primary.placebo_p)]
    if usable:
        finest = max(cell.placebo_resolution for cell in usable)
        yield PLACEBO.say(language, dates=_range(usable), resolution=f"{finest:.3f}")
    else:
        yield NO_PLACEBO.say(language, dates=_range([one.primary for one in everyone]))
    yield FORCE.say(language)


def _range(cells: list[Cell]) -> str:
    """How many placebo dates there are: ``109``, or ``93–110`` where lists differ."""
    numbers = [cell.placebo_dates for cell in cells]
    return str(min(numbers)) + (f"–{max(numbers)}" if max(numbers) > min(numbers) else "")


def _name(code: str, language: Language) -> str:
    info = index_info(code)
    name = info.name_en if language == "en" else info.name_zh
    return name if name == code else f"{name} ({code})"
