"""Security codes as users write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.errors import BadSymbol
from basketbt.market.symbols import parse_symbol
from support.written import table


@pytest.mark.parametrize(
    ("text", "canonical", "kind", "board", "currency", "calendar"),
    [
        ("688111.SH", "688111.SH", "share", "star", "CNY", "XSHG"),
        ("689009.SH", "689009.SH", "share", "star", "CNY", "XSHG"),
        ("600588.sh", "600588.SH", "share", "main", "CNY", "XSHG"),
        ("605555.SH", "605555.SH", "share", "main", "CNY", "XSHG"),
        ("000034.SZ", "000034.SZ", "share", "main", "CNY", "XSHG"),
        ("003040.SZ", "003040.SZ", "share", "main", "CNY", "XSHG"),
        ("300378.SZ", "300378.SZ", "share", "chinext", "CNY", "XSHG"),
        ("302132.SZ", "302132.SZ", "share", "chinext", "CNY", "XSHG"),
        ("835184.BJ", "835184.BJ", "share", "bse", "CNY", "XSHG"),
        ("920819.BJ", "920819.BJ", "share", "bse", "CNY", "XSHG"),
        ("6682.HK", "6682.HK", "share", "hk", "HKD", "XHKG"),
        ("06682.HK", "6682.HK", "share", "hk", "HKD", "XHKG"),
        ("700.hk", "0700.HK", "share", "hk", "HKD", "XHKG"),
        ("80700.HK", "80700.HK", "share", "hk", "HKD", "XHKG"),
        ("000001.SZ", "000001.SZ", "share", "main", "CNY", "XSHG"),
        ("000001.SH", "000001.SH", "index", None, "CNY", "XSHG"),
        ("000300.SH", "000300.SH", "index", None, "CNY", "XSHG"),
        ("399006.SZ", "399006.SZ", "index", None, "CNY", "XSHG"),
        ("899050.BJ", "899050.BJ", "index", None, "CNY", "XSHG"),
        ("000985.CSI", "000985.CSI", "index", None, "CNY", "XSHG"),
        ("h00300.csi", "H00300.CSI", "index", None, "CNY", "XSHG"),
        ("510300.SH", "510300.SH", "fund", None, "CNY", "XSHG"),
        ("159919.SZ", "159919.SZ", "fund", None, "CNY", "XSHG"),
        ("900901.SH", "900901.SH", "b_share", "main", "USD", "XSHG"),
        ("200012.SZ", "200012.SZ", "b_share", "main", "HKD", "XSHG"),
    ],
)
def test_a_code_tells_its_exchange_board_currency_and_calendar(
    text: str, canonical: str, kind: str, board: str | None, currency: str, calendar: str
) -> None:
    symbol = parse_symbol(text)
    assert symbol.canonical == str(symbol) == canonical
    assert (symbol.kind, symbol.board) == (kind, board)
    assert (symbol.currency, symbol.calendar) == (currency, calendar)
    assert parse_symbol(canonical) == symbol


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("000001", "no exchange: 000001.SH is an index, 000001.SZ is a share"),
        ("688111", "no exchange: 688111.SH is a share"),
        ("6682", "no exchange: 6682.HK if it is a Hong Kong share"),
        ("金山办公", "no exchange after a dot"),
        ("", "no exchange after a dot"),
        ("688111.SS", "write 688111.SH for the exchange 'SS'"),
        ("000034.XSHE", "write 000034.SZ"),
        ("688111.NYSE", "'NYSE' is none of SH, SZ, BJ, HK, CSI"),
        ("688111.SZ", "688111.SH is a share"),
        ("300378.SH", "300378.SZ is a share"),
        ("777777.SH", "begins with 777"),
        ("68811.SH", "six digits"),
        ("6881111.SH", "six digits"),
        ("٦٨٨١١١.SH", "six digits"),
        (".SH", "six digits"),
        ("ABCD.HK", "four or five digits"),
        ("0.HK", "four or five digits"),
        ("123456.HK", "four or five digits"),
        ("X00300.CSI", "H or N and five digits"),
    ],
)
def test_a_code_that_could_price_the_wrong_security_is_refused_with_the_reason(
    text: str, why: str
) -> None:
    with pytest.raises(BadSymbol) as caught:
        parse_symbol(text)
    assert why in str(caught.value)
    assert repr(text) in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.market
def test_every_real_share_is_put_on_the_board_its_exchange_lists_it_on(market: Path) -> None:
    rows = table(market / "instruments.csv")
    assert len(rows) > 5000
    wrong = [row["symbol"] for row in rows if parse_symbol(row["symbol"]).board != row["board"]]
    assert not wrong
