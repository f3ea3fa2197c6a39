"""Runs side by side, for a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.api.runs import Run
from basketbt.report.data import ReportData

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """Runs side by side: ``files`` are what ``basketbt compare`` writes, ``name`` its folder."""

    name: str
    files: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"<basketbt.Comparison {self.name}: {', '.join(self.files)}>"

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name: returns, settings, statistics, levels."""
        import pandas as pd

        return {
            name.removesuffix(".csv"): pd.read_csv(BytesIO(content), encoding="utf-8-sig")
            for name, content in self.files.items()
            if name.endswith(".csv")
        }

    def write(self, folder: str | Path = "results/compare") -> Path:
        """Write the files below ``folder``; returns theirs. Raises ``OutputError``."""
        from basketbt.report.publish import publish

        return publish(self.files, Path(folder), self.name)

    def _repr_html_(self) -> str:
        return self.frames["returns"].to_html(index=False)


def compare(*runs: Run | str | Path, results: str | Path = "results") -> Comparison:
    """Put two runs or more side by side.

    A run is one of ``basketbt.run``, or names one that was written: its study, ``latest``, a piece
    of its id below ``results``, or its folder. Raises ``TooFewRuns``, ``UnknownRun``,
    ``AmbiguousRun``, ``NotARun``.
    """
    from basketbt.report.compare import comparison

    compared = [_data(run, Path(results)) for run in runs]
    files = comparison(compared)
    return Comparison("-".join(one.info.run[:6] for one in compared), files)


def _data(run: Run | str | Path, results: Path) -> ReportData:
    if isinstance(run, Run):
        return run.data
    from basketbt.report.files import read_run
    from basketbt.report.runs import find_run

    return read_run(find_run(str(run), results)).data
