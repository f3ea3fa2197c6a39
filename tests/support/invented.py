"""The invented market of ``tests/invented``, and the study that tries every feature on it."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "invented"
MARKET = FOLDER / "market"
SOURCE = f"files:{MARKET}"
STUDY = str(FOLDER / "demo.yaml")
