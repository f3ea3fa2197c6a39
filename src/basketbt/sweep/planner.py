"""A grid from its study to a job: the prices of the widened study, the sheets that stand on them.

Planning, reading, checking and naming are those of a single study; only the sheets are a grid's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from basketbt.config.study import GridSpec, StudyConfig, StudyFile
from basketbt.data.bars import PriceSource
from basketbt.data.panel import content_digest
from basketbt.errors import DataError, InputError
from basketbt.notes import unique
from basketbt.pipeline.panels import check_reach
from basketbt.pipeline.run import Progress, priced, study_result
from basketbt.plan.study import make_plan
from basketbt.results import StudyResult, identity
from basketbt.sweep.choices import job_of
from basketbt.sweep.sheets import GridJob


class NoGrid(InputError):
    """Field: study."""


class MarketUnknown(DataError):
    """Field: source."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GridPlan:
    """A grid ready to be computed.

    ``config`` is the study as written, ``inputs`` the study over everything that its grid names:
    planned, with prices and the notes of the grid, and without a book.
    """

    config: StudyConfig
    inputs: StudyResult
    job: GridJob

    @property
    def spec(self) -> GridSpec:
        """The study's section."""
        return _section(self.config)

    @cached_property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each thing a grid is made of; the same things give the same bytes."""
        choices = {"study": self.config.canonical(), "grid": self.spec.model_dump_json()}
        return {**self.inputs.hashes, "choices": content_digest(choices)}

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
    spec = _section(study.config)
    drawing = spec.random is not None
    progress("planning")
    plan = make_plan(_widened(study, spec))
    plan = replace(plan, request=replace(plan.request, universe=drawing))
    prices = priced(plan, source, progress)
    if drawing and prices.data.universe is None:
        raise MarketUnknown(source=prices.data.source)
    cases = tuple(prices.case(case, with_books=False) for case in plan.cases)
    for case in cases:
        check_reach(case.case, case.panel, every=True)
    job, notes = job_of(study.config, spec, cases, prices.data.universe)
    inputs = study_result(prices, cases)
    inputs = replace(inputs, notes=unique([*inputs.notes, *notes]))
    return GridPlan(config=study.config, inputs=inputs, job=job)


def _section(config: StudyConfig) -> GridSpec:
    if config.grid is None:
        raise NoGrid(study=config.study)
    return config.grid


def _widened(study: StudyFile, spec: GridSpec) -> StudyFile:
    """The study over all events, lists and windows that its grid names, and nothing but those."""
    named = {"events": spec.events, "baskets": spec.baskets, "windows": spec.windows}
    changes: dict[str, object] = {name: value for name, value in named.items() if value}
    changes |= {"split_at_publication": False, "account": None, "event_study": None}
    # A mistake in the grid's own lists stands in no line of `baskets`.
    document = None if spec.baskets else study.document
    return replace(study, config=study.config.model_copy(update=changes), document=document)
