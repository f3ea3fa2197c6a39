"""A real case with reference values, read in place; and small markets to test on."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basketbt.eventstudy.inputs import EventStudyInputs, Options, Pool
from basketbt.eventstudy.models import market_model, sector_model

REFERENCE = Path(__file__).resolve().parents[2] / "../shared/eventstudy_reference"


@dataclass(frozen=True)
class Case:
    names: tuple[str, ...]
    sessions: np.ndarray
    day0: int
    market: np.ndarray
    returns: np.ndarray
    answers: dict[str, Any]


@pytest.fixture(scope="session")
def covid7() -> Case:
    if not REFERENCE.is_dir():
        pytest.skip("the reference case is not beside the project (../shared/eventstudy_reference)")
    answers = json.loads((REFERENCE / "covid7_reference.json").read_text())
    with (REFERENCE / "covid7_logreturns.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = np.array(
        [[float(row[name] or "nan") for name in ["GSPC", *answers["names"]]] for row in rows]
    )
    dates = np.array([row["date"] for row in rows], dtype="datetime64[D]")
    return Case(
        names=tuple(answers["names"]),
        sessions=dates,
        day0=int(np.flatnonzero(dates == np.datetime64(answers["day0"]))[0]),
        market=table[:, 0],
        returns=table[:, 1:],
        answers=answers,
    )


@pytest.fixture
def small() -> EventStudyInputs:
    """Two baskets of five and one of two names on a simulated market, day 0 at row 420 of 450."""
    random = np.random.default_rng(11)
    market = random.normal(0, 0.012, 450)
    sector = market + random.normal(0, 0.008, 450)
    names = tuple("ABCDEFGH")
    common = random.normal(0, 0.01, (450, 1))
    returns = market[:, None] + common + random.normal(0, 0.02, (450, len(names)))
    outside = market[:, None] + common + random.normal(0, 0.02, (450, 60))
    every = np.concatenate([outside, returns], axis=1)
    weights = np.zeros((3, len(names)))
    weights[0, :5] = weights[1, 3:] = 0.2
    weights[2, :2] = 0.5
    return EventStudyInputs(
        event="R1",
        sessions=np.datetime64("2023-01-01") + np.arange(450),
        day0=420,
        names=names,
        returns=returns,
        baskets=("first", "second", "pair"),
        weights=weights,
        benchmark=market,
        models=(market_model(market), sector_model(market, sector)),
        windows=((0, 0), (0, 4), (0, 20)),
        at_limit=np.zeros((450, len(names)), dtype=bool),
        pool=Pool(
            returns=every,
            event_returns=every,
            industries=("software",) * 68,
            own=np.arange(60, 68),
        ),
        options=Options(matched_lists=500, placebo_lists=100, bootstrap_draws=200),
    )
