"""Gathering two vendors' histories for a comparison, each kept in the store."""

from __future__ import annotations

from pathlib import Path

from basketbt.market.symbols import parse_symbol
from basketbt.prices.data import PriceRequest
from basketbt.prices.reconcile import Comparison, compare
from basketbt.prices.sources.auto import Fetcher
from basketbt.prices.sources.routes import VENDORS
from basketbt.prices.sources.vendor import VendorFailure
from basketbt.prices.store import Store


def compare_vendors(
    path: Path, request: PriceRequest, vendors: tuple[str, str]
) -> tuple[list[Comparison], list[tuple[str, tuple[VendorFailure, ...]]]]:
    """Every symbol that both vendors serve, compared; and those that one of them failed to give,
    with the failures.

    A symbol that one of the two never serves (an index at Tencent) is left out.
    """
    found: list[Comparison] = []
    failures: list[tuple[str, tuple[VendorFailure, ...]]] = []
    with Store(path) as store:
        fetcher = Fetcher(store)
        for name in dict.fromkeys((*request.symbols, *request.indexes)):
            symbol = parse_symbol(name)
            if not all(VENDORS[vendor].serves(symbol) for vendor in vendors):
                continue
            outcomes = [fetcher.from_vendor(symbol, vendor, request) for vendor in vendors]
            if failed := [outcome for outcome in outcomes if outcome.state == "failed"]:
                failures += [(name, outcome.failures) for outcome in failed]
                continue
            stored = store.coverages(name)
            left, right = (
                store.read(stored[vendor], stored[vendor].first, stored[vendor].last)
                for vendor in vendors
            )
            found.append(compare(left, right))
    return found, failures
