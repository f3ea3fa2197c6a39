"""Tables whose security stands beside them: in the study, in the file's name, in a title."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import pyarrow as pa

from basketbt.data.sources.files.arrow import coded
from basketbt.data.sources.files.codes import code_in_name
from basketbt.data.sources.files.formats import TableFile
from basketbt.data.sources.files.headers import KNOWN, plain
from basketbt.data.sources.files.spec import FROM_THE_NAME, TableSpec
from basketbt.errors import InvalidFile, Problem
from basketbt.notes import message

_TITLE = re.compile(r"\s*((?:[A-Za-z]{2}[#.]?)?\d{6}(?:\.[A-Za-z]{2,4})?)(?![0-9])")
_SYMBOL = "symbol"


class NamedTable:
    """A table with a column of one code added to it."""

    def __init__(self, table: TableFile, symbol: str, without: str | None) -> None:
        self._table, self._symbol = table, symbol
        self.first_line, self.titles, self.field = table.first_line, table.titles, table.field
        self.headers = (*(one for one in table.headers if one != without), _SYMBOL)

    def read(self, columns: Sequence[str], text: Collection[str]) -> pa.Table:
        """Some columns of the table, and the code on every row."""
        own = [name for name in columns if name != _SYMBOL]
        found = self._table.read(own or self.headers[:1], [name for name in text if name in own])
        if _SYMBOL in columns:
            codes = pa.DictionaryArray.from_arrays(
                pa.array([0] * found.num_rows, pa.int32()), pa.array([self._symbol])
            )
            found = found.append_column(_SYMBOL, codes)
        return found.select(list(columns))


def with_symbol(table: TableFile, spec: TableSpec, stem: str) -> TableFile:
    """The table with the security whose rows it holds, where its columns do not say whose.

    Raises ``InvalidFile`` for a table of several that is said to be of one.
    """
    header = _symbol_header(table, spec)
    given = spec.symbol if spec.symbol != FROM_THE_NAME else None
    named = given or code_in_name(stem)
    if header is None:
        titled = next((m[1] for m in map(_TITLE.match, table.titles) if m), None)
        code = named or titled
        return table if code is None else NamedTable(table, code, None)
    if named is None or named.isdigit():
        return table
    texts = [one for one in coded(table.read([header], [header])[header])[0] if one]
    if len(texts) == 1 and (given or texts[0].strip("'=\"").isdigit()):
        return NamedTable(table, named, header)
    if given:
        what = message("why-is-said-to-be-of", given=given, count=len(texts), header=header)
        raise InvalidFile([Problem(spec.path, 1, what, message("do-leave-symbol-out"))])
    return table


def _symbol_header(table: TableFile, spec: TableSpec) -> str | None:
    own = [header for header, field in spec.columns.items() if field == _SYMBOL]
    known = KNOWN[spec.kind].get(_SYMBOL, ())
    return next((one for one in table.headers if one in own or plain(one)[0] in known), None)
