"""What lists made before a reader could trade, and from then on at each horizon side by side.

A verdict never rests on one end: sentences and table quote every horizon of the study and its end,
and count lists of one kind and one day p together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from basketbt.report.data import Row
from basketbt.report.views.backdrop import backdrop
from basketbt.report.views.blocks import (
    Block,
    Cell,
    Chart,
    Head,
    TableBlock,
    change,
    number,
    text,
)
from basketbt.report.views.conclusion import horizon_of, together
from basketbt.report.views.context import Context, View, days_of, real
from basketbt.report.views.numbers import joined, percent

_Group = list[Row]


def available(context: Context) -> str:
    """Both parts for the lists of each day p and kind; composites only where nothing else is.

    Nothing where the study does not split its windows at publication.
    """
    if all(window.kind == "fixed" for window in context.event.windows):
        return ""
    said = [line for rows in told(context) for line in _of_one_kind(context, rows)]
    known = any(row["lists"] for rows in told(context) for row in _horizons(rows))
    return joined([*said, context.say("publication.basis") if known else ""], context.language)


def told(context: Context) -> list[_Group]:
    """The groups that sentences tell of: composites repeat the lists that they are made of."""
    groups = list(_groups(context))
    lists = [rows for rows in groups if rows[0]["list_kind"] != "composite"]
    return lists or groups


def _groups(context: Context) -> Iterator[_Group]:
    """Rows of breadth.csv by day p and kind, horizons in their order and the study's end last."""
    found: dict[tuple[str, str], _Group] = {}
    for row in context.breadth:
        if row["book"] == "index":
            key = (str(row["publication_session"]), str(row["list_kind"]))
            found.setdefault(key, []).append(row)
    yield from found.values()


def _horizons(rows: _Group) -> list[Row]:
    """The horizons of a group and the study's end, in the order in which they are over."""
    after = [row for row in rows if str(row["window"]).startswith("[p")]
    after += [row for row in rows if row["window"] == "available"]
    return sorted(after, key=lambda row: real(row["last_day"]) or 0.0)


def _of_one_kind(context: Context, rows: _Group) -> Iterator[str]:
    by_window = {str(row["window"]): row for row in rows}
    before, after = by_window.get("hindsight"), _horizons(rows)
    who = lists_of(context, rows[0])
    if before is not None and before["lists"]:
        made = percent(real(before["median_return"]))
        phrase = "publication.before_one" if before["lists"] == 1 else "publication.before"
        rose = _some(context, before, "rose")
        yield context.say(phrase, lists=who, value=made, rose=rose, end=before["end_date"])
    if "available" not in by_window:
        yield context.say("publication.nothing", lists=who)
        yield from _over(context, by_window)
    known = [row for row in after if row["lists"]]
    if known:
        early = str(rows[0]["publication_session"]) < context.event.day0
        phrase = "publication.from_day0" if early else "publication.from"
        yield context.say(
            f"{phrase}_one" if known[0]["lists"] == 1 and not known[0]["unknown"] else phrase,
            session=context.event.day0 if early else rows[0]["publication_session"],
            lists=who,
            each=context.say("joint.semicolon").join(
                _at(context, row, first=place == 0) for place, row in enumerate(known)
            ),
            ahead=_ahead(context, known),
        )
    elif "available" in by_window:
        yield context.say("publication.not_known", lists=who)
    if ahead := [row for row in after if row["notes"] and not row["lists"]]:
        each = [_called(context, row) + _until(context, row) for row in ahead]
        yield context.say("publication.not_over", horizons=context.comma(each))


def lists_of(context: Context, row: Row) -> str:
    """How many lists of what kind a row is of."""
    count = int(real(row["lists"]) or 0) + int(real(row["unknown"]) or 0)
    return context.count(f"lists_{row['list_kind']}", count)


def _called(context: Context, row: Row) -> str:
    """A horizon in words: ``5 sessions``, or the study's end."""
    if row["window"] == "available":
        return context.say("publication.end")
    return horizon_of(context, row)


def _until(context: Context, row: Row) -> str:
    return context.say("publication.until", end=row["end_date"]) if row["end_date"] else ""


def _at(context: Context, row: Row, *, first: bool) -> str:
    """What had become of the lists at one horizon."""
    alone = row["lists"] == 1 and not row["unknown"]
    words = context.say(
        "publication.at_end" if row["window"] == "available" else "publication.at",
        horizon=_called(context, row),
        end=row["end_date"],
    )
    missing = context.say("publication.left_out", unknown=row["unknown"]) if row["unknown"] else ""
    phrase = "publication.one" if alone else "publication.first" if first else "publication.many"
    return context.say(
        phrase,
        at=words,
        rose=_some(context, row, "rose"),
        value=percent(real(row["median_return"])),
        missing=missing,
    )


def _ahead(context: Context, rows: _Group) -> str:
    """At how many horizons, or how many lists at each, were ahead of the first benchmark."""
    if any(row["beat"] is None for row in rows):
        return ""
    if all(row["lists"] == 1 for row in rows):
        count = sum(row["beat"] == 1 for row in rows)
        return context.say(
            "publication.ahead_one", count=count, of=len(rows), benchmark=context.benchmark
        )
    each = context.comma([str(row["beat"]) for row in rows])
    return context.say("publication.ahead", each=each, benchmark=context.benchmark)


