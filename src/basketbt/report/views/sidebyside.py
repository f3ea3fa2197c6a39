"""Lists under two or more sides, a column each: events of one study, or runs of any two.

Windows are matched by what they are called, so that those after publication begin with each list's
own day p, whatever its date. What a side adds is told in points beside the first side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from basketbt.report.data import ListInfo, Row, WindowInfo
from basketbt.report.model import Column, Layout, Table, Value
from basketbt.report.views.blocks import Block, Cell, Head, Prose, TableBlock, change, gained, text
from basketbt.report.views.context import Context, days_of, real
from basketbt.report.views.fronttable import horizon, quoted

#: What stands in place of a list's id in the rows of medians; no id is a single word.
MEDIAN = "median"
_KINDS = ("named", "mapped", "composite")
_RETURN = "total_return"


@dataclass(frozen=True)
class Side:
    """One side: its name, what heads call it, and the event in which it meets each of its lists."""

    name: str
    mark: str
    lists: Mapping[str, Context]

    def row(self, basket: str, window: str) -> Row:
        """The row of summary.csv of a list and window; empty for none."""
        context = self.lists.get(basket)
        return {} if context is None else context.summary.get((basket, window), {})

    def reach(self, basket: str) -> Value:
        """The last day before publication that is measured, where the windows end before it."""
        return self.lists[basket].stopped.get(basket, {}).get("last_day")

    def window(self, label: str) -> WindowInfo | None:
        """The window of that name; None for none."""
        own = (window for one in self.lists.values() for window in one.windows)
        return next((window for window in own if window.label == label), None)

    def info(self, basket: str) -> ListInfo:
        return self.lists[basket].data.lists[basket]


def common(sides: Sequence[Side]) -> list[str]:
    """The lists that every side has: named ones first, then in the order of the first side."""
    shared = [one for one in sides[0].lists if all(one in side.lists for side in sides[1:])]
    return sorted(shared, key=lambda one: _KINDS.index(sides[0].info(one).kind))


def alone(sides: Sequence[Side]) -> list[tuple[Side, list[str]]]:
    """The lists of each side that not every side has; sides without one are left out."""
    shared = {*common(sides)}
    found = [(side, [one for one in side.lists if one not in shared]) for side in sides]
    return [(side, lists) for side, lists in found if lists]


def returns(sides: Sequence[Side]) -> Table:
    """Every window of every common list in each side, then the medians of each kind of list.

    Columns: kind, list, window, the dates of the window in each side, its total return in each, and
    how much it differs from the first side's, empty before publication where windows end apart. A
    median is of the lists with a return in every side that has the window.
    """
    names = [side.name for side in sides]
    layout = Layout(
        "returns",
        (
            *(Column(key, "text") for key in ("list_kind", "basket", "window")),
            *(Column(f"{name} {key}", "date") for name in names for key in _DATES),
            *(Column(name, "decimal") for name in names),
            *(Column(f"{name} - {names[0]}", "decimal") for name in names[1:]),
        ),
    )
    rows = (row for window in _windows(sides) for row in _rows(sides, window))
    return Table.of_rows(layout, rows)


_DATES = ("start_date", "end_date")


def _windows(sides: Sequence[Side]) -> list[str]:
    """Windows that at least two sides have, in the order of the first that has them."""
    order = dict.fromkeys(
        window.label for side in sides for one in side.lists.values() for window in one.windows
    )
    return [label for label in order if sum(side.window(label) is not None for side in sides) > 1]


def _rows(sides: Sequence[Side], window: str) -> list[tuple[Value, ...]]:
    found: list[tuple[Value, ...]] = []
    lists = common(sides)
    there = [side.window(window) is not None for side in sides]
    unlike = set(_unlike(sides)) if window == "hindsight" else set[str]()
    for kind in _KINDS:
        whole: list[list[float | None]] = []
        own = [one for one in lists if sides[0].info(one).kind == kind]
        for basket in own:
            rows = [side.row(basket, window) for side in sides]
            values = [real(row.get(_RETURN)) for row in rows]
            if all(value is None for value in values):
                continue
            dates = (row.get(key) for row in rows for key in _DATES)
            found.append(
                (kind, basket, window, *dates, *_beside(values, alike=basket not in unlike))
            )
            if [value is not None for value in values] == there:
                whole.append(values)
        if whole:
            dates = (None for _ in sides for _ in _DATES)
            middle = [_median(column) for column in zip(*whole, strict=True)]
            found.append(
                (kind, MEDIAN, window, *dates, *_beside(middle, alike=unlike.isdisjoint(own)))
            )
    return found


def _unlike(sides: Sequence[Side]) -> list[str]:
    """The common lists whose parts before publication do not end alike: at it, or on one day."""
    ends = {one: {side.reach(one) for side in sides} for one in common(sides)}
    return [one for one, own in ends.items() if len(own) > 1]


def below(sides: Sequence[Side]) -> list[str]:
    """What stands below a table of sides: how windows are matched, and what is not compared."""
    first = next(iter(sides[0].lists.values()))
    said = [first.say("sides.aligned")]
    unlike = _unlike(sides)
    if unlike:
        names = [first.called(one) for one in unlike]
        every = len(names) == len(common(sides))
        lists = first.say("publication.all") if every else first.comma(names)
        said.append(first.say("sides.uncompared", lists=lists))
    return said


def _median(values: Sequence[float | None]) -> float | None:
    from statistics import median  # it brings fractions, decimals and hashes

    known = [value for value in values if value is not None]
    return median(known) if known else None


def _beside(values: Sequence[float | None], *, alike: bool) -> tuple[float | None, ...]:
    """The values, then how much each but the first differs from the first; empty of unlike ones."""
    first = values[0] if alike else None
    apart = (None if v is None or first is None else v - first for v in values[1:])
    return (*values, *apart)


def table(sides: Sequence[Side], made: Table, windows: Sequence[str], caption: str) -> TableBlock:
    """Lists × sides over ``windows``: a window whose returns are the same in all sides once.

    The medians stand below. ``made`` is what :func:`returns` gives.
    """
    first = next(iter(sides[0].lists.values()))
    of = {(row["list_kind"], row["basket"], row["window"]): row for row in made.select()}
    names = list(dict.fromkeys((kind, basket) for kind, basket, _ in of))
    names.sort(key=lambda name: name[1] == MEDIAN)
    heads, columns = (
        [Head(first.say("memo.list"), number=False)],
        [[_called(sides, kind, basket) for kind, basket in names]],
    )
    for window in windows:
        rows = [of.get((kind, basket, window), {}) for kind, basket in names]
        for head, cells in _columns(first, sides, window, rows):
            heads.append(head)
            columns.append(cells)
    return TableBlock(caption=caption, heads=tuple(heads), rows=tuple(zip(*columns, strict=True)))


def _columns(
    context: Context, every: Sequence[Side], window: str, rows: Sequence[Row]
) -> Iterator[tuple[Head, list[Cell]]]:
    """The returns of the sides that have a window, and what each differs from the first of all."""
    sides = [side for side in every if side.window(window)]
    cells = [[change(row.get(side.name)) for row in rows] for side in sides]
    if len(sides) == len(every) and len({tuple(c.text for c in own) for own in cells}) == 1:
        yield Head(_head(context, sides, window)), cells[0]
        return
    for side, own in zip(sides, cells, strict=True):
        words = {"window": _head(context, [side], window), "side": side.mark}
        yield Head(context.say("sides.of", **words)), own
    first = every[0]
    for side in sides[1:] if sides[0] is first else ():
        words = {"side": side.mark, "first": first.mark}
        head = Head(context.say("sides.apart", **words), context.say("sides.apart_note"))
        yield head, [gained(row.get(f"{side.name} - {first.name}")) for row in rows]


def of_events(events: list[Context]) -> tuple[Block, ...]:
    """The lists of a study around each of its events; nothing where these share no list."""
    sides = [
        Side(
            f"{one.event.id} {one.event.calendar}",
            one.event.name.say(one.language),
            dict.fromkeys(one.event.baskets, one),
        )
        for one in events
    ]
    if len(sides) < 2 or not common(sides):
        return ()
    caption = events[0].say("sides.events_caption")
    made = table(sides, returns(sides), told(sides), caption)
    return made, *(Prose(text=line, kind="fine") for line in below(sides))


def _called(sides: Sequence[Side], kind: Value, basket: Value) -> Cell:
    first = next(iter(sides[0].lists.values()))
    if basket == MEDIAN:
        return Cell(first.say(f"sides.median.{kind}"), strong=True)
    return text(sides[0].lists[str(basket)].called(str(basket)), title=str(basket))


def _head(context: Context, sides: Sequence[Side], window: str) -> str:
    """A window in words; that before publication with its days, which sides may differ in."""
    info = next(found for side in sides if (found := side.window(window)))
    if info.kind == "horizon":
        return horizon(context, info)
    words = context.say("memo.to_end" if info.kind == "available" else "memo.before")
    if info.kind == "fixed":
        return window
    rows = (side.row(basket, window) for side in sides for basket in side.lists)
    days = {days_of(row) for row in rows if row}
    return f"{words} {days.pop()}" if len(days) == 1 else words


def told(sides: Sequence[Side]) -> list[str]:
    """The windows that a screen has room for: before publication, horizons, those of headlines."""
    wanted: dict[str, int] = {}
    for side in sides:
        first = next(iter(side.lists.values()))
        for place, windows in enumerate(
            (
                [w for w in first.windows if w.kind == "hindsight"],
                quoted(first),
                [w for w in first.windows if w.kind == "fixed" and w.quoted],
            )
        ):
            for window in windows:
                wanted.setdefault(window.label, place)
    both = _windows(sides)
    return [label for label in sorted(wanted, key=wanted.__getitem__) if label in both]
