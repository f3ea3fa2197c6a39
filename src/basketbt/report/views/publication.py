"""What the lists had made before a reader could trade, and from then on, in two sentences."""

from __future__ import annotations

from basketbt.report.data import ListInfo, Row
from basketbt.report.views.context import Context, days_of, real
from basketbt.report.views.phrases import Phrase, joined, percent

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


def available(context: Context) -> str:
    """Both parts for the lists of each publication date, composites left out beside lists.

    Nothing where the study does not split its windows at publication.
    """
    if all(window.kind == "fixed" for window in context.event.windows):
        return ""
    dates: dict[str, list[Row]] = {}
    for row in context.breadth:
        if row["book"] == "index":
            dates.setdefault(str(row["published"]), []).append(row)
    said: list[str] = []
    for date, rows in dates.items():
        count = len(_lists_of(context, date))
        who = context.say(_THE_LIST if count == 1 else _THE_LISTS, count=count)
        who += context.say(_OF_DATE, date=date) if len(dates) > 1 else ""
        who += context.say(NO_COMPOSITES) if count > 1 and _beside_composites(context) else ""
        said += _of_one_date(context, {str(row["window"]): row for row in rows}, who)
    return joined(said, context.language)


def _lists_of(context: Context, published: str) -> list[ListInfo]:
    """The lists of a date, without composites; of a study of composites only, these."""
    own = [context.data.lists[basket] for basket in context.event.baskets]
    lists = [one for one in own if one.composite is None] or own
    return [one for one in lists if one.published == published]


def _beside_composites(context: Context) -> bool:
    """Whether lists are counted, and composites not."""
    kinds = {context.data.lists[basket].composite is None for basket in context.event.baskets}
    return len(kinds) == 2


def _of_one_date(context: Context, rows: dict[str, Row], who: str) -> list[str]:
    names = {"lists": who, "Lists": who[:1].upper() + who[1:]}
    before, after = rows.get("hindsight"), rows.get("available")
    if after is None:
        return [context.say(_NOTHING, **names), *_over(context, rows)]
    went_on = _went_on(context, after) if after["lists"] else context.say(_NOT_KNOWN)
    if after["lists"] and after["unknown"]:
        went_on += context.say(_LEFT_OUT, unknown=after["unknown"])
    if before is None or not before["lists"]:
        return [context.say(_OUT_BEFORE, made=went_on, end=after["end_date"], **names)]
    return [
        context.say(_BEFORE, made=_made(context, before), **names),
        context.say(_AFTER, made=went_on, end=after["end_date"]),
    ]


def _over(context: Context, rows: dict[str, Row]) -> list[str]:
    """What the lists did over the first window that is quoted, where nothing is split."""
    quoted = (rows.get(window.label) for window in context.event.windows if window.quoted)
    row = next((row for row in quoted if row is not None and row["lists"]), None)
    if row is None:
        return []
    made = _went_on(context, row)
    return [context.say(_OVER, window=days_of(row), end=row["end_date"], made=made)]


def _made(context: Context, row: Row) -> str:
    value = percent(real(row["median_return"]))
    if row["lists"] == 1:
        return value
    return context.say(_MANY_MADE, value=value, rose=_count(context, row, "rose"))


def _went_on(context: Context, row: Row) -> str:
    alone, excess = row["lists"] == 1, real(row["median_excess"])
    beside = context.say(
        _AGAINST if alone else _BEAT,
        excess=percent(excess),
        beat=_count(context, row, "beat"),
        benchmark=context.benchmark,
    )
    return context.say(
        _ONE_WENT_ON if alone else _MANY_WENT_ON,
        value=percent(real(row["median_return"])),
        rose=_count(context, row, "rose"),
        count=row["lists"],
        beside="" if excess is None else beside,
    )


def _count(context: Context, row: Row, key: str) -> str:
    """How many lists: "none" and "all" read better than 0 and the same number twice."""
    phrase = _NONE if row[key] == 0 else _ALL if row[key] == row["lists"] else _SOME
    return context.say(phrase, number=row[key])
