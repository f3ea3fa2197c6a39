"""What stands behind the lines of every chart over time: events, closures, hindsight."""

from __future__ import annotations

from typing import Any

from basketbt.report.data import MarkInfo, Member
from basketbt.report.views.choices import choice_words
from basketbt.report.views.context import Context


def backdrop(context: Context, dates: tuple[str, ...], days: tuple[int, ...]) -> dict[str, Any]:
    """What stands behind the lines of every chart over time: marks, shades."""
    event = context.event
    marks = []
    for mark in event.marks:
        if dates[0] <= mark.session <= dates[-1]:
            label = _label(context, mark)
            marks.append({"x": mark.session, "label": label, "kind": mark.kind})
    shades = [
        {"from": first, "to": last, "label": context.say("backdrop.closed"), "kind": "closed"}
        for first, last in event.closures
        if dates[0] < first and last < dates[-1]
    ]
    marks += [
        {"x": session, "label": _reader(context, members), "kind": "reader"}
        for session, members in context.readers.items()
        if dates[0] <= session <= dates[-1]
    ]
    last = max(context.readers, default=dates[0])
    if last > dates[0]:
        label = context.say(
            "backdrop.hindsight" if len(context.readers) == 1 else "backdrop.not_all"
        )
        until = min(last, dates[-1])
        shades.append({"from": dates[0], "to": until, "label": label, "kind": "hindsight"})
    return {"kind": "lines", "x": dates, "days": days, "marks": marks, "shades": shades}


def _reader(context: Context, members: list[Member]) -> str:
    """The line from which lists could be traded; it names them where others have another one."""
    if len(context.readers) == 1:
        return context.say("backdrop.reader")
    alone = len(members) == 1
    lists = (
        context.called(members[0].basket)
        if alone
        else context.say("backdrop.lists", count=len(members))
    )
    return context.say("backdrop.reader_of", lists=lists)


def _label(context: Context, mark: MarkInfo) -> str:
    """``leak`` beside its own event, with that event's name beside another one."""
    if mark.kind == "event":
        return context.say("backdrop.day0")
    if mark.kind == "shock":
        cause = mark.name.say(context.language)
        return context.say("backdrop.shock" if cause else "backdrop.shock_not_dated", cause=cause)
    _, _, moment = mark.id.partition("@")
    word = choice_words(f"moment.{moment}", context.language).removeprefix("moment.")
    name = mark.name.say(context.language)
    return ": ".join(part for part in (name, word) if part) or mark.id
