"""What may be chosen for an account, in words. Pure Python: study files are read without NumPy."""

from __future__ import annotations

from typing import Literal

Entry = Literal["next_open", "day0_close", "publication_open"]
Dividends = Literal["cash", "taxed"]
Refused = Literal["leave_out", "cash"]
