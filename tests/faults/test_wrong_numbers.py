"""No number of the catalogue passes in silence: each is named with its security, by its check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basketbt.data.bars import PriceRequest
from basketbt.data.sources.files import FilesSource
from basketbt.data.validation.check import check, examined
from basketbt.data.validation.policy import DEFAULT_POLICY
from basketbt.errors import BadPrices, BasketbtError
from faults.catalogue_data import (
    DAYS,
    PAIR,
    SHARES,
    WRONG_NUMBERS,
    WRONG_TEXTS,
    WrongNumber,
    WrongText,
    market,
)

_SAMPLED = 7  # every so manieth is part of the quick tests


def sampled(entries: tuple[WrongNumber, ...]) -> list[Any]:
    return [
        pytest.param(one, id=one.id, marks=() if at % _SAMPLED == 0 else pytest.mark.slow)
        for at, one in enumerate(entries)
    ]


def test_the_market_of_the_catalogue_passes_without_a_word() -> None:
    assert examined(market())[1] == []


def test_the_catalogue_is_large_enough_and_names_no_entry_twice() -> None:
    names = [*(one.id for one in WRONG_NUMBERS), *(one.id for one in WRONG_TEXTS)]
    assert len(set(names)) == len(names) >= 200


@pytest.mark.parametrize("fault", sampled(WRONG_NUMBERS))
def test_a_wrong_number_is_refused_or_warned_of_by_name(fault: WrongNumber) -> None:
    wrong = fault.change(market())
    found = {(one.symbol, one.rule) for one in examined(wrong)[1]}
    assert (fault.symbol, fault.rule) in found
    if any(DEFAULT_POLICY[rule] == "refuse" for _, rule in found):
        with pytest.raises(BadPrices):
            check(wrong)
    else:
        assert any(fault.symbol in note.text("zh") for note in check(wrong).notes)


@pytest.mark.parametrize("fault", WRONG_TEXTS, ids=[one.id for one in WRONG_TEXTS])
def test_a_cell_that_means_something_else_is_refused_by_its_line(
    fault: WrongText, tmp_path: Path
) -> None:
    for name, text in fault.tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    asked = PriceRequest(
        symbols=SHARES[:2], indexes=(), start=DAYS[0], end=np.datetime64("2024-12-31"), fx=(PAIR,)
    )
    with pytest.raises(BasketbtError) as caught:
        FilesSource(tmp_path).load(asked)
    assert caught.value.exit_code == 2
    assert fault.says in str(caught.value)
