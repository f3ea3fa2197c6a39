"""How long a first fetch takes in the situations that users report, by a virtual clock.

    python benchmarks/vendor_situations.py [SITUATION ...]

The unpatched clients ask the invented vendors of the tests, in this process; whoever waits, for a
turn at a host or for an answer, waits on a clock that jumps to the next waker once everybody waits.
What the machine itself computes meanwhile is not counted (last column, in seconds). An answer takes
0.3 s, a host in a black hole the connection's time limit, a dropped connection nothing. The study
is deepseek-r1: 118 shares, 4 benchmarks, and the HKD rate. Writes the table of docs/vendors.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from replay.answers import Vendors  # noqa: E402
from replay.invented import Event, Security, small_market  # noqa: E402
from replay.wire import HTML, Reply, Request  # noqa: E402

NOW = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)
LATENCY = 0.3
# Real seconds without a sign of life, or much computing, after which everybody is taken to wait.
IDLE = 0.02
BARS_OF_EASTMONEY = "push2his.eastmoney.com"
BAN_AFTER = 120


class VirtualClock:
    """Seconds that pass only while every thread waits."""

    def __init__(self) -> None:
        self.now = 1.75e9
        self._waking: list[float] = []
        self._changed = threading.Condition()
        self._life = 0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._changed:
            until = self.now + max(seconds, 0.0)
            self._waking.append(until)
            self._life += 1
            while self.now < until:
                seen, spent = self._life, time.process_time()
                self._changed.wait(IDLE)
                idle = self._life == seen and time.process_time() - spent < IDLE / 4
                if idle and until == min(self._waking):
                    self.now = until
                    self._life += 1
                    self._changed.notify_all()
            self._waking.remove(until)
            self._life += 1
            self._changed.notify_all()


# --- what the hosts do ----------------------------------------------------------------------

Behaviour = Callable[[Request], str | Reply]
"""``well``, ``drop``, ``black hole``, ``no name``, or a reply."""


def all_well(request: Request) -> str | Reply:
    return "well"


def mainland(request: Request) -> str | Reply:
    if request.host.endswith(BARS_OF_EASTMONEY):
        return "drop"
    return "black hole" if request.vendor == "yahoo" else "well"


def abroad(request: Request) -> str | Reply:
    if request.host.endswith(BARS_OF_EASTMONEY):
        return "drop"
    return Reply(HTML, 502, "text/html") if request.vendor == "sina" else "well"


def no_network(request: Request) -> str | Reply:
    return "no name"


def black_hole(request: Request) -> str | Reply:
    return "black hole"


class Ban:
    """Every host answers so many requests, all of them together or each; then nobody any more."""

    def __init__(self, *, together: bool, then: Behaviour = all_well) -> None:
        self._together, self._then = together, then
        self._seen: Counter[str] = Counter()

    def __call__(self, request: Request) -> str | Reply:
        host = "" if self._together else request.host
        self._seen[host] += 1
        if self._seen[host] > BAN_AFTER:
            return Reply(HTML, 456, "text/html")
        return self._then(request)


SITUATIONS: Mapping[str, tuple[str, Callable[[], Behaviour]]] = {
    "well": ("all well", lambda: all_well),
    "mainland": ("mainland: push2his drops, Yahoo in a black hole", lambda: mainland),
    "abroad": ("abroad: Sina 502, push2his drops", lambda: abroad),
    "ban": ("every host bans after 120 requests", lambda: Ban(together=False)),
    "ban-all": ("all hosts ban after 120 requests in all", lambda: Ban(together=True)),
    "no-network": ("no network", lambda: no_network),
    "black-hole": ("everything in a black hole", lambda: black_hole),
}


@dataclass
class Wire:
    """The clients' sending, replaced: the answer of the invented vendors after some seconds."""

    vendors: Vendors
    clock: VirtualClock
    behaviour: Behaviour
    answered: set[tuple[str, str, str]] = field(default_factory=set)

    def answer(
        self, method: str, url: str, connect: float, fail: Callable[[str], Exception]
    ) -> Reply:
        from urllib.parse import urlsplit

        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        request = Request.parse(parts.hostname or "", method, target)
        done = self.behaviour(request)
        if done == "black hole":
            self.clock.sleep(connect)
            raise fail("timeout")
        if done in ("drop", "no name"):
            self.vendors.log.append(request)
            raise fail(str(done))
        self.clock.sleep(LATENCY)
        if isinstance(done, Reply):
            self.vendors.log.append(request)
            return done
        self.answered.add(_address(request))
        return self.vendors(request)

    def install(self) -> None:
        import requests
        from curl_cffi import requests as curl

        def send(session: Any, prepared: Any, **options: Any) -> Any:
            def fail(what: str) -> Exception:
                if what == "timeout":
                    return requests.ConnectTimeout("timed out")
                return requests.ConnectionError(what)

            reply = self.answer(prepared.method, prepared.url, options["timeout"][0], fail)
            made = requests.Response()
            made.status_code, made.url, made.request = reply.status, prepared.url, prepared
            made.headers.update(reply.headers)
            made.raw = _Raw(reply.body)
            return made

        def request(session: Any, method: str, url: str, **options: Any) -> Any:
            from urllib.parse import urlencode

            def fail(what: str) -> Exception:
                if what == "timeout":
                    return curl.exceptions.Timeout("timed out", 28)
                return curl.exceptions.ConnectionError(what, 56)

            query = urlencode(options.get("params") or {})
            full = f"{url}?{query}" if query else url
            reply = self.answer(method, full, options["timeout"][0], fail)
            made = curl.Response()
            made.status_code, made.url, made.content = reply.status, full, reply.body
            made.headers = curl.Headers(reply.headers)
            if "Set-Cookie" in reply.headers:
                session.cookies.jar.set_cookie(_cookie())
            return made

        requests.Session.send = send  # type: ignore[method-assign]
        curl.Session.request = request


