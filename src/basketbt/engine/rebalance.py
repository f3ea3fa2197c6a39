"""When the index book resets its weights: always at the close of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from basketbt.errors import InputError
from basketbt.market.calendars import NotASession
from basketbt.notes import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from basketbt.data.bars import Dates

Kind = Literal["hold", "daily", "weekly", "monthly", "quarterly", "dates", "band"]

# 1970-01-01, day 0 of datetime64, was a Thursday; weeks begin on Monday.
_THURSDAY = 3


class BadRebalance(InputError):
    """A rebalancing rule that contradicts itself. Fields: kind, why."""


@dataclass(frozen=True)
class Rebalance:
    """A rule for resetting weights to their targets.

    ``weekly``, ``monthly`` and ``quarterly`` act on the last session of the week (Monday to
    Sunday), month or quarter; ``dates`` on the named sessions; ``band`` on any session that closes
    with a weight further than ``width`` (absolute, 0.05 is five points) from its target, for each
    basket by itself.

    Raises :class:`BadRebalance` for dates or a width that the kind lacks or does not take.
    """

    kind: Kind = "hold"
    dates: tuple[np.datetime64, ...] = ()
    width: float | None = None

    def __post_init__(self) -> None:
        if (self.kind == "dates") != bool(self.dates):
            raise BadRebalance(kind=self.kind, why=message("why-dates-belong-to-kind-dates"))
        if (self.kind == "band") != (self.width is not None):
            raise BadRebalance(kind=self.kind, why=message("why-width-belongs-to-kind-band-which"))
        if self.width is not None and not 0 < self.width < 1:
            raise BadRebalance(
                kind=self.kind, why=message("why-width-is-not-between-0", width=self.width)
            )

    @property
    def label(self) -> str:
        """The rule in one cell: ``monthly``, ``band 0.05``, ``dates 2025-02-07 2025-03-03``."""
        if self.kind == "dates":
            return " ".join(["dates", *(str(day) for day in self._days())])
        return f"band {self.width:g}" if self.width is not None else self.kind

    def rebalance_rows(self, sessions: Dates) -> NDArray[np.bool_]:
        """(R,) the rows at whose close weights are reset, known before any price is.

        Never the first row (the book is bought there at its targets) nor the last (nothing
        follows). Named dates before the first or after the last session do not concern this
        path. All False for ``hold`` and for ``band``, which waits for the prices.

        Raises ``NotASession`` for a named date between the sessions.
        """
        days = sessions.astype("datetime64[D]")
        rows = np.zeros(len(days), dtype=np.bool_)
        if self.kind == "dates":
            rows[self._named_rows(days)] = True
        elif self.kind not in ("hold", "band"):
            period = self._periods(days)
            rows[:-1] = period[1:] != period[:-1]
        rows[[0, -1]] = False
        return rows

    def _days(self) -> Dates:
        return np.unique(np.array(self.dates, dtype="datetime64[D]"))

    def _periods(self, days: Dates) -> NDArray[np.int64]:
        """(R,) a number for the day, week, month or quarter of each session."""
        if self.kind == "daily":
            return days.astype(np.int64)
        if self.kind == "weekly":
            return (days.astype(np.int64) + _THURSDAY) // 7
        months = days.astype("datetime64[M]").astype(np.int64)
        return months // 3 if self.kind == "quarterly" else months

    def _named_rows(self, days: Dates) -> NDArray[np.intp]:
        named = self._days()
        named = named[(named >= days[0]) & (named <= days[-1])]
        rows: NDArray[np.intp] = np.searchsorted(days, named)
        for day, row in zip(named, rows, strict=True):
            if days[row] != day:
                raise NotASession(
                    date=day, calendar="the study", before=days[row - 1], after=days[row]
                )
        return rows
