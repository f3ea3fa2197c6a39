"""The step that reads the tests: which window is quoted, what they say of each list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from basketbt.eventstudy.results import EventStudyResult, WindowTest
from basketbt.eventstudy.windows import Offsets
from basketbt.results import SIGNIFICANT, EventStudied, Verdict, VerdictKind

# To the first session after the holiday.
_FAVOURITE: Offsets = (0, 5)
_SECTOR = "market+sector"

#: The test against the market and the one against market and sector, where the study has it.
_Pair = tuple[WindowTest, WindowTest | None]


def tested_windows(found: EventStudyResult) -> dict[Offsets, bool]:
    """Of each registered window whether any list could be tested on it, in their order."""
    tested: dict[Offsets, bool] = {}
    for test in found.tests:
        if test.in_family:
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


def verdicts_of(studies: Sequence[EventStudied], window: Offsets) -> tuple[Verdict, ...]:
    """One verdict a list, in the order of the study; ``studies`` begin with the registered one."""
    tests = {
        (one.found.variant, test.basket, test.model): test
        for one in studies
        for test in one.found.tests
        if test.window == window
    }
    main, *variants = [one.found.variant for one in studies]
    model = studies[0].found.tests[0].model

    def of(variant: str, basket: str) -> _Pair:
        return tests[variant, basket, model], tests.get((variant, basket, _SECTOR))

    found = []
    for basket in dict.fromkeys(test.basket for test in studies[0].found.tests):
        own = of(main, basket)
        others = {name: of(name, basket) for name in variants}
        # Alike is a variant that has every test that the registered study has.
        alike = {
            name: pair
            for name, pair in others.items()
            if _exists(pair[0]) and (_exists(pair[1]) or not _exists(own[1]))
        }
        primary = own[0]
        contradicted = primary.kolari_pynnonen.p >= SIGNIFICANT
        found.append(
            Verdict(
                basket=basket,
                window=window,
                model=model,
                kind=kind_of(*own),
                tested=_exists(primary),
                settled=not (primary.holm_as_if < SIGNIFICANT and contradicted),
                market_changed=tuple(
                    name
                    for name, (market, _) in alike.items()
                    if (market.holm_as_if < SIGNIFICANT) != (primary.holm_as_if < SIGNIFICANT)
                ),
                sector_changed=tuple(
                    name
                    for name, (_, sector) in alike.items()
                    if _exists(own[1]) and side(sector) != side(own[1])
                ),
                compared=len(alike),
                not_compared=tuple(name for name in variants if name not in alike),
            )
        )
    return tuple(found)


def _exists(test: WindowTest | None) -> bool:
    return test is not None and not math.isnan(test.p)


def side(sector: WindowTest | None) -> int:
    """1 beyond the sector, -1 behind it, 0 where the test cannot tell it from the sector."""
    if sector is None or not sector.p < SIGNIFICANT:
        return 0
    return 1 if sector.car > 0 else -1


def kind_of(primary: WindowTest, sector: WindowTest | None) -> VerdictKind:
    """Which of the verdicts the tests allow.

    The primary test counts once all tests are counted (Holm); the sector model is a guard and is
    read alone. A test that does not exist rejects nothing.
    """
    beyond_sector = sector is not None and sector.p < SIGNIFICANT
    if primary.holm_as_if < SIGNIFICANT:
        if sector is None or not _exists(sector):
            return "sector_unknown"
        if not beyond_sector:
            return "market_only"
        return "both" if sector.car * primary.car > 0 else "behind_sector"
    if primary.p < SIGNIFICANT:
        return "alone"
    return "sector_only" if beyond_sector else "chance"
