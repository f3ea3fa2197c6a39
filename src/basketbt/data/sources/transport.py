"""Carries a vendor client's requests: paced, bounded in time, retried, recorded and judged.

The clients keep their own code; only the sending goes through here. ``requests`` (akshare) is
reached by :mod:`.tap`, curl_cffi (yfinance) by the session in :mod:`.yfinance`.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar
from urllib.parse import urlsplit

from basketbt.data.sources.answers import Answers
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.vendor import (
    Changed,
    History,
    HttpRecord,
    NoData,
    Refused,
    Unreachable,
    VendorFailure,
)
from basketbt.durable import sha256
from basketbt.notes import Note, message

if TYPE_CHECKING:
    import numpy as np

    from basketbt.data.bars import Bars

R = TypeVar("R")

LARGEST_BODY = 64 * 2**20
TOO_LARGE = "the answer is larger than any price history"


@dataclass(frozen=True)
class Answer(Generic[R]):
    """What came back over the wire, and the client's own response object around it."""

    status: int
    body: bytes
    response: R
    retry_after: float = 0.0


@dataclass(frozen=True)
class Limits:
    """Time-outs in seconds; the defaults suit a slow line to a distant vendor."""

    connect: float = 8.0  # a lost first packet is sent again after 1, 3 and 7 seconds
    silence: float = 4.0  # to connect, all hosts together, until the first of them answers
    connect_in_silence: float = 1.5  # after that: a lost packet is sent again after 1 second
    read: float = 20.0  # longest silence
    total: float = 60.0  # longest answer, however it drips
    first_backoff: float = 1.0


