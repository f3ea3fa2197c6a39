"""The invented market in the vendors' wire formats (docs/vendors.md)."""

from __future__ import annotations

import json
from collections.abc import Callable

from replay import boards, exchanges, packed, yahoo
from replay.invented import Bar, Market, Security, rates
from replay.wire import HTML, Fault, Reply, Request, json_reply, script

# The order of Eastmoney's columns, to which akshare gives names by position.
_BONUS = ("SECUCODE", "SECURITY_CODE", "SECURITY_NAME_ABBR", "SECURITY_INNER_CODE", "MARKET",
          "BONUS_IT_RATIO", "BONUS_RATIO", "IT_RATIO", "PRETAX_BONUS_RMB", "PUBLISH_DATE",
          "EQUITY_RECORD_DATE", "EX_DIVIDEND_DATE", "REPORT_DATE", "ASSIGN_PROGRESS",
          "IMPL_PLAN_PROFILE", "NOTICE_DATE", "A", "B", "C", "BASIC_EPS", "BVPS",
          "PER_CAPITAL_RESERVE", "PER_UNASSIGN_PROFIT", "PNP_YOY_RATIO", "TOTAL_SHARES",
          "PLAN_NOTICE_DATE", "DIVIDENT_RATIO", "D", "E", "F")  # fmt: skip
_LIMITED = ("A_SHARES", "OTHARS", "DOMESTIC_NOSTATE", "DOMESTIC_NATURAL")

# Eastmoney's reports have one code for "there are no rows"; every other one is an error.
NOTHING = {
    "version": None,
    "result": None,
    "success": False,
    "message": "返回数据为空",
    "code": 9201,
}

BarEdit = Callable[[str, Security, list[Bar]], list[Bar]]


