"""The one screen for when no vendor delivers anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from basketbt.cli.console import warn
from basketbt.notes import message

if TYPE_CHECKING:
    from basketbt.data.sources.auto import Outcome
    from basketbt.data.sources.vendor import VendorFailure


FEW = 5  # symbols: so many are named one by one


def nobody_is_left(outcomes: Sequence[Outcome]) -> bool:
    """Whether more than a few symbols failed (or all), and every one of them because nobody
    answered or all refused: that is the network's or the vendors' matter, not the symbols'."""
    from basketbt.data.sources.vendor import Refused, Unreachable

    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    failures = [failure for outcome in failed for failure in outcome.failures]
    many = len(failed) > FEW or len(failed) == len(outcomes)
    return (
        many and bool(failures) and all(isinstance(one, Refused | Unreachable) for one in failures)
    )


def say_nobody_left(outcomes: Sequence[Outcome]) -> None:
    """What each host did, and what can be done."""
    hosts: dict[str, VendorFailure] = {}
    for outcome in outcomes:
        for failure in outcome.failures:
            # The first failure says what happened; later ones that the host is left alone.
            hosts.setdefault(str(failure.fields["host"]), failure)
    states = Counter(outcome.state for outcome in outcomes)
    warn(
        message(
            "say-error-no-vendor-can-be",
            count=len(outcomes),
            **{name: states[name] for name in ("failed", "fetched", "stored")},
        )
    )
    for host, failure in hosts.items():
        what = {name: failure.fields[name] for name in ("word", "why")}
        warn(message("say-of-host", host=f"{host:<30}", **what))
    warn(message("say-what-can-be-done-behind"))
