"""Write the tables and the curve of docs/case-study.md: ``python tools/case_study.py``.

They come from the shipped studies on the sample of record, so anyone can make them again. A table
stands between ``<!-- name -->`` and ``<!-- end -->``; the sentences around it are written by hand,
and tests/test_case_study.py holds them to the numbers.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from basketbt.api import Run, event_study, run
from basketbt.config.study import load_study
from basketbt.data.sources.sample import SampleSource
from basketbt.report.tables.accounts import accounts
from basketbt.report.views.numbers import percent
from basketbt.shipped import shipped
from basketbt.sweep.curve import Results, read_results, standings, varied_choices
from basketbt.sweep.dictionary import QUANTILES
from basketbt.sweep.planner import plan_grid
from basketbt.sweep.run import GridOptions, run_grid

PAGE = Path(__file__).resolve().parents[1] / "docs" / "case-study.md"
CURVE = PAGE.with_name("case-study-r1-curve.svg")
MEDIAN = QUANTILES.index(0.5)
VERDICTS = {
    "stood_out": "stood out",
    "moved_with_kind": "moved with its kind",
    "chance": "chance",
    "untested": "not tested",
}


class Case:
    """The runs behind the page, each made once, when it is asked for."""

    @cached_property
    def r1(self) -> Run:
        return run("deepseek-r1")

    @cached_property
    def v3(self) -> Run:
        return run("deepseek-v3")

    @cached_property
    def r1_account(self) -> Run:
        return run("deepseek-r1-account")

    @cached_property
    def r1_events(self) -> Run:
        return event_study("deepseek-r1-events")

    @cached_property
    def v3_events(self) -> Run:
        return event_study("deepseek-v3-events")

    @cached_property
    def r1_grid(self) -> Grid:
        study = load_study(shipped("configs") / "deepseek-r1.yaml")
        with tempfile.TemporaryDirectory() as folder:
            made = run_grid(plan_grid(study, SampleSource()), Path(folder), GridOptions())
            results = read_results(made / "grid.parquet", "excess_return")
            return Grid(results, (made / "curve.svg").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Grid:
    """A grid's results by excess return, and its curve as SVG."""

    results: Results
    curve: str


def tables(case: Case) -> Mapping[str, list[str]]:
    """Every table of the page by name, as lines of Markdown."""
    makers: Mapping[str, Callable[[Case], list[str]]] = {
        "guojin-r1": _returns,
        "guojin-r1-chance": _chance,
        "guojin-r1-account": _accounts,
        "others-r1-account": _other_accounts,
        "r1-grid-windows": _grid_windows,
        "r1-grid-choices": _grid_choices,
    }
    return {name: make(case) for name, make in makers.items()}


def main_tests(made: Run, model: str = "market") -> pd.DataFrame:
    """The registered tests of an event study under one model."""
    frame = made.frames["event_study"]
    return frame[(frame["variant"] == "main") & (frame["model"] == model)]


def _returns(case: Case) -> list[str]:
    windows = ("[0,+5]", "[0,+20]", "hindsight", "available")
    summary = case.r1.summary.set_index(["basket", "window"])
    rows = []
    for basket in _guojin(case.r1.summary["basket"]):
        cells = [basket, str(summary.loc[(basket, windows[0]), "names"])]
        for window in windows:
            row = summary.loc[(basket, window)]
            cells += [f"{row['total_return']:+.1%}", f"{row['excess_return']:+.1%}"]
        rows.append(cells)
    head = ["list", "names", "[0,+5]", "excess", "[0,+20]", "excess"]
    return _table([*head, "hindsight [0,+7]", "excess", "available [+8,+60]", "excess"], rows)


def _chance(case: Case) -> list[str]:
    """The named lists: from publication on, then around the event."""
    tests = main_tests(case.r1_events)
    said = case.r1_events.frames["verdicts"].set_index(["basket", "window"])["verdict"]
    families = [tests[tests["family"] == family] for family in ("publication", "event")]
    rows = [
        [
            one["basket"],
            one["window"],
            f"{one['car']:+.1%}",
            f"{one['q2_expected']:+.1%}",
            *(_p(one[key]) for key in ("p", "q1_p")),
            f"{one['q1_rate']:.1%}",
            *(_p(one[key]) for key in ("q1_holm_p", "q2_p", "q2_holm_p")),
            f"{one['q1_mde']:.1%}",
            VERDICTS[said[one["basket"], one["window"]]],
        ]
        for one in pd.concat(families).to_dict("records")
    ]
    head = ["list", "window", "CAR", "its kind", "p", "Q1 p", "rate", "Q1 Holm", "Q2 p"]
    return _table([*head, "Q2 Holm", "could see ≥", "verdict"], rows, texts=2)


