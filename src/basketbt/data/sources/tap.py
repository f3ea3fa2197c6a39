"""Lends a transport to whatever asks through ``requests``, akshare above all.

Each thread has its own transport, so that several vendors can be asked at once; what other
threads send meanwhile is none of ours.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from basketbt.data.sources.answers import Answers, kept
from basketbt.data.sources.transport import LARGEST_BODY, TOO_LARGE, Answer, Transport, retry_after
from basketbt.data.sources.vendor import Changed, NoData, VendorFailure
from basketbt.notes import message

if TYPE_CHECKING:
    import requests


def ask(transport: Transport, call: Callable[[], Any]) -> Any:
    """The table that an akshare function returns, or a :class:`VendorFailure` that says why not."""
    with transport.reading(), tapped(transport):
        frame = call()
    if frame is None or len(frame) == 0:
        transport.no_data(message("why-an-empty-table"))
    return frame


_CARRIER: ContextVar[Transport | None] = ContextVar("carrier", default=None)
_TAP = threading.Lock()
_open_taps = 0
_plain_send: Any = None


@contextlib.contextmanager
def tapped(transport: Transport) -> Iterator[None]:
    """While open, what this thread sends through ``requests`` goes by ``transport``."""
    import requests

    global _open_taps, _plain_send
    with _TAP:
        if _open_taps == 0:
            _plain_send = requests.Session.send
            requests.Session.send = _tapped_send  # type: ignore[method-assign,assignment]
        _open_taps += 1
    before = _CARRIER.set(transport)
    try:
        yield
    finally:
        _CARRIER.reset(before)
        with _TAP:
            _open_taps -= 1
            if _open_taps == 0:
                requests.Session.send = _plain_send  # type: ignore[method-assign]


def _tapped_send(
    session: requests.Session, request: requests.PreparedRequest, **options: Any
) -> requests.Response:
    plain: Callable[..., requests.Response] = _plain_send
    transport = _CARRIER.get()
    if transport is None:  # another thread's, which is none of ours
        return plain(session, request, **options)
    url = str(request.url)
    body = transport.at_hand(url)
    if body is not None:
        return _response(request, body)
    # A redirect away from a data address is a refusal, never something to follow.
    options |= {
        "stream": True,
        "allow_redirects": False,
        "timeout": (transport.connect_within, transport.limits.read),
    }

    if options.get("verify") is True and (bundle := os.environ.get("SSL_CERT_FILE")):
        options["verify"] = bundle  # which every other client heeds

    def once() -> Answer[requests.Response]:
        return _send_once(transport, lambda: plain(session, request, **options))

    if request.method != "GET":
        return transport.deliver(url, once).response
    known = kept()
    answers = transport.answers if known is None else known
    if url not in answers:
        return _asked_once(transport, answers, url, once)
    found = answers[url]
    if isinstance(found, VendorFailure):
        raise found
    return _response(request, transport.told_before(url, found))


def _asked_once(
    transport: Transport,
    answers: Answers,
    url: str,
    once: Callable[[], Answer[requests.Response]],
) -> requests.Response:
    try:
        answer = transport.deliver(url, once)
    except (NoData, Changed) as failure:  # an answer too, and the next one would be the same
        answers[url] = failure
        raise
    answers[url] = transport.exchanges[-1]
    return answer.response


def _response(request: requests.PreparedRequest, body: bytes) -> requests.Response:
    """A response that nobody sent."""
    import requests

    made = requests.Response()
    made.status_code, made.url, made.request = 200, str(request.url), request
    made._content, made._content_consumed = body, True  # type: ignore[attr-defined]
    made.encoding = "utf-8"
    return made


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
            raise OSError(TOO_LARGE)
    return b"".join(chunks)
