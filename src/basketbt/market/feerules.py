"""The dated table of duties and fees on a trade. Read by ``fees``; data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from basketbt.market.dated import UNCONFIRMED, DatedRule
from basketbt.market.symbols import Board

FeeKind = Literal["stamp_duty", "transfer", "handling", "levy"]

_MAINLAND: tuple[Board, ...] = ("main", "chinext", "star", "bse")
_SH_SZ: tuple[Board, ...] = ("main", "chinext", "star")


@dataclass(frozen=True, kw_only=True)
class FeeRule(DatedRule):
    """One fee: ``rate`` x amount of the trade, at least ``minimum`` and at most ``maximum``.

    ``kind`` groups what the two markets call differently: ``transfer`` is the fee of the clearing
    house, ``handling`` that of the exchange, ``levy`` that of the regulators. ``whole_dollars``:
    rounded up to the dollar instead of half up to the cent.
    """

    kind: FeeKind
    name: str
    rate: float
    sell_only: bool = False
    minimum: float = 0.0
    maximum: float | None = None
    whole_dollars: bool = False

    @property
    def value(self) -> str:
        side = "sells" if self.sell_only else "both sides"
        bounds = f", at least {self.minimum:g}" if self.minimum else ""
        bounds += f", at most {self.maximum:g}" if self.maximum is not None else ""
        up = ", rounded up to the dollar" if self.whole_dollars else ""
        return f"{self.rate * 100:.7g} % of the amount, {side}{bounds}{up}"


FEES: tuple[FeeRule, ...] = (
    FeeRule(
        boards=_MAINLAND,
        kind="stamp_duty",
        name="stamp duty 印花税",
        rate=0.001,
        sell_only=True,
        first=date(2008, 9, 19),
        last=date(2023, 8, 27),
        source=f"Ministry of Finance t20230827_3904226; {UNCONFIRMED}first day",
    ),
    FeeRule(
        boards=_MAINLAND,
        kind="stamp_duty",
        name="stamp duty 印花税",
        rate=0.0005,
        sell_only=True,
        first=date(2023, 8, 28),
        source="Ministry of Finance t20230827_3904226",
    ),
    FeeRule(
        boards=_MAINLAND,
        kind="transfer",
        name="transfer fee 过户费",
        rate=0.00002,
        first=date(2015, 8, 1),
        last=date(2022, 4, 28),
        source=f"ChinaClear, as marked up in HKEX 049_22; {UNCONFIRMED}first day",
    ),
    FeeRule(
        boards=_MAINLAND,
        kind="transfer",
        name="transfer fee 过户费",
        rate=0.00001,
        first=date(2022, 4, 29),
        source="ChinaClear, as marked up in HKEX 049_22",
    ),
    FeeRule(
        boards=_SH_SZ,
        kind="handling",
        name="handling fee 经手费",
        rate=0.0000487,
        first=date(2015, 8, 1),
        last=date(2023, 8, 27),
        source=f"{UNCONFIRMED}SSE and SZSE fee tables before the cut of 2023-08-28",
    ),
    FeeRule(
        boards=_SH_SZ,
        kind="handling",
        name="handling fee 经手费",
        rate=0.0000341,
        first=date(2023, 8, 28),
        source="SSE and SZSE fee tables, as two public programs quote them",
    ),
    FeeRule(
        boards=("bse",),
        kind="handling",
        name="handling fee 经手费",
        rate=0.0005,
        first=date(2021, 11, 15),
        last=date(2022, 11, 30),
        source=f"{UNCONFIRMED}BSE fee table",
    ),
    FeeRule(
        boards=("bse",),
        kind="handling",
        name="handling fee 经手费",
        rate=0.00025,
        first=date(2022, 12, 1),
        last=date(2023, 8, 27),
        source=f"{UNCONFIRMED}BSE fee table",
    ),
    FeeRule(
        boards=("bse",),
        kind="handling",
        name="handling fee 经手费",
        rate=0.000125,
        first=date(2023, 8, 28),
        source=f"{UNCONFIRMED}BSE fee table",
    ),
    FeeRule(
        boards=_MAINLAND,
        kind="levy",
        name="CSRC levy 证管费",
        rate=0.00002,
        first=date(2015, 8, 1),
        source=f"CSRC levy, as two public programs quote it; {UNCONFIRMED}first day",
    ),
    FeeRule(
        boards=("hk",),
        kind="stamp_duty",
        name="stamp duty 印花稅",
        rate=0.0013,
        whole_dollars=True,
        first=date(2021, 8, 1),
        last=date(2023, 11, 16),
        source="Revenue (Stamp Duty) Ordinance 2021, HKEX circular CT/080/21",
    ),
    FeeRule(
        boards=("hk",),
        kind="stamp_duty",
        name="stamp duty 印花稅",
        rate=0.001,
        whole_dollars=True,
        first=date(2023, 11, 17),
        source="Stamp Duty (Amendment) (Stock Transfers) Ordinance 2023, HKEX circular CT/152/23",
    ),
    FeeRule(
        boards=("hk",),
        kind="handling",
        name="trading fee 交易費",
        rate=0.0000565,
        first=date(2023, 1, 1),
        source=f"HKEX fees, Securities (Hong Kong), Transaction; {UNCONFIRMED}first day",
    ),
    FeeRule(
        boards=("hk",),
        kind="levy",
        name="SFC levy 證監會徵費",
        rate=0.000027,
        first=date(2014, 11, 1),
        source="HKEX fees, Securities (Hong Kong), Transaction",
    ),
    FeeRule(
        boards=("hk",),
        kind="levy",
        name="AFRC levy 會財局徵費",
        rate=0.0000015,
        first=date(2022, 1, 1),
        source="HKEX fees, Securities (Hong Kong), Transaction",
    ),
    FeeRule(
        boards=("hk",),
        kind="transfer",
        name="settlement fee 結算費",
        rate=0.00002,
        minimum=2.0,
        maximum=100.0,
        first=date(2005, 1, 1),
        last=date(2025, 6, 29),
        source=f"HKSCC fee table before 2025-06-30; {UNCONFIRMED}first day",
    ),
    FeeRule(
        boards=("hk",),
        kind="transfer",
        name="settlement fee 結算費",
        rate=0.000042,
        first=date(2025, 6, 30),
        source="HKSCC fee table from 2025-06-30 (no minimum, no maximum)",
    ),
)
