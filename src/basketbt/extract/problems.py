"""What is wrong with the day of an article."""

from __future__ import annotations

from basketbt.errors import InputError


class BadPublication(InputError):
    """Field: text."""


class NoDay(InputError):
    """An article whose day of publication nobody tells. Fields: name, known."""
