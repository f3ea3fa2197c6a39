"""A grid from its study to a job: read the prices, lay out the sheets, cut them into blocks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from basketbt.backtest.grid.engine import TILE
from basketbt.config.study import StudyFile
from basketbt.errors import DataError, InputError
from basketbt.grid.choices import Ground, grid_of, sheets_of, widened
from basketbt.grid.sheets import Drawn, GridJob, Sheet
from basketbt.market.dayzero import publication_day
from basketbt.notes import Note, unique
from basketbt.plan.model import StudyPlan
from basketbt.plan.study import make_plan
from basketbt.prices.checks.check import check
from basketbt.prices.data import MarketData, PriceSource
from basketbt.prices.digest import content_digest
from basketbt.prices.origin import origin_of
from basketbt.stages.panels import benchmark_levels, check_reach, panels_of
from basketbt.study import versions

#: Rows of results that a block has at most.
ROWS = 50_000
# Bytes of one row of results while its block is computed and written: figures, dates, columns.
_ROW = 500
# Arrays as large as a tile's levels that are alive at once: products, levels, costs, windows.
_TILE_ARRAYS = 8
# Arrays as large as a sheet's prices: relatives, gains by row and by name, masks.
_SHEET_ARRAYS = 5


class MarketUnknown(DataError):
    template = "grid.random draws from a whole market, and {source} has none"
    fix = "Put a table of adjusted prices beside the others (*_adjusted.parquet), or drop `random`."


class MemoryTooSmall(InputError):
    template = "a grid of this study needs at least {least}, and --memory allows {allowed}"
    fix = "Allow more, or give the grid fewer sessions or a smaller market."


@dataclass(frozen=True, kw_only=True)
class GridPlan:
    """A grid ready to be computed. ``prices`` says where they are from.

    ``reader`` is the first session on which a reader of one of the lists could trade; ``names``
    are those of the lists' shares.
    """

    study: StudyFile
    job: GridJob
    notes: tuple[Note, ...]
    prices: Note
    reader: str
    names: dict[str, str]


def plan_grid(study: StudyFile, source: PriceSource) -> GridPlan:
    """Read the prices of a study and lay out its grid.

    Raises ``NoGrid``, ``MarketUnknown`` and what planning and reading a study raise.
    """
    from dataclasses import replace

    spec = grid_of(study.config)
    plan = make_plan(widened(study))
    request = replace(plan.request, universe=spec.random is not None)
    data = check(source.load(request), plan.config.prices.quality)
    if spec.random is not None and data.universe is None:
        raise MarketUnknown(source=data.source)
    grounds = tuple(_ground(plan, data, number) for number in range(len(plan.cases)))
    tables, sheets, notes = sheets_of(study.config, grounds)
    prices = origin_of(data, (ground.panel for ground in grounds))
    digest = _digest(study, plan, data, grounds, prices)
    return GridPlan(
        study=study,
        job=GridJob(id=digest, tables=tables, sheets=sheets),
        notes=unique([*plan.notes, *(n for g in grounds for n in g.panel.notes), *notes]),
        prices=prices,
        reader=min(
            str(publication_day(basket.source.published, case.calendar))
            for case in plan.cases
            for basket in case.baskets
        ),
        names={one.symbol: one.name_zh for basket in plan.baskets for one in basket.constituents},
    )


def _ground(plan: StudyPlan, data: MarketData, number: int) -> Ground:
    case = plan.cases[number]
    panel, benchmarks = panels_of(plan, data, case)
    check_reach(case, panel)
    levels = benchmark_levels(benchmarks, plan.request.indexes)[:, 0]
    # Random baskets hold mainland shares, which trade on mainland sessions.
    drawn = data.universe if panel.calendar == "XSHG" else None
    return Ground(
        case=case,
        panel=panel,
        benchmark=levels if np.isfinite(levels).any() else None,
        annualisation=plan.annualisation(case.calendar.name),
        universe=drawn,
    )


def _digest(
    study: StudyFile,
    plan: StudyPlan,
    data: MarketData,
    grounds: tuple[Ground, ...],
    prices: Note,
) -> str:
    """Twelve digits of everything a grid is made of: equal ones give equal bytes."""
    spec = grid_of(study.config)
    parts = [
        study.config.canonical(),
        spec.model_dump_json(),
        *(f"{basket.id} {basket.digest}" for basket in plan.baskets),
        *(f"{g.case.event.id} {g.case.day_zero.session} {g.panel.digest}" for g in grounds),
        *(content_digest({"benchmark": g.benchmark}) for g in grounds if g.benchmark is not None),
        "" if data.universe is None else content_digest({"universe": data.universe}),
        *(f"{name} {version}" for name, version in versions()),
        prices.text("en"),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def block_sizes(job: GridJob, memory: int, held: int, workers: int) -> list[int]:
    """Baskets of a block of each sheet, so that ``workers`` of them fit into ``memory`` bytes.

    ``held`` bytes are in use already. Multiples of the tile. Raises ``MemoryTooSmall``.
    """
    sizes = []
    for sheet in job.sheets:
        fixed, each = _needs(job, sheet, workers)
        room = (memory - held - fixed) // (each * workers)
        if room < TILE:
            least = held + fixed + each * workers * TILE
            raise MemoryTooSmall(least=f"{least / 1e6:.0f} MB", allowed=f"{memory / 1e6:.0f} MB")
        baskets = min(room, max(ROWS // sheet.variants_each, TILE))
        sizes.append(baskets // TILE * TILE)
    return sizes


def _needs(job: GridJob, sheet: Sheet, workers: int) -> tuple[int, int]:
    """Bytes that a sheet needs whatever the block, and for each basket of a block."""
    cells = sheet.sessions * job.tables[sheet.table].prices.shape[1]
    tile = TILE * sheet.sessions
    fixed = 8 * (cells * _SHEET_ARRAYS + tile * _TILE_ARRAYS * workers)
    weights = sheet.baskets.size * 20 if isinstance(sheet.baskets, Drawn) else 0
    return fixed, sheet.variants_each * _ROW + weights
