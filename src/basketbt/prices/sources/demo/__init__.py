"""An invented market, generated from a seed, in which every feature of the program shows."""

from __future__ import annotations

from basketbt.prices.sources.demo.source import DemoSource

__all__ = ["DemoSource"]
