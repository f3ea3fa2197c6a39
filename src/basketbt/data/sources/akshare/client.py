"""The installed akshare, loaded on first use and without its progress bars."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from basketbt.data.sources.transport import Transport, ask


@cache
def akshare() -> Any:
    """The akshare package. Importing it takes a second and opens no connection."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    import akshare as package

    return package


def asked(transport: Transport, function: str, *arguments: str, **options: str) -> Any:
    """The table that a function of akshare returns, asked for through ``transport``."""
    return ask(transport, lambda: getattr(akshare(), function)(*arguments, **options))
