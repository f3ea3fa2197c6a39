"""A run for a notebook: its tables as frames, its memo, its files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from basketbt.api.studies import Objects, prices_of, study_from
from basketbt.config.study import StudyFile
from basketbt.durable import demand_no_link
from basketbt.notes import Note
from basketbt.pipeline.run import Progress, run_study
from basketbt.pipeline.sources import Access
from basketbt.report.build import report_data
from basketbt.report.data import ReportData
from basketbt.report.files import is_full, keeping, kept, run_files, stored_otherwise
from basketbt.report.model import Table
from basketbt.report.publish import publish
from basketbt.report.render import DEFAULT, MEMO, PICTURES, Format, rendered
from basketbt.report.runs import EVENT_STUDIES
from basketbt.results import StudyResult

if TYPE_CHECKING:
    import pandas as pd

    from basketbt.api.plots import Picture


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

    def plot(self, event: str | None = None) -> Picture:
        """Daily levels of every list around an event (the first one); 100 at the first base."""
        from basketbt.api.plots import levels_picture

        return levels_picture(self.data, event)

    def _repr_html_(self) -> str:
        """What a notebook shows: the front table, and where the prices are from."""
        from basketbt.api.plots import screens_html
        from basketbt.report.render.terminal import headlines, prices_line, tested

        screens = tested if self.result.events_only else headlines
        return screens_html(screens(self.data), prices_line(self.data))

    def write(
        self,
        folder: str | Path = "results",
        formats: Collection[Format] = DEFAULT,
        *,
        full: bool = False,
        tell: Callable[[Iterable[Note]], object] = tuple,
    ) -> Path:
        """Write the run's files under ``folder/<study>/<run id>``; returns that folder.

        ``formats``: any of ``page``, ``figures``, ``xlsx``, ``docx``, ``pdf``, beside tables and
        memo. An event study alone goes to ``folder/<study>/event-study/<run id>``.
        ``full`` adds the bulk tables, which are Parquet, as CSV, and with ``xlsx`` a workbook with
        a sheet for every table (tables.xlsx); what was once written so stays so. ``tell`` is called
        with a note where the same run was stored with other numbers, which are replaced.
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
        tell(stored_otherwise(files, home / self.run_id))
        return publish(keeping(files, earlier), home, self.run_id)


def _frame(table: Table) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(dict(zip(table.layout.keys, table.columns, strict=True)))
    for column in table.layout.columns:
        if column.kind == "date":
            frame[column.key] = pd.to_datetime(frame[column.key])
    return frame


def run(
    study: str | Path | None = None,
    *,
    lists: Any = None,
    events: str | Sequence[str] | None = None,
    windows: Sequence[Sequence[int]] | None = None,
    published: str | date | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    prices: Any = None,
    source: str | None = None,
    name: str | None = None,
    overrides: Sequence[str] = (),
    access: Access | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Run:
    """Run a study: a file, a shipped one, or one made of objects.

    Args:
        study: path of a study's YAML, or the name of a shipped one; None with ``lists``.
        lists: ``{"mine": ["688111.SH", "科大讯飞"]}``: codes or names; weights by code
            (``{"688111.SH": 0.4, …}``); a frame with a column of codes or names, and weight,
            segment or stance; ids of shipped lists; what ``extract`` read (its ``lists``).
        events: ids (``basketbt events``) or moments (``"2025-03-05 22:00"``, Shanghai); several in
            a list. None: the lists' own publications.
        windows: pairs of sessions from day 0, both included.
        published: when lists that are given as objects came out; without it they are looked at
            around the event, and all of it is hindsight.
        since, until: the first and last day held, in place of ``windows``.
        prices: a frame of daily bars, tidy or wide (a DataFrame, or anything with the Arrow C
            stream), or several by name: ``{"bars": …, "indexes": …, "fx": …, "bars_adjusted": …}``.
            They are read and checked as files are (docs/prices.md).
        source: instead of what the study says: ``auto``, ``akshare`` or ``yfinance`` (fetched
            once into the store), ``sample``, ``files:FOLDER`` or ``lock:FILE``.
        name: the study's name, of lists that are objects.
        overrides: ``key=value`` texts, as ``--set`` takes them.
        access: which store, whether the network may be asked, who hears of each symbol.
        progress: called with a few words before each step.
        settings: further keys of a study, e.g. ``weighting="stance"``, ``account={}``,
            ``benchmarks=["000905.SH"]``, ``language="zh"``.

    Raises:
        basketbt.BasketbtError: with a message fit for the user, see ``basketbt.errors``.
    """
    file = study_from(
        study,
        Objects(lists, events, windows, published, since, until, name, settings),
        overrides,
    )
    return run_file(file, source=source, access=access, progress=progress, prices=prices)


def run_file(
    study: StudyFile,
    *,
    source: str | None = None,
    access: Access | None = None,
    progress: Progress | None = None,
    prices: Any = None,
    events_only: bool = False,
) -> Run:
    """Run a study that is read already, or was never a file; see :func:`run`."""
    chosen = prices_of(study, prices, source, access)
    return Run(run_study(study, chosen, progress, events_only=events_only))


def event_study(
    study: str | Path | None = None,
    *,
    lists: Any = None,
    events: str | Sequence[str] | None = None,
    published: str | date | None = None,
    prices: Any = None,
    source: str | None = None,
    name: str | None = None,
    overrides: Sequence[str] = (),
    access: Access | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Run:
    """Run only the event study of a study, with the defaults where it has none.

    The arguments and errors of :func:`run`; of the run's ``frames`` only ``event_study``,
    ``car_paths`` and ``placebo`` exist.
    """
    objects = Objects(lists, events, None, published, None, None, name, settings)
    file = study_from(study, objects, overrides)
    return run_file(
        file, source=source, access=access, progress=progress, prices=prices, events_only=True
    )
