"""The step that reads the tests: which window is quoted, what they say of each list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from basketbt.eventstudy.results import EventStudyResult, WindowTest
from basketbt.eventstudy.significance import SMALLEST_NUMBER_OF_NAMES
from basketbt.eventstudy.windows import Offsets
from basketbt.notes import NoteKind
from basketbt.results import SIGNIFICANT, EventStudied, Verdict, VerdictKind

# To the first session after the holiday.
_FAVOURITE: Offsets = (0, 5)

ONE_CAN_CARRY = NoteKind("one-share-can-carry")


def tested_windows(found: EventStudyResult) -> dict[Offsets, bool]:
    """Of each registered window whether any list could be tested on it, in their order.

    Of the windows that all lists have; where none of them is a test, of those after publication.
    """
    counted = [test for test in found.tests if test.family is not None]
    common = [test for test in counted if test.window in found.shared]
    tested: dict[Offsets, bool] = {}
    for test in common or counted:
        tested[test.window] = tested.get(test.window, False) or _exists(test)
    return tested


def quoted_window(tested: Mapping[Offsets, bool]) -> tuple[Offsets, Offsets | None]:
    """The window to quote of the registered ones, and the one that it stands in for, if any.

    Quoted is [0,+5], or else the longest registered window from day 0, or else the one that ends
    last; where no list could be tested on that one, the first on which one could.
    """
    from_zero = [window for window in tested if window[0] == 0]
    wanted = max(from_zero or tested, key=lambda window: window[1])
    wanted = _FAVOURITE if _FAVOURITE in tested else wanted
    if tested[wanted]:
        return wanted, None
    first = next((window for window, known in tested.items() if known), None)
    return (wanted, None) if first is None else (first, wanted)


def verdicts_of(studies: Sequence[EventStudied], sizes: Mapping[str, int]) -> tuple[Verdict, ...]:
    """One verdict a list and tested window; ``studies`` begin with the registered one.

    ``sizes``: how many shares each list has.
    """
    main, *variants = studies
    others = {
        (one.found.variant, test.basket, test.window): test
        for one in variants
        for test in one.found.tests
        if test.model == main.found.tests[0].model
    }
    names = [one.found.variant for one in variants]
    return tuple(
        _verdict(
            test, sizes[test.basket], {name: others.get((name, *_cell(test))) for name in names}
        )
        for test in main.found.tests
        if test.family is not None
    )


def _cell(test: WindowTest) -> tuple[str, Offsets]:
    return test.basket, test.window


def _verdict(test: WindowTest, size: int, variants: Mapping[str, WindowTest | None]) -> Verdict:
    assert test.family is not None
    kind = kind_of(test)
    alike = {name: other for name, other in variants.items() if other and _exists(other)}
    why = [note for note in test.notes if note.kind.code.startswith("empty-")]
    return Verdict(
        basket=test.basket,
        window=test.window,
        model=test.model,
        family=test.family,
        kind=kind,
        chosen_after=test.chosen_after,
        car=test.car,
        mde=test.q1_mde,
        q1_holm_p=test.q1_holm_p,
        q2_holm_p=test.q2_holm_p,
        changed=tuple(
            name
            for name, other in alike.items()
            if _exists(test) and (other.p < SIGNIFICANT) != (test.p < SIGNIFICANT)
        ),
        compared=len(alike),
        not_compared=tuple(name for name in variants if name not in alike),
        notes=(
            *(why if kind == "untested" else ()),
            *([ONE_CAN_CARRY(count=size)] if size < SMALLEST_NUMBER_OF_NAMES else ()),
        ),
    )


def _exists(test: WindowTest) -> bool:
    return not math.isnan(test.p)


def kind_of(test: WindowTest) -> VerdictKind:
    """What Q1 and Q2 allow to be said, each counted over its family.

    Other tests stand beside it and change nothing.
    """
    if math.isnan(test.q1_holm_p):
        return "untested"
    if test.q1_holm_p >= SIGNIFICANT:
        return "chance"
    if math.isnan(test.q2_holm_p):
        return "untested"
    return "stood_out" if test.q2_holm_p < SIGNIFICANT else "moved_with_kind"
