"""Ways in which a vendor's answer can be wrong, as changes to an honest one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from basketbt.market.calendars import calendar
from replay import yahoo
from replay.answers import BarEdit
from replay.invented import Bar
from replay.server import Replay
from replay.wire import Fault, Manner, Reply, Request

BODY = Callable[[bytes], bytes]
BAD_DAY = "2024-06-03"


def is_bars(request: Request) -> bool:
    """Whether a request asks for bars: the only ones these faults touch."""
    return any(
        part in request.path
        for part in ("/kline/", "klc_kl", "klc2_kl", "newfqkline", "index-perf", "/v8/finance/")
    )


def to_bars(vendor: str, change: Callable[[Reply], Reply]) -> Fault:
    """The honest reply to every request for a vendor's bars, changed."""
    return lambda request, honest: (
        change(honest()) if request.vendor == vendor and is_bars(request) else None
    )


def on(vendor: str, reply: Reply) -> Fault:
    """The same reply to every request for a vendor's bars."""
    return to_bars(vendor, lambda honest: reply)


def manner(vendor: str, how: Manner) -> Fault:
    """The honest reply, sent in a bad manner."""
    return to_bars(vendor, lambda honest: replace(honest, manner=how))


def encoded(vendor: str, name: str, encode: BODY) -> Fault:
    """The honest reply in an encoding of the wire."""
    return to_bars(
        vendor,
        lambda honest: replace(
            honest, body=encode(honest.body), headers={"Content-Encoding": name}
        ),
    )


def rewritten(vendor: str, change: BODY) -> Fault:
    """The honest reply with its body changed."""
    return to_bars(vendor, lambda honest: replace(honest, body=change(honest.body)))


def edited(vendor: str, change: Callable[[list[Bar]], list[Bar]]) -> BarEdit:
    """One vendor's bars changed, in whatever format it sends them."""
    return lambda name, security, bars: change(bars) if name == vendor else bars


def raised(when: str, close: float, high: float) -> Callable[[list[Bar]], list[Bar]]:
    """The close and the high of one day (ISO) so many times as high."""
    return lambda bars: [
        replace(bar, close=round(bar.close * close, 2), high=bar.high * high)
        if bar.day.isoformat() == when
        else bar
        for bar in bars
    ]


# --- bodies --------------------------------------------------------------------------------


