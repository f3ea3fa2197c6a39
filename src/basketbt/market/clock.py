"""Events: what happened, when it could first be known, and how sure that is.

The shipped events are data in ``events.yaml``. A study may add its own; both pass through
:func:`make_event`, which refuses a time that cannot be placed on an exchange's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from basketbt.errors import InputError, unknown
from basketbt.notes import message

Moment = datetime | date  # a datetime here always knows its zone

SHANGHAI = ZoneInfo("Asia/Shanghai")

_SHIPPED = Path(__file__).parent / "events.yaml"


class BadEvent(InputError):
    """An event whose moment cannot be used. Fields: event, why."""


@dataclass(frozen=True)
class Alternative:
    """Another moment from which an event could have been known.

    ``same_news`` is False for related news, earlier or later: worth a sensitivity check, but
    another event's window need not stop before it.
    """

    id: str
    at: Moment
    why: str = ""
    same_news: bool = True


@dataclass(frozen=True)
class Event:
    """Something that became public at ``at``: an aware timestamp, or a date when no more is known.

    ``id`` is ``event`` or, for an alternative put in the event's place, ``event@alternative``.
    ``zone`` is the IANA zone in which people tell its time; empty when only the offset is known.
    """

    id: str
    name_en: str
    name_zh: str
    at: Moment
    zone: str = ""
    source: str = ""
    note: str = ""
    alternatives: tuple[Alternative, ...] = ()

    @property
    def base_id(self) -> str:
        """The event's own id, without the alternative."""
        return self.id.partition("@")[0]

    def with_alternative(self, name: str) -> Event:
        """The event as if it had become known at an alternative. Raises ``UnknownName``."""
        for alternative in self.alternatives:
            if alternative.id == name:
                return replace(
                    self,
                    id=f"{self.base_id}@{name}",
                    at=alternative.at,
                    note=alternative.why,
                    alternatives=(),
                )
        raise unknown("alternative", name, [one.id for one in self.alternatives], event=self.id)


def make_event(
    id: str,  # noqa: A002 - the field's name in files and in Event
    at: str | Moment,
    *,
    name_en: str = "",
    name_zh: str = "",
    zone: str = "",
    source: str = "",
    note: str = "",
    alternatives: tuple[Alternative, ...] = (),
) -> Event:
    """An event from plain fields, as a study file or a notebook gives them.

    ``at``: an ISO timestamp with its UTC offset, or without one if the IANA ``zone`` is given, or a
    bare date. Raises ``BadEvent`` for an unreadable or naive time, an unknown zone, an offset that
    contradicts the zone, or an alternative named twice.
    """
    names = [alternative.id for alternative in alternatives]
    if len(set(names)) < len(names):
        raise BadEvent(event=id, why=message("why-two-alternatives-have-the-same"))
    english = name_en or name_zh or id
    return Event(
        id=id,
        name_en=english,
        name_zh=name_zh or english,
        at=parse_moment(at, zone=zone, event=id),
        zone=zone,
        source=source,
        note=note,
        alternatives=alternatives,
    )


def make_alternative(
    event: str,
    id: str,  # noqa: A002 - the field's name in files and in Alternative
    at: str | Moment,
    *,
    zone: str = "",
    why: str = "",
    same_news: bool = True,
) -> Alternative:
    """An alternative of ``event`` from plain fields; raises :class:`BadEvent` as make_event."""
    return Alternative(id, parse_moment(at, zone=zone, event=f"{event}@{id}"), why, same_news)


def parse_moment(at: str | Moment, *, zone: str, event: str) -> Moment:
    """An aware timestamp or a date; raises :class:`BadEvent`, which names the ``event``."""
    local = _zone(zone, event) if zone else None
    moment = _read(at, event) if isinstance(at, str) else at
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        if local is None:
            raise BadEvent(
                event=event, why=message("why-says-neither-its-utc-offset", moment=moment)
            )
        return moment.replace(tzinfo=local)
    if local is not None and moment.utcoffset() != moment.astimezone(local).utcoffset():
        raise BadEvent(
            event=event, why=message("why-the-offset-of-is-not", moment=moment, zone=zone)
        )
    return moment


def moment_text(moment: Moment) -> str:
    """A moment as people write it: ``2025-02-07``, ``2025-03-05 22:00+08:00``."""
    if isinstance(moment, datetime):
        return moment.isoformat(sep=" ", timespec="minutes")
    return moment.isoformat()


@cache
def shipped_events() -> Mapping[str, Event]:
    """The events that come with the program, by id, in order of time."""
    from basketbt.yamlfile import load

    events = [_from_yaml(fields) for fields in load(_SHIPPED).data]
    return {event.id: event for event in events}


def select_event(name: str, events: Mapping[str, Event] | None = None) -> Event:
    """The event called ``name``; ``deepseek-r1@leak`` puts an alternative in its place.

    Raises ``UnknownName`` with the names that exist and the nearest of them.
    """
    known = shipped_events() if events is None else events
    base, at_sign, alternative = name.partition("@")
    if base not in known:
        raise unknown("event", base, list(known))
    return known[base].with_alternative(alternative) if at_sign else known[base]


def _from_yaml(fields: Mapping[str, Any]) -> Event:
    zone = fields["zone"]
    alternatives = tuple(
        make_alternative(fields["id"], zone=zone, **one) for one in fields.get("alternatives", ())
    )
    return make_event(**{**fields, "alternatives": alternatives})


def _read(text: str, event: str) -> Moment:
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    raise BadEvent(event=event, why=message("why-is-neither-a-date-nor", text=text))


def _zone(name: str, event: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadEvent(event=event, why=message("why-is-no-zone-e-g", name=name)) from None
