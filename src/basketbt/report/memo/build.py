"""memo.md: read first what could be known, then the table, then each list, then the small print."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.backtest.book import STANDING
from basketbt.market.indexes import index_info
from basketbt.notes import Language, Shorten, unique
from basketbt.plan.model import span
from basketbt.report.choices import choice_words
from basketbt.report.memo.abbreviate import abbreviation
from basketbt.report.memo.achievable import achievable
from basketbt.report.memo.available import available
from basketbt.report.memo.chance import chance, chance_notes
from basketbt.report.memo.figures import (
    Reader,
    headline_windows,
    readers,
)
from basketbt.report.memo.headline import headline_table, read_first, table_notes
from basketbt.report.memo.method import method
from basketbt.report.memo.sentences import sentences
from basketbt.report.phrases import COMMA, PRICES, Phrase, escape, markdown_table, percent
from basketbt.results import CaseResult, StudyResult

_HEADLINE = Phrase("{name}: Headline", "{name}：要点")
_EVENT = Phrase(
    "{name}: day 0 is {session} ({calendar}); weights {weighting}, rebalance {rebalance}; "
    "total return; benchmark {benchmark}.",
    "{name}：第0日为{session}（{calendar}）；{weighting}，{rebalance}；全收益；基准{benchmark}。",
)
_AVAILABLE_TITLE = Phrase("What a reader could have had", "公布后投资者可获得的收益")
_LISTS = Phrase("List by list", "逐份名单")
_BOOKS_TITLE = Phrase("Does the weighting or rebalance matter?", "加权与再平衡的影响")
_NOTES = Phrase("Data notes", "数据说明")
_NO_NOTES = Phrase("None.", "无。")


def memo(result: StudyResult, language: Language) -> str:
    """The memo as Markdown, readable as plain text."""
    parts = [f"# {escape(result.plan.config.heading(language))}"]
    parts.append(escape(PRICES.say(language, said=result.prices.text(language))))
    for case in result.cases:
        if case.books:
            parts += _case_parts(result, case, language)
        else:
            parts.append(f"## {escape(_event_name(case, language))}")
        parts += chance(result, case, language)
    parts += [
        f"## {_NOTES.say(language)}",
        _bullets(_brief_notes(result, language), language),
        method(result, language),
    ]
    return "\n\n".join(parts) + "\n"


def _event_name(case: CaseResult, language: Language) -> str:
    return case.case.event.name_en if language == "en" else case.case.event.name_zh


def _case_parts(result: StudyResult, case: CaseResult, language: Language) -> Iterator[str]:
    everyone = readers(case)
    benchmark = result.plan.request.indexes[0]
    name = _event_name(case, language)
    info = index_info(benchmark)
    index = info.name_en if language == "en" else info.name_zh
    book = case.books[0].book
    yield f"## {_HEADLINE.say(language, name=escape(name))}"
    yield "\n>\n".join(f"> {line}" for line in read_first(everyone, language))
    yield _EVENT.say(
        language,
        name=escape(name),
        session=case.case.day_zero.session,
        calendar=case.case.calendar.name,
        weighting=choice_words(book.weighting.label, language),
        rebalance=choice_words(book.rebalance.label, language),
        benchmark=f"{index} ({benchmark})",
    )
    yield markdown_table(*headline_table(case, language))
    yield from table_notes(case, language)
    could = available(everyone, index, language)
    if could:
        yield f"### {_AVAILABLE_TITLE.say(language)}\n\n{could}"
    yield from achievable(case, language)
    if len(case.books) > 1:
        yield f"### {_BOOKS_TITLE.say(language)}"
        yield _books_table(case, language)
    yield f"### {_LISTS.say(language)}"
    for reader in everyone:
        yield _list_paragraph(reader, benchmark, language)


def _books_table(case: CaseResult, language: Language) -> str:
    """The last headline window of every basket in every book."""
    window = headline_windows(case.case)[-1]
    header = [span(*window)]
    header += [
        COMMA.say(language).join(
            choice_words(choice.label, language)
            for choice in (result.book.weighting, result.book.rebalance)
        )
        for result in case.books
    ]
    rows = []
    for member, basket in enumerate(case.case.baskets):
        cells = []
        for book in case.books:
            for planned, statistics in book.windows:
                if planned.kind == "fixed" and (planned.first, planned.last) == window:
                    column = statistics.members.index(member)
                    cells.append(percent(float(statistics.own.values["total_return"][column])))
        rows.append([escape(basket.id), *cells])
    return markdown_table(header, rows)


def _list_paragraph(reader: Reader, benchmark: str, language: Language) -> str:
    basket = reader.basket
    about = f"{escape(basket.broker_in(language))} · {escape(basket.theme_in(language))}"
    heading = f"**{escape(basket.id)}** · {about}"
    stop, separator = (". ", " ") if language == "en" else ("：", "")
    return heading + stop + separator.join(sentences(reader, benchmark, language))


def data_notes(
    result: StudyResult, language: Language, shorten: Shorten | None = None
) -> list[str]:
    """The study's notes, and what concerns single lists; ``shorten`` cuts long lists of shares.

    Notes of the ``STANDING`` kinds are left out list by list: the source has said them once.
    """
    notes = [
        *result.notes,
        *(note for case in result.cases for own in case.case.notes for note in own),
        *chance_notes(result),
    ]
    said = [note.text(language, shorten) for note in unique(notes)]
    for case in result.cases:
        for reader in readers(case) if case.books else []:
            longest = reader.longest()
            own = longest.statistics.path.notes[reader.member] if longest else ()
            said += [
                f"{reader.basket.id}: {note.text(language, shorten)}"
                for note in own
                if note.kind not in STANDING
            ]
    return list(dict.fromkeys(said))


def _brief_notes(result: StudyResult, language: Language) -> list[str]:
    """The data notes with long rows of codes cut short."""
    return data_notes(result, language, abbreviation(result.plan.baskets, "facts.json"))


def _bullets(said: list[str], language: Language) -> str:
    if not said:
        return _NO_NOTES.say(language)
    return "\n".join(f"- {escape(text)}" for text in said)
