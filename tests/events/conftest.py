"""A real case with reference values, read in place; and small markets to test on."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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
