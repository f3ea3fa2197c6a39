"""Lists of a whole market, asked for once and then used for every security."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from basketbt.prices.sources.rate_limiter import RateLimiter
from basketbt.prices.sources.vendor import VendorFailure

T = TypeVar("T")


class Cached(Generic[T]):
    """Remembers what ``ask(subject, hosts)`` gave for as long as the rate limiter lives.

    A failure is remembered too and raised again in the name of the next subject, so that a
    vendor in trouble is not asked for the same list a hundred times.
    """

    def __init__(self, ask: Callable[[str, RateLimiter], T]) -> None:
        self._ask = ask
        self._known: WeakKeyDictionary[RateLimiter, T | VendorFailure] = WeakKeyDictionary()

    def __call__(self, subject: str, hosts: RateLimiter) -> T:
        """Raises the ``VendorFailure`` that asking ended in."""
        if hosts not in self._known:
            try:
                self._known[hosts] = self._ask(subject, hosts)
            except VendorFailure as failure:
                self._known[hosts] = failure
        found = self._known[hosts]
        if isinstance(found, VendorFailure):
            fields: dict[str, Any] = {**found.fields, "symbol": subject}
            raise type(found)(**fields)
        return found
