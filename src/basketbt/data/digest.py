"""One hash for the content of a panel, the same on every platform."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def content_digest(content: Mapping[str, object]) -> str:
    """sha256 over named arrays and plain values, in the order of their names.

    Arrays count by kind, shape and little-endian values; every NaN is the same NaN and -0.0 is
    0.0. Other values (texts, flags, tuples of dataclasses) count by what they contain.
    """
    digest = hashlib.sha256()
    for name in sorted(content):
        digest.update(f"{name}\n".encode())
        _feed(digest, content[name])
    return digest.hexdigest()


def _feed(digest: hashlib._Hash, value: object) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.kind}{value.shape}\n".encode())
        digest.update(np.ascontiguousarray(_canonical(value)).data)
    elif isinstance(value, tuple):
        digest.update(f"({len(value)}\n".encode())
        for part in value:
            _feed(digest, part)
    elif hasattr(value, "__dataclass_fields__"):
        for field in value.__dataclass_fields__:
            digest.update(f"{field}\n".encode())
            _feed(digest, getattr(value, field))
    else:
        digest.update(f"{value!s}\n".encode())


def _canonical(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind == "M":
        return array.astype("datetime64[D]").astype("<i8")
    if array.dtype.kind == "f":
        return np.where(np.isnan(array), np.nan, array + 0.0).astype("<f8")
    return array.astype(array.dtype.newbyteorder("<"))
