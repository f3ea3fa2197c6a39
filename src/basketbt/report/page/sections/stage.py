"""What stands behind the lines of every chart over time: events, closures, hindsight."""

from __future__ import annotations

from typing import Any

from basketbt.notes import Language
from basketbt.report.facts import Mark
from basketbt.report.page.scene import Scene
from basketbt.report.phrases import Phrase

CLOSED = Phrase("closed", "休市")
HINDSIGHT_REGION = Phrase("hindsight: not yet published", "事后：名单尚未发布")
_NOT_ALL = Phrase("hindsight: not all published yet", "事后：名单尚未全部发布")
_READER = Phrase("a reader can trade", "读者可交易")
_READER_OF = Phrase("a reader can trade {lists}", "读者可交易{lists}")
_LISTS = Phrase("{count} lists", "{count}份名单")
_DAY0 = Phrase("day 0", "第0日")
#: How charts call the alternative moments of shipped events; others go by their id.
_MOMENTS = {"leak": Phrase("leak", "泄露"), "app": Phrase("app launch", "App上线")}


def stage(scene: Scene, dates: tuple[str, ...], days: tuple[int, ...]) -> dict[str, Any]:
    """What stands behind the lines of every chart over time: marks, shades."""
    language, event = scene.language, scene.event
    marks = []
    for mark in event.marks:
        if dates[0] <= mark.session <= dates[-1]:
            label = mark_label(scene, mark)
            marks.append({"x": mark.session, "label": label, "kind": mark.kind})
    shades = [
        {"from": first, "to": last, "label": CLOSED.say(language), "kind": "closed"}
        for first, last in event.closures
        if dates[0] < first and last < dates[-1]
    ]
    marks += [
        {"x": session, "label": _reader(scene, baskets), "kind": "reader"}
        for session, baskets in scene.readers.items()
        if dates[0] <= session <= dates[-1]
    ]
    last = max(scene.readers, default=dates[0])
    if last > dates[0]:
        until = min(last, dates[-1])
        label = (HINDSIGHT_REGION if len(scene.readers) == 1 else _NOT_ALL).say(language)
        shades.append({"from": dates[0], "to": until, "label": label, "kind": "hindsight"})
    return {
        "kind": "lines",
        "x": dates,
        "days": days,
        "marks": marks,
        "shades": shades,
    }


def _reader(scene: Scene, baskets: list[str]) -> str:
    """The line from which lists could be traded; it names them where others have another one."""
    if len(scene.readers) == 1:
        return _READER.say(scene.language)
    alone = len(baskets) == 1
    lists = scene.name(baskets[0]) if alone else _LISTS.say(scene.language, count=len(baskets))
    return _READER_OF.say(scene.language, lists=lists)


def mark_label(scene: Scene, mark: Mark, language: Language | None = None) -> str:
    """``leak`` beside its own event, with that event's name beside another one."""
    language = language or scene.language
    if mark.kind == "event":
        return _DAY0.say(language)
    _, _, moment = mark.id.partition("@")
    word = _MOMENTS[moment].say(language) if moment in _MOMENTS else moment
    return ": ".join(part for part in (mark.name, word) if part) or mark.id