def cut_short(body: bytes) -> bytes:
    return body[: len(body) * 2 // 3]


def in_json(change: Callable[[Any], object]) -> BODY:
    """A body of JSON, perhaps assigned to a variable, whose value is changed in place."""

    def rewrite(body: bytes) -> bytes:
        head, equals, text = (b"", b"", body) if body[:1] in b"{[" else body.partition(b"=")
        answer = json.loads(text)
        change(answer)
        return head + equals + json.dumps(answer).encode()

    return rewrite


def eastmoney_lines(change: Callable[[list[str]], list[str]]) -> BODY:
    def rewrite(answer: Any) -> None:
        lines = answer["data"]["klines"]
        lines[:] = [",".join(change(line.split(","))) for line in lines]

    return in_json(rewrite)


def tencent_rows(change: Callable[[list[object]], list[object]]) -> BODY:
    def rewrite(answer: Any) -> None:
        if isinstance(answer["data"], dict):
            for tables in answer["data"].values():
                tables["day"] = [change(row) for row in tables["day"]]

    return in_json(rewrite)


def csindex_rows(change: Callable[[dict[str, object]], dict[str, object]]) -> BODY:
    return in_json(lambda answer: answer.update(data=[change(row) for row in answer["data"]]))


def yahoo_result(change: Callable[[Any], object]) -> BODY:
    return in_json(lambda answer: change(answer["chart"]["result"][0]))


def yahoo_quote(change: Callable[[dict[str, list[object]]], dict[str, list[object]]]) -> BODY:
    def rewrite(result: Any) -> None:
        quotes = result["indicators"]["quote"]
        quotes[0] = change(quotes[0])

    return yahoo_result(rewrite)


def swapped(row: list[Any], a: int, b: int) -> list[Any]:
    row = list(row)
    row[a], row[b] = row[b], row[a]
    return row


def with_cell(row: list[Any], at: int, value: object) -> list[Any]:
    return [*row[:at], value, *row[at + 1 :]]


def keys_swapped(row: dict[str, object], a: str, b: str) -> dict[str, object]:
    """The same values under the same names, two names having changed places in the order."""
    order = [b if key == a else a if key == b else key for key in row]
    return {key: row[key] for key in order}


WRONG_COLUMNS = {
    "eastmoney": eastmoney_lines(lambda cells: cells[:5]),
    "sina": lambda body: re.sub(rb'="[^"]*"', b'=[{"day":"2024-06-03","close":"1"}]', body),
    "tencent": tencent_rows(lambda row: row[:6]),
    "csindex": csindex_rows(lambda row: {f"x{key}": value for key, value in row.items()}),
    "yahoo": yahoo_quote(lambda q: {("last" if k == "close" else k): v for k, v in q.items()}),
}
REORDERED = {
    "sina": lambda body: re.sub(rb'"([A-Za-z0-9+/=]{9})([^"]*)"', rb'"\2\1"', body),
    "eastmoney": eastmoney_lines(lambda cells: swapped(cells, 2, 4)),  # close and low
    "tencent": tencent_rows(lambda row: swapped(row, 2, 3)),  # close and high
    "csindex": csindex_rows(lambda row: keys_swapped(row, "close", "open")),
    "yahoo": yahoo_quote(lambda q: {**q, "high": q["low"], "low": q["high"]}),
}
STRINGS = {
    "sina": lambda body: re.sub(rb'="[^"]{9}', b'="n/a (text)', body),
    "eastmoney": eastmoney_lines(lambda cells: with_cell(cells, 2, f"{cells[2]}元")),
    "tencent": tencent_rows(lambda row: with_cell(row, 2, "n/a")),
    "csindex": csindex_rows(lambda row: {**row, "close": "n/a"}),
    "yahoo": yahoo_quote(lambda q: {**q, "close": [str(v) for v in q["close"]]}),
}
NULLS = {
    "sina": lambda body: re.sub(rb'="[^"]*"', b"=null", body),
    "eastmoney": eastmoney_lines(
        lambda cells: with_cell(cells, 2, "-") if cells[0] == BAD_DAY else cells
    ),
    "tencent": tencent_rows(lambda row: with_cell(row, 2, None) if row[0] == BAD_DAY else row),
    "csindex": csindex_rows(
        lambda row: {**row, "close": None} if row["tradeDate"] == "20240603" else row
    ),
    "yahoo": yahoo_quote(
        lambda q: {
            name: [*values[:50], None, *values[51:]] if name != "volume" else values
            for name, values in q.items()
        }
    ),
}


RENAMED: dict[str, BODY] = {
    "eastmoney": lambda body: body.replace(b'"code":"688111"', b'"code":"688999"'),
    "sina": lambda body: body.replace(b"sh688111", b"sh688999"),
    "tencent": lambda body: body.replace(b"sh688111", b"sh688999"),
    "csindex": csindex_rows(lambda row: {**row, "indexCode": "000999"}),
    "yahoo": lambda body: body.replace(b'"symbol":"688111.SS"', b'"symbol":"688999.SS"'),
}


def in_callback(body: bytes) -> bytes:
    """JSONP: what a browser's script tag would be sent."""
    return b"jQuery1124_1719(" + body.strip().rstrip(b";") + b");"


def challenge(body: bytes) -> bytes:
    """A script that sets a cookie and loads the page again: a captcha's first half."""
    return b"var arg1='3A2F';document.cookie='acw_sc__v2='+arg1;location.reload();"


# Chinese words in the answer, in the encoding that these vendors used for decades.
IN_GBK: dict[str, BODY] = {
    "eastmoney": lambda body: body.replace(
        b'"name":"688111.SH"', '"name":"金山办公"'.encode("gbk")
    ),
    "sina": lambda body: body.replace(b"/* note */", "/* 注 */".encode("gbk")),
    "tencent": lambda body: body.replace(b'"msg": ""', '"msg": "成功"'.encode("gbk")),
    "csindex": lambda body: body.replace(b'"msg":"Success"', '"msg":"成功"'.encode("gbk")),
}


def code(body: bytes) -> bytes:
    """What a careless client would hand to ``eval``."""
    return b'__import__("os").abort()'


def _zero_from_the_first_dividend(result: Any) -> None:
    adjusted = result["indicators"]["adjclose"][0]["adjclose"]
    for moment in result.get("events", {}).get("dividends", {}):
        at = result["timestamp"].index(int(moment))
        adjusted[at:] = [0.0] * len(adjusted[at:])


NO_ADJUSTED = yahoo_result(_zero_from_the_first_dividend)


def adjusted_before(day: str) -> BODY:
    """Yahoo's adjusted closes before a day one per cent lower than they were."""
    end = datetime.fromisoformat(f"{day}T00:00:00+08:00").timestamp()

    def rewrite(result: Any) -> None:
        adjusted = result["indicators"]["adjclose"][0]["adjclose"]
        before = sum(moment < end for moment in result["timestamp"])
        adjusted[:before] = [value * 0.99 for value in adjusted[:before]]

    return yahoo_result(rewrite)


# --- factors and codes -----------------------------------------------------------------------


def sina_factor(text: str) -> Callable[..., None]:
    """The newest factor of Sina's list is ``text``."""

    def install(replay: Replay) -> None:
        replay.vendors.factors = lambda security, rows: [{**rows[0], "f": text}, *rows[1:]]

    return install


def sina_without_steps(replay: Replay) -> None:
    """Sina's list has lost everything but its beginning."""
    replay.vendors.factors = lambda security, rows: rows[-1:]


def whole_price_paid_out(replay: Replay) -> None:
    """Eastmoney tells of a dividend beyond the price, and Sina's list cannot be had."""

    def fault(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        if request.path.endswith("hfq.js"):
            return Reply(b"gone", 403, "text/plain")
        if request.query.get("reportName") == "RPT_SHAREBONUS_DET":
            return Reply(
                re.sub(rb'"PRETAX_BONUS_RMB":[\d.]+', b'"PRETAX_BONUS_RMB":99999', honest().body)
            )
        return None

    replay.vendors.faults.append(fault)


def forgotten(code: str) -> Fault:
    """Yahoo no longer knows a code, as it does with delisted ones."""

    def fault(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        if request.vendor == "yahoo" and f"/{code}." in request.path:
            return yahoo.not_found("No data found, symbol may be delisted")
        return None

    return fault


# --- bars ----------------------------------------------------------------------------------


def twice(bars: list[Bar]) -> list[Bar]:
    """One session twice, with two different closes."""
    again = bars[80]
    low = min(again.low, again.open)
    return [*bars[:81], replace(again, close=low, low=low), *bars[81:]]


def without_a_session(bars: list[Bar]) -> list[Bar]:
    return [*bars[:80], *bars[81:]]


def repeated_while_suspended(bars: list[Bar]) -> list[Bar]:
    """Yahoo's way with a suspension: the last close again, without volume, session by session."""
    sessions = calendar("XSHG").between(bars[0].day, bars[-1].day).tolist()
    known = {bar.day: bar for bar in bars}
    out: list[Bar] = []
    for day in sessions:
        if day in known:
            out.append(known[day])
            continue
        close = out[-1].close
        out.append(Bar(day, close, close, close, close, 0, 0, close))
    return out


def in_lots(bars: list[Bar]) -> list[Bar]:
    return [replace(bar, volume=bar.volume // 100) for bar in bars]


def partly_in_lots(bars: list[Bar]) -> list[Bar]:
    return [*bars[:80], *in_lots(bars[80:])]


def off_limit(bars: list[Bar]) -> list[Bar]:
    """From one session on, every price half of what it was: a split that nobody reported."""
    return bars[:80] + [
        replace(
            bar,
            **{name: round(getattr(bar, name) / 2, 2) for name in ("open", "high", "low", "close")},
            amount=bar.amount // 2,
        )
        for bar in bars[80:]
    ]


def on_a_holiday(bars: list[Bar]) -> list[Bar]:
    """A bar on 4 May 2024, a Saturday in the Labour Day holiday."""
    at = next(i for i, bar in enumerate(bars) if bar.day > date(2024, 5, 4))
    return [*bars[:at], replace(bars[at], day=date(2024, 5, 4)), *bars[at:]]
