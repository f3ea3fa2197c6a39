"""What a basket file says twice, or says differently in two places; and whether each code is the
share that its name says.

These checks read the raw content, so that they speak in the same run as the format's own: a file
with an unknown key and a duplicate share gets both problems at once. Values of a wrong type are
left to the format (``schema.py``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from basketbt.errors import BadSymbol, Problem
from basketbt.lists.model import Basket
from basketbt.market.securities import key_of, names_of
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, NoteKind, message
from basketbt.yamlfile import YamlDocument

WEIGHT_TOLERANCE = 1e-9

UNKNOWN_NAME = NoteKind("unknown-name", severity="warning")

_NOT_HELD = ("neutral", "avoid", "中性", "持有", "回避", "卖出", "减持")
# Special treatment is marked before a name without renaming the company.
_SPECIAL = re.compile(r"^\*?ST")


def consistency_problems(document: YamlDocument) -> list[Problem]:
    """Duplicate shares, incomplete weights, missing reasons, undeclared segments, stray lots."""
    rows = constituent_rows(document)
    return [
        *_duplicates(document, rows),
        *_weights(document, rows),
        *_reasons(document, rows),
        *_segments(document, rows),
        *_lots(document, rows),
        *_sides(document, rows),
        *_components(document),
    ]


def name_warnings(document: YamlDocument) -> list[Problem]:
    """A warning for each share that the file calls by a name it is not known to have had."""
    warnings = []
    for position, row in constituent_rows(document):
        name, symbol = row.get("name_zh"), _symbol(row)
        if isinstance(name, str) and (known := known_as(symbol, name)):
            what = message("why-is-known-as-not", symbol=symbol, known=known, name=name)
            fix = message("do-check-the-code-if-the")
            warnings.append(document.problem(("constituents", position, "name_zh"), what, fix))
    return warnings


def known_as(symbol: str, name: str) -> str:
    """The known name where ``name`` is neither one the share has or had nor a part of one.

    Empty if all is well. A share that the table of names lacks may be called anything.
    """
    names = names_of(symbol)
    if not names or any(_bare(name) in _bare(known) for known in names):
        return ""
    former = f" (formerly {', '.join(names[1:])})" if len(names) > 1 else ""
    return names[0] + former


def naming_notes(basket: Basket) -> tuple[Note, ...]:
    """One note for each constituent whose name is not one of the known names of its code."""
    return tuple(
        UNKNOWN_NAME(basket=basket.id, symbol=each.symbol, name=each.name_zh, known=known)
        for each in basket.constituents
        if (known := known_as(each.symbol, each.name_zh))
    )


def constituent_rows(document: YamlDocument) -> list[tuple[int, dict[str, Any]]]:
    """Position and raw content of the constituents that are mappings at all."""
    data = document.data if isinstance(document.data, dict) else {}
    rows = data.get("constituents")
    if not isinstance(rows, list):
        return []
    return [(position, row) for position, row in enumerate(rows) if isinstance(row, dict)]


_Rows = list[tuple[int, dict[str, Any]]]


def _symbol(row: dict[str, Any]) -> str:
    text = str(row.get("symbol", ""))
    try:
        return parse_symbol(text).canonical
    except BadSymbol:
        return text


def _duplicates(document: YamlDocument, rows: _Rows) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for position, row in rows:
        symbol = _symbol(row)
        if symbol and symbol in first:
            line = document.line_of(("constituents", first[symbol]))
            yield document.problem(
                ("constituents", position),
                message("why-stands-twice-first-in-line", symbol=symbol, line=line),
                message("do-a-list-holds-a-share"),
            )
        first.setdefault(symbol, position)


def _weights(document: YamlDocument, rows: _Rows) -> Iterator[Problem]:
    given = {position: row["weight"] for position, row in rows if row.get("weight") is not None}
    if not given or not all(isinstance(weight, int | float) for weight in given.values()):
        return
    for position, row in rows:
        if position not in given:
            yield document.problem(
                ("constituents", position),
                message("why-has-no-weight-but-others", symbol=_symbol(row)),
                message("do-give-a-weight-to-every"),
            )
    total = math.fsum(given.values())
    if len(given) == len(rows) and abs(total - 1) > WEIGHT_TOLERANCE:
        yield document.problem(
            ("constituents",),
            message("why-the-weights-sum-to-not", total=total),
            message("do-weights-are-fractions-0-25"),
        )


def _reasons(document: YamlDocument, rows: _Rows) -> Iterator[Problem]:
    for position, row in rows:
        if row.get("origin") == "mapped" and not row.get("reason"):
            yield document.problem(
                ("constituents", position),
                message("why-is-mapped-but-no-reason", symbol=_symbol(row)),
                message("do-add-reason-with-one-line"),
            )


def _segments(document: YamlDocument, rows: _Rows) -> Iterator[Problem]:
    declared = document.data.get("segments", {}) if isinstance(document.data, dict) else {}
    if not isinstance(declared, dict):
        return
    used = set()
    for position, row in rows:
        segment = row.get("segment")
        used.add(segment)
        if isinstance(segment, str) and segment not in declared:
            yield document.problem(
                ("constituents", position, "segment"),
                message("why-segment-is-not-declared", segment=segment),
                message("do-declared-under-segments", declared=", ".join(declared) or "none"),
            )
    for segment in declared:
        if segment not in used:
            yield document.problem(
                ("segments", segment),
                message("why-segment-has-no-constituent", segment=segment),
                message("do-remove-it"),
            )


def _lots(document: YamlDocument, rows: _Rows) -> Iterator[Problem]:
    for position, row in rows:
        symbol = _symbol(row)
        if row.get("lot") is not None and not symbol.endswith(".HK"):
            yield document.problem(
                ("constituents", position, "lot"),
                message("why-cannot-have-a-lot-of", symbol=symbol),
                message("do-only-hong-kong-issuers-choose"),
            )


def _sides(document: YamlDocument, rows: _Rows) -> Iterator[Problem]:
    """What a source would hold and what it would not are two lists, never one position."""
    held = [(position, row) for position, row in rows if row.get("stance") not in _NOT_HELD]
    if not held:
        return
    for position, row in rows:
        if row.get("stance") in _NOT_HELD:
            yield document.problem(
                ("constituents", position, "stance"),
                message("why-is-but-the-list-holds", symbol=_symbol(row), stance=row["stance"]),
                message("do-what-is-neutral-or-to"),
            )


def unresolved_warnings(document: YamlDocument) -> list[Problem]:
    """A warning for each piece of the source that a draft left open."""
    data = document.data if isinstance(document.data, dict) else {}
    rows = data.get("unresolved")
    found = []
    for position, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            names = row.get("candidates") or []
            meant = (
                f"; may be {', '.join(map(str, names))}"
                if isinstance(names, list) and names
                else ""
            )
            what = message(
                "why-is-unresolved", row=row.get("text"), row2=row.get("why"), meant=meant
            )
            fix = message("do-look-it-up-in-the")
            found.append(document.problem(("unresolved", position), what, fix))
    return found


def _components(document: YamlDocument) -> Iterator[Problem]:
    composite = document.data.get("composite") if isinstance(document.data, dict) else None
    listed = composite.get("of") if isinstance(composite, dict) else None
    ids = listed if isinstance(listed, list) else []
    for position, each in enumerate(ids):
        if each in ids[:position]:
            place = ("composite", "of", position)
            yield document.problem(
                place, message("why-stands-twice", each=each), message("do-name-each-list-once")
            )


def _bare(name: str) -> str:
    return _SPECIAL.sub("", key_of(name))
