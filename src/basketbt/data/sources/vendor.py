"""What every vendor of prices has in common: how it can fail, and what it hands over.

    VendorError (exit 3)
    ├── Unreachable   no answer: dropped, timed out, proxy or DNS trouble. Worth another try.
    ├── Refused       an answer, but not data: 4xx, 5xx, or a web page. Stop asking.
    ├── NoData        a well-formed answer that says there is nothing for this code and window
    ├── Changed       an answer that is not what this vendor is known to send: columns, units,
    │                 impossible prices. Nothing of it is stored.
    └── NoVendorLeft  every vendor in turn failed; lists which one failed how

The vendors' clients hide the reason (akshare raises the same IndexError for an unknown code and
for a banned address), so it is decided where the answer is seen: in :mod:`.transport`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, TypeVar

import numpy as np

from basketbt.data.bars import Bars, CorporateAction, Dates, Floats, ShareCounts
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.errors import VendorError
from basketbt.market.symbols import Symbol
from basketbt.notes import Note, NoteKind, listing, message

Family = Literal["akshare", "yfinance", "baostock"]

VENDOR_FAILED = NoteKind("vendor-failed")


class VendorFailure(VendorError):
    """One vendor did not deliver. Fields: vendor, host, symbol, status (or None), why."""

    word: ClassVar[NoteKind] = NoteKind("vendor-failed-word")
    timed_out: bool = False
    left_alone: bool = False  # nothing was sent: an earlier failure is why

    def __init__(
        self,
        *,
        vendor: str,
        host: str | Note,
        symbol: str,
        why: str | Note,
        status: int | None = None,
        **_: object,
    ) -> None:
        self.status = status
        super().__init__(
            vendor=vendor,
            host=host,
            symbol=symbol,
            status=status,
            why=why,
            word=self.word(),
            http=f", HTTP {status}" if status else "",
        )

    @property
    def note(self) -> Note:
        """``sina refused (finance.sina.com.cn, HTTP 456): why``, as part of a note.

        What the vendor itself said stays in its own words.
        """
        values = {name: self.fields[name] for name in ("vendor", "host", "http", "why")}
        return VENDOR_FAILED(word=self.word(), **values)


class Unreachable(VendorFailure):
    word = NoteKind("vendor-unreachable")


class Refused(VendorFailure):
    word = NoteKind("vendor-refused")


class NoData(VendorFailure):
    word = NoteKind("vendor-no-data")


class Changed(VendorFailure):
    word = NoteKind("vendor-changed")


class NoVendorLeft(VendorError):
    """Fields: symbol, listing. ``failures`` holds what each vendor in turn did."""

    def __init__(self, symbol: str, failures: Sequence[VendorFailure]) -> None:
        self.failures = tuple(failures)
        told = [failure.note for failure in self.failures] or [message("no-vendor-of-such-codes")]
        super().__init__(symbol=symbol, listing=listing(told, "line"))

    def __reduce__(self) -> tuple[object, ...]:
        return (NoVendorLeft, (self.fields["symbol"], self.failures))


@dataclass(frozen=True)
class HttpRecord:
    """One request and the raw answer to it: the evidence behind stored rows."""

    url: str
    status: int
    sha256: str
    at: str  # UTC, ISO 8601, seconds
    body: bytes = field(repr=False, default=b"")


T = TypeVar("T")
Told = tuple[T, tuple[HttpRecord, ...]]  # an answer that is not bars, and the evidence for it


@dataclass(frozen=True, kw_only=True)
class FactorSteps:
    """Multiplicative total-return steps: on ``dates[i]`` the factor grows by ``ratios[i]``.

    A step is close(t-1) / reference(t). Steps have no scale, so a list that grows keeps its past.
    """

    dates: Dates
    ratios: Floats

    def factor_on(self, dates: Dates) -> Floats:
        """Cumulative factor in force on each of ``dates``, 1 before the first step."""
        cumulative = np.concatenate([[1.0], np.cumprod(self.ratios)])
        factor: Floats = cumulative[np.searchsorted(self.dates, dates, side="right")]
        return factor

    def within(self, first: np.datetime64, last: np.datetime64) -> FactorSteps:
        """The steps after ``first`` up to ``last``: those that matter between the two."""
        keep = (self.dates > first) & (self.dates <= last)
        return FactorSteps(dates=self.dates[keep], ratios=self.ratios[keep])


@dataclass(frozen=True, kw_only=True)
class History:
    """What one vendor knows of one security (or currency pair) from ``first`` to ``last``.

    ``first`` and ``last`` are what was asked for and answered, not the first and last bar: a share
    listed later simply has no bar before. For a currency pair the rate is the close.
    ``steps``, ``actions`` and ``shares`` are None where nothing was asked or answered; an empty
    value says that there are none. They may come from another vendor (``*_from``).
    ``delisted`` is the day from which the share is no longer listed, None while it is.
    """

    vendor: str
    symbol: str
    first: np.datetime64
    last: np.datetime64
    bars: Bars
    steps: FactorSteps | None = None
    steps_from: str = ""
    actions: tuple[CorporateAction, ...] | None = None
    actions_from: str = ""
    shares: ShareCounts | None = None
    shares_from: str = ""
    delisted: np.datetime64 | None = None
    exchanges: tuple[HttpRecord, ...] = ()

    def until(self, last: np.datetime64) -> History:
        """The part up to ``last``: what is known of later days is not taken as known."""
        told = self.actions and tuple(one for one in self.actions if one.ex_date <= last)
        return replace(
            self,
            last=last,
            bars=self.bars.between(self.first, last),
            steps=self.steps and self.steps.within(self.first, last),
            actions=told,
        )

    @property
    def with_factor(self) -> Bars:
        """The bars with the factor that the steps make, 1 at first; as they are without steps."""
        if self.steps is None:
            return self.bars
        return replace(self.bars, factor=self.steps.factor_on(self.bars.dates))


@dataclass(frozen=True)
class Query:
    """One security, an inclusive date range, and the book that keeps requests polite.

    ``settled`` is the last session whose files are no longer in the making: that a bar is missing
    after it says nothing. None: all of the range is settled.
    """

    symbol: Symbol
    first: np.datetime64
    last: np.datetime64
    hosts: RateLimiter
    settled: np.datetime64 | None = None

    @property
    def window(self) -> dict[str, str]:
        """The range as most of akshare's functions take it."""
        return {
            "start_date": str(self.first).replace("-", ""),
            "end_date": str(self.last).replace("-", ""),
        }


@dataclass(frozen=True)
class Vendor:
    """One origin of prices. ``history`` raises only :class:`VendorFailure`.

    ``client`` is the package that asks it; ``family`` the route that it belongs to.
    """

    name: str
    family: Family
    client: str
    serves: Callable[[Symbol], bool]
    history: Callable[[Query], History]
