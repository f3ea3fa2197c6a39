"""A list as plain data and back, for a run whose lists stand in no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from basketbt.lists.build import digest_of
from basketbt.lists.model import Basket
from basketbt.lists.schema import read_moment
from basketbt.market.clock import moment_text


def as_data(basket: Basket) -> dict[str, Any]:
    """All of a list but its digest, which follows from the rest."""
    data: dict[str, Any] = TypeAdapter(Basket).dump_python(basket, mode="json", exclude={"digest"})
    # A midnight in ISO 8601 could be read again as a bare day.
    data["source"]["published"] = moment_text(basket.source.published)
    return data


def basket_from(data: Mapping[str, Any]) -> Basket:
    """The list of :func:`as_data`. Raises ``ValueError``, ``LookupError`` or ``TypeError``."""
    source = {**data["source"], "published": read_moment(data["source"]["published"])}
    basket = TypeAdapter(Basket).validate_python({**data, "source": source, "digest": ""})
    return replace(basket, digest=digest_of(basket))
