"""The installed akshare, loaded on first use and without its progress bars."""

from __future__ import annotations

import os
from functools import cache
from typing import Any


@cache
def akshare() -> Any:
    """The akshare package. Importing it takes a second and opens no connection."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    import akshare as package

    return package
