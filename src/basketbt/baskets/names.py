"""Names of shares: is this the share that you think?"""

from __future__ import annotations

import re
from collections.abc import Mapping

from basketbt.baskets.model import Basket
from basketbt.notes import Note, NoteKind

UNKNOWN_NAME = NoteKind(
    "unknown-name",
    "{basket} calls {symbol} {name}; it is known as {known}. Prices go by the code.",
    "{basket} 将 {symbol} 写作 {name}，而已知名称为 {known}；价格一律按代码匹配。",
    severity="warning",
)

# Marks that an exchange puts around a short name without renaming the company: special treatment,
# ex-rights days, and suffixes for unprofitable (U), weighted voting (W), depositary (D) issuers.
_MARKS = re.compile(r"^(\*?ST|XD|XR|DR)|-?[UWDV]+$|\s+")

NameTable = Mapping[str, tuple[str, ...]]  # symbol → its name, then former ones


def known_as(symbol: str, name: str, table: NameTable) -> str:
    """The known name where ``name`` is not one the share has or had; empty if all is well.

    A share the table lacks may be called anything.
    """
    names = table.get(symbol, ())
    if not names or _bare(name) in {_bare(known) for known in names}:
        return ""
    former = f" (formerly {', '.join(names[1:])})" if len(names) > 1 else ""
    return names[0] + former


def naming_notes(basket: Basket, table: NameTable) -> tuple[Note, ...]:
    """One note for each constituent whose name is not one of the known names of its code."""
    return tuple(
        UNKNOWN_NAME(basket=basket.id, symbol=each.symbol, name=each.name_zh, known=known)
        for each in basket.constituents
        if (known := known_as(each.symbol, each.name_zh, table))
    )


def _bare(name: str) -> str:
    return _MARKS.sub("", name)
