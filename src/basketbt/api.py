"""What a notebook needs: run a study, look at frames, write the files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.config.study import StudyFile, load_study
from basketbt.durable import demand_no_link
from basketbt.pipeline.run import Progress, run_study
from basketbt.pipeline.sources import Access, choose_source
from basketbt.report.build import report_data
from basketbt.report.data import ReportData
from basketbt.report.files import is_full, keeping, kept, run_files
from basketbt.report.model import Table
from basketbt.report.publish import publish
from basketbt.report.render import DEFAULT, MEMO, PICTURES, Format, rendered
from basketbt.report.runs import EVENT_STUDIES
from basketbt.results import StudyResult
from basketbt.shipped import find_study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Run:
    """A finished study. ``result`` holds arrays; the properties give the tables as frames."""

    result: StudyResult

    def __repr__(self) -> str:
        """One line: a result holds millions of numbers."""
        result = self.result
        events = ", ".join(case.case.event.id for case in result.cases)
        lists = len(result.plan.baskets)
        said = f"{lists} {'list' if lists == 1 else 'lists'}, {events}"
        prices = result.prices.text("en")
        return f"<basketbt.Run {result.plan.config.study} {self.run_id}: {said}; {prices}>"

    @property
    def run_id(self) -> str:
        """Twelve digits that name this run; equal inputs give equal ids."""
        return self.result.run_id

    @cached_property
    def data(self) -> ReportData:
        """What every rendering reads: tables, and what no table holds."""
        return report_data(self.result)

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name, columns under their English keys, dates as datetime64."""
        language = self.data.info.language
        return {name: _frame(one.worded(language)) for name, one in self.data.tables.items()}

    @property
    def summary(self) -> pd.DataFrame:
        """A row per event, basket, weighting, rebalance and window."""
        return self.frames["summary"]

    @property
    def levels(self) -> pd.DataFrame:
        """Daily levels, 100 at each base date."""
        return self.frames["levels"]

    @property
    def constituents(self) -> pd.DataFrame:
        """Weight, return and contribution of each share in each window."""
        return self.frames["constituents"]

    @property
    def drawdowns(self) -> pd.DataFrame:
        """Every fall from a peak."""
        return self.frames["drawdowns"]

    @property
    def memo(self) -> str:
        """The memo as Markdown, in the study's language."""
        return rendered(self.data)[MEMO].decode()

    def write(
        self,
        folder: str | Path = "results",
        formats: Collection[Format] = DEFAULT,
        *,
        full: bool = False,
    ) -> Path:
        """Write the run's files under ``folder/<study>/<run id>``; returns that folder.

        ``formats``: any of ``page``, ``figures``, ``xlsx``, ``docx``, ``pdf``, beside tables and
        memo. An event study alone goes to ``folder/<study>/event-study/<run id>``.
        ``full`` adds the bulk tables, which are Parquet, as CSV, and with ``xlsx`` a workbook with
        a sheet for every table (tables.xlsx); what was once written so stays so.
        """
        home = Path(folder) / self.result.plan.config.study
        home = home / EVENT_STUDIES if self.result.events_only else home
        demand_no_link(Path(folder), str(home.relative_to(folder)))
        earlier = kept(home / self.run_id, self.run_id)
        files = run_files(
            self.data,
            formats,
            full=full or is_full(earlier),
            illustrated=any(name.startswith(PICTURES) for name in earlier),
        )
        return publish(keeping(files, earlier), home, self.run_id)


def _frame(table: Table) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(dict(zip(table.layout.keys, table.columns, strict=True)))
    for column in table.layout.columns:
        if column.kind == "date":
            frame[column.key] = pd.to_datetime(frame[column.key])
    return frame


def run(
    study: str | Path,
    *,
    source: str | None = None,
    overrides: Sequence[str] = (),
    access: Access | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run a study file.

    Args:
        study: path of a study's YAML, or the name of a shipped one.
        source: instead of what the study says: ``auto``, ``akshare`` or ``yfinance`` (fetched
            once into the store), ``sample``, ``files:FOLDER`` or ``lock:FILE``.
        overrides: ``key=value`` texts, as ``--set`` takes them.
        access: which store, whether the network may be asked, who hears of each symbol.
        progress: called with a few words before each step.

    Raises:
        basketbt.BasketbtError: with a message fit for the user, see ``basketbt.errors``.
    """
    file = load_study(find_study(Path(study)), overrides)
    return run_file(file, source=source, access=access, progress=progress)


def run_file(
    study: StudyFile,
    *,
    source: str | None = None,
    access: Access | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run a study that is read already, or was never a file; see :func:`run`."""
    return Run(run_study(study, choose_source(study, source, access), progress))


def event_study(
    study: str | Path,
    *,
    source: str | None = None,
    overrides: Sequence[str] = (),
    access: Access | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run only the event study of a study file, with the defaults where it has none.

    The arguments and errors of :func:`run`; of the run's ``frames`` only ``event_study``,
    ``car_paths`` and ``placebo`` exist.
    """
    file = load_study(find_study(Path(study)), overrides)
    return Run(run_study(file, choose_source(file, source, access), progress, events_only=True))
