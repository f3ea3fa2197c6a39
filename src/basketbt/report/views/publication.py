"""What the lists had made before a reader could trade, and from then on, in two sentences."""

from __future__ import annotations

from basketbt.report.data import ListInfo, Row
from basketbt.report.views.context import Context, days_of, real
from basketbt.report.views.numbers import joined, percent


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
        who = context.say(
            "publication.the_list" if count == 1 else "publication.the_lists", count=count
        )
        who += context.say("publication.of_date", date=date) if len(dates) > 1 else ""
        who += (
            context.say("publication.no_composites")
            if count > 1 and _beside_composites(context)
            else ""
        )
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
        return [context.say("publication.nothing", **names), *_over(context, rows)]
    went_on = _went_on(context, after) if after["lists"] else context.say("publication.not_known")
    if after["lists"] and after["unknown"]:
        went_on += context.say("publication.left_out", unknown=after["unknown"])
    if before is None or not before["lists"]:
        return [context.say("publication.out_before", made=went_on, end=after["end_date"], **names)]
    return [
        context.say("publication.before", made=_made(context, before), **names),
        context.say("publication.after", made=went_on, end=after["end_date"]),
    ]


def _over(context: Context, rows: dict[str, Row]) -> list[str]:
    """What the lists did over the first window that is quoted, where nothing is split."""
    quoted = (rows.get(window.label) for window in context.event.windows if window.quoted)
    row = next((row for row in quoted if row is not None and row["lists"]), None)
    if row is None:
        return []
    made = _went_on(context, row)
    return [context.say("publication.over", window=days_of(row), end=row["end_date"], made=made)]


def _made(context: Context, row: Row) -> str:
    value = percent(real(row["median_return"]))
    if row["lists"] == 1:
        return value
    return context.say("publication.many_made", value=value, rose=_count(context, row, "rose"))


def _went_on(context: Context, row: Row) -> str:
    alone, excess = row["lists"] == 1, real(row["median_excess"])
    beside = context.say(
        "publication.against" if alone else "publication.beat",
        excess=percent(excess),
        beat=_count(context, row, "beat"),
        benchmark=context.benchmark,
    )
    return context.say(
        "publication.one_went_on" if alone else "publication.many_went_on",
        value=percent(real(row["median_return"])),
        rose=_count(context, row, "rose"),
        count=row["lists"],
        beside="" if excess is None else beside,
    )


def _count(context: Context, row: Row, key: str) -> str:
    """How many lists: "none" and "all" read better than 0 and the same number twice."""
    phrase = (
        "publication.none"
        if row[key] == 0
        else "publication.all"
        if row[key] == row["lists"]
        else "publication.some"
    )
    return context.say(phrase, number=row[key])
