"""The one table of the front page: a list a row, its name first, from publication on.

Events that the same lists meet stand side by side: a column each where they differ, one where not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from basketbt.market.indexes import OWN_INDUSTRIES
from basketbt.report.data import WindowInfo
from basketbt.report.model import Value
from basketbt.report.views.blocks import Cell, Head, TableBlock, change, text
from basketbt.report.views.choices import AFTER_PUBLICATION
from basketbt.report.views.context import Context, real
from basketbt.report.views.numbers import NONE, joined
from basketbt.text import own_words, shortened

#: Rows and columns that one page holds; horizons that a table quotes of those of a study.
MOST_ROWS = 16
MOST_COLUMNS = 12
#: Columns beside a name that leave it a line or two on paper.
_ROOMY = 9
USUAL = (1, 5, 20, 60)
#: Columns of letters that a name may take there: two lines.
_LONGEST = 52

_KINDS = ("named", "mapped", "composite")
_Row = tuple[Context, str]
#: A head and a cell a row.
Column = tuple[Head, list[Cell]]


def table(events: list[Context]) -> TableBlock | None:
    """Lists that name their shares first, by what a reader got; the others are counted below it.

    None where no list has a return after publication or in a window of the study.
    """
    first = events[0]
    windows = quoted(first)
    if not windows:
        return None
    every = ranked(events, windows)
    rows = list({basket: (one, basket) for one, basket in reversed(every)}.values())[::-1]
    shared = len(rows) < len(every)
    shown, rest = rows[:MOST_ROWS], rows[MOST_ROWS:]
    columns = list(_columns(shown))
    if shared:
        own = ((one, _columns([(one, basket) for _, basket in shown])) for one in events)
        columns = side_by_side(own, MOST_COLUMNS - 1, _spare(first, windows))
    return TableBlock(
        caption=first.say(
            "memo.caption_fixed" if windows[0].kind == "fixed" else "memo.caption",
            horizon=horizon(first, compared(windows)),
        ),
        heads=(
            Head(first.say("memo.list"), number=False),
            *(head for head, _ in columns),
        ),
        rows=tuple(
            (_named(context, basket), *(cells[place] for _, cells in columns))
            for place, (context, basket) in enumerate(shown)
        ),
        kind="front",
        note=joined([_left_out(first, rest), *_mapped(first, shown)], first.language),
    )


def _columns(rows: list[_Row]) -> Iterator[Column]:
    """Everything told of the lists of one event, or of lists that have each their own."""
    first = rows[0][0]
    windows = quoted(first)
    yield _shares(first, rows)
    yield from _from(rows)
    yield from _returns(first, rows, windows)
    yield from _against(first, rows, windows)
    yield from _account(first, rows, compared(windows))
    yield from _verdict(first, rows)


def _spare(first: Context, windows: list[WindowInfo]) -> list[str]:
    """The heads of the columns that go first where names have no room beside all."""
    return [*(horizon(first, one) for one in windows[:-2][:1]), first.say("memo.shares")]


def side_by_side(
    made: Iterable[tuple[Context, Iterable[Column]]], most: int, spare: Sequence[str] = ()
) -> list[Column]:
    """The columns of every event: those that are the same in all of them once.

    Those under ``spare`` heads leave names their room; of more than ``most``, the last that differ
    are left out.
    """
    events = list(made)
    names = own_words([one.event.name.say(one.language) for one, _ in events])
    called = {one.index: name for (one, _), name in zip(events, names, strict=True)}
    found: dict[str, list[tuple[Context, Column]]] = {}
    for context, columns in events:
        for column in columns:
            found.setdefault(column[0].text, []).append((context, column))
    shown = {
        name: [own[0][1]]
        if len(own) == len(events)
        and len({tuple(cell.text for cell in cells) for _, (_, cells) in own}) == 1
        else [
            (_of_event(context, head, called[context.index]), cells)
            for context, (head, cells) in own
        ]
        for name, own in found.items()
    }
    apart = [name for name, own in shown.items() if len(own) > 1]
    for name in [*spare, *reversed(apart)]:
        if sum(map(len, shown.values())) > (_ROOMY if name in spare else most):
            shown.pop(name, None)
    return [column for own in shown.values() for column in own]


def _of_event(context: Context, head: Head, event: str) -> Head:
    return replace(head, text=context.say("memo.of_event", head=head.text, event=event))


def quoted(context: Context) -> list[WindowInfo]:
    """The horizons after publication that the page quotes; fixed windows where there are none."""
    after = {one.last - one.first + 1: one for one in context.windows if one.kind == "horizon"}
    usual = [after[length] for length in USUAL if length in after]
    found = usual or list(after.values())
    found = found or [one for one in context.windows if one.kind == "available"]
    return (found or [one for one in context.quoted if one.kind == "fixed"])[:4]


def compared(windows: list[WindowInfo]) -> WindowInfo:
    """The window that is held against market and industries: 20 sessions, or the longest known."""
    lengths = {one.last - one.first + 1: one for one in windows}
    return lengths.get(20, windows[-1])


def horizon(context: Context, window: WindowInfo) -> str:
    """A window's head: ``+20`` sessions from publication, or its days."""
    if window.kind == "available":
        return context.say("memo.to_end")
    if window.kind == "fixed":
        return context.label(window)
    return context.say("memo.horizon", sessions=window.last - window.first + 1)


