"""Carries a vendor client's requests: paced, bounded in time, retried, recorded and judged.

The clients keep their own code; only the sending goes through here. ``requests`` (akshare) is
reached by :func:`tapped`, curl_cffi (yfinance) by the session in :mod:`.yfinance`.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar
from urllib.parse import urlsplit

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

if TYPE_CHECKING:
    import numpy as np
    import requests

    from basketbt.data.bars import Bars

R = TypeVar("R")

LARGEST_BODY = 64 * 2**20


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

    connect: float = 10.0
    read: float = 20.0  # longest silence
    total: float = 60.0  # longest answer, however it drips
    first_backoff: float = 1.0


class Transport:
    """Sends on behalf of one vendor for one subject, and remembers what was answered.

    The subject is a canonical symbol or a currency pair; it stands in every error.
    ``missing_is_404`` says that this vendor answers 404 for a code it does not know, ``pages``
    that its data are web pages.
    ``inspect`` sees every body before the client does and raises what is wrong with it.
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
    ) -> None:
        self.vendor = vendor
        self.symbol = subject
        self.exchanges: list[HttpRecord] = []
        self._hosts = hosts
        self._missing_is_404 = missing_is_404
        self._pages = pages
        self._inspect = inspect
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
        self, kind: type[VendorFailure], why: str, *, status: int | None = None
    ) -> VendorFailure:
        return kind(
            vendor=self.vendor,
            host=self._last_host or "no request was sent",
            symbol=self.symbol,
            status=status,
            why=why,
        )

    def no_data(self, why: str) -> NoReturn:
        raise self.failure(NoData, why)

    def changed(self, why: str) -> NoReturn:
        raise self.failure(Changed, why)

    def json_object(self, body: bytes) -> dict[str, Any]:
        """A body as a JSON object; ``Changed`` when it is none."""
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            self.changed("the answer is not a JSON object, or cut short")
        return found

    def demand_places(self, row: Iterable[str], places: Mapping[str, int]) -> None:
        """Raise ``Changed`` unless keys stand where they used to: akshare reads by position."""
        keys = list(row)
        if moved := [key for key, at in places.items() if keys[at : at + 1] != [key]]:
            self.changed(f"the report's columns moved: {', '.join(moved)}")

    def demand(self, told: object, asked: str) -> None:
        """Raise ``Changed`` when an answer names another security than the one asked for."""
        if str(told).lstrip("0").upper() != asked.lstrip("0").upper():
            self.changed(f"the answer is about {told}, not {asked}: has the code been renamed?")

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
            why = f"the client cannot read the answer ({_in_short(error)})"
            raise self.failure(Changed, why) from error

    # --- sending ---------------------------------------------------------------------------

    def deliver(self, url: str, send: Callable[[], Answer[R]]) -> Answer[R]:
        """Send one request and give its answer, or raise a :class:`VendorFailure`.

        ``send`` raises ``Unreachable`` (see :meth:`unreachable`) when no answer came.
        """
        host = urlsplit(url).hostname or url
        self._last_host = host
        if closed := self._hosts.closed(host):
            kind = Refused if closed.refused else Unreachable
            raise self.failure(
                kind, f"left alone for {closed.seconds / 60:.0f} more minutes ({closed.why})"
            )
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
        self._judge(host, url, answer)
        self._hosts.answered(host)
        return answer

    def unreachable(self, error: BaseException) -> VendorFailure:
        return self.failure(Unreachable, _in_short(error))

    def _send_with_patience(self, host: str, send: Callable[[], Answer[R]]) -> Answer[R]:
        import tenacity

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Unreachable),
            stop=tenacity.stop_after_attempt(self._hosts.tries),
            wait=tenacity.wait_exponential_jitter(
                initial=self.limits.first_backoff, max=8, jitter=self.limits.first_backoff
            ),
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
            raise self.failure(kind, "nothing is found at this address", status=404)
        why = None
        if answer.status >= 300:
            why = f"HTTP {answer.status}"
        elif not answer.body.strip():
            why = "an empty answer"
        elif not self._pages and answer.body.lstrip()[:1] == b"<":
            why = "a web page instead of data"
        if why is not None:
            self._hosts.refused(host, why, answer.retry_after)
            raise self.failure(Refused, why, status=answer.status)
        if self._inspect is not None:
            self._inspect(self, url, answer.body)


def ask(transport: Transport, call: Callable[[], Any]) -> Any:
    """The table that an akshare function returns, or a :class:`VendorFailure` that says why not."""
    with transport.reading(), tapped(transport):
        frame = call()
    if frame is None or len(frame) == 0:
        transport.no_data("an empty table")
    return frame


_TAP = threading.Lock()


@contextlib.contextmanager
def tapped(transport: Transport) -> Iterator[None]:
    """While open, everything sent through ``requests`` in this process goes by ``transport``."""
    import requests

    with _TAP:
        plain = requests.Session.send

        def send(
            session: requests.Session, request: requests.PreparedRequest, **options: Any
        ) -> requests.Response:
            # A redirect away from a data address is a refusal, never something to follow.
            options |= {
                "stream": True,
                "allow_redirects": False,
                "timeout": (transport.limits.connect, transport.limits.read),
            }

            def once() -> Answer[requests.Response]:
                return _send_once(transport, lambda: plain(session, request, **options))

            return transport.deliver(str(request.url), once).response

        requests.Session.send = send  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            requests.Session.send = plain  # type: ignore[method-assign]


def _send_once(
    transport: Transport, plain_send: Callable[[], requests.Response]
) -> Answer[requests.Response]:
    import requests
    import urllib3

    deadline = time.monotonic() + transport.limits.total
    try:
        response = plain_send()
        body = _read(response, deadline)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise transport.unreachable(error) from error
    response._content = body
    response._content_consumed = True  # type: ignore[attr-defined]
    return Answer(response.status_code, body, response, retry_after(response.headers))


def _read(response: requests.Response, deadline: float) -> bytes:
    """The whole body, or ``OSError`` when it is too slow or too large.

    requests' own reading waits for full blocks, so a server that drips a byte at a time could
    hold it for hours; this one looks at the clock after whatever arrived.
    """
    chunks, size = [], 0
    while chunk := response.raw.read1(2**16, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if time.monotonic() > deadline:
            raise TimeoutError("the answer drips too slowly")
        if size > LARGEST_BODY:
            raise OSError("the answer is larger than any price history")
    return b"".join(chunks)


def retry_after(headers: Any) -> float:
    """Seconds that a ``Retry-After`` header asks for; 0 without one (dates are not read)."""
    try:
        return max(0.0, float(headers.get("Retry-After", 0)))
    except ValueError:
        return 0.0


def _in_short(error: BaseException) -> str:
    """The innermost reason in one line: requests wraps it in the whole address."""
    inner = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(inner, BaseException):
        return _in_short(inner)
    text = " ".join(str(error).split()).partition(" See https://curl.se")[0]
    text = re.sub(r"^<?\S*(?:object at 0x\w+>|\(host=[^)]*\)): ", "", text)
    return f"{type(error).__name__}: {text[:160]}" if text else type(error).__name__
