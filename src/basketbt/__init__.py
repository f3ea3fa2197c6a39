"""basketbt: what would a broker's list have earned around an event?

    import basketbt as bb
    run = bb.run("configs/deepseek-r1.yaml", source="files:prices")
    run.summary

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from basketbt.api import Run, event_study, run
    from basketbt.errors import BasketbtError

__version__ = "0.1.0"

__all__ = ["BasketbtError", "Run", "__version__", "event_study", "run"]

_HOMES = {
    "BasketbtError": "basketbt.errors",
    "Run": "basketbt.api",
    "event_study": "basketbt.api",
    "run": "basketbt.api",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
