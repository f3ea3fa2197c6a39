"""The price a session is measured against: the previous close, restated on an ex-date."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# In fen: above the rounding error of a double (under 1e-9 for prices up to 10,000 yuan) and below
# the distance of any other quotient from a tie (1e-7, with ratios of up to six decimals).
_TIE = 1e-8


def reference_price(
    previous_close: Floats | float,
    cash: Floats | float = 0.0,
    bonus: Floats | float = 0.0,
    rights: Floats | float = 0.0,
    rights_price: Floats | float = 0.0,
    *,
    fen: bool = True,
) -> Floats:
    """The ex reference price: (C - cash + rights_price·rights) / (1 + bonus + rights), the
    formula of the SSE and SZSE trading rules.

    All arguments broadcast. ``cash`` is per share held; ``bonus`` (bonus and converted shares)
    and ``rights`` are shares per share held; prices are in yuan. NaN stays NaN.

    Args:
        fen: rounded half up to the fen, as price limits are; what a holder earned is not.
    """
    numerator = np.asarray(previous_close) - cash + np.multiply(rights_price, rights)
    exact: Floats = numerator / (1.0 + np.asarray(bonus) + rights)
    return half_up_fen(exact) if fen else exact


def half_up_fen(amount: Floats) -> Floats:
    """Yuan rounded half up to two decimals, also where the tie has no exact double (1.005)."""
    rounded: Floats = np.floor(amount * 100 + 0.5 + _TIE) / 100
    return rounded
