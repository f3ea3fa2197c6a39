"""When an article was published, as far as its text, head or address tells; never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from basketbt.errors import InputError


class BadPublication(InputError):
    """Field: text."""


class NoDay(InputError):
    """An article whose day of publication nobody tells. Fields: name, known."""


@dataclass(frozen=True)
class Moment:
    """A day of publication and, where it is told, the time in China; parts may be missing."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    clock: time | None = None

    @property
    def date(self) -> date | None:
        """The day, if year, month and day are known."""
        if self.year and self.month and self.day:
            return date(self.year, self.month, self.day)
        return None


_CLOCK = r"(?:[T日号\s]{1,3}(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?)?"
_FULL = re.compile(
    r"(?<![\d.])(?P<year>20\d\d)\s?(?:年|[-/.])\s?(?P<month>1[0-2]|0?[1-9])\s?(?:月|[-/.])\s?"
    rf"(?P<day>3[01]|[12]\d|0?[1-9])(?!\d){_CLOCK}"
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])(?!\d)"
)
_SHORT = re.compile(
    r"(?<=[\-—_ ])(?P<year>[12]\d)(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])\s*$"
)
_WIRE = re.compile(
    r"(?:[\u4e00-\u9fff]{2,8}|e公司)(?:APP)?\s?"
    r"(?P<month>1[0-2]|0?[1-9])月(?P<day>3[01]|[12]\d|0?[1-9])日"
    rf"{_CLOCK}(?:电|讯|消息|\||丨)"
)
_FIRST_DAY = re.compile(
    r"^\W*(?P<month>1[0-2]|0?[1-9])月(?P<day>3[01]|[12]\d|0?[1-9])日(?=[,，\s]|讯|消息|电|早间|盘前|午间|晚间)"
)
_SAID = re.compile(r"(?:date|发布|发表|日期|时间|更新|来源|published|publish)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<year>20\d\d)[-/_]?(?P<month>1[0-2]|0[1-9])[-/_]?(?P<day>3[01]|[12]\d|0[1-9])(?!\d)"
)
_HEAD_LINES, _HEAD_SIGNS = 4, 400


def moment_of(text: str, address: str = "", given: Moment | None = None) -> Moment:
    """The moment of publication of a text, from ``given`` first.

    A full date at the head, or beside a word for publishing; the day of a wire (财联社9月20日电),
    which lacks the year; a date in the address. Dates in the body are of something else.
    """
    found = _in_text(text) or _in_address(address) or Moment()
    if given is None or given == Moment():
        return found
    if given.date is None:
        if found.date is not None and found.year != given.year:
            return Moment(given.year, given.month, given.day)
        return Moment(given.year, given.month or found.month, given.day or found.day, found.clock)
    return given if given.clock or found.date != given.date else found


def given_moment(text: str | None) -> Moment | None:
    """A moment that somebody gives; None where nobody does. Raises ``BadPublication``."""
    found = parse_moment(text) if text else None
    if text and found is None:
        raise BadPublication(text=text)
    return found


def parse_moment(text: str) -> Moment | None:
    """A moment as an option gives it: 2025, 2025-02, 2025-02-07, 2025-02-07 09:30; else None."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?(?:[T ](\d\d?):(\d\d))?", text.strip())
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    try:
        clock = time(hour, minute) if hour is not None and minute is not None else None
        date(year or 2000, month or 1, day or 1)
    except ValueError:
        return None
    return Moment(year, month, day, clock)


def _in_text(text: str) -> Moment | None:
    head = "\n".join(text.split("\n")[:_HEAD_LINES])[:_HEAD_SIGNS]
    tail = text[-160:]
    wire = _WIRE.search(head) or _FIRST_DAY.search(head)
    for match in _FULL.finditer(head):
        if _is_of_the_article(head, match):
            return _moment(match)
    if wire:
        return _moment(wire)
    for line in head.split("\n"):
        short = _SHORT.search(line) or _COMPACT.search(line)
        if short and (moment := _moment(short)):
            return moment
    for match in _FULL.finditer(tail):
        if _SAID.search(tail[max(0, match.start() - 12) : match.start()]):
            return _moment(match)
    return None


def _is_of_the_article(head: str, match: re.Match[str]) -> bool:
    """With a time, beside a word for publishing, or alone on its line or at its end."""
    before = head[: match.start()].rpartition("\n")[2]
    after = head[match.end() :].partition("\n")[0]
    if match["hour"] or _SAID.search(before[-12:]):
        return True
    if re.match(r"\s*(?:电|讯|消息|发布)", after):
        return True
    if re.search(r"(?:[·•|]|证券|研究所?)\s*$", before):
        return True
    leads = not before.strip() and re.match(r"\s|[|·]|来源", after) is not None
    edge = not after.strip() or leads
    return edge and (
        len(before) + len(after) <= 60 and not re.search("[。,，]", before + after[:1])
    )


def _in_address(address: str) -> Moment | None:
    match = _ADDRESS.search(address)
    return _moment(match) if match else None


def _moment(match: re.Match[str]) -> Moment | None:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    year = year + 2000 if year and year < 100 else year
    month, day = int(parts["month"]), int(parts["day"])
    try:
        date(year or 2024, month, day)
    except ValueError:
        return None
    clock = time(int(parts["hour"]), int(parts["minute"])) if parts.get("hour") else None
    return Moment(year, month, day, clock)