def _some(context: Context, row: Row, key: str) -> str:
    """How many lists: "none" and "all" read better than 0 and the same number twice."""
    if row[key] == 0:
        return context.say("publication.none")
    if row[key] == row["lists"]:
        return context.say("publication.all")
    return context.say("publication.some", number=row[key])


def _over(context: Context, rows: dict[str, Row]) -> Iterator[str]:
    """What the lists did over the first window that is quoted, where nothing was left."""
    quoted = (rows.get(window.label) for window in context.event.windows if window.quoted)
    row = next((row for row in quoted if row is not None and row["lists"]), None)
    if row is not None:
        yield context.say(
            "publication.over_one" if row["lists"] == 1 else "publication.over",
            window=days_of(row),
            end=row["end_date"],
            value=percent(real(row["median_return"])),
            rose=_some(context, row, "rose"),
        )


def horizon_table(context: Context) -> TableBlock | None:
    """Lists together from their publication on: a row for each day p, kind and horizon.

    None for a study that neither has horizons nor splits its windows at publication.
    """
    groups = [(rows, after) for rows in _groups(context) if (after := _horizons(rows))]
    if not groups:
        return None
    several = len({rows[0]["publication_session"] for rows, _ in groups}) > 1
    sector = next(iter(context.sector.values()), "")
    names = ("horizon", "to", "median", "quartiles", "range", "rose")
    heads = [
        Head(context.say("publication.head.lists"), number=False),
        *([Head(context.say("publication.head.from"), number=False)] if several else []),
        *(
            Head(
                context.say(f"publication.head.{name}"),
                context.say(f"publication.head.{name}_note"),
                number=name not in ("horizon", "to"),
                screen=name == "range",
            )
            for name in names
        ),
        Head(context.say("publication.head.beat", benchmark=context.benchmark)),
        *([Head(context.say("publication.head.beat", benchmark=sector))] if sector else []),
    ]
    accounts = _accounts(context)
    if accounts:
        entry = context.say(f"conclusion.entries.{next(iter(accounts.values()))['entry']}")
        note = context.say("publication.head.account_note", entry=entry)
        heads.append(Head(context.say("publication.head.account"), note))
    shaken = any(row["before_shock"] for _, after in groups for row in after)
    if shaken:
        note = context.say("publication.head.before_shock_note")
        heads.append(Head(context.say("publication.head.before_shock"), note))
    lines = []
    for rows, after in groups:
        for row in after:
            start = [text(rows[0]["publication_session"])] if several else []
            lines.append(
                (
                    text(lists_of(context, rows[0])),
                    *start,
                    *_cells(context, row, sector=bool(sector)),
                    *([_account(context, row, accounts)] if accounts else []),
                    *([_before_shock(context, row)] if shaken else []),
                )
            )
    return TableBlock(
        caption=context.say("publication.caption", name=context.event.name.say(context.language)),
        heads=tuple(heads),
        rows=tuple(lines),
    )


def _cells(context: Context, row: Row, *, sector: bool) -> Iterator[Cell]:
    reason = context.notes(row["notes"])
    over = "" if row["lists"] or not reason else context.say("publication.open")
    yield text(_called(context, row))
    yield text(row["end_date"] or "–", aside=over, title=reason)
    yield change(row["median_return"], title=reason)
    yield _between(row, "lower_quartile", "upper_quartile")
    yield _between(row, "lowest_return", "highest_return")
    for key in ("rose", "beat", *(["beat_sector"] if sector else [])):
        known = row["lists"] and row[key] is not None
        yield text(f"{row[key]}/{row['lists']}") if known else number(None, title=reason)


def _accounts(context: Context) -> dict[tuple[str, ...], Row]:
    """Accounts of one entry, after publication if it may be: day p, kind and window → row.

    The exit stands beside the study's end.
    """
    groups = together(context)
    return {
        _place(row, "available" if row is rows[-1] else str(row["window"])): row
        for rows in groups
        if rows[0]["entry"] == groups[0][0]["entry"]
        for row in rows
    }


def _place(row: Row, window: str) -> tuple[str, ...]:
    return str(row["publication_session"]), str(row["list_kind"]), window


def _account(context: Context, row: Row, accounts: dict[tuple[str, ...], Row]) -> Cell:
    """The median account and how many gained; its own last day where that is another one."""
    own = accounts.get(_place(row, str(row["window"])))
    if own is None or not own["lists"]:
        return number(None, title=context.notes(own["notes"]) if own else "")
    gained = f"{own['rose']}/{own['lists']}"
    aside = f"({gained})"
    if own["end_date"] != row["end_date"]:
        aside = context.say("publication.to_exit", rose=gained, last=own["end_date"])
    return replace(change(own["median_return"], title=context.notes(own["notes"])), aside=aside)


