"""The memo: what an analyst hands on as text."""

from basketbt.report.memo.build import memo

__all__ = ["memo"]