def before(events: Iterable[Context]) -> str:
    """The head of what came before publication; to when, where the study's windows end earlier."""
    every = {one.index: one for one in events}
    ends = [str(row["end_date"]) for one in every.values() for row in one.stopped.values()]
    first = next(iter(every.values()))
    return first.say("memo.before_to", end=max(ends)) if ends else first.say("memo.before")


def ranked(events: list[Context], windows: list[WindowInfo]) -> list[_Row]:
    """Named lists, mapped ones, composites; in each the one that gave a reader most first."""
    window = compared(windows).label

    def made(context: Context, basket: str) -> float:
        value = real(context.summary.get((basket, window), {}).get("total_return"))
        return float("-inf") if value is None else value

    best: dict[str, float] = {}
    for context in events:
        for basket in context.event.baskets:
            best.setdefault(basket, made(context, basket))

    def key(row: _Row) -> tuple[int, float, str, int]:
        context, basket = row
        own = context.data.lists[basket]
        return _KINDS.index(own.kind), -best[basket], basket, context.index

    return sorted(((one, basket) for one in events for basket in one.event.baskets), key=key)


def _named(context: Context, basket: str) -> Cell:
    """A list by its name; its id is for the screen, the files and the appendix."""
    return text(shortened(context.called(basket), _LONGEST), title=basket)


def _shares(first: Context, rows: list[_Row]) -> Column:
    """How many shares of what kind; fewer than the list has where prices are missing."""
    head = Head(first.say("memo.shares"), first.say("memo.shares_note"), number=False, minor=True)
    return head, [_counted(context, basket) for context, basket in rows]


def _counted(context: Context, basket: str) -> Cell:
    own = context.data.lists[basket]
    rows = [row for (one, _), row in context.summary.items() if one == basket]
    least = min(rows, key=lambda row: real(row["covered"]) or 0.0, default=None)
    count = str(own.names)
    if least is not None and real(least["covered"]) != 1:
        count = f"{least['names_priced']}/{least['names']}"
    return text(context.say(f"memo.kind.{own.kind}", count=count))


def _left_out(context: Context, rest: list[_Row]) -> str:
    """How many lists of each kind stand in the appendix only."""
    kinds = [one.data.lists[basket].kind for one, basket in rest]
    counted = [
        context.count(f"lists_{kind}", kinds.count(kind)) for kind in _KINDS if kind in kinds
    ]
    return context.say("memo.left_out", lists=context.comma(counted)) if counted else ""


def _mapped(first: Context, rows: list[_Row]) -> Iterator[str]:
    """What named and mapped mean, where both stand in the table."""
    kinds = {first.data.lists[basket].kind for _, basket in rows}
    if "mapped" in kinds:
        yield first.say("memo.mapped_are")


def _from(rows: list[_Row]) -> Iterator[Column]:
    """From when a reader could trade, where lists differ in it."""
    found = [
        next((m.session for m in one.event.members if m.basket == basket), None)
        for one, basket in rows
    ]
    if len(set(found)) > 1:
        yield Head(rows[0][0].say("memo.from"), number=False), [text(one) for one in found]


