"""One question to every vendor: can it be reached, and does it still answer as it used to?

The tests of this project never see a live vendor; this is the check that a user runs instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np

from basketbt.data.sources.akshare import eastmoney, lists, sina
from basketbt.data.sources.baostock import is_installed
from basketbt.data.sources.parallel import in_parallel
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import VENDORS
from basketbt.data.sources.vendor import (
    History,
    NoData,
    Query,
    Refused,
    Unreachable,
    VendorFailure,
)
from basketbt.data.validation.answers import Rejected, checked, last_closed_session
from basketbt.market.symbols import Symbol, parse_symbol

DAYS = 40
CLOSE_TOLERANCE = 1e-3
# A mainland share that all but CSI have, so that they can be held against each other; the same
# for the index; a Hong Kong share as the third kind.
QUESTIONS: tuple[tuple[str, str], ...] = (
    ("sina", "688111.SH"),
    ("tencent", "688111.SH"),
    ("eastmoney", "688111.SH"),
    ("yahoo", "688111.SH"),
    ("sina", "000300.SH"),
    ("csindex", "000300.SH"),
    ("tencent", "000300.SH"),
    ("eastmoney", "0700.HK"),
    ("sina", "0700.HK"),
    ("yahoo", "0700.HK"),
)

OPTIONAL = (("baostock", "688111.SH"),)

State = Literal["well", "late", "elsewhere", "unreachable", "refused", "changed", "differs"]
#: What is no fault of the vendor's: it needs nothing but patience, or another network.
BLAMELESS: tuple[State, ...] = ("well", "late", "elsewhere")
Place = Literal["inside", "outside", "unknown"]


@dataclass(frozen=True)
class Finding:
    """What one vendor answered. ``failure`` says what is wrong, empty when all is well.

    ``symbol`` is the one asked about, or the name of a list beside the prices. ``late``: its last
    bar is not the last closed session's. ``elsewhere``: it does not serve this part of the world.
    """

    vendor: str
    symbol: str
    host: str = ""
    state: State = "well"
    last_bar: str = ""
    close: float | None = None
    seconds: float = 0.0
    failure: str = ""


@dataclass(frozen=True)
class _Question:
    vendor: str
    symbol: str
    ask: Callable[[], History | None]
    last: np.datetime64 | None = None


def probe(now: datetime, hosts: RateLimiter | None = None) -> tuple[Finding, ...]:
    """Ask every vendor about the last weeks of one symbol, and compare what they say.

    Columns, units, dates and prices pass the checks of a fetch. A vendor whose close of the latest
    common session differs by more than 0.1 % from what most of the others say is a finding too; if
    two stand against each other, both are. Nothing is stored.
    """
    book = hosts or RateLimiter(tries=1)
    questions = [*_about_prices(now, book), *_about_lists(book)]
    asked = dict(
        in_parallel(lambda at: (at, _answered(questions[at])), range(len(questions)), book)
    )
    answers = [asked[at] for at in range(len(questions))]
    findings = [finding for finding, _ in answers]
    for text in dict.fromkeys(symbol for _, symbol in QUESTIONS):
        told = {at: h for at, (f, h) in enumerate(answers) if h is not None and f.symbol == text}
        for at, why in _disagreements(told).items():
            findings[at] = replace(findings[at], state="differs", failure=why)
    return _by_place(findings)


def place_of(findings: Sequence[Finding]) -> Place:
    """Whether this machine seems to be inside mainland China, by who answers: Sina serves no
    addresses outside (HTTP 502), Yahoo is blocked inside."""
    states = {vendor: {f.state for f in findings if f.vendor == vendor} for vendor in _PLACES}
    if states[sina.NAME] & {"well", "late", "differs"}:
        return "inside" if states["yahoo"] == {"elsewhere"} else "unknown"
    return "outside" if "elsewhere" in states[sina.NAME] else "unknown"


_PLACES = (sina.NAME, "yahoo")


def _about_prices(now: datetime, book: RateLimiter) -> list[_Question]:
    def question(vendor: str, text: str) -> _Question:
        symbol = parse_symbol(text)
        last = last_closed_session(symbol, now)
        query = Query(symbol, last - np.timedelta64(DAYS, "D"), last, book)
        return _Question(vendor, text, lambda: checked(VENDORS[vendor].history(query)), last)

    return [question(*one) for one in (*QUESTIONS, *(OPTIONAL if is_installed() else ()))]


def _about_lists(book: RateLimiter) -> list[_Question]:
    def question(vendor: str, name: str, ask: Callable[..., object], symbol: Symbol) -> _Question:
        def asked() -> None:
            ask(symbol, book)

        return _Question(vendor, name, asked)

    share, other = parse_symbol("688111.SH"), parse_symbol("000034.SZ")
    return [
        question(eastmoney.NAME, "actions", eastmoney.corporate_actions, share),
        question(eastmoney.NAME, "shares", eastmoney.share_counts, share),
        question(lists.SHANGHAI, "delisted", lists.delisting, share),
        question(lists.SHENZHEN, "delisted", lists.delisting, other),
    ]


def _answered(question: _Question) -> tuple[Finding, History | None]:
    """What came of a question; its failure is a finding."""
    start = time.monotonic()
    history, blank = None, Finding(question.vendor, question.symbol)
    try:
        history = question.ask()
        found = blank if history is None else _seen(blank, history, question)
    except VendorFailure as failure:
        host = str(failure.fields["host"])
        found = replace(blank, state=_state(failure), host=host, failure=str(failure.note))
    except Rejected as rejected:
        found = replace(blank, state="changed", failure=f"{question.vendor}: {rejected}")
    return replace(found, seconds=round(time.monotonic() - start, 1)), history


def _seen(blank: Finding, history: History, question: _Question) -> Finding:
    last = history.bars.dates[-1]
    late = question.last is not None and last < question.last
    return replace(
        blank,
        last_bar=str(last),
        close=float(history.bars.close[-1]),
        state="late" if late else "well",
    )


def _state(failure: VendorFailure) -> State:
    if isinstance(failure, Unreachable):
        return "unreachable"
    if isinstance(failure, Refused):
        outside = failure.fields["vendor"] == sina.NAME and "HTTP 502" in str(failure.fields["why"])
        return "elsewhere" if outside else "refused"
    return "refused" if isinstance(failure, NoData) else "changed"


def _by_place(findings: list[Finding]) -> tuple[Finding, ...]:
    """Yahoo cannot be reached from where Sina serves: that is the network's doing."""
    inside = any(f.vendor == sina.NAME and f.state in ("well", "late") for f in findings)
    return tuple(
        replace(f, state="elsewhere")
        if inside and f.vendor == "yahoo" and f.state == "unreachable"
        else f
        for f in findings
    )


def _disagreements(told: dict[int, History]) -> dict[int, str]:
    """Whose close of the latest session that all of them have is another than most others'."""
    if len(told) < 2:
        return {}
    common = None
    for history in told.values():
        days = history.bars.dates
        common = days if common is None else np.intersect1d(common, days)
    if common is None or not len(common):
        return dict.fromkeys(told, "no session in common with the others")
    closes = {at: float(h.bars.close[h.bars.dates == common[-1]][0]) for at, h in told.items()}
    alike = {
        at: sum(abs(close / other - 1) <= CLOSE_TOLERANCE for other in closes.values())
        for at, close in closes.items()
    }
    most = max(alike.values())
    if most == len(told):
        return {}
    if most > 1:
        right = next(at for at in told if alike[at] == most)
        wrong = [at for at in told if abs(closes[at] / closes[right] - 1) > CLOSE_TOLERANCE]
    else:
        wrong = list(told)
    return {at: _difference(at, told, closes, str(common[-1])) for at in wrong}


def _difference(at: int, told: dict[int, History], closes: dict[int, float], day: str) -> str:
    others = ", ".join(f"{told[o].vendor} at {closes[o]:g}" for o in told if o != at)
    return f"closes at {closes[at]:g} on {day}, {others}"
