"""How one table is to be read: what a study may say about it, and what is assumed otherwise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

Kind = Literal["bars", "indexes", "fx", "shares", "actions", "instruments"]
Layout = Literal["tidy", "wide"]
VolumeUnit = Literal["shares", "lots"]
AmountUnit = Literal["yuan", "1k", "10k", "100m"]
Exchange = Literal["SH", "SZ", "BJ", "HK", "CSI"]

#: As `symbol` of a table: the code stands in the file's name.
FROM_THE_NAME = "from the name"

_SCALES: Mapping[str, float] = {
    "shares": 1.0,
    "lots": 100.0,
    "yuan": 1.0,
    "1k": 1e3,
    "10k": 1e4,
    "100m": 1e8,
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableSpec:
    """One table inside the folder given as source.

    ``path`` is relative to the folder, and may be a pattern (``bars/*.csv``), whose files are one
    table together; ``group`` is that pattern in the spec of one of its files. ``columns`` maps the
    table's own headers to fields where the header is not one of those known (``headers.KNOWN``).
    A unit in a header, such as 成交量(手), goes before ``volume_unit`` and ``amount_unit``, these
    before the vendor's. ``adjusted`` None: seen from the table. ``exchange`` is that of codes
    without one; ``symbol`` the security of a table without codes. ``layout`` None: seen from the
    headers. ``field`` is what the cells of a wide table hold, None: what its title says, or closes.
    ``currency`` None: that of the listing.
    """

    path: str
    kind: Kind = "bars"
    adjusted: bool | None = None
    volume_unit: VolumeUnit | None = None
    amount_unit: AmountUnit | None = None
    exchange: Exchange | None = None
    symbol: str | None = None
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    layout: Layout | None = None
    field: str | None = None
    currency: str | None = None
    group: str | None = None

    @property
    def table(self) -> str:
        """What notes call it."""
        return self.group or self.path

    def scale(self, field: str) -> float | None:
        """Shares or currency units for one of the table's, where the user says so."""
        unit = {"volume": self.volume_unit, "amount": self.amount_unit}.get(field)
        return None if unit is None else _SCALES[unit]
