"""The account: a list as money under the rules of the market, beside its index book.

What may be chosen for one is said here, without NumPy: study files are read without it.
"""

from __future__ import annotations

from typing import Literal

Entry = Literal["publication_open", "next_open", "day0_close"]
Dividends = Literal["cash", "taxed"]
Refused = Literal["leave_out", "cash"]
