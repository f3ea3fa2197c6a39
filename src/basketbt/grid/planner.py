"""A grid from its study to a job: the prices of the widened study, the sheets that stand on them.

Planning, reading, checking and naming are those of a single study; only the sheets are a grid's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from basketbt.config.study import GridSpec, StudyConfig, StudyFile
from basketbt.errors import DataError
from basketbt.grid.choices import grid_of, sheets_of, widened
from basketbt.grid.sheets import GridJob
from basketbt.notes import unique
from basketbt.plan.study import make_plan
from basketbt.prices.data import PriceSource
from basketbt.prices.digest import content_digest
from basketbt.results import StudyResult, identity
from basketbt.stages.panels import check_reach
from basketbt.study import Progress, priced, study_result


class MarketUnknown(DataError):
    template = "grid.random draws from a whole market, and {source} has none"
    fix = "Put a table of adjusted prices beside the others (*_adjusted.parquet), or drop `random`."


@dataclass(frozen=True, kw_only=True, eq=False)
class GridPlan:
    """A grid ready to be computed.

    ``config`` is the study as written, ``base`` the study over everything that its grid names:
    planned, with prices and the notes of the grid, and without a book.
    """

    config: StudyConfig
    base: StudyResult
    job: GridJob

    @property
    def spec(self) -> GridSpec:
        """The study's section."""
        return grid_of(self.config)

    @cached_property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each thing a grid is made of; the same things give the same bytes."""
        choices = {"study": self.config.canonical(), "grid": self.spec.model_dump_json()}
        return {**self.base.hashes, "choices": content_digest(choices)}

    @cached_property
    def id(self) -> str:
        """Names the grid by all that it is made of."""
        return identity(self.hashes)


def plan_grid(
    study: StudyFile, source: PriceSource, progress: Progress = lambda _: None
) -> GridPlan:
    """Read the prices of a study and lay out its grid.

    Raises ``NoGrid``, ``MarketUnknown`` and what planning and reading a study raise.
    """
    drawing = grid_of(study.config).random is not None
    progress("planning")
    plan = make_plan(widened(study))
    plan = replace(plan, request=replace(plan.request, universe=drawing))
    prices = priced(plan, source, progress)
    if drawing and prices.data.universe is None:
        raise MarketUnknown(source=prices.data.source)
    cases = tuple(prices.case(case, with_books=False) for case in plan.cases)
    for case in cases:
        check_reach(case.case, case.panel)
    tables, sheets, notes = sheets_of(study.config, cases, prices.data.universe)
    base = study_result(prices, cases)
    return GridPlan(
        config=study.config,
        base=replace(base, notes=unique([*base.notes, *notes])),
        job=GridJob(tables=tables, sheets=sheets),
    )
