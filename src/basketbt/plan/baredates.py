"""A list published under a bare date: known after that day's close, or already that morning?

Nothing in the list says. Everywhere else such a date counts as after the day's close, so that
nothing is credited to a reader that he may not have had; the other reading stands beside it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from basketbt.plan.model import Case, Window

if TYPE_CHECKING:
    import numpy as np

    from basketbt.market.calendars import Calendar


def known_that_morning(published: date, calendar: Calendar) -> np.datetime64 | None:
    """The first session on which a reader could trade who knew a list on the morning of its date.

    None where the hour is known, and where no session was held on that date: then both readings
    are the same. Raises ``OutsideCalendar``.
    """
    if isinstance(published, datetime):
        return None
    session = calendar.on_or_after(published)
    return session if session < calendar.first_after(published) else None


def morning_window(case: Case, member: int) -> Window | None:
    """What a reader of a basket could have had who knew it that morning; None without such a one.

    It ends with the study, as the window of the cautious reader does, and begins no earlier than
    day 0.
    """
    later = next((one for one in case.windows[member] if one.kind == "available"), None)
    session = known_that_morning(case.baskets[member].source.published, case.calendar)
    if later is None or session is None:
        return None
    first = max(case.calendar.distance(case.day_zero.session, session), 0)
    return Window(kind="fixed", first=first, last=later.last) if first < later.first else None
