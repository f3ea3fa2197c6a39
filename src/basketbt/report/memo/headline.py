"""The head of a memo: what could be known when, the table, what a reader could have had."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.memo.figures import (
    Found,
    Reader,
    common_span,
    headline_windows,
    publication,
    readers,
)
from basketbt.report.phrases import COMMA, Phrase, escape, percent
from basketbt.results import CaseResult

_READ_FIRST = Phrase(
    "**Read first.** {lists} published on {published}. A reader could trade from {session} "
    "(day {offset:+d}) at the earliest. What happened before is *hindsight*; only what came after "
    "was *available*.",
    "**阅读提示**：{lists}发布于{published}，读者最早自{session}（第{offset:+d}日）起可交易。"
    "此前属*事后视角*（hindsight），此后方为读者*可得*（available）。",
)
_OUT_BEFORE = Phrase(
    "**Read first.** {lists} published on {published}, before day 0: from {session} (day "
    "{offset:+d}) on, everything was *available* to a reader.",
    "**阅读提示**：{lists}发布于{published}，早于第0日：自{session}（第{offset:+d}日）起，读者均为*可得*"
    "（available）。",
)
_THE_LIST, _THE_LISTS = Phrase("The list was", "该名单"), Phrase("The lists were", "各名单")
_ONE_LIST = Phrase("The list {names} was", "名单{names}")
_SOME_LISTS = Phrase("{count} lists ({names}) were", "{count}份名单（{names}）")
_COLUMNS = Phrase("Basket|Names|Named", "组合|成分数|原文列示")
_SPLIT = Phrase(
    "Hindsight{before}|Available{after}|Available vs benchmark",
    "公布前{before}|公布后{after}|公布后相对基准",
)
_DEEPEST = Phrase("Max drawdown {longest}", "最大回撤{longest}")
_COMPOSITES = Phrase(
    "{names} made of lists, {rule}: the shares do not weigh the same.",
    "{names}由多份名单合成，{rule}：各成分权重并不相同。",
)
_IS, _ARE = Phrase("{names} is", "{names}"), Phrase("{names} are", "{names}")
_EQUAL_ACROSS = Phrase("each an equal part of it and weighted inside", "各名单等份，名单内再加权")
_BY_VOTES = Phrase("with a vote for each broker that names a share", "按点名该成分的券商数计票")
_MAPPED = Phrase(
    "**Named** counts the shares that the source itself names. The others were mapped here to a "
    "theme that the source names, after the event: their choice is hindsight of its own.",
    "**原文列示**为来源直接点名的成分数。其余成分由本项目在事件之后按来源点名的主题选取："
    "选取本身也带有事后视角。",
)


def read_first(everyone: list[Reader], language: Language) -> list[str]:
    """One line for each publication date."""
    dates: dict[tuple[str, str, int], list[str]] = {}
    for reader in everyone:
        dates.setdefault(publication(reader), []).append(reader.basket.id)
    lines = []
    for (published, session, offset), names in dates.items():
        alone = len(names) == 1
        which = (
            (_THE_LIST if alone else _THE_LISTS)
            if len(dates) == 1
            else (_ONE_LIST if alone else _SOME_LISTS)
        )
        lists = which.say(
            language, count=len(names), names=COMMA.say(language).join(map(escape, names))
        )
        line = _READ_FIRST if offset > 0 else _OUT_BEFORE
        lines.append(
            line.say(language, lists=lists, published=published, session=session, offset=offset)
        )
    return lines


def headline_table(case: CaseResult, language: Language) -> tuple[list[str], list[list[str]]]:
    """Header and rows: the paper return of each list, split at its publication."""
    everyone = readers(case)
    windows = headline_windows(case.case)
    longest = everyone[0].longest()
    split = any(window.kind != "fixed" for window in case.case.distinct_windows)
    before, after = (common_span(everyone, kind) for kind in ("hindsight", "available"))
    header = _COLUMNS.say(language).split("|")
    header += [span(*window) for window in windows]
    if split:
        header += _SPLIT.say(language, before=before, after=after).split("|")
    if longest is not None:
        header.append(_DEEPEST.say(language, longest=longest.window.label))
    rows = []
    for reader in everyone:
        row = [
            escape(reader.basket.id),
            str(len(reader.basket.constituents)),
            str(sum(one.origin == "named" for one in reader.basket.constituents)),
        ]
        quoted = [reader.find("fixed", *window) for window in windows]
        row += [percent(found["total_return"] if found else None) for found in quoted]
        if split:
            row += _split_cells(reader, own_spans=not (before and after))
        most = reader.longest()
        if longest is not None:
            row.append(percent(most["max_drawdown"] if most else None))
        rows.append(row)
    return header, rows


def _split_cells(reader: Reader, *, own_spans: bool) -> list[str]:
    """Hindsight, available and available beside the benchmark; with the days where lists differ."""
    before, after = reader.find("hindsight"), reader.find("available")

    def cell(found: Found | None) -> str:
        if found is None:
            return percent(None)
        days = f" {span(found.window.first, found.window.last)}" if own_spans else ""
        return percent(found["total_return"]) + days

    return [cell(before), cell(after), percent(after["excess_return"] if after else None)]


def table_notes(case: CaseResult, language: Language) -> Iterator[str]:
    """What the columns of the table do not say of its rows."""
    yield from _composites(case, language)
    if any(one.origin == "mapped" for basket in case.case.baskets for one in basket.constituents):
        yield _MAPPED.say(language)


def _composites(case: CaseResult, language: Language) -> list[str]:
    """A line for each rule by which lists were put together."""
    lines = []
    for rule, across in ((_EQUAL_ACROSS, True), (_BY_VOTES, False)):
        names = [
            escape(basket.id)
            for basket in case.case.baskets
            if basket.components and (len(basket.blocks) > 1) == across
        ]
        if names:
            verb = _IS if len(names) == 1 else _ARE
            said = verb.say(language, names=COMMA.say(language).join(names))
            lines.append(_COMPOSITES.say(language, names=said, rule=rule.say(language)))
    return lines
