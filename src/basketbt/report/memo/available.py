"""What the lists had made before a reader could trade, and from then on, in two sentences."""

from __future__ import annotations

from collections.abc import Sequence

from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.memo.figures import Found, Reader, median, publication
from basketbt.report.phrases import Phrase, percent

_BEFORE = Phrase(
    "Up to the close before a reader could trade, {lists} had made {made}.",
    "在读者可交易之前，{lists}收益{made}。",
)
_AFTER = Phrase(
    "From that close (the index book's starting price, not one a reader could buy at) to "
    "{end} {made}.",
    "自该收盘价（仅为指数口径的起点，读者无法以此价买入）至{end}，{made}。",
)
_OUT_BEFORE = Phrase(
    "{Lists} came out before day 0; from day 0 to {end} {made}.",
    "{lists}早于第0日发布；自第0日至{end}，{made}。",
)
_NOTHING = Phrase(
    "{Lists} came out after the study's last session: nothing was available, all of it is "
    "hindsight.",
    "{lists}发布晚于本研究最后交易日：无可得部分，全部为事后视角。",
)
_OVER = Phrase("Over {window}, to {end}, {made}.", "{window}（至{end}），{made}。")
_ONE_MADE = Phrase("{value}", "{value}")
_MANY_MADE = Phrase(
    "a median of {value}, and {rose} of them had risen", "中位数为{value}，{rose}上涨"
)
_ONE_WENT_ON = Phrase("it made {value}{beside}", "收益{value}{beside}")
_MANY_WENT_ON = Phrase(
    "the median was {value}: {rose} of the {count} rose{beside}",
    "收益中位数为{value}：{rose}上涨{beside}",
)
_AGAINST = Phrase(" ({excess} against {benchmark})", "（相对{benchmark}{excess}）")
_BEAT = Phrase(", {beat} beat {benchmark}", "，{beat}跑赢{benchmark}")
_NOT_KNOWN = Phrase("nothing is known: prices end too early", "无法计算：行情止于此前")
_LEFT_OUT = Phrase(
    " (without {unknown} lists whose prices end too early)", "（不含行情过早中止的{unknown}份名单）"
)
_NONE, _ALL = Phrase("none", "无一"), Phrase("all", "全部")
_SOME = Phrase("{number}", "{number}份")
_THE_LIST, _THE_LISTS = Phrase("the list", "该名单"), Phrase("the {count} lists", "{count}份名单")
NO_COMPOSITES = Phrase(" (composites not counted)", "（不计合成组合）")
_OF_DATE = Phrase(" published on {date}", "（{date}发布）")


def available(everyone: Sequence[Reader], benchmark: str, language: Language) -> str:
    """Both parts for the lists of each publication date, composites left out beside lists.

    Nothing where the study does not split its windows at publication. ``benchmark`` is its name.
    Lists of other dates have other windows, so no median mixes them.
    """
    if not any(reader.find("hindsight") or reader.find("available") for reader in everyone):
        return ""
    lists = [reader for reader in everyone if not reader.basket.components] or list(everyone)
    dates: dict[str, list[Reader]] = {}
    for reader in lists:
        dates.setdefault(publication(reader)[0], []).append(reader)
    said = []
    for date, group in sorted(dates.items()):
        who = (_THE_LIST if len(group) == 1 else _THE_LISTS).say(language, count=len(group))
        who += _OF_DATE.say(language, date=date) if len(dates) > 1 else ""
        who += NO_COMPOSITES.say(language) if len(group) > 1 and len(lists) < len(everyone) else ""
        said += _of_one_date(group, who, benchmark, language)
    return (" " if language == "en" else "").join(said)


def _of_one_date(
    group: Sequence[Reader], who: str, benchmark: str, language: Language
) -> list[str]:
    before = [found for reader in group if (found := reader.find("hindsight"))]
    after = [found for reader in group if (found := reader.find("available"))]
    unknown = sum(not found.known for found in after)
    before = [found for found in before if found.known]
    known = [found for found in after if found.known]
    names = {"lists": who, "Lists": who[:1].upper() + who[1:]}
    if not after:
        return [_NOTHING.say(language, **names), *_over(group, benchmark, language)]
    went_on = _went_on(known, benchmark, language) if known else _NOT_KNOWN.say(language)
    if known and unknown:
        went_on += _LEFT_OUT.say(language, unknown=unknown)
    if not before:
        return [_OUT_BEFORE.say(language, made=went_on, end=after[0].last_session, **names)]
    return [
        _BEFORE.say(language, made=_made(before, language), **names),
        _AFTER.say(language, made=went_on, end=after[0].last_session),
    ]


def _over(group: Sequence[Reader], benchmark: str, language: Language) -> list[str]:
    """What the lists did over the first window that is quoted, where nothing is split."""
    found = [quoted[0] for reader in group if (quoted := reader.headline()) and quoted[0].known]
    if not found:
        return []
    window = found[0].window
    return [
        _OVER.say(
            language,
            window=span(window.first, window.last),
            end=found[0].last_session,
            made=_went_on(found, benchmark, language),
        )
    ]


def _made(found: Sequence[Found], language: Language) -> str:
    returns = [one["total_return"] for one in found]
    phrase = _ONE_MADE if len(found) == 1 else _MANY_MADE
    rose = _count(sum(value > 0 for value in returns), len(found), language)
    return phrase.say(language, value=percent(median(returns)), rose=rose)


def _went_on(found: Sequence[Found], benchmark: str, language: Language) -> str:
    returns = [one["total_return"] for one in found]
    excess = [one["excess_return"] for one in found]
    known = all(value == value for value in excess)  # NaN without levels of the benchmark
    one = len(found) == 1
    beside = (_AGAINST if one else _BEAT).say(
        language,
        excess=percent(excess[0]),
        beat=_count(sum(value > 0 for value in excess), len(found), language),
        benchmark=benchmark,
    )
    return (_ONE_WENT_ON if one else _MANY_WENT_ON).say(
        language,
        value=percent(median(returns)),
        rose=_count(sum(value > 0 for value in returns), len(found), language),
        count=len(found),
        beside=beside if known else "",
    )


def _count(number: int, of: int, language: Language) -> str:
    """How many lists: "none" and "all" read better than 0 and the same number twice."""
    phrase = _NONE if number == 0 else _ALL if number == of else _SOME
    return phrase.say(language, number=number)
