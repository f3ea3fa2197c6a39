"""Runs side by side: what was set otherwise, and what that did to levels and statistics."""

from basketbt.report.compare.build import comparison

__all__ = ["comparison"]
