"""The last known value of a column, row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def carried(values: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[Any]:
    """(T, N) the last ``known`` value at or before each row, else that of row 0."""
    rows = np.where(known, np.arange(len(values))[:, None], 0)
    last = np.maximum.accumulate(rows, axis=0)
    return np.take_along_axis(values, last, axis=0)
