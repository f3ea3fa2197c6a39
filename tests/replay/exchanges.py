"""Lists of a whole market: rights issues at Eastmoney, delisted shares at the two exchanges."""

from __future__ import annotations

import io

from replay.invented import Event, Market, Security, rates
from replay.wire import Reply, Request, json_reply

PAGE = 3
# The order of Eastmoney's columns, to which akshare gives names by position.
_RIGHTS = ("SECUCODE", "FINANCE_CODE", "SECURITY_CODE", "SECURITY_TYPE_CODE",
           "SECURITY_NAME_ABBR", "PLACING_CODE", "PLACING_NAME", "PLACING_RATIO", "ISSUE_PRICE",
           "TOTAL_SHARES_BEFORE", "ISSUE_NUM", "TOTAL_SHARES_AFTER", "EQUITY_RECORD_DATE",
           "PAY_START_DATE", "PAY_END_DATE", "LISTING_DATE", "EX_DIVIDEND_DATE",
           "FIRST_NOTICE_DATE", "A", "B", "C", "D", "NEW_PRICE")  # fmt: skip


def rights(market: Market, page: int) -> Reply:
    """A page of the market's rights issues; other companies' are always among them."""
    rows = [
        _row("000049", "2023-12-08", 3, 21.16),
        _row("600958", None, 2.8, 8.46),  # announced, not carried out
        _row("601818", "2010-01-05", 1, 2.0),
        *(
            _row(security.code, event.day.isoformat(), event.rights * 10, event.rights_price)
            for security, event in _rights_of(market)
        ),
    ]
    pages = -(-len(rows) // PAGE)
    part = rows[(page - 1) * PAGE : page * PAGE]
    return json_reply(
        {"success": True, "result": {"pages": pages, "count": len(rows), "data": part}}
    )


def _rights_of(market: Market) -> list[tuple[Security, Event]]:
    return [(s, event) for s in market.securities for event in s.events if event.rights]


def _row(code: str, ex_date: str | None, ratio: float, price: float) -> dict[str, object]:
    known: dict[str, object] = {
        "SECURITY_CODE": code,
        "PLACING_RATIO": ratio,
        "ISSUE_PRICE": price,
        "EX_DIVIDEND_DATE": f"{ex_date} 00:00:00" if ex_date else None,
    }
    return dict.fromkeys(_RIGHTS, None) | known


def shanghai(market: Market) -> Reply:
    """The answer of query.sse.com.cn: every delisted share of Shanghai."""
    gone = [("600005", "武钢股份", "19990803", "20170214"), *_delisted(market, "SH")]
    rows = [
        {"COMPANY_CODE": code, "COMPANY_ABBR": name, "LIST_DATE": listed, "DELIST_DATE": day}
        for code, name, listed, day in gone
    ]
    return json_reply({"pageHelp": {"total": len(rows)}, "result": rows})


def shenzhen(market: Market) -> Reply:
    """The workbook of www.szse.cn: every delisted share of Shenzhen."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["证券代码", "证券简称", "上市日期", "终止上市日期"])
    for code, name, listed, day in [
        ("000003", "PT金田A", "19910703", "20020614"),
        *_delisted(market, "SZ"),
    ]:
        dates = [f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in (listed, day)]
        sheet.append([code, name, *dates])
    buffer = io.BytesIO()
    book.save(buffer)
    return Reply(buffer.getvalue(), type="application/vnd.ms-excel")


def _delisted(market: Market, exchange: str) -> list[tuple[str, str, str, str]]:
    return [
        (s.code, "退市甲", s.listed.strftime("%Y%m%d"), s.delisted.strftime("%Y%m%d"))
        for s in market.securities
        if s.delisted is not None and s.symbol.exchange == exchange
    ]


def mid_rates(request: Request) -> Reply:
    """The central bank's mid rates as a web page, yuan for 100 units, newest first."""
    lines = "".join(
        f"<tr><td>{day}&nbsp;</td><td>718.85</td><td>{rate * 100:.4f}</td></tr>"
        for day, rate in reversed(rates())
    )
    head = "<tr><th>日期</th><th>美元</th><th>港元</th></tr>"
    tables = f"<table><tr><td>x</td></tr></table><table>{head}{lines}</table>"
    return Reply(f"<html><body>{tables}</body></html>".encode(), type="text/html; charset=utf-8")
