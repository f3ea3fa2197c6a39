"""Checks before use: what is wrong with prices, what is refused, what is only said."""
