"""What was answered while one symbol is fetched, so that no address is asked twice for it.

akshare asks for some pages twice; a vendor that is passed over leaves answers that the next one
needs; and what a symbol had got when everybody refused is there when the same command goes on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

from basketbt.data.sources.vendor import HttpRecord, VendorFailure

Answers = dict[str, "HttpRecord | VendorFailure"]
"""By address: the answer, or what was wrong with it."""

_KEPT: ContextVar[Answers | None] = ContextVar("answers", default=None)


@contextlib.contextmanager
def keeping(answers: Answers) -> Iterator[None]:
    """While open, what this thread is answered is kept there, and what is there is not sent for."""
    before = _KEPT.set(answers)
    try:
        yield
    finally:
        _KEPT.reset(before)


def kept() -> Answers | None:
    """What this thread keeps at the moment; None: nothing."""
    return _KEPT.get()
