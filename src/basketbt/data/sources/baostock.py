"""baostock: raw bars of Shanghai's and Shenzhen's shares, with the exchange's previous close.

An optional third opinion (``basketbt[baostock]``): unless it is installed it is not
asked. It speaks a protocol of its own, in the clear, to one host, one question at a time; users
who ask in parallel are barred for a day. Its client runs in a child process, which is killed when
an answer takes longer than ``PATIENCE``.

A row is date, code, open, high, low, close, preclose, volume (shares), amount (yuan), adjustflag
(3: as traded), tradestatus (1: traded, 0: suspended), isST (1: under ST), all as texts. The
previous close is restated on ex-dates: where it differs from the close before, their ratio is the
step of the factor.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import queue
import re
import subprocess
import sys
import threading
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np

from basketbt.data.bars import Bars, Floats
from basketbt.data.sources.transport import LARGEST_BODY, Answer, Transport
from basketbt.data.sources.vendor import FactorSteps, History, Query
from basketbt.errors import InputError
from basketbt.market.symbols import Symbol
from basketbt.notes import message

NAME = "baostock"
HOST = "public-api.baostock.com"
PATIENCE = 30.0  # seconds for an answer, and for the login before the first one
FIELDS = (
    *("date", "code", "open", "high", "low", "close", "preclose", "volume", "amount"),
    *("adjustflag", "tradestatus", "isST"),
)
_NUMBERS = ("open", "high", "low", "close", "preclose", "volume", "amount")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LEAST_STEP = 5e-4  # prices come with four digits


class NoBaostock(InputError):
    """It has no fields."""


def is_installed() -> bool:
    """Whether the optional client is there."""
    return importlib.util.find_spec(NAME) is not None


def serves(symbol: Symbol) -> bool:
    return symbol.kind == "share" and symbol.exchange in ("SH", "SZ") and is_installed()


def history(query: Query) -> History:
    """Raw bars and factor steps from ``first`` to ``last``; it has no list of actions here."""
    symbol = query.symbol
    transport = Transport(NAME, symbol.canonical, query.hosts, inspect=inspect)
    asked = {
        "code": f"{symbol.exchange.lower()}.{symbol.code}",
        "fields": ",".join(FIELDS),
        "first": str(query.first),
        "last": str(query.last),
    }
    url = f"tcp://{HOST}:10030/query_history_k_data_plus?{urlencode(asked)}"
    with transport.reading():
        body = transport.deliver(url, lambda: _send(transport, asked)).body
    rows = json.loads(body)["rows"]
    column = {name: [row[at] for row in rows] for at, name in enumerate(FIELDS)}
    values = {name: np.array([float(text or 0) for text in column[name]]) for name in _NUMBERS}
    dates = np.array(column["date"], dtype="datetime64[D]")
    before = np.append(np.nan, values["close"][:-1])
    with np.errstate(invalid="ignore"):
        ex = np.abs(before - values["preclose"]) > _LEAST_STEP
    steps = FactorSteps(dates=dates[ex], ratios=before[ex] / values["preclose"][ex])
    traded = np.array(column["tradestatus"]) == "1"
    known: dict[str, Floats] = {
        name: values[name][traded] for name in _NUMBERS if name != "preclose"
    }
    bars = Bars.single(symbol.canonical, dates[traded], known, currency="CNY", table=NAME)
    return transport.history(query.first, query.last, bars, steps=steps, steps_from=NAME)


def factor_steps(query: Query) -> FactorSteps:
    """The steps alone, beside the bars of another vendor."""
    steps = history(query).steps
    assert steps is not None
    return steps


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the body is a table of the known columns, about the code that was asked for."""
    answer = transport.json_object(body)
    error, told = str(answer.get("error")), str(answer.get("message", ""))
    if "黑名单" in told:  # the list of addresses that asked in parallel
        transport.refused(message("why-error", error=error, told=told))
    if error != "0":
        transport.told_an_error(message("why-error", error=error, told=told))
    if answer.get("fields") != list(FIELDS) or not isinstance(answer.get("rows"), list):
        transport.changed(message("why-the-table-has-other-columns"))
    if not answer["rows"]:
        transport.no_data(message("why-no-rows-for-this-code-in"))
    code = parse_qs(urlsplit(url).query)["code"][0]
    for row in answer["rows"]:
        _inspect_row(transport, row, code)


def _inspect_row(transport: Transport, row: Any, code: str) -> None:
    if not isinstance(row, list) or len(row) != len(FIELDS):
        transport.changed(message("why-a-row-has-other-fields"))
    told = dict(zip(FIELDS, map(str, row), strict=True))
    transport.demand(told["code"], code)
    suspended = told["tradestatus"] == "0"
    for name in _NUMBERS:
        empty = told[name] == "" and suspended and name in ("volume", "amount")
        if not (empty or _NUMBER.fullmatch(told[name])):
            transport.changed(message("why-the-row-of-holds-something", date=told["date"]))
    flags = (told["adjustflag"], told["tradestatus"], told["isST"])
    if not _DAY.fullmatch(told["date"]) or flags[0] != "3" or not set(flags[1:]) <= {"0", "1"}:
        transport.changed(message("why-the-row-of-is-not", date=told["date"]))


# --- the child -----------------------------------------------------------------------------


class _Child:
    """The process of the client. One question at a time; it ends with this one."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", "basketbt.data.sources.baostock_child"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def ask(self, question: dict[str, str]) -> bytes:
        """The answer. Raises ``TimeoutError``, or ``OSError`` when the process has ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        try:
            answer = self._answers.get(timeout=PATIENCE)
        except queue.Empty:
            raise TimeoutError(f"no answer within {PATIENCE:.0f} seconds") from None
        if not answer.endswith(b"\n"):
            raise OSError("its client ended without an answer, or gave one without end")
        return answer

    def end(self) -> None:
        """Kill the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # closed while it was read
            while line := self._process.stdout.readline(LARGEST_BODY):
                self._answers.put(line)
        self._answers.put(b"")


_ONE = threading.Lock()
_child: _Child | None = None


def _send(transport: Transport, question: dict[str, str]) -> Answer[None]:
    """One question to the child, which is started for the first one and after one that failed."""
    global _child
    with _ONE:
        try:
            _child = _child or _Child()
            return Answer(200, _child.ask(question), None)
        except OSError as error:  # a time-out is one too
            _end()
            raise transport.unreachable(error) from error


def _end() -> None:
    global _child
    if _child is not None:
        _child.end()
    _child = None


@atexit.register
def end() -> None:
    """End the child if there is one."""
    with _ONE:
        _end()
