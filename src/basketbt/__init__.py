"""basketbt: what would a broker's list have earned around an event?

    import basketbt as bb
    run = bb.run("deepseek-r1")
    run = bb.run(lists={"mine": ["688111.SH", "300624.SZ"]}, events="deepseek-r1", prices=frame)
    run.summary

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from basketbt.api.comparing import Comparison, compare
    from basketbt.api.extracting import Extract, extract
    from basketbt.api.runs import Run, event_study, run
    from basketbt.api.sweeps import Sweep, sweep
    from basketbt.errors import BasketbtError

__version__ = "0.1.0"

__all__ = [
    "BasketbtError",
    "Comparison",
    "Extract",
    "Run",
    "Sweep",
    "__version__",
    "compare",
    "event_study",
    "extract",
    "run",
    "sweep",
]

_HOMES = {
    "BasketbtError": "basketbt.errors",
    "Comparison": "basketbt.api.comparing",
    "Extract": "basketbt.api.extracting",
    "Run": "basketbt.api.runs",
    "Sweep": "basketbt.api.sweeps",
    "compare": "basketbt.api.comparing",
    "event_study": "basketbt.api.runs",
    "extract": "basketbt.api.extracting",
    "run": "basketbt.api.runs",
    "sweep": "basketbt.api.sweeps",
}


class _Package(ModuleType):
    """Keeps ``bb.sweep`` and ``bb.extract`` the functions.

    Importing a room of that name would set the room here. ``import basketbt.sweep.run`` and ``from
    basketbt.sweep import run`` find rooms all the same.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