def _cookie() -> Any:
    from http.cookiejar import Cookie

    until = int(time.time()) + 10**7
    where = (".yahoo.com", True, True, "/", True, True)
    return Cookie(0, "A3", "d=invented", None, False, *where, until, False, None, None, {})


def _address(request: Request) -> tuple[str, str, str]:
    return request.host, request.path, str(sorted(request.query.items()))


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body: bytes = body

    def read1(self, size: int, decode_content: bool = True) -> bytes:
        block, self._body = self._body[:size], self._body[size:]
        return block


# --- one situation --------------------------------------------------------------------------


def market_for(names: set[str]) -> Any:
    market = small_market()
    known = {security.text for security in market.securities}
    for number, name in enumerate(sorted(names - known)):
        event = Event(date(2024, 7, 8 + number % 5), 0.1 + number % 7 / 10, 0.2 * (number % 3))
        events = (event,) if name[0] in "036" and not name.startswith("000300") else ()
        is_index = name.endswith(".CSI") or name == "000985.SH"
        market.securities.append(Security(name, 40.0, events=() if is_index else events))
    return market


def play(name: str) -> str:
    """Fetch once in a situation, and once more where something was missing."""
    from basketbt.config.study import load_study
    from basketbt.data.sources.auto import Fetcher
    from basketbt.data.sources.rate_limiter import RateLimiter
    from basketbt.data.store import Store
    from basketbt.plan.study import make_plan
    from basketbt.shipped import find_study

    warnings.simplefilter("ignore")
    for client in ("akshare", "yfinance"):  # seconds of computing, in which the clock would run on
        import_module(client)
    request = make_plan(load_study(find_study(Path("deepseek-r1")))).request
    vendors = Vendors(market_for({*request.symbols, *request.indexes}))
    clock = VirtualClock()
    label, behaviour = SITUATIONS[name]
    wire = Wire(vendors, clock, behaviour())
    wire.install()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.sqlite") as store:
        hosts = RateLimiter(store.path, pace=1.0, clock=clock.time, sleep=clock.sleep)
        begun, real = clock.now, time.perf_counter()
        outcomes = Fetcher(store, now=NOW, hosts=hosts).fetch(request, thorough=True)
        minutes = (clock.now - begun) / 60
        spent = time.perf_counter() - real
        states = Counter(outcome.state for outcome in outcomes)
        two = sum(_two_opinions(store, o.symbol) for o in outcomes if o.state == "fetched")
        named = sum(bool(o.lacking) for o in outcomes if o.state == "fetched")
        asked = len(vendors.log)
        twice = ""
        if states["failed"]:
            first = set(wire.answered)
            clock.now += 86_400
            wire.behaviour = all_well
            before = len(vendors.log)
            rest = Fetcher(store, now=NOW, hosts=hosts).fetch(request, thorough=True)
            again = [r for r in vendors.log[before:] if _address(r) in first]
            left = sum(outcome.state == "failed" for outcome in rest)
            twice = f"{len(vendors.log) - before} more, {len(again)} of them again, {left} failed"
    exit_code = 3 if states["failed"] else 0
    cells = (
        label, asked, f"{minutes:.1f} min" if minutes >= 1 else f"{minutes * 60:.0f} s", exit_code,
        states["fetched"], states["failed"], two, named, twice or "-", f"{spent:.0f}",
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def _two_opinions(store: Any, symbol: str) -> bool:
    """Whether the factor's steps and the corporate actions come from two vendors."""
    return any(
        c.steps_from and c.actions_from and c.steps_from != c.actions_from
        for c in store.coverages(symbol).values()
    )


HEADER = (
    "| situation | requests | time | exit | fetched | failed | two opinions of the factor | with a "
    "named lack | resumed a day later | computing |"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("situations", nargs="*", choices=[[], *SITUATIONS], default=[])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(play(chosen.one))
        return
    print(HEADER)
    print("|:--|--:|--:|--:|--:|--:|--:|--:|:--|--:|")
    for name in chosen.situations or SITUATIONS:
        # yfinance and akshare remember things for as long as their process lives.
        command = [sys.executable, __file__, "--one", name]
        with tempfile.TemporaryDirectory() as cache:
            import os

            done = subprocess.run(
                command,
                env={**os.environ, "BASKETBT_CACHE": cache},
                capture_output=True,
                text=True,
                check=False,
            )
        print(done.stdout.strip() or done.stderr, flush=True)


if __name__ == "__main__":
    main()