def _before_shock(context: Context, row: Row) -> Cell:
    """The median and how many rose to the session before the first shock of the horizon."""
    if row["median_before_shock"] is None:
        return text("")
    rose = f"{row['rose_before_shock']}/{row['lists']}"
    aside = context.say("publication.to_shock", rose=rose, last=row["before_shock"])
    return replace(change(row["median_before_shock"]), aside=aside)


def _between(row: Row, low: str, high: str) -> Cell:
    """Two returns as a range; a dash where there is none."""
    if row[low] is None:
        return number(None)
    return text(f"{percent(real(row[low]))} … {percent(real(row[high]))}")


def _curves(context: Context) -> list[Chart]:
    """The curve of the median list with its quartiles, for each day p."""
    found: dict[str, dict[str, _Group]] = {}
    for row in context.curve:
        kinds = found.setdefault(str(row["publication_session"]), {})
        kinds.setdefault(str(row["list_kind"]), []).append(row)
    several = len(found) > 1
    return [
        _curve(context, kinds, session if several else "", number)
        for number, (session, kinds) in enumerate(found.items())
    ]


def front_chart(context: Context) -> Chart | None:
    """The first curve of an event, less high; None where nothing is known after publication."""
    curves = _curves(context)
    return replace(curves[0], flat=True) if curves else None


def _build(context: Context) -> list[Block]:
    """The curves but the one that the front page of the report shows."""
    front = context.index == 0 and not context.data.tables.get("pooled")
    return [*_curves(context)[1 if front else 0 :]]


def _curve(context: Context, kinds: dict[str, _Group], session: str, place: int) -> Chart:
    longest = max(kinds.values(), key=len)
    dates = tuple(str(row["date"]) for row in longest)
    days = tuple(row["day"] for row in longest if isinstance(row["day"], int))

    def padded(rows: _Group, key: str) -> list[float | None]:
        return [real(row[key]) for row in rows] + [None] * (len(longest) - len(rows))

    series: list[dict[str, Any]] = [
        {
            "label": context.say(f"publication.kind.{kind}"),
            "hue": hue,
            "y": padded(rows, "median_level"),
            "low": padded(rows, "lower_level"),
            "high": padded(rows, "upper_level"),
        }
        for hue, (kind, rows) in enumerate(kinds.items())
    ]
    index = [real(row["benchmark_level"]) for row in longest]
    series.append({"label": context.benchmark, "hue": -1, "y": index})
    stem, first = f"publication-{context.stem}", next(iter(kinds.values()))
    behind = backdrop(context, dates, days)
    # All of it is after publication but the close at which the index book buys.
    behind["shades"] = [one for one in behind["shades"] if one["kind"] != "hindsight"]
    return Chart(
        id=f"publication-{context.index}-{place}",
        caption=context.say("publication.curve", base=dates[0], rings=_rings(context, first)),
        alt=joined((_seen(context, rows) for rows in kinds.values()), context.language),
        how=context.say("publication.curve_how"),
        picture=f"{stem}-{session}" if session else stem,
        data={
            **behind,
            "unit": "level",
            "series": series,
            "points": _extremes(context, first),
        },
    )


def _ends(rows: _Group) -> tuple[Row, Row]:
    """When a list of a kind stood lowest, and when one stood highest."""
    low = min(rows[1:] or rows, key=lambda row: real(row["lowest_level"]) or 0.0)
    high = max(rows[1:] or rows, key=lambda row: real(row["highest_level"]) or 0.0)
    return low, high


def _extremes(context: Context, rows: _Group) -> list[dict[str, Any]]:
    """The lists of the first kind that stood lowest and highest, as points of the curve."""
    return [
        {
            "x": row["date"],
            "y": row[f"{end}_level"],
            "label": context.called(str(row[f"{end}_list"])),
            "hue": 0,
        }
        for row, end in zip(_ends(rows), ("lowest", "highest"), strict=True)
        if row[f"{end}_list"] and row[f"{end}_level"] is not None and (real(row["lists"]) or 0) > 1
    ]


def _rings(context: Context, rows: _Group) -> str:
    """Of which lists the extremes are that the curve names; nothing where it names none."""
    if not _extremes(context, rows):
        return ""
    lists = int(max(real(row["lists"]) or 0 for row in rows))
    own = context.count(f"lists_{rows[0]['list_kind']}", lists)
    return context.say("publication.rings", lists=own)


def _seen(context: Context, rows: _Group) -> str:
    """Where the lists of a kind ended, and which of them stood lowest and highest on the way."""
    last = rows[-1]
    low, high = _ends(rows)
    lists = int(max(real(row["lists"]) or 0 for row in rows))
    return context.say(
        "publication.seen_one" if lists == 1 else "publication.seen",
        lists=context.count(f"lists_{last['list_kind']}", lists),
        end=last["date"],
        median=real(last["median_level"]),
        lower=real(last["lower_level"]),
        upper=real(last["upper_level"]),
        low=real(low["lowest_level"]),
        low_list=context.called(str(low["lowest_list"])),
        low_date=low["date"],
        high=real(high["highest_level"]),
        high_list=context.called(str(high["highest_list"])),
        high_date=high["date"],
    )


VIEW = View(id="publication", title="publication.title", needs=("publication_curve",), build=_build)
