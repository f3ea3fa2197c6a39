"""When no vendor is left that could be asked: what each host did, in one error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from basketbt.data.sources.vendor import Refused, Unreachable, VendorFailure
from basketbt.errors import VendorError
from basketbt.notes import NoteKind, listing

if TYPE_CHECKING:
    from basketbt.data.sources.auto import Outcome

FEW = 5  # symbols: so many are named one by one

HOST = NoteKind("host-did")


class NobodyLeft(VendorError):
    """Fields: failed, total, fetched, stored (numbers of symbols), hosts (a listing by line)."""


def nobody_left(outcomes: Sequence[Outcome]) -> NobodyLeft | None:
    """The error where more than a few symbols failed (or all), every one of them because nobody
    answered or all refused: that is the network's or the vendors' matter, not the symbols'."""
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    failures = [failure for outcome in failed for failure in outcome.failures]
    many = len(failed) > FEW or len(failed) == len(outcomes)
    if not (many and failures and all(isinstance(one, Refused | Unreachable) for one in failures)):
        return None
    hosts: dict[str, VendorFailure] = {}
    every = (one for outcome in outcomes for one in outcome.failures)
    for failure in sorted(every, key=lambda one: one.left_alone):  # what happened comes first
        hosts.setdefault(str(failure.fields["host"]), failure)
    states = Counter(outcome.state for outcome in outcomes)
    told = [
        HOST(host=f"{host:<30}", word=failure.fields["word"], why=failure.fields["why"])
        for host, failure in hosts.items()
    ]
    return NobodyLeft(
        failed=len(failed),
        total=len(outcomes),
        fetched=states["fetched"],
        stored=states["stored"],
        hosts=listing(told, "line"),
    )
