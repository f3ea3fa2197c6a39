"""memo.md: read first what could be known, then the table, then each list, then the small print."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.backtest.book import STANDING
from basketbt.market.indexes import index_info
from basketbt.notes import Language, unique
from basketbt.plan.model import span
from basketbt.report.choices import choice_words
from basketbt.report.demo import DEMO
from basketbt.report.memo.achievable import achievable
from basketbt.report.memo.chance import chance
from basketbt.report.memo.figures import (
    Reader,
    common_span,
    headline_windows,
    median,
    publication,
    readers,
)
from basketbt.report.memo.method import method
from basketbt.report.memo.sentences import sentences
from basketbt.report.phrases import Phrase, escape, markdown_table, percent
from basketbt.results import CaseResult, StudyResult

_READ_FIRST = Phrase(
    "**Read first.** {lists} published on {published}. A reader could trade from {session} "
    "(day {offset:+d}) at the earliest. What happened before is *hindsight*; only what came after "
    "was *available*.",
    "**先读此处。**{lists}发布于{published},读者最早自{session}(第{offset:+d}日)起可交易。"
    "此前为*事后视角*(hindsight),此后方为*可得*(available)。",
)
_ALL_LISTS = Phrase("The lists were", "各名单")
_SOME_LISTS = Phrase("{count} lists ({names}) were", "{count}份名单({names})")
_HEADLINE = Phrase("Headline", "要点")
_EVENT = Phrase(
    "{name}: day 0 is {session} ({calendar}); weights {weighting}, rebalance {rebalance}; "
    "total return; benchmark {benchmark}.",
    "{name}:第0日为{session}({calendar});加权{weighting},再平衡{rebalance};全收益;基准{benchmark}。",
)
_COLUMNS = Phrase(
    "Basket|Names|Named|{windows}|Hindsight{before}|Available{after}|Available vs benchmark|"
    "Max drawdown {longest}",
    "组合|成分数|点名|{windows}|事后{before}|可得{after}|可得相对基准|最大回撤{longest}",
)
_AVAILABLE_TITLE = Phrase("What a reader could have had", "读者能得到什么")
_AVAILABLE = Phrase(
    "Up to the close before a reader could trade, the {count} lists (composites not counted) had "
    "made a median of {hindsight}; {rose} of them had risen. From then to the end the median was "
    "{available}: {later} of {split} rose and {beat} beat {benchmark}.",
    "在读者可交易之前,{count}份名单(不计合成组合)收益中位数为{hindsight},其中{rose}份上涨。"
    "此后至期末中位数为{available}:{split}份中{later}份上涨,{beat}份跑赢{benchmark}。",
)
_MAPPED = Phrase(
    "**Named** counts the shares that the source itself names. The others were mapped here to a "
    "theme that the source names, after the event: their choice is hindsight of its own.",
    "**点名**为来源直接点名的成分数。其余成分由本项目在事件之后按来源点名的主题选取:"
    "选取本身也带有事后视角。",
)
_AVAILABLE_ONE = Phrase(
    "Up to the close before a reader could trade, the list had made {hindsight}. From then to the "
    "end it made {available} ({excess} against {benchmark}).",
    "在读者可交易之前,该名单收益{hindsight}。此后至期末收益{available}(相对{benchmark}{excess})。",
)
_NOTHING_AVAILABLE = Phrase(
    "Nothing: the lists were published after the study's last session. All figures are hindsight.",
    "无:名单发布晚于本研究最后交易日,所有数字均为事后视角。",
)
_LISTS = Phrase("List by list", "逐份名单")
_BOOKS_TITLE = Phrase("Does the weighting or rebalance matter?", "加权与再平衡的影响")
_NOTES = Phrase("Data notes", "数据说明")
_NO_NOTES = Phrase("None.", "无。")


def memo(result: StudyResult, language: Language) -> str:
    """The memo as Markdown, readable as plain text."""
    parts = [f"# {escape(result.plan.config.heading(language))}"]
    if result.invented:
        parts.append(f"> **{DEMO().text(language)}**")
    for case in result.cases:
        if case.books:
            parts += _case_parts(result, case, language)
        else:
            parts.append(f"## {escape(_event_name(case, language))}")
        parts += chance(result, case, language)
    parts += [
        f"## {_NOTES.say(language)}",
        _bullets(data_notes(result, language), language),
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
    yield f"## {escape(name)}: {_HEADLINE.say(language)}"
    yield "\n>\n".join(f"> {line}" for line in _read_first(everyone, language))
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
    if any(one.origin == "mapped" for basket in case.case.baskets for one in basket.constituents):
        yield _MAPPED.say(language)
    yield f"### {_AVAILABLE_TITLE.say(language)}"
    lists = [reader for reader in everyone if not reader.basket.components]
    yield available(lists or everyone, index, language)
    yield from achievable(case, language)
    if len(case.books) > 1:
        yield f"### {_BOOKS_TITLE.say(language)}"
        yield _books_table(case, language)
    yield f"### {_LISTS.say(language)}"
    for reader in everyone:
        yield _list_paragraph(reader, benchmark, language)


def _read_first(everyone: list[Reader], language: Language) -> list[str]:
    """One line for each publication date."""
    dates: dict[tuple[str, str, int], list[str]] = {}
    for reader in everyone:
        dates.setdefault(publication(reader), []).append(reader.basket.id)
    lines = []
    for (published, session, offset), names in dates.items():
        which = _ALL_LISTS if len(dates) == 1 else _SOME_LISTS
        lists = which.say(language, count=len(names), names=", ".join(map(escape, names)))
        lines.append(
            _READ_FIRST.say(
                language, lists=lists, published=published, session=session, offset=offset
            )
        )
    return lines


def headline_table(case: CaseResult, language: Language) -> tuple[list[str], list[list[str]]]:
    """Header and rows: the paper return of each list, split at its publication."""
    everyone = readers(case)
    windows = headline_windows(case.case)
    longest = next((reader.longest() for reader in everyone), None)
    header = _COLUMNS.say(
        language,
        windows="|".join(span(*window) for window in windows),
        before=common_span(everyone, "hindsight"),
        after=common_span(everyone, "available"),
        longest=longest.window.label if longest else "",
    ).split("|")
    rows = []
    for reader in everyone:
        fixed = [reader.find("fixed", *window) for window in windows]
        before, after, most = reader.find("hindsight"), reader.find("available"), reader.longest()
        rows.append(
            [
                escape(reader.basket.id),
                str(len(reader.basket.constituents)),
                str(sum(one.origin == "named" for one in reader.basket.constituents)),
                *(percent(found["total_return"] if found else None) for found in fixed),
                percent(before["total_return"] if before else None),
                percent(after["total_return"] if after else None),
                percent(after["excess_return"] if after else None),
                percent(most["max_drawdown"] if most else None),
            ]
        )
    return header, rows


def available(everyone: list[Reader], benchmark: str, language: Language) -> str:
    """What the lists had made before a reader could trade, and from then on."""
    before = [found["total_return"] for r in everyone if (found := r.find("hindsight"))]
    after = [found for r in everyone if (found := r.find("available"))]
    if not after:
        return _NOTHING_AVAILABLE.say(language)
    later = [found["total_return"] for found in after]
    if len(after) == len(before) == 1:
        return _AVAILABLE_ONE.say(
            language,
            hindsight=percent(before[0]),
            available=percent(after[0]["total_return"]),
            excess=percent(after[0]["excess_return"]),
            benchmark=benchmark,
        )
    return _AVAILABLE.say(
        language,
        hindsight=percent(median(before)),
        rose=sum(value > 0 for value in before),
        count=len(before),
        available=percent(median(later)),
        later=sum(value > 0 for value in later),
        split=len(after),
        beat=sum(found["excess_return"] > 0 for found in after),
        benchmark=benchmark,
    )


def _books_table(case: CaseResult, language: Language) -> str:
    """The last headline window of every basket in every book."""
    window = headline_windows(case.case)[-1]
    header = [span(*window)]
    header += [
        ", ".join(
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
    stop, separator = (". ", " ") if language == "en" else (":", "")
    return heading + stop + separator.join(sentences(reader, benchmark, language))


def data_notes(result: StudyResult, language: Language) -> list[str]:
    """The study's notes, and what concerns single lists.

    Notes of the ``STANDING`` kinds are left out list by list: the source has said them once.
    """
    notes = [
        *result.notes,
        *(note for case in result.cases for own in case.case.notes for note in own),
    ]
    said = [note.text(language) for note in unique(notes)]
    for case in result.cases:
        for reader in readers(case) if case.books else []:
            longest = reader.longest()
            own = longest.statistics.path.notes[reader.member] if longest else ()
            said += [
                f"{reader.basket.id}: {note.text(language)}"
                for note in own
                if note.kind not in STANDING
            ]
    return list(dict.fromkeys(said))


def _bullets(said: list[str], language: Language) -> str:
    if not said:
        return _NO_NOTES.say(language)
    return "\n".join(f"- {escape(text)}" for text in said)
