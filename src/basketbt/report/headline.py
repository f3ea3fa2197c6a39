"""Which window an event study is quoted by: one rule for the memo, the page and the pictures."""

from __future__ import annotations

from collections.abc import Mapping

Window = tuple[int, int]

# To the first session after the holiday.
FAVOURITE: Window = (0, 5)


def quoted_window(registered: Mapping[Window, bool]) -> tuple[Window, Window | None]:
    """The window to quote, and the one that it stands in for, if any.

    ``registered`` says of each registered window whether any list could be tested on it, in the
    order of their days; not empty. Quoted is [0,+5], or else the longest from day 0, or else the
    one that ends last; where no list could be tested on that one, the first on which one could.
    """
    wanted = _wanted(tuple(registered))
    if registered[wanted]:
        return wanted, None
    for window, tested in registered.items():
        if tested:
            return window, wanted
    return wanted, None


def _wanted(registered: tuple[Window, ...]) -> Window:
    if FAVOURITE in registered:
        return FAVOURITE
    from_zero = [window for window in registered if window[0] == 0]
    return max(from_zero or registered, key=lambda window: window[1])
