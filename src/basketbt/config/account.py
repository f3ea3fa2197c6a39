"""The section ``account:`` of a study: what one would have done with money."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from basketbt.config.strict import Many, distinct
from basketbt.engine.account import Dividends, Entry, Refused
from basketbt.yamlmodel import Strict


class BrokerSpec(Strict):
    """What the broker charges."""

    rate: float = Field(0.00025, ge=0, le=0.01, description="Commission, a part of the amount.")
    minimum: float = Field(5.0, ge=0, le=1000, description="Least commission of a trade, yuan.")
    includes_exchange_fees: bool = Field(
        True, description="Handling fee and levy are inside the commission (mainland)."
    )


class AccountSpec(Strict):
    """One account a basket, that can only do what the market allowed. See docs/account.md."""

    cash: float = Field(10_000_000.0, ge=1, le=9e9, description="Yuan at the start.")
    entry: Annotated[Many[Entry], distinct()] = Field(
        ("publication_open", "next_open"),
        description="publication_open: the first open at which a reader of the list could buy; "
        "next_open: the first open after the event; day0_close. One account for each.",
    )
    exit: Annotated[date, Field(strict=False)] | None = Field(
        None, description="Last session; everything is sold at its close. None: end of the windows."
    )
    rebalance: Literal["follow", "hold"] = Field(
        "follow", description="follow: trade the rebalances of the index book too; hold: buy once."
    )
    participation: float = Field(
        0.1, gt=0, le=1, description="Largest part of a session's volume in a share."
    )
    slippage_bps: float = Field(
        0.0, ge=0, le=1000, description="What a trade pays beyond the quoted price, in 1/100 %."
    )
    patience: int = Field(
        5, ge=0, le=250, description="Sessions on which an unfilled order is tried again."
    )
    dividends: Dividends = Field(
        "cash", description="taxed: less the tax by holding period, taken when shares are sold."
    )
    refused: Refused = Field(
        "leave_out",
        description="Shares without raw prices or a rate to yuan cannot be held. leave_out: the "
        "account and its paper are of the rest; cash: their weight stays in cash.",
    )
    least_covered: float = Field(
        0.5, ge=0, le=1, description="A list of which less weight can be held has no account."
    )
    broker: BrokerSpec = BrokerSpec()
