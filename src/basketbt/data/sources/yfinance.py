"""Yahoo: Hong Kong shares, exchange rates, and the overseas route for A shares.

Yahoo restates past closes for share changes (never for cash), so raw = Close x the ratios of all
later splits; history is therefore always asked for up to today. Adj Close / raw close changes
only on ex-dates, which gives the factor's steps. yfinance remembers failed answers, so its
response cache is emptied before every call; its files go to our own folder.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import warnings
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import numpy as np

from basketbt.data.bars import Bars, CorporateAction, Dates, Floats
from basketbt.data.sources.frames import numbers_from, require
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.transport import LARGEST_BODY, TOO_LARGE, Answer, Transport, retry_after
from basketbt.data.sources.vendor import FactorSteps, History, Query
from basketbt.market.symbols import Symbol
from basketbt.notes import message

if TYPE_CHECKING:
    import pandas as pd

NAME = "yahoo"
CACHE_VARIABLE = "BASKETBT_CACHE"
_SUFFIX = {"SH": ".SS", "SZ": ".SZ", "HK": ".HK"}
_CHARTS = "query2.finance.yahoo.com"
_UNKNOWN = "Not Found"  # the one error of a chart that says there is nothing
_STOP = 0xFFFFFFFF  # what curl takes for "no more of it" (CURL_WRITEFUNC_ERROR)
_ONE_AT_A_TIME = threading.Lock()  # yfinance keeps one session for the whole process
_TICK_DIGITS = {"share": 2, "fund": 3, "index": 4, "b_share": 3}


def serves(symbol: Symbol) -> bool:
    """Shares and funds, and Shanghai's and Shenzhen's own indexes.

    Yahoo's CSI 300 has holes from 2017 on; the check for missing sessions refuses it then.
    """
    return symbol.exchange in _SUFFIX and symbol.kind != "b_share"


def history(query: Query) -> History:
    """Raw bars, factor steps and corporate actions from ``first`` to ``last``."""
    symbol, first, last = query.symbol, query.first, query.last
    transport = _transport(symbol.canonical, query.hosts)
    frame = _ask(transport, symbol.code + _SUFFIX[symbol.exchange], first)
    digits = 3 if symbol.exchange == "HK" else _TICK_DIGITS[symbol.kind]
    table = _Table.read(frame, transport, symbol.currency, digits)
    if symbol.kind == "index":
        return transport.history(first, last, table.bars)
    known = {"steps": table.steps().within(first, last), "actions": table.actions(last)}
    bars = _traded(table.bars)
    return transport.history(first, last, bars, steps_from=NAME, actions_from=NAME, **known)


def exchange_rate(
    pair: str, first: np.datetime64, last: np.datetime64, hosts: RateLimiter
) -> History:
    """Daily rate of ``pair`` (HKDCNY): CNY for one HKD, London close."""
    transport = _transport(pair, hosts)
    frame = _ask(transport, f"{pair}=X", first)
    bars = _Table.read(frame, transport, pair[3:], digits=8).bars
    return transport.history(first, last, bars)


@dataclass(frozen=True)
class _Table:
    """A history table of yfinance as arrays, prices restored to what was traded."""

    bars: Bars
    adjusted: Floats
    dividends: Floats
    splits: Floats
    later_splits: Floats

    @classmethod
    def read(cls, frame: pd.DataFrame, transport: Transport, currency: str, digits: int) -> _Table:
        """``digits`` are the decimals of a price tick, which undo Yahoo's single precision."""
        prices = ("Open", "High", "Low", "Close", "Adj Close", "Volume")
        require(frame, (*prices, "Dividends", "Stock Splits"), transport)
        index: Any = frame.index
        dates: Dates = index.tz_localize(None).to_numpy(dtype="datetime64[D]")
        column = {name: numbers_from(frame, name, transport) for name in prices}
        splits = numbers_from(frame, "Stock Splits", transport)
        ratio = np.where(splits > 0, splits, 1.0)
        later = np.append(np.cumprod(ratio[::-1])[::-1][1:], 1.0)
        raw = {name.lower(): np.round(column[name] * later, digits) for name in prices[:4]}
        raw["volume"] = np.round(column["Volume"] / later)
        bars = Bars.single(transport.symbol, dates, raw, currency=currency, table=NAME)
        dividends = numbers_from(frame, "Dividends", transport)
        return cls(bars, column["Adj Close"], dividends, splits, later)

    def steps(self) -> FactorSteps:
        """Steps on ex-dates: the growth of Adj Close / raw close there, medians on both sides.

        Between ex-dates that quotient is constant but for rounding, which the medians remove.
        """
        ex = np.flatnonzero((self.dividends > 0) | (self.splits > 0))
        ex = ex[ex > 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            quotient = self.adjusted / self.bars.close
        bounds = [0, *ex.tolist(), len(quotient)]
        levels = np.array([np.nanmedian(quotient[start:stop]) for start, stop in pairwise(bounds)])
        return FactorSteps(dates=self.bars.dates[ex], ratios=levels[1:] / levels[:-1])

    def actions(self, last: np.datetime64) -> tuple[CorporateAction, ...]:
        """Cash and share changes per share held then; Yahoo restates past cash for splits."""
        told = (self.dividends > 0) | (self.splits > 0)
        grown = np.where(self.splits > 0, self.splits, 1.0)
        cash = self.dividends * self.later_splits * grown
        return tuple(
            CorporateAction(
                symbol=self.bars.symbols[0],
                ex_date=self.bars.dates[i],
                cash=round(float(cash[i]), 6),
                bonus=round(float(grown[i]) - 1, 9),
            )
            for i in np.flatnonzero(told & (self.bars.dates <= last))
        )


def _traded(bars: Bars) -> Bars:
    """Without the rows that Yahoo repeats for sessions on which a share did not trade."""
    flat = (bars.open == bars.close) & (bars.high == bars.low) & (bars.high == bars.close)
    return bars.rows(~((bars.volume == 0) & flat))


# --- the client ----------------------------------------------------------------------------


def _transport(subject: str, hosts: RateLimiter) -> Transport:
    return Transport(NAME, subject, hosts, missing_is_404=True, inspect=inspect)


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the body is a chart: one result with times and quotes of equal length."""
    try:
        chart = json.loads(body)["chart"]
        if error := chart.get("error"):
            if error.get("code") == _UNKNOWN:
                transport.no_data(str(error.get("description", "no data")))
            transport.told_an_error(f"{error.get('code')}: {error.get('description', '')}")
        result = chart["result"][0]
        if not result.get("timestamp"):
            transport.no_data(message("why-no-bars-in-this-window"))
        quote = result["indicators"]["quote"][0]
        told = result["meta"].get("symbol")
        lengths = {len(quote[name]) for name in ("open", "high", "low", "close", "volume")}
        lengths.add(len(result["timestamp"]))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        transport.changed(message("why-the-answer-is-not-a-chart"))
    if told is not None:
        transport.demand(told, unquote(urlsplit(url).path.rsplit("/", 1)[1]))
    if len(lengths) != 1:
        transport.changed(message("why-the-charts-columns-differ-in"))
    _inspect_values(transport, result["timestamp"], quote)


def _inspect_values(transport: Transport, times: list[Any], quote: dict[str, list[Any]]) -> None:
    # yfinance keeps the first of two rows with one time and drops empty ones in silence.
    if len(set(times)) != len(times):
        transport.changed(message("why-the-chart-has-a-session"))
    for name in ("open", "high", "low", "close", "volume"):
        if any(value is not None and not isinstance(value, int | float) for value in quote[name]):
            transport.changed(message("why-the-charts-holds-something-that", name=name))


def _ask(transport: Transport, ticker: str, first: np.datetime64) -> pd.DataFrame:
    """One ticker from ``first`` to today, or a :class:`VendorFailure` that says why not."""
    transport.demand_open(_CHARTS)  # before the cookies are asked for
    package = _package()
    day_after = np.datetime64("today") + np.timedelta64(2, "D")
    session = _session(transport)
    with _ONE_AT_A_TIME, transport.reading(), contextlib.closing(session):
        package.data.YfData.cache_get.cache_clear()
        frame: pd.DataFrame = package.Ticker(ticker, session=session).history(
            start=str(first),
            end=str(day_after),
            auto_adjust=False,
            actions=True,
            timeout=transport.limits.total,
        )
    if len(frame) == 0:
        transport.no_data(message("why-an-empty-table"))
    return frame


def _session(transport: Transport) -> Any:
    """A browser-like session, as yfinance makes one, whose requests go by ``transport``.

    Cookies and crumbs are not judged, for yfinance goes on without them where they fail; but they
    wait for their turn, and nobody is asked for them who is left alone. The first "Invalid Crumb"
    is handed on: yfinance then gets a crumb in its second way.
    """
    from curl_cffi import requests as curl

    base: Any = _bounded_session(curl)
    pardoned: list[str] = []

    def _offline(why: str) -> Exception:
        return curl.exceptions.ConnectionError(why)

    class Session(base):  # type: ignore[misc]
        def request(self, method: str, url: str, **options: Any) -> Any:
            plain = super().request
            limits = transport.limits
            if "/v8/finance/chart/" not in urlsplit(url).path:
                options["timeout"] = (transport.connect_within / 2, limits.read / 2)
                return transport.beside(url, lambda: plain(method, url, **options), _offline)
            connect = min(transport.connect_within, limits.total / 2)  # curl adds the two
            options |= {"allow_redirects": False, "timeout": (connect, limits.total - connect)}

            def once() -> Answer[Any]:
                try:
                    response = plain(method, url, **options)
                except curl.exceptions.RequestException as error:
                    raise transport.unreachable(error) from error
                if response.status_code == 401 and not pardoned:
                    pardoned.append(url)
                    raise _Pardoned(response)
                wait = retry_after(response.headers)
                return Answer(response.status_code, response.content, response, wait)

            try:
                return transport.deliver(url, once).response
            except _Pardoned as other:
                return other.response

    return Session(impersonate="chrome")


def _bounded_session(curl: Any) -> Any:
    """curl's session, whose answers are no larger than any price history, unpacked or not."""
    base: Any = curl.Session

    class Bounded(base):  # type: ignore[misc]
        def request(self, method: str, url: str, **options: Any) -> Any:
            body = bytearray()

            def take(part: bytes) -> int:
                body.extend(part)
                return len(part) if len(body) <= LARGEST_BODY else _STOP

            try:
                response = super().request(method, url, content_callback=take, **options)
            except curl.exceptions.RequestException as error:
                if len(body) > LARGEST_BODY:
                    raise curl.exceptions.RequestException(TOO_LARGE) from error
                raise
            response.content = bytes(body)
            return response

    return Bounded


class _Pardoned(Exception):
    """An answer that yfinance has a remedy for."""

    def __init__(self, response: Any) -> None:
        self.response = response


@cache
def _package() -> Any:
    """The yfinance package with errors shown and its caches in our folder. Takes a second."""
    import yfinance as package

    # yfinance switches its own DeprecationWarnings back on at import, hence afterwards.
    warnings.filterwarnings("ignore", module="yfinance")
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    package.config.debug.hide_exceptions = False
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    package.set_tz_cache_location(str(folder))
    return package


def cache_folder() -> Path:
    """Where yfinance keeps cookies and time zones: below ``BASKETBT_CACHE``, else the user's."""
    import platformdirs

    chosen = os.environ.get(CACHE_VARIABLE)
    folder = Path(chosen) if chosen else Path(platformdirs.user_cache_dir("basketbt"))
    return folder / "yfinance"
