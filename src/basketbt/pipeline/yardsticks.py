"""The step that sets each list beside the equal-weighted industries of its own shares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats, UniverseCloses
from basketbt.data.panel import PricePanel
from basketbt.data.sources.files.universe import FEWEST_OF_A_MARKET
from basketbt.engine.book import BookPath
from basketbt.engine.windows import RELATIVE, WindowStatistics, Yardsticks
from basketbt.eventstudy.attribution import ThreeParts, three_parts
from basketbt.eventstudy.from_panel import one_session_returns, universe_returns
from basketbt.eventstudy.models import MINIMUM_SESSIONS, estimate, market_model
from basketbt.eventstudy.peers import Peers, industry_peers
from basketbt.eventstudy.portfolio import SMALLEST_WEIGHT, basket_returns
from basketbt.eventstudy.windows import sessions_of
from basketbt.market.indexes import EQUAL_MARKET
from basketbt.market.symbols import parse_symbol
from basketbt.metrics.evaluation import EMPTY, Evaluation, evaluate
from basketbt.metrics.returns import simple_returns
from basketbt.notes import COUNTED, Note, NoteKind, listing
from basketbt.plan.model import Case, StudyPlan
from basketbt.results import OwnIndustries

NO_MARKET = NoteKind("no-equal-market")
TOO_FEW_SHARES = NoteKind("equal-market-too-few")
NO_UNIVERSE = NoteKind("industries-no-universe")
OTHER_MARKET = NoteKind("industries-of-another-market")
NO_INDUSTRIES = NoteKind("industries-unknown")
TOO_LITTLE = NoteKind("industries-too-little")
LEFT_OUT = NoteKind("industries-left-out")
FEW_OUTSIDE = NoteKind("industries-few-outside")
NO_BETA = NoteKind("industries-no-beta")
NO_SESSION = NoteKind("industries-no-session")
INCOMPLETE_LEVELS = NoteKind("incomplete_levels")
INCOMPLETE_BENCHMARK = NoteKind("incomplete_benchmark")

#: The mean of fewer shares than this is said to be one of few.
FEW = 5


def peers_of(
    plan: StudyPlan, panel: PricePanel, universe: UniverseCloses | None
) -> tuple[Peers, Note | None]:
    """The industries of a panel's shares, and the one note on why no list has any.

    A share in any list of the study is no yardstick. One that trades on another exchange than the
    lists' home has no industry here.
    """
    if universe is None:
        return _without(panel), NO_UNIVERSE()
    if panel.calendar != "XSHG":
        return _without(panel), OTHER_MARKET()
    theirs = dict(zip(universe.symbols, universe.industry, strict=True))
    own = [
        (one.industry or theirs.get(one.symbol) or "")
        if parse_symbol(one.symbol).calendar == panel.calendar
        else ""
        for one in panel.instruments
    ]
    if not any(own) or not any(universe.industry):
        return _without(panel), NO_INDUSTRIES(table=universe.table)
    listed = {symbol for basket in plan.baskets for symbol in basket.symbols}
    peers = industry_peers(
        universe_returns(universe, panel.sessions),
        [one or "" for one in universe.industry],
        np.array([symbol in listed for symbol in universe.symbols]),
        own,
    )
    return peers, None


def _without(panel: PricePanel) -> Peers:
    nobody = np.empty((len(panel.sessions), 0))
    return industry_peers(nobody, (), np.empty(0, np.bool_), [""] * len(panel.symbols))


def no_market(benchmarks: PricePanel, universe: UniverseCloses | None) -> tuple[Note, ...]:
    """Why the panel of benchmarks has no equal-weighted market; nothing where it has one."""
    if EQUAL_MARKET in benchmarks.symbols:
        return ()
    if universe is None:
        return (NO_MARKET(),)
    return (TOO_FEW_SHARES(count=len(universe.symbols), needed=FEWEST_OF_A_MARKET),)


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """What the lists of a case are set beside.

    ``market`` (T,) one-session returns of the first benchmark, ``names`` (T, N) of the shares;
    ``betas`` (N,) of the industries on that market over ``estimation`` (T,).
    """

    panel: PricePanel
    yardsticks: Yardsticks
    peers: Peers
    why: Note | None
    market: Floats
    names: Floats
    estimation: NDArray[np.bool_]
    minimum: int
    betas: Floats

    def fitted(self, returns: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """(B,) betas of (T, B) returns over the estimation window, and the sessions they rest on.

        NaN where those are fewer than ``minimum``.
        """
        return _fitted(self.market, returns, self.estimation, self.minimum)


def beside(
    plan: StudyPlan,
    case: Case,
    panel: PricePanel,
    yardsticks: Yardsticks,
    peers: tuple[Peers, Note | None],
) -> Beside:
    """The yardsticks of one case, with what the estimation window says of its industries."""
    zero = int(np.searchsorted(panel.sessions, case.day_zero.session))
    market = np.append(np.nan, simple_returns(yardsticks.levels[:, 0])[:, 0])
    estimation = sessions_of(plan.config.estimation, zero, len(panel.sessions))
    spec = plan.config.event_study
    minimum = MINIMUM_SESSIONS if spec is None else spec.minimum_sessions
    found, why = peers
    return Beside(
        panel=panel,
        yardsticks=yardsticks,
        peers=found,
        why=why,
        market=market,
        names=one_session_returns(panel)[0],
        estimation=estimation,
        minimum=minimum,
        betas=_fitted(market, found.returns, estimation, minimum)[0],
    )


def _fitted(
    market: Floats, returns: Floats, estimation: NDArray[np.bool_], minimum: int
) -> tuple[Floats, NDArray[np.int64]]:
    found = estimate(market_model(market), returns, estimation, minimum)
    return np.asarray(found.coefficients[:, 1]), found.count


class OwnIndustriesOf:
    """The lists of one path beside their own industries, window by window."""

    def __init__(self, setting: Beside, path: BookPath) -> None:
        self._setting, self._path = setting, path
        peers, rows = setting.peers, len(path.total.levels)
        of_path = slice(path.base + 1, path.base + rows)
        returns, _ = basket_returns(peers.returns[of_path], path.weights)
        # Constant weights, inside an industry and across them: rebalanced at every close.
        growth: Floats = np.vstack([np.ones(len(path.weights)), 1.0 + returns])
        self._levels: Floats = np.multiply.accumulate(growth, axis=0)
        listed, _ = basket_returns(setting.names, path.weights)
        self._beta, self._count = setting.fitted(listed)

    def window(self, statistics: WindowStatistics) -> OwnIndustries:
        """One window of the path."""
        chosen = list(statistics.members)
        measured = self._measured(statistics.last, chosen)
        parts = self._parts(statistics.last, chosen)
        standing = [self._standing(one) for one in chosen]
        held = self._path.weights[chosen] > 0
        return OwnIndustries(
            beside=measured,
            parts=parts,
            outside=np.array([self._setting.peers.outside_of(own) for own in held]),
            beside_notes=tuple(
                (*said, *(measured.notes(place) if stands else ()))
                for place, (said, stands) in enumerate(standing)
            ),
            parts_notes=tuple(
                (*said, *self._why_empty(parts, place, statistics.last, chosen[place]))
                for place, (said, _) in enumerate(standing)
            ),
        )

    def _measured(self, last: int, chosen: list[int]) -> Evaluation:
        rows, yardsticks = self._path.rows(last), self._setting.yardsticks
        return evaluate(
            self._path.total.levels[rows][:, chosen],
            annualisation=yardsticks.annualisation,
            rf_annual=yardsticks.rf_annual,
            benchmark_levels=self._levels[rows][:, chosen],
            measures=RELATIVE,
        )

    def _parts(self, last: int, chosen: list[int]) -> ThreeParts:
        path, setting = self._path, self._setting
        rows = path.rows(last)
        held = slice(path.base + 1, path.base + rows.stop)
        return three_parts(
            returns=simple_returns(path.total.levels[rows][:, chosen]),
            market=setting.market[held],
            industries=setting.peers.returns[held],
            weights=path.weights[chosen],
            beta=self._beta[chosen],
            industry_betas=setting.betas,
        )

    def _standing(self, member: int) -> tuple[tuple[Note, ...], bool]:
        """What holds for a list in every window, and whether it has a yardstick at all."""
        if self._setting.why is not None:
            return (self._setting.why,), False
        peers, weights = self._setting.peers, self._path.weights[member]
        lost = np.flatnonzero((weights > 0) & (peers.outside == 0))
        weight = float(weights[lost].sum() / weights.sum())
        symbols = listing(self._setting.panel.symbols[n] for n in lost)
        if 1.0 - weight < SMALLEST_WEIGHT - 1e-12:
            return (TOO_LITTLE(weight=weight, needed=SMALLEST_WEIGHT, symbols=symbols),), False
        few = {
            peers.industry[n]: int(peers.outside[n])
            for n in np.flatnonzero((weights > 0) & (peers.outside > 0) & (peers.outside < FEW))
        }
        said = [LEFT_OUT(weight=weight, symbols=symbols)] if len(lost) else []
        if few:
            counted = (COUNTED(name=name, count=count) for name, count in sorted(few.items()))
            said.append(FEW_OUTSIDE(industries=listing(counted)))
        return tuple(said), True

    def _why_empty(self, parts: ThreeParts, place: int, last: int, member: int) -> Iterator[Note]:
        """A note for each reason that empties parts of a list, but the one that it has no peers."""
        levels = self._path.total.levels[self._path.rows(last), member]
        if np.isnan(parts.excess[place]):
            kind = INCOMPLETE_LEVELS if np.isnan(levels).any() else INCOMPLETE_BENCHMARK
            yield EMPTY(columns=listing(("excess", *_PARTS)), why=kind())
            return
        if np.isnan(parts.beta[place]):
            why = NO_BETA(count=int(self._count[member]), needed=self._setting.minimum)
            yield EMPTY(columns=listing(("beta", "excess_market", "excess_selection")), why=why)
        if np.isnan(parts.industries[place]) and self._standing(member)[1]:
            columns = ("beta_industries", "excess_industries", "excess_selection")
            yield EMPTY(columns=listing(columns), why=NO_SESSION(needed=self._setting.minimum))


_PARTS = ("excess_market", "excess_industries", "excess_selection")
