"""When there is nothing to say of an event at all, and what would help."""

from __future__ import annotations

import numpy as np

from basketbt.events.cells import why_untested
from basketbt.events.evidence import Evidence
from basketbt.events.inputs import EventStudyInputs
from basketbt.events.models import Fault
from basketbt.events.reasons import NothingToTest
from basketbt.events.windows import length


def refuse_nothing(inputs: EventStudyInputs, found: tuple[Evidence, ...]) -> None:
    """Raise ``NothingToTest`` when no registered window can be tested under any model."""
    registered = [w for w, window in enumerate(inputs.windows) if window in inputs.registered]
    if any(np.isfinite(item.p[registered]).any() for item in found):
        return
    first = found[0]
    # the basket that comes nearest to being testable says most about what is wrong
    nearest = int(first.baskets.count.argmax())
    reason = why_untested(inputs, first, registered[0], nearest)
    raise NothingToTest(
        event=inputs.event,
        why=reason or "",
        hint=_hint(inputs, Fault(first.baskets.fault[nearest])),
    )


def _hint(inputs: EventStudyInputs, fault: Fault) -> str:
    """What to change in the study file, or which prices to give."""
    if fault == Fault.SINGULAR:
        return "The market index does not move there: name another `market` under `event_study`."
    if fault == Fault.NO_VARIANCE:
        return "Name an index that is not the list itself as `market` under `event_study`."
    if fault == Fault.TOO_FEW:
        return _too_few(inputs)
    return (
        f"Every window under `event_study` must begin after the estimation window "
        f"({list(inputs.estimation)}) and end within the prices of four fifths of a list's weight."
    )


def _too_few(inputs: EventStudyInputs) -> str:
    needed, whole = inputs.options.minimum_sessions, length(inputs.estimation)
    if whole < needed:
        return (
            f"`estimation` {list(inputs.estimation)} has {whole} sessions: begin it earlier, or "
            "lower `event_study.minimum_sessions` (20 at the least)."
        )
    begin, end = (inputs.day0 + day for day in inputs.estimation)
    runs = f"{list(inputs.estimation)} ends before the first price"
    if end >= 0:
        runs = f"{list(inputs.estimation)} is {inputs.sessions[max(begin, 0)]} to "
        runs += f"{inputs.sessions[end]}"
    return (
        f"The estimation window {runs}: give prices of four fifths of a list's weight, and of the "
        "index, over it. Or set `estimation` to sessions that the prices cover, or lower "
        "`event_study.minimum_sessions` (20 at the least)."
    )
