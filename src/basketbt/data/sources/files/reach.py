"""How far a table goes: the last day on which any share of an exchange has a row in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, PriceRequest
from basketbt.data.sources.files.arrow import coded, to_days
from basketbt.data.sources.files.codes import bare, canonical, meanings
from basketbt.data.sources.files.formats import TableFile, read_in_parts
from basketbt.data.sources.files.headers import find_columns
from basketbt.data.sources.files.spec import TableSpec
from basketbt.data.sources.files.wide import is_wide, read_cells
from basketbt.market.symbols import parse_symbol

_Rows = tuple[NDArray[np.intp], Dates]  # number of an exchange, -1 for no share; day


def last_days(table: TableFile, spec: TableSpec, request: PriceRequest) -> dict[str, np.datetime64]:
    """The last day of the range on which a table has a row of any share, by calendar.

    Reads no column but days and codes of a tidy table. Raises ``InvalidFile``.
    """
    wide = is_wide(table) if spec.layout is None else spec.layout == "wide"
    names: dict[str, int] = {}
    found: dict[str, np.datetime64] = {}
    for number, days in _of_wide(table, spec, names) if wide else _of_tidy(table, spec, names):
        inside = days <= request.end
        for name, own in names.items():
            mine = days[inside & (number == own)]
            if mine.size:
                found[name] = max(found.get(name, mine.max()), mine.max())
    return found


def _of_tidy(table: TableFile, spec: TableSpec, names: dict[str, int]) -> Iterator[_Rows]:
    columns = find_columns(table.headers, spec.kind, spec.columns, spec.path)
    day, code = columns["date"].header, columns["symbol"].header
    line = table.first_line
    for part in read_in_parts(table, [day, code], text=[day, code]):
        texts, numbers = coded(part[code])
        days = to_days(part[day], day, spec.path, np.arange(part.num_rows) + line)
        line += part.num_rows
        yield np.append(_exchanges(texts, names), -1)[numbers], days


def _of_wide(table: TableFile, spec: TableSpec, names: dict[str, int]) -> Iterator[_Rows]:
    headers = table.headers[1:]
    numbers = _exchanges((spec.columns.get(one, one) for one in headers), names)
    wanted = {one: int(number) for one, number in zip(headers, numbers, strict=True) if number >= 0}
    whose, days, _ = read_cells(table, spec.path, wanted)
    yield whose, days


def _exchanges(texts: Iterable[str], names: dict[str, int]) -> NDArray[np.intp]:
    """The number of each code's calendar in ``names``, which grows; -1 for what is no share."""
    return np.array([_exchange(text, names) for text in texts], dtype=np.intp)


def _exchange(text: str, names: dict[str, int]) -> int:
    word = bare(text)
    if word.isdigit():  # of whatever reading that is a share
        shares = [one for one in meanings(word, "bars") if one.kind == "share"]
        known = shares[0] if shares else None
    else:
        symbol = canonical(word)
        known = parse_symbol(symbol) if symbol else None
    if not known or known.kind == "index":
        return -1
    return names.setdefault(known.calendar, len(names))
