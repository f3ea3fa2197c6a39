"""Which windows hold a shock of the market, and how the lists stood on the session before it."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.data import Row, WindowInfo
from basketbt.report.model import Value
from basketbt.report.views.context import Context, real
from basketbt.report.views.numbers import joined, percent
from basketbt.report.views.publication import lists_of, told


def shock_line(context: Context) -> str:
    """The shocks by the windows that hold them, then the lists to the session before the first.

    Nothing where no window of the study holds one.
    """
    said = shocks_in_windows(context)
    return joined([said, *_before(context)], context.language) if said else ""


def shocks_in_windows(context: Context) -> str:
    """The shocks by the windows that hold them; nothing where no window of the study does."""
    held: dict[tuple[str, ...], list[str]] = {}
    for row in context.data.rows("shocks", event=context.event.id, calendar=context.event.calendar):
        windows = tuple(_windows(context, str(row["date"])))
        if windows:
            held.setdefault(windows, []).append(_shock(context, row))
    said = [
        context.say(
            "shocks.in_windows", windows=context.comma(list(windows)), shocks=context.comma(shocks)
        )
        for windows, shocks in held.items()
    ]
    return joined(said, context.language)


def readers_window(context: Context) -> WindowInfo | None:
    """The window whose figure stands without the shock too: what was left for a reader.

    Else, where windows are not split at publication, the first quoted one; None if nothing is
    known of it before a shock.
    """
    kinds = {window.kind for window in context.windows}
    found = [
        window
        for window in context.quoted
        if window.kind == ("available" if "available" in kinds else "fixed")
        and any(
            row["return_before_shock"] is not None
            for (_, label), row in context.summary.items()
            if label == window.label
        )
    ]
    return next(iter(found), None)


def _windows(context: Context, day: str) -> Iterator[str]:
    """The windows that hold a shock, as tables head them; all accounts are one of them."""
    for window in context.windows:
        rows = (row for (_, label), row in context.summary.items() if label == window.label)
        if any(_holds(row, day) for row in rows):
            yield context.label(window)
    if any(_holds(row, day) for row in context.account_rows):
        yield context.say("shocks.accounts")


def _holds(row: Row, day: str) -> bool:
    return day in str(row["shocks"] or "").split()


def _shock(context: Context, row: Row) -> str:
    marks = context.event.marks
    name = next((m.name for m in marks if m.kind == "shock" and m.offset == row["day"]), None)
    cause = name.say(context.language) if name else ""
    return context.say(
        "shocks.shock",
        session=row["date"],
        moved=row["market_return"],
        cause=cause or context.say("shocks.not_dated"),
    )


def _before(context: Context) -> Iterator[str]:
    """How lists stood before the shock in the reader's window, each kind and day p by itself."""
    window = readers_window(context)
    if window is None:
        return
    together = [
        row
        for rows in told(context)
        for row in rows
        if row["window"] == window.label and row["median_before_shock"] is not None
    ]
    several = len({row["publication_session"] for row in together}) > 1
    by_end: dict[Value, list[str]] = {}
    for row in together:
        date = context.say("shocks.from", session=row["publication_session"]) if several else ""
        said = context.say(
            "shocks.of", lists=lists_of(context, row) + date, made=_made(context, row)
        )
        by_end.setdefault(row["before_shock"], []).append(said)
    for last, each in by_end.items():
        yield context.say(
            "shocks.before",
            window=context.label(window),
            last=last,
            made=context.say("joint.semicolon").join(each),
        )


def _made(context: Context, row: Row) -> str:
    alone, excess = row["lists"] == 1, real(row["median_excess_before_shock"])
    beside = context.say(
        "shocks.against" if alone else "shocks.beat",
        excess=percent(excess),
        beat=row["beat_before_shock"],
        benchmark=context.benchmark,
    )
    return context.say(
        "shocks.one_made" if alone else "shocks.many_made",
        value=percent(real(row["median_before_shock"])),
        rose=row["rose_before_shock"],
        beside="" if excess is None else beside,
    )
