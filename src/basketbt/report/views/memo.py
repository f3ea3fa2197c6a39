"""The front page: three sentences, four tiles, one table, one figure, and what qualifies them.

All else of a report is its appendix. Every form begins with these blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from basketbt.market.indexes import OWN_INDUSTRIES
from basketbt.report.views import aligned, frontlines, fronttable, pooled, publication
from basketbt.report.views.blocks import Block, Cell, Head, Prose, TableBlock
from basketbt.report.views.context import Context
from basketbt.report.views.numbers import percent

#: Events whose sentences the page has room for.
_TOLD = 2
_TILES = 4
_LONGER = 3  # horizons that tiles tell of


def front(events: list[Context]) -> tuple[Block, ...]:
    """The blocks of the front page; nothing for a study that made no returns."""
    first = events[0]
    table = fronttable.table(events)
    if not first.summary or table is None:
        return ()
    tiles = _tiles(events)
    return (
        Prose(text=_event(events), kind="fine"),
        *(Prose(text=line, kind="lead") for line in sentences(events)),
        *([tiles] if tiles else []),
        table,
        *_figure(events),
        Prose(text=source(first), kind="fine"),
        *(Prose(text=line, kind="fine") for line in _qualified(events)),
    )


def sentences(events: list[Context]) -> list[str]:
    """What the lists did before a reader knew, what a reader got, and whether it is chance.

    Of the first events; where each list is its own event, what all of them came to.
    """
    first = events[0]
    if is_pooled(first):
        means = pooled.answers(first) or [first.say("memo.not_tested")]
        return [frontlines.over_all(events), *means]
    own_lines = [frontlines.sentences(one, events[:_TOLD]) for one in events[:_TOLD]]
    told: dict[str, list[Context]] = {}
    for same in zip_longest(*own_lines, fillvalue=""):  # of all events what is asked first
        for context, line in zip(events, same, strict=False):
            if line:
                told.setdefault(line, []).append(context)
    named = [
        line
        if len(own) == len(events[:_TOLD])  # said of all of them
        else first.say("terminal.named", name=own[0].event.name.say(first.language), said=line)
        for line, own in told.items()
    ]
    left = len(events) - _TOLD
    return [*named, *([first.say("memo.more_events", count=left)] if left > 0 else [])]


def is_pooled(context: Context) -> bool:
    """Whether each list is its own event."""
    return bool(context.data.tables.get("pooled"))


def _event(events: list[Context]) -> str:
    """Up to when prices reach; when the event was public, what day 0 is, when one could trade."""
    first = events[0]
    said = [first.say("memo.as_of", last=first.data.info.last_session)]
    if is_pooled(first):
        return first.say("joint.semicolon").join(
            [*said, first.say("memo.own_days", count=len(events))]
        )
    for context in events[:_TOLD]:
        event, sessions = context.event, list(context.readers)
        if str(sessions[0]) > first.data.info.last_session:
            reader = "memo.no_reader"
        else:
            reader = "memo.reader" if len(sessions) == 1 else "memo.readers"
        said.append(
            context.say(
                "memo.event",
                name=event.name.say(context.language),
                at=event.at[:16].replace("T", " "),
                day0=event.day0,
                reader=context.say(reader, session=sessions[0], last=sessions[-1]),
            )
        )
    return first.say("joint.semicolon").join(said)


def _tiles(events: list[Context]) -> TableBlock | None:
    """Four numbers to remember, each with what it is of; of several events what differs of each."""
    if is_pooled(events[0]):
        found = list(_pooled_tiles(events))
    else:
        own = (
            (one, [(head, [cell]) for head, cell in frontlines.tiles(one)])
            for one in events[:_TOLD]
        )
        every = fronttable.side_by_side(own, 2 * _TILES)
        found = [(head, cell) for head, (cell,) in every]
        found = found if len(found) <= _TILES else [*found[:_TOLD], *found[-(_TILES - _TOLD) :]]
    if not found:
        return None
    return TableBlock(
        caption="",
        heads=tuple(head for head, _ in found),
        rows=(tuple(cell for _, cell in found),),
        kind="tiles",
    )


def _pooled_tiles(events: list[Context]) -> Iterator[tuple[Head, Cell]]:
    """The median of all lists of the first kind at each horizon."""
    first = events[0]
    windows = fronttable.quoted(first)[-_LONGER:]
    kind, middles = pooled.medians(events, windows)[0]
    for window, middle in zip(windows, middles, strict=True):
        if middle.value is not None:
            head = first.say("memo.tile.after", horizon=fronttable.horizon(first, window))
            lists = first.count(f"lists_{kind}", middle.known)
            one = "memo.tile.one" if middle.known == 1 else "memo.tile.many"
            cell = Cell(percent(middle.value), middle.value, aside=first.say(one, lists=lists))
            yield Head(head, number=False), cell


def _figure(events: list[Context]) -> list[Block]:
    """The curve of the median list, or of each list where each is its own event."""
    first = events[0]
    chart = aligned.chart(events) if is_pooled(first) else publication.front_chart(first)
    return [chart] if chart is not None else []


def source(context: Context) -> str:
    """The line below figures: whose prices, from when to when, and who computed."""
    panels = context.data.info.panels
    return context.say(
        "memo.source",
        source=context.say(f"memo.sources.{context.data.info.source}")
        if context.data.info.source in ("sample", "files", "lock")
        else context.data.info.source,
        first=min(one.first_session for one in panels),
        last=context.data.info.last_session,
    )


def _qualified(events: list[Context]) -> Iterator[str]:
    """One line each for shocks, coverage and method."""
    first = events[0]
    yield frontlines.shocks(first)
    yield frontlines.coverage(events)
    event = first.event
    sector = [name for code, name in first.sector.items() if code != OWN_INDUSTRIES]
    method = first.say(
        "memo.method",
        weighting=first.choice(event.weighting),
        rebalance=first.choice(event.rebalance),
        benchmark=first.benchmark,
    )
    yield method + "".join(first.say("memo.sector_is", name=name) for name in sector)