def _returns(first: Context, rows: list[_Row], windows: list[WindowInfo]) -> Iterator[Column]:
    if any(one.kind == "hindsight" for one in first.windows):
        note = first.say("memo.before_note")
        yield Head(before(one for one, _ in rows), note), _cells(rows, "hindsight")
    for window in windows:
        note = first.say("memo.horizon_note") if window.kind == "horizon" else ""
        yield Head(horizon(first, window), note), _cells(rows, window.label)


def _cells(rows: list[_Row], window: str) -> list[Cell]:
    return [
        change(one.summary.get((basket, window), {}).get("total_return")) for one, basket in rows
    ]


def _against(first: Context, rows: list[_Row], windows: list[WindowInfo]) -> Iterator[Column]:
    """Beside the study's first benchmark and beside each list's own industries."""
    window = compared(windows)
    excess: dict[tuple[int, Value, Value], Value] = {
        (one.index, row["basket"], row["benchmark"]): row["excess_return"]
        for one in {context.index: context for context, _ in rows}.values()
        for row in one.book_rows("relative")
        if row["window"] == window.label
    }
    names = {first.data.info.benchmarks[0].code: first.benchmark, **first.sector}
    for code, name in names.items():
        own = code == OWN_INDUSTRIES
        note = "headline.own_note" if own else "headline.against_note"
        if code in first.sector:
            name = first.say("memo.own_sector" if own else "memo.sector")
        name = name.removesuffix(first.say("memo.total_return"))  # the line on method says so
        head = first.say("memo.against", horizon=horizon(first, window), benchmark=name)
        cells = [change(excess.get((one.index, basket, code))) for one, basket in rows]
        yield Head(head, first.say(note)), cells


def _account(first: Context, rows: list[_Row], window: WindowInfo) -> Iterator[Column]:
    """What an account kept that bought after publication, at a horizon; to its exit if before."""
    at = {(one.index, basket): _kept(one, basket, window.label) for one, basket in rows}
    if any(value is not None for value in at.values()):
        head = first.say("memo.account_at", horizon=horizon(first, window))
        cells = [change(at[one.index, basket]) for one, basket in rows]
        yield Head(head, first.say("memo.account_at_note")), cells
        return
    made = {
        (one.index, row["basket"]): row["total_return"]
        for one in {context.index: context for context, _ in rows}.values()
        for row in one.account_rows
        if row["entry"] == AFTER_PUBLICATION
    }
    if any(value is not None for value in made.values()):
        note = first.say("memo.account_note")
        yield (
            Head(first.say("memo.account"), note),
            [change(made.get((one.index, basket))) for one, basket in rows],
        )


def _kept(context: Context, basket: str, window: str) -> float | None:
    """What the account had made by a horizon's last day; None where it was sold before."""
    last = context.summary.get((basket, window), {}).get("last_day")
    own = [row for row in context.accounts.get(basket, []) if row["entry"] == AFTER_PUBLICATION]
    value = next((real(row["value"]) for row in own if row["day"] == last), None)
    begun = real(own[0]["value"]) if own else None
    return value / begun - 1.0 if value is not None and begun else None


def _verdict(first: Context, rows: list[_Row]) -> Iterator[Column]:
    """Whether what a reader got is more than market, kind and chance, of lists that are tested."""
    if first.event.tests is None:
        return
    found = [text(_verdict_of(one, basket)) for one, basket in rows]
    if any(cell.text != NONE for cell in found):
        yield Head(first.say("memo.tested"), number=False), found


def _verdict_of(context: Context, basket: str) -> str:
    rows = context.rows("verdicts", family="publication", basket=basket)
    words: dict[str, list[str]] = {}
    for row in rows:
        length = int((real(row["last_day"]) or 0) - (real(row["first_day"]) or 0)) + 1
        horizon = context.say("memo.horizon", sessions=length)
        words.setdefault(str(row["verdict"]), []).append(horizon)
    if not words:
        return NONE
    said = {kind: context.say(f"headline.verdicts.{kind}") for kind in words}
    if len(words) == 1:
        return next(iter(said.values()))
    # The verdict of most windows goes without saying of the windows that differ from it.
    common = max(words, key=lambda kind: len(words[kind]))
    return context.comma(
        [f"{context.comma(words[kind])} {said[kind]}" for kind in words if kind != common]
    )