def _accounts(case: Case) -> list[str]:
    """Guojin's rows of the memo's table of accounts."""
    lines = case.r1_account.memo.splitlines()
    first = next(at for at, line in enumerate(lines) if " | " in line and "Achievable" in line)
    own = [line for line in lines[first:] if line.startswith("| Guojin")]
    return [*lines[first : first + 2], *own[:10]]


def _other_accounts(case: Case) -> list[str]:
    """A row for each list that is not Guojin's: paper, and both entries."""
    found: dict[str, list[str]] = {}
    for owner in accounts(case.r1_account.result, opened=False):
        parts, name = owner.book.shortfall, owner.basket.id
        if not name.startswith("guojin/"):
            start = [name, percent(owner.holdable).lstrip("+"), percent(owner.list_return)]
            achieved = percent(float(parts.achieved[owner.member]))
            found.setdefault(name, start).append(achieved)
    head = ["list", "covers", "paper", "after publication", "next open"]
    return _table(head, list(found.values()))


def _grid_windows(case: Case) -> list[str]:
    results = case.r1_grid.results
    stands = standings(results)
    rows = []
    for code, window in enumerate(results.labels["window"]):
        own = [stand for stand in stands if stand.window == window]
        values = results.value[results.codes["window"] == code]
        beyond = sum((stand.below_random or 0.0) > 0.975 for stand in own)
        one_sided = sum(stand.quantiles[0] > 0 or stand.quantiles[-1] < 0 for stand in own)
        rows.append(
            [
                window,
                percent(float(np.median([stand.value for stand in own]))),
                percent(float(np.median(values))),
                f"{(values > 0).mean():.0%}",
                f"{np.median([stand.below for stand in own]):.0%}",
                f"{one_sided} of {len(own)}",
                f"{beyond} of {len(own)}",
            ]
        )
    head = ["window", "published, median", "variants, median", "above 0", "below"]
    return _table([*head, "one-sided", "above the pool"], rows)


def _grid_choices(case: Case) -> list[str]:
    rows = [
        [
            choice.choice,
            one.label,
            f"{choice.moved:.1%}",
            percent(one.shifts[MEDIAN]),
            "" if one.positive is None else f"{one.positive:.0%}",
        ]
        for choice in varied_choices(case.r1_grid.results)
        if choice.choice != "left_out"
        for one in choice.values
    ]
    return _table(["choice", "value", "moved", "median shift", "above 0"], rows, texts=2)


def _guojin(baskets: pd.Series) -> list[str]:
    return [name for name in dict.fromkeys(baskets) if name.startswith("guojin/")]


def _p(value: float) -> str:
    return "<0.001" if value < 0.0005 else f"{value:.3f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> list[str]:
    marks = [":---"] * texts + ["---:"] * (len(head) - texts)
    return ["| " + " | ".join(cells) + " |" for cells in (head, marks, *rows)]


def written(page: str, name: str) -> list[str]:
    """The lines of a table as they stand in the page."""
    part = page.partition(f"<!-- {name} -->\n")[2].partition("\n<!-- end -->")[0]
    return part.splitlines()


def main() -> None:
    case = Case()
    page = PAGE.read_text(encoding="utf-8")
    for name, lines in tables(case).items():
        text = f"<!-- {name} -->\n" + "\n".join(lines) + "\n<!-- end -->"
        page, count = re.subn(
            rf"<!-- {name} -->\n.*?<!-- end -->", lambda _, new=text: new, page, flags=re.DOTALL
        )
        if count != 1:
            raise SystemExit(f"{PAGE}: {count} tables are called {name}; there should be one")
    PAGE.write_text(page, encoding="utf-8")
    CURVE.write_text(case.r1_grid.curve, encoding="utf-8")


if __name__ == "__main__":
    main()
