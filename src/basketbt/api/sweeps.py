"""Every choice of a study with every other, for a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from basketbt.api.studies import Objects, prices_of, study_from
from basketbt.pipeline.run import Progress
from basketbt.pipeline.sources import Access

if TYPE_CHECKING:
    import pandas as pd

    from basketbt.api.plots import Picture


@dataclass(frozen=True)
class Sweep:
    """A finished grid and the folder of its files (docs/grid.md)."""

    folder: Path

    def __repr__(self) -> str:
        return f"<basketbt.Sweep {self.folder}: {self.manifest['variants']:,} variants>"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What it was made of."""
        from basketbt.report.files import read_manifest

        return read_manifest(self.folder)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """A row a variant: its choices and its figures; texts that repeat are categories."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pq.read_table(self.folder / "grid.parquet")
        texts = [one.name for one in table.schema if pa.types.is_string(one.type)]
        frame: pd.DataFrame = table.to_pandas(categories=texts)
        return frame

    @cached_property
    def choices(self) -> pd.DataFrame:
        """What each value of each choice moves, the choice that moves most first."""
        return _table(self.folder / "choices.csv")

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Where each published result stands among its variants."""
        return _table(self.folder / "standing.csv")

    @property
    def memo(self) -> str:
        """The memo as Markdown."""
        return (self.folder / "grid.md").read_text(encoding="utf-8")

    def plot(self) -> Picture:
        """All results of the lists in order: the specification curve, as the page has it."""
        from basketbt.api.plots import Picture

        return Picture((self.folder / "curve.svg").read_text(encoding="utf-8"))

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.standing.to_html(index=False)}"


def _table(path: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=[""])


def sweep(
    study: str | Path | None = None,
    *,
    lists: Any = None,
    events: str | Sequence[str] | None = None,
    windows: Sequence[Sequence[int]] | None = None,
    published: str | date | None = None,
    grid: Mapping[str, Any] | None = None,
    prices: Any = None,
    source: str | None = None,
    name: str | None = None,
    folder: str | Path = "results",
    overrides: Sequence[str] = (),
    access: Access | None = None,
    progress: Progress | None = None,
    scheduler: str = "local",
    workers: int | None = None,
    **settings: Any,
) -> Sweep:
    """Run every choice of a study with every other (``basketbt grid``).

    ``grid`` is the study's section (docs/grid.md), of a study made of objects; ``scheduler`` is
    ``local``, ``processes`` or a Dask address. The files go below ``folder``; a grid that is there
    is not computed again. The other arguments, and the errors, are those of ``basketbt.run``.
    """
    from basketbt.sweep.planner import plan_grid
    from basketbt.sweep.run import GridOptions, run_grid
    from basketbt.sweep.schedulers import usable_cores

    asked = settings if grid is None else {**settings, "grid": grid}
    objects = Objects(lists, events, windows, published, None, None, name, asked)
    file = study_from(study, objects, overrides)
    say = progress or (lambda _: None)
    plan = plan_grid(file, prices_of(file, prices, source, access), say)
    options = GridOptions(scheduler, workers or usable_cores())
    return Sweep(run_grid(plan, Path(folder), options))
