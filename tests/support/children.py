"""Commands and scripts in processes of their own, of the same code as the tests themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def child_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment and ``more``; its children import what it imports, however the
    tests were started."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**os.environ, **(more or {}), "PYTHONPATH": paths}
