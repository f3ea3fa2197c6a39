"""The one screen for when no vendor delivers anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from basketbt.cli.console import warn

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
        f"error: no vendor can be asked any more: {states['failed']} of {len(outcomes)} symbols "
        f"are missing ({states['fetched']} were fetched now, {states['stored']} stored before)"
    )
    for host, failure in hosts.items():
        warn(f"  {host:<30} {failure.fields['word']}: {failure.fields['why']}")
    warn(
        "What can be done:\n"
        "  behind a proxy   set HTTPS_PROXY and HTTP_PROXY, e.g. http://127.0.0.1:7890\n"
        "  its own CA       set REQUESTS_CA_BUNDLE (or SSL_CERT_FILE) to its certificates\n"
        "  later            the same command goes on from here; a host that refused is asked\n"
        "                   again in half an hour, or once `basketbt doctor --live` finds it well\n"
        "  without network  basketbt run STUDY --source sample, or your own files\n"
        "                   (--source files:FOLDER, see docs/prices.md)"
    )