class Vendors:
    """Answers every request of the four vendors, of csindex and of the exchanges.

    ``faults`` change replies, ``edit`` the bars a vendor has (by vendor name), ``factors`` the
    rows of Sina's factor list. ``log`` keeps every request, ``unknown`` those no vendor knows.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        self.faults: list[Fault] = []
        self.edit: BarEdit = lambda vendor, security, bars: bars
        self.factors: Callable[[Security, list[dict[str, str]]], list[dict[str, str]]] = (
            lambda security, rows: rows
        )
        self.log: list[Request] = []
        self.unknown: list[Request] = []

    def __call__(self, request: Request) -> Reply:
        self.log.append(request)
        for fault in self.faults:
            reply = fault(request, lambda: self._honest(request))
            if reply is not None:
                return reply
        return self._honest(request)

    def bars(self, vendor: str, security: Security) -> list[Bar]:
        return self.edit(vendor, security, list(security.bars))

    def _honest(self, request: Request) -> Reply:
        answer = {
            "eastmoney": self._eastmoney,
            "sina": self._sina,
            "tencent": self._tencent,
            "csindex": self._csindex,
            "yahoo": lambda r: yahoo.answer(r, self),
            "sse": lambda r: exchanges.shanghai(self.market),
            "szse": lambda r: exchanges.shenzhen(self.market),
            "ths": boards.ths,
            "safe": exchanges.mid_rates,
        }[request.vendor]
        reply = answer(request)
        if reply is None:
            self.unknown.append(request)
            return Reply(b"unexpected request", 501, "text/plain")
        return reply

    # --- Eastmoney -------------------------------------------------------------------------

    def _eastmoney(self, request: Request) -> Reply | None:
        if request.path == "/api/qt/stock/kline/get":
            return self._eastmoney_bars(request)
        if request.path.endswith("/api/data/v1/get"):
            return self._eastmoney_report(request)
        if request.path == "/api/qt/clist/get":
            return boards.answer(request)
        return None

    def _eastmoney_bars(self, request: Request) -> Reply:
        head: dict[str, object] = {
            "rc": 0,
            "rt": 17,
            "svr": 177617930,
            "lt": 1,
            "full": 0,
            "dlmkts": "",
        }
        if request.query["secid"] == "120.HKDCNYC":
            lines = [f"{day},{r:.4f},{r:.4f},{r:.4f},{r:.4f}" + ",0" * 9 for day, r in rates()]
            rate = {"code": "HKDCNYC", "name": "港元人民币中间价", "klines": lines}
            return json_reply({**head, "data": rate})
        security = self._by_secid(request.query["secid"])
        if security is None:
            return json_reply({**head, "rc": 100, "data": None})
        first = request.query.get("beg", "0")
        last = request.query.get("end", "20500101")
        fields = [f for f in request.query["fields2"].split(",") if "f51" <= f <= "f61"]
        unit = 1 if security.is_hong_kong else 100
        lines = []
        for bar in self.bars("eastmoney", security):
            if not first <= bar.day.strftime("%Y%m%d") <= last:
                continue
            prices = (bar.open, bar.close, bar.high, bar.low)
            cells = [
                bar.day.isoformat(),
                *(f"{price:.{security.digits}f}" for price in prices),
                *(str(bar.volume // unit), f"{bar.amount:.2f}", "0.00", "0.00", "0.00"),
                f"{bar.volume / security.shares * 100:.2f}",
            ]
            lines.append(",".join(cells[: len(fields)]))
        data: dict[str, object] = {"code": security.code, "name": security.text, "klines": lines}
        return json_reply({**head, "data": data | {"dktotal": 0}})

    def _by_secid(self, secid: str) -> Security | None:
        market, _, code = secid.partition(".")
        for security in self.market.securities:
            exchange = security.symbol.exchange
            number = {"SH": "1", "SZ": "0", "BJ": "0", "HK": "116", "CSI": "2"}[exchange]
            known = code.lstrip("0") == security.code.lstrip("0")
            if number == market and known:
                return security
        return None

    def _eastmoney_report(self, request: Request) -> Reply:
        name = request.query["reportName"]
        if name == "RPT_IPO_ALLOTMENT":
            return exchanges.rights(self.market, int(request.query["pageNumber"]))
        code = request.query["filter"].split('"')[1].partition(".")[0]
        security = next(
            (s for s in self.market.securities if s.code == code and s.symbol.kind == "share"), None
        )
        if security is None:
            return json_reply(NOTHING)
        rows = {
            "RPT_SHAREBONUS_DET": self._bonus_rows,
            "RPT_VALUEANALYSIS_DET": self._value_rows,
            "RPT_F10_EH_EQUITY": self._capital_rows,
        }[name](security)
        if not rows:
            return json_reply(NOTHING)
        return json_reply({"success": True, "result": {"pages": 1, "data": rows}})

    def _bonus_rows(self, security: Security) -> list[dict[str, object]]:
        out = []
        for event in security.events:
            if not (event.cash or event.bonus):
                continue
            row: dict[str, object] = dict.fromkeys(_BONUS, None)
            row |= {
                "SECURITY_CODE": security.code,
                "BONUS_IT_RATIO": event.bonus * 10 or None,
                "PRETAX_BONUS_RMB": event.cash * 10 or None,
                "EX_DIVIDEND_DATE": f"{event.day} 00:00:00",
                "REPORT_DATE": f"{event.day.year - 1}-12-31 00:00:00",
                "ASSIGN_PROGRESS": "实施分配",
            }
            out.append(row)
        return out

    def _value_rows(self, security: Security) -> list[dict[str, object]]:
        return [
            {
                "TRADE_DATE": f"{bar.day} 00:00:00",
                "CLOSE_PRICE": bar.close,
                "CHANGE_RATE": 0.0,
                "TOTAL_MARKET_CAP": bar.close * security.shares,
                "NOTLIMITED_MARKETCAP_A": bar.close * security.shares * 0.8,
                "TOTAL_SHARES": security.shares,
                "FREE_SHARES_A": int(security.shares * 0.8),
                **dict.fromkeys(
                    ("PE_TTM", "PE_LAR", "PB_MRQ", "PEG_CAR", "PCF_OCF_TTM", "PS_TTM"), 1.0
                ),
            }
            for bar in reversed(security.bars)
        ]

    def _capital_rows(self, security: Security) -> list[dict[str, object]]:
        return [
            {
                "SECUCODE": security.text,
                "END_DATE": f"{security.listed} 00:00:00",
                "TOTAL_SHARES": security.shares,
                **{f"LIMITED_{name}": None for name in _LIMITED},
                "FREE_SHARES": int(security.shares * 0.8),
                "LISTED_A_SHARES": int(security.shares * 0.8),
                "CHANGE_REASON": "首发A股上市",
            }
        ]

    # --- Sina ------------------------------------------------------------------------------

    def _sina(self, request: Request) -> Reply | None:
        if "getAmountBySymbol" in request.path:
            return self._sina_shares(request)
        if request.host != "finance.sina.com.cn":
            return None
        if request.path.endswith("klc_td_sh.txt"):
            days = self.market["000300.SH"].sessions
            return script(f'var datelist="{packed.sessions(days)}";')
        parts = request.path.strip("/").split("/")
        security = self._by_sina(parts[2], hong_kong=parts[1] == "hkstock")
        if security is None:
            return Reply(HTML, 404, "text/html")
        if parts[-1] == "hfq.js":
            return self._sina_factors(security)
        bars = self.bars("sina", security)
        tail = "\n\n/* note */"
        if security.is_index or security.is_hong_kong:
            return script(f'var KLC_KL_{parts[2]}="{packed.without_amounts(bars)}";{tail}')
        ex_days = frozenset(event.day for event in security.events)
        return script(f'var KLC_K2_{parts[2]}="{packed.with_amounts(bars, ex_days)}";{tail}')

    def _by_sina(self, code: str, *, hong_kong: bool) -> Security | None:
        if hong_kong:
            return self.market.find(f"{int(code):04d}.HK")
        return self.market.find(f"{code[2:]}.{code[:2].upper()}")

    def _sina_factors(self, security: Security) -> Reply:
        steps = [(day.isoformat(), factor) for day, factor in security.factor()]
        rows = [
            {"d": day, "f": f"{factor:.16f}"}
            for day, factor in reversed([("1900-01-01", 1.0), *steps])
        ]
        if security.symbol.kind == "fund":
            rows = [row | {"s": "1.0", "u": "0.0"} for row in rows]
        rows = self.factors(security, rows)
        code = security.symbol.exchange.lower() + security.code
        text = json.dumps({"total": len(rows), "data": rows}, separators=(",", ":"))
        return script(f"var {code}hfq={text}\n/* note */")

    def _sina_shares(self, request: Request) -> Reply:
        security = self._by_sina(request.query["symbol"], hong_kong=False)
        name = request.path.split("var%20")[-1].split("=")[0]
        body = "null"
        if security is not None:
            body = f'([{{"date":"{security.listed}","amount":{security.shares / 10_000:.4f}}}])'
        return script(f"/*<script>location.href='//sina.com';</script>*/\nvar {name}={body};")

    # --- Tencent ---------------------------------------------------------------------------

    def _tencent(self, request: Request) -> Reply | None:
        variable = request.query.get("_var", "v")

        def assigned(data: object) -> Reply:
            return script(f"{variable}=" + json.dumps({"code": 0, "msg": "", "data": data}))

        if request.host != "proxy.finance.qq.com":
            return None  # the other hosts answer 501 to everybody
        code, _, first, last, most, _ = request.query["param"].split(",")
        security = self._by_sina(code, hong_kong=False)
        if security is None:
            return assigned({code: {"day": []}})
        # As vendors go: STAR volumes in shares, all others in lots.
        unit = 1 if code.startswith("sh688") else 100
        rows = [
            [
                bar.day.isoformat(),
                *(f"{price:.2f}" for price in (bar.open, bar.close, bar.high, bar.low)),
                *(f"{bar.volume / unit:.2f}", {}, f"{bar.volume / security.shares * 100:.2f}"),
                *(f"{bar.amount / 1e4:.2f}", ""),
            ]
            for bar in self.bars("tencent", security)
            if first <= bar.day.isoformat() <= last
        ]
        if security.is_index:
            rows = [row[:6] for row in rows]
        return assigned({code: {"day": rows[-int(most) :]}})

    # --- CSI -------------------------------------------------------------------------------

    def _csindex(self, request: Request) -> Reply | None:
        code = request.query["indexCode"]
        security = self.market.find(f"{code}.CSI") or self.market.find(f"{code}.SH")
        first, last = request.query["startDate"], request.query["endDate"]
        closes_only = code.startswith("H")
        rows: list[dict[str, object]] = []
        for bar in self.bars("csindex", security) if security else ():
            day = bar.day.strftime("%Y%m%d")
            if not first <= day <= last:
                continue
            prices = (None,) * 3 if closes_only else (bar.open, bar.high, bar.low)
            names = ("indexNameCnAll", "indexNameCn", "indexNameEnAll", "indexNameEn")
            row: dict[str, object] = {"tradeDate": day, "indexCode": code}
            row |= dict.fromkeys(names, code)
            row |= dict(zip(("open", "high", "low"), prices, strict=True), close=bar.close)
            row |= {"change": 0.0, "changePct": 0.0, "tradingVol": 1.0, "tradingValue": 1.0}
            rows.append(row | {"consNumber": 300, "peg": 12.0})
        return json_reply({"code": "200", "msg": "Success", "data": rows, "success": True})
