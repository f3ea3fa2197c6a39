"""A forward proxy on loopback that answers for the vendors and lets nothing out.

``CONNECT host:443`` is accepted for the vendors' hosts only; TLS ends here with a certificate of
a throw-away authority. Any other host is refused and written down, which proves that no test
leaves the machine. The clients need no patching, only the environment of :func:`environment`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import trustme

from replay.answers import Vendors
from replay.wire import Reply, Request

HOSTS = (
    ".eastmoney.com",
    ".sina.com.cn",
    ".gtimg.cn",
    ".qq.com",
    ".yahoo.com",
    ".csindex.com.cn",
    ".sse.com.cn",
    ".szse.cn",
    ".10jqka.com.cn",
    ".safe.gov.cn",
)
HANG_SECONDS = 5.0


class ReplayServer:
    """Serves ``answer(Request) -> Reply`` until closed. ``refused`` lists other hosts asked.

    ``closed`` are hosts to which the proxy makes no connection, as if nobody listened there.
    """

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.serve(answer)
        self._authority = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    def serve(self, answer: Callable[[Request], Reply]) -> None:
        """Answer from here on with another market and without what happened before."""
        self.answer = answer
        self.refused: list[str] = []
        self.closed: set[str] = set()

    def environment(self, folder: Path) -> dict[str, str]:
        """What makes every HTTP client of a process come here, the CA's file in ``folder``."""
        pem = folder / "replay-ca.pem"
        self._authority.cert_pem.write_to_path(str(pem))
        url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        proxies = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        bundles = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
        direct = ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy")
        return (
            dict.fromkeys(proxies, url)
            | dict.fromkeys(bundles, str(pem))
            | dict.fromkeys(direct, "")
        )

    def close(self) -> None:
        self._closing.set()
        self._socket.close()

    def _context(self, host: str) -> ssl.SSLContext:
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_alpn_protocols(["http/1.1"])
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        # Head and body leave at once: waiting to be acknowledged takes 40 ms a request.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError, ValueError), connection:
            head = _read_head(connection.makefile("rb"))
            if head is None:
                return
            method, target = head
            host = target.split(":")[0].lower() if method == "CONNECT" else target
            if method != "CONNECT" or not host.endswith(HOSTS):
                self.refused.append(host)
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            if host in self.closed:
                connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                return
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with self._context(host).wrap_socket(connection, server_side=True) as secure:
                stream = secure.makefile("rb")
                while (head := _read_head(stream)) is not None:
                    reply = self.answer(Request.parse(host, *head))
                    if not self._send(secure, reply):
                        return

    def _send(self, secure: ssl.SSLSocket, reply: Reply) -> bool:
        """Send a reply in its manner. False when the connection is over."""
        if reply.manner == "drop":
            return False
        if reply.manner == "hang":
            self._closing.wait(HANG_SECONDS)
            return False
        chunked = reply.manner == "chunked"
        lines = [
            f"HTTP/1.1 {reply.status} X",
            "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(reply.body)}",
            f"Content-Type: {reply.type}",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
        ]
        secure.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        if reply.manner == "drip":
            return self._drip(secure, reply.body)
        if reply.manner in ("short", "reset"):
            secure.sendall(reply.body[: len(reply.body) // 2])
            if reply.manner == "reset":
                secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        secure.sendall(_in_chunks(reply.body) if chunked else reply.body)
        return True

    def _drip(self, secure: ssl.SSLSocket, body: bytes) -> bool:
        end = time.monotonic() + HANG_SECONDS
        for at in range(len(body)):
            secure.sendall(body[at : at + 1])
            if time.monotonic() > end or self._closing.wait(0.05):
                return False
        return True


def _in_chunks(body: bytes) -> bytes:
    parts = [body[at : at + 1000] for at in range(0, len(body), 1000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def _read_head(stream: BinaryIO) -> tuple[str, str] | None:
    """Method and target of the next request; its headers and body are read and dropped."""
    line = stream.readline(65536).decode("latin-1").strip()
    if not line:
        return None
    method, target, _ = line.split(" ", 2)
    length = 0
    while (header := stream.readline(65536).decode("latin-1").strip()) != "":
        name, _, value = header.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    stream.read(length)
    return method, target


@contextlib.contextmanager
def running(answer: Callable[[Request], Reply]) -> Iterator[tuple[ReplayServer, dict[str, str]]]:
    """A server and the environment that leads to it."""
    server = ReplayServer(answer)
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield server, server.environment(Path(folder))
        finally:
            server.close()


@dataclass(frozen=True)
class Replay:
    """The vendors behind the proxy, the proxy itself, and its environment for a subprocess."""

    vendors: Vendors
    server: ReplayServer
    environment: dict[str, str]

    def asked(self, vendor: str) -> int:
        """How many requests a vendor has seen."""
        return sum(request.vendor == vendor for request in self.vendors.log)
