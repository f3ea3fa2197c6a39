"""What stands behind the lines of every chart over time: events, closures, hindsight."""

from __future__ import annotations

from typing import Any

from basketbt.report.data import MarkInfo, Member
from basketbt.report.views.context import Context
from basketbt.report.views.phrases import Phrase

_CLOSED = Phrase("closed", "休市")
_HINDSIGHT = Phrase("hindsight: not yet published", "事后：名单尚未发布")
_NOT_ALL = Phrase("hindsight: not all published yet", "事后：名单尚未全部发布")
_READER = Phrase("a reader can trade", "读者可交易")
_READER_OF = Phrase("a reader can trade {lists}", "读者可交易{lists}")
_LISTS = Phrase("{count} lists", "{count}份名单")
_DAY0 = Phrase("day 0", "第0日")
#: How charts call the alternative moments of shipped events; others go by their id.
_MOMENTS = {"leak": Phrase("leak", "泄露"), "app": Phrase("app launch", "App上线")}


def backdrop(context: Context, dates: tuple[str, ...], days: tuple[int, ...]) -> dict[str, Any]:
    """What stands behind the lines of every chart over time: marks, shades."""
    event = context.event
    marks = []
    for mark in event.marks:
        if dates[0] <= mark.session <= dates[-1]:
            label = _label(context, mark)
            marks.append({"x": mark.session, "label": label, "kind": mark.kind})
    shades = [
        {"from": first, "to": last, "label": context.say(_CLOSED), "kind": "closed"}
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
        label = context.say(_HINDSIGHT if len(context.readers) == 1 else _NOT_ALL)
        until = min(last, dates[-1])
        shades.append({"from": dates[0], "to": until, "label": label, "kind": "hindsight"})
    return {"kind": "lines", "x": dates, "days": days, "marks": marks, "shades": shades}


def _reader(context: Context, members: list[Member]) -> str:
    """The line from which lists could be traded; it names them where others have another one."""
    if len(context.readers) == 1:
        return context.say(_READER)
    alone = len(members) == 1
    lists = context.name(members[0].basket) if alone else context.say(_LISTS, count=len(members))
    return context.say(_READER_OF, lists=lists)


def _label(context: Context, mark: MarkInfo) -> str:
    """``leak`` beside its own event, with that event's name beside another one."""
    if mark.kind == "event":
        return context.say(_DAY0)
    _, _, moment = mark.id.partition("@")
    word = context.say(_MOMENTS[moment]) if moment in _MOMENTS else moment
    name = mark.name.say(context.language)
    return ": ".join(part for part in (name, word) if part) or mark.id
