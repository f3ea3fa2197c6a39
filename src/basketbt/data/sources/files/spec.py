"""How one table is to be read: what a study may say about it, and what is assumed otherwise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

Kind = Literal["bars", "indexes", "fx", "shares", "actions", "instruments"]
Layout = Literal["tidy", "wide"]
VolumeUnit = Literal["shares", "lots"]
AmountUnit = Literal["yuan", "10k"]

_SCALES: Mapping[str, float] = {"shares": 1.0, "lots": 100.0, "yuan": 1.0, "10k": 10_000.0}


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableSpec:
    """One table inside the folder given as source.

    ``path`` is relative to the folder. ``columns`` maps the table's own headers to fields where
    the header is not one of those known (``headers.KNOWN``). A unit in a header, such as
    成交量(手), goes before ``volume_unit`` and ``amount_unit``. ``layout`` None: seen from the
    headers. ``field`` is what the cells of a wide table hold. ``currency`` None: that of the
    listing.
    """

    path: str
    kind: Kind = "bars"
    adjusted: bool = False
    volume_unit: VolumeUnit = "shares"
    amount_unit: AmountUnit = "yuan"
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    layout: Layout | None = None
    field: str = "close"
    currency: str | None = None

    def scale(self, field: str) -> float:
        """Shares or currency units for one of the table's, where the header names no unit."""
        units = {"volume": self.volume_unit, "amount": self.amount_unit}
        return _SCALES[units[field]] if field in units else 1.0