class Transport:
    """Sends on behalf of one vendor for one subject, and remembers what was answered.

    The subject is a canonical symbol or a currency pair; it stands in every error.
    ``missing_is_404`` says that this vendor answers 404 for a code it does not know, ``pages``
    that its data are web pages.
    ``inspect`` sees every body before the client does and raises what is wrong with it.
    ``at_hand`` gives the body of an address that a client asks for and nobody reads: it is not
    sent for.
    """

    limits = Limits()

    def __init__(
        self,
        vendor: str,
        subject: str,
        hosts: RateLimiter,
        *,
        missing_is_404: bool = False,
        pages: bool = False,
        inspect: Callable[[Transport, str, bytes], None] | None = None,
        at_hand: Callable[[str], bytes | None] = lambda url: None,
    ) -> None:
        self.vendor = vendor
        self.symbol = subject
        self.exchanges: list[HttpRecord] = []
        self._hosts = hosts
        self._missing_is_404 = missing_is_404
        self._pages = pages
        self._inspect = inspect
        self.at_hand = at_hand
        self.answers: Answers = {}  # where nobody keeps them for longer
        self._last_host = ""

    # --- what was answered ----------------------------------------------------------------

    @property
    def evidence(self) -> tuple[HttpRecord, ...]:
        """The requests and answers without their bodies, once those have been read."""
        return tuple(replace(exchange, body=b"") for exchange in self.exchanges)

    def history(
        self, first: np.datetime64, last: np.datetime64, bars: Bars, **more: Any
    ) -> History:
        """The answer as a history of the window that was asked for; ``more`` of its fields."""
        return History(
            vendor=self.vendor,
            symbol=self.symbol,
            first=first,
            last=last,
            bars=bars.between(first, last),
            exchanges=self.evidence,
            **more,
        )

    # --- failures, with the vendor, host and symbol filled in ------------------------------

    def failure(
        self, kind: type[VendorFailure], why: str | Note, *, status: int | None = None
    ) -> VendorFailure:
        return kind(
            vendor=self.vendor,
            host=self._last_host or message("no-request"),
            symbol=self.symbol,
            status=status,
            why=why,
        )

    def no_data(self, why: str | Note) -> NoReturn:
        raise self.failure(NoData, why)

    def changed(self, why: str | Note) -> NoReturn:
        raise self.failure(Changed, why)

    def refused(self, why: str | Note, status: int | None = None, seconds: float = 0.0) -> NoReturn:
        """The vendor said no; its host is left alone for a while."""
        self._hosts.refused(self._last_host, str(why), seconds)
        raise self.failure(Refused, why, status=status)

    def told_an_error(self, why: str | Note) -> NoReturn:
        """The vendor's own form, and in it an error where data belong, of which nobody knows
        whether it is this question's or every one's: the second in a row closes the host.

        Never ``NoData``: that somebody cannot answer does not say that there is nothing.
        """
        self._hosts.doubted(self._last_host, str(why))
        raise self.failure(Refused, why)

    def json_object(self, body: bytes) -> dict[str, Any]:
        """A body as a JSON object, in UTF-8 or GBK; ``Changed`` when it is none."""
        found = None
        for encoding in ("utf-8", "gb18030"):
            with contextlib.suppress(ValueError):
                found = json.loads(body.decode(encoding))
                break
        if not isinstance(found, dict):
            self.changed(message("why-the-answer-is-not-a-json"))
        return found

    def demand_places(self, row: Iterable[str], places: Mapping[str, int]) -> None:
        """Raise ``Changed`` unless keys stand where they used to: akshare reads by position."""
        keys = list(row)
        if moved := [key for key, at in places.items() if keys[at : at + 1] != [key]]:
            self.changed(message("why-the-reports-columns-moved", moved=", ".join(moved)))

    def demand(self, told: object, asked: str) -> None:
        """Raise ``Changed`` when an answer names another security than the one asked for."""
        if str(told).lstrip("0").upper() != asked.lstrip("0").upper():
            self.changed(message("why-the-answer-is-about-not", told=told, asked=asked))

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """While a client reads an answer: its own errors become ``Changed``.

        The clients document no exceptions: whatever they stumble over, after an answer that was
        neither a refusal nor empty, is an answer in a form they do not know.
        """
        try:
            yield
        except (VendorFailure, sqlite3.Error):  # the latter: the rate limiter's own trouble
            raise
        except Exception as error:
            why = message("why-the-client-cannot-read-the", in_short=_in_short(error))
            raise self.failure(Changed, why) from error

    # --- sending ---------------------------------------------------------------------------

    def deliver(self, url: str, send: Callable[[], Answer[R]]) -> Answer[R]:
        """Send one request and give its answer, or raise a :class:`VendorFailure`.

        ``send`` raises ``Unreachable`` (see :meth:`unreachable`) when no answer came.
        """
        host = urlsplit(url).hostname or url
        self._last_host = host
        with self._hosts.alone(host):
            self.demand_open(host)
            answer = self._send_with_patience(host, send)
            self.exchanges.append(
                HttpRecord(
                    url=url,
                    status=answer.status,
                    sha256=sha256(answer.body),
                    at=datetime.now(UTC).isoformat(timespec="seconds"),
                    body=answer.body,
                )
            )
            try:
                self._judge(host, url, answer)
            except NoData:
                self._hosts.answered(host)
                raise
            self._hosts.answered(host)
        return answer

    def beside(self, url: str, send: Callable[[], R], offline: Callable[[str], Exception]) -> R:
        """Send a request that the client can do without: in its turn, once, and not judged.

        Raises what ``offline`` makes of the reason where its host is left alone, else what
        ``send`` raises.
        """
        host = urlsplit(url).hostname or url
        with self._hosts.alone(host):
            if closed := self._hosts.closed(host):
                raise offline(closed.why)
            self._hosts.wait_for_turn(host)
            try:
                return send()
            except Exception as error:
                self._hosts.unreachable(host, _in_short(error))
                raise

    def told_before(self, url: str, record: HttpRecord) -> bytes:
        """The body of an answer that is known, which counts as evidence here too."""
        self._last_host = urlsplit(url).hostname or url
        if record not in self.exchanges:
            self.exchanges.append(record)
            self._inspect_body(url, record.body)
        return record.body

    @property
    def connect_within(self) -> float:
        """Seconds to connect. Before anybody has answered it is most likely the network: hosts in
        silence are waited for together, not one after another."""
        limits = self.limits
        if self._hosts.answering:
            return limits.connect
        left = max(limits.silence - self._hosts.silent_for, limits.connect_in_silence)
        return min(limits.connect, left)

    def demand_open(self, host: str) -> None:
        """Raise what the host did when it is left alone at the moment."""
        self._last_host = host
        if closed := self._hosts.closed(host):
            kind = Refused if closed.refused else Unreachable
            why = message(
                "why-left-alone-for-more-minutes", seconds=closed.seconds / 60, why=closed.why
            )
            failure = self.failure(kind, why)
            failure.left_alone = True
            raise failure

    def unreachable(self, error: BaseException) -> VendorFailure:
        failure = self.failure(Unreachable, _in_short(error))
        failure.timed_out = "timeout" in type(error).__name__.lower() or _timed_out(error)
        return failure

    def _send_with_patience(self, host: str, send: Callable[[], Answer[R]]) -> Answer[R]:
        import tenacity

        def given_up(state: tenacity.RetryCallState) -> bool:
            tries = self._hosts.tries_at(host)
            error = state.outcome.exception() if state.outcome else None
            if getattr(error, "timed_out", False):  # that was patience enough
                tries = min(tries, 2 if host in self._hosts.answering else 1)
            if self._hosts.silent_for > self.limits.silence:
                tries = 1
            return state.attempt_number >= tries

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Unreachable),
            stop=given_up,
            wait=tenacity.wait_exponential_jitter(
                initial=self.limits.first_backoff, max=8, jitter=self.limits.first_backoff
            ),
            sleep=self._hosts.sleep,
            reraise=True,
        )

        def attempt() -> Answer[R]:
            self._hosts.wait_for_turn(host)
            return send()

        try:
            return retrying(attempt)
        except Unreachable as error:
            self._hosts.unreachable(host, str(error.fields["why"]))
            raise

    def _judge(self, host: str, url: str, answer: Answer[Any]) -> None:
        """Tell data from a refusal. Raises; a refusal also closes the host for a while."""
        if answer.status == 404:
            kind = NoData if self._missing_is_404 else Changed
            raise self.failure(kind, message("why-nothing-is-found-at-this"), status=404)
        why = None
        if answer.status >= 300:
            why = message("why-http", status=answer.status)
        elif not answer.body.strip():
            why = message("why-an-empty-answer")
        elif not self._pages and answer.body.lstrip()[:1] == b"<":
            why = message("why-a-web-page-instead-of")
        if why is not None:
            self.refused(why, answer.status, answer.retry_after)
        self._inspect_body(url, answer.body)

    def _inspect_body(self, url: str, body: bytes) -> None:
        if self._inspect is not None:
            self._inspect(self, url, body)


def retry_after(headers: Any) -> float:
    """Seconds that a ``Retry-After`` header asks for; 0 without one (dates are not read)."""
    try:
        return max(0.0, float(headers.get("Retry-After", 0)))
    except ValueError:
        return 0.0


def _timed_out(error: BaseException) -> bool:
    """Whether the innermost reason is a time-out; curl numbers it 28."""
    inner = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(inner, BaseException):
        return "timeout" in type(inner).__name__.lower()
    return isinstance(error, TimeoutError) or getattr(error, "code", None) == 28


def _in_short(error: BaseException) -> str:
    """The innermost reason in one line: requests wraps it in the whole address."""
    inner = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(inner, BaseException):
        return _in_short(inner)
    text = " ".join(str(error).split()).partition(" See https://curl.se")[0]
    text = re.sub(r"^<?\S*(?:object at 0x\w+>|\(host=[^)]*\)): ", "", text)
    return f"{type(error).__name__}: {text[:160]}" if text else type(error).__name__
