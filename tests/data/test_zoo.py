"""Every layout that analysts have is read as it is, and none of its mutations is wrong unseen."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import numpy as np
import pytest

from basketbt.data.bars import MarketData, PriceRequest
from basketbt.data.panel import PricePanel, build_panel
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.files.inspection import inspect
from basketbt.data.validation.check import check
from basketbt.errors import BasketbtError
from basketbt.market.calendars import calendar
from support.zoo import LAYOUTS
from support.zoo_market import END, MUTATIONS, START, SYMBOLS, Truth, truth
from support.zoo_writing import Layout, indexes

TRUE = truth()
REQUEST = PriceRequest(symbols=SYMBOLS, indexes=("000300.SH",), start=START, end=END)
#: Notes that say in the first screen that prices may not be what they seem.
OF_RETURNS = {"taken_as_adjusted", "raw_not_shown", "no_factor", "price_check"}
OF_VOLUMES = {"unit_not_shown"}


def load(folder: Path, layout: Layout, shares: Truth) -> MarketData:
    layout.write(folder, shares)
    indexes(folder)
    return check(FilesSource(folder).load(REQUEST))


def panel(data: MarketData) -> PricePanel:
    sessions = calendar("XSHG").between(START, END)
    return build_panel(data, SYMBOLS, calendar="XSHG", sessions=sessions)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_a_layout_is_read_as_it_is(tmp_path: Path, layout: Layout) -> None:
    data = load(tmp_path, layout, TRUE)
    found = panel(data)
    for number, share in enumerate(TRUE):
        bars = data.bars.of(share.symbol)
        traded = ~share.halted
        assert bars.dates.tolist() == share.dates[traded].tolist()
        if layout.returns == "adjusted":
            assert bars.adjusted.all()
        else:
            assert not bars.adjusted.any()
            assert bars.close == pytest.approx(share.close[traded], abs=1e-6)
            if layout.volume:
                assert bars.volume == pytest.approx(share.volume[traded], rel=1e-6)
            if layout.amount:
                assert bars.amount == pytest.approx(share.amount[traded], rel=1e-6)
        gained = found.total[-1, number] / found.total[0, number] - 1.0
        want = share.total_return
        if layout.returns == "price":
            want = share.close[-1] / share.close[0] - 1.0
            assert "no_factor" in {note.kind.code for note in found.notes}
        assert gained == pytest.approx(want, abs=4e-4 if layout.returns == "adjusted" else 5e-7)


def verdict(folder: Path, layout: Layout, mutation: str) -> str:
    """caught, right, said, or wrong: what becomes of a mutation."""
    try:
        data = load(folder, layout, tuple(MUTATIONS[mutation](one) for one in TRUE))
    except BasketbtError:
        return "caught"
    found = panel(data)
    said = {note.kind.code for note in (*data.notes, *found.notes)}
    wrong: list[set[str]] = []  # what would have to be said of it
    for number, share in enumerate(TRUE):
        if share.symbol not in data.bars.symbols:
            return "caught"  # named as missing by every study that asks for it
        total = found.total[:, number] / found.total[0, number]
        true = share.close * share.factor / (share.close[0] * share.factor[0])
        if not np.allclose(total, true, rtol=2e-3):
            wrong.append(OF_RETURNS)
        bars = data.bars.of(share.symbol)
        traded = share.volume[~share.halted]
        same = len(bars) == len(traded) and np.allclose(bars.volume, traded, rtol=1e-3)
        if layout.volume and not bars.adjusted.any() and not same:
            wrong.append(OF_VOLUMES)
    if not wrong:
        return "right"
    return "said" if all(said & doubts for doubts in wrong) else "wrong"


def mutations(layout: Layout) -> list[str]:
    """Those that change what the layout holds."""
    lacking = [name for name in ("volume", "amount") if not getattr(layout, name)]
    return [name for name in MUTATIONS if not name.startswith(tuple(lacking))]


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_no_mutation_of_a_layout_is_wrong_unseen(tmp_path: Path, layout: Layout) -> None:
    found = {}
    for number, mutation in enumerate(mutations(layout)):
        folder = tmp_path / str(number)
        folder.mkdir()
        found[mutation] = verdict(folder, layout, mutation)
    assert "wrong" not in found.values(), found


@pytest.mark.parametrize("number", range(len(LAYOUTS)))
def test_a_mutation_of_each_layout_is_not_wrong_unseen(tmp_path: Path, number: int) -> None:
    layout = LAYOUTS[number]
    choice = mutations(layout)
    assert verdict(tmp_path, layout, choice[number % len(choice)]) != "wrong"


@pytest.mark.parametrize("number", range(len(LAYOUTS)))
def test_a_damaged_file_is_one_error_or_none(tmp_path: Path, number: int) -> None:
    rng = random.Random(number)
    LAYOUTS[number].write(tmp_path, TRUE)
    indexes(tmp_path)
    path = rng.choice(sorted(one for one in tmp_path.rglob("*") if one.is_file()))
    content = bytearray(path.read_bytes())
    for _ in range(20):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(content[: rng.randrange(len(content) // 2, len(content))])
    with contextlib.suppress(BasketbtError):
        check(FilesSource(tmp_path).load(REQUEST))
    inspect(tmp_path)


def test_the_zoo_is_large_enough() -> None:
    assert len(LAYOUTS) >= 40
    assert sum(len(mutations(layout)) for layout in LAYOUTS) >= 500
