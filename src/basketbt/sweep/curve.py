"""Reading a grid: every variant in order, what each choice moves, where the published one stands.

A specification curve (Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4:1208) sorts all
defensible variants of an analysis by their result, so that a reader sees how much of the answer
was chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.metrics.arrays import RESIDUE
from basketbt.sweep.dictionary import CHOICES, QUANTILES, QUESTION

if TYPE_CHECKING:
    import pyarrow as pa

#: The label of a choice that is not made: no cap, nobody left out.
NOBODY = "none"
# Columns below the curve: neighbouring variants share one, or thousands of marks would blur.
_COLUMNS = 240
# Values of a choice that stand below the curve; more (every share left out) say nothing to the eye.
_MOST_VALUES = 12
#: Event, rebalance and window that a random basket shares with a published result.
Question = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Results:
    """The lists' variants of a grid as arrays, V of them, and the random baskets beside them.

    ``shares`` (V,) is how many each basket has. ``codes[choice]`` (V,) numbers the value of a
    choice in ``labels[choice]``. ``random`` holds the values of the random baskets by their number
    of shares, bought as published, without delay or cost. ``undefined`` counts the
    variants of a list and window that have no value.
    """

    variant: NDArray[np.int64]
    value: Floats
    shares: NDArray[np.int64]
    published: NDArray[np.bool_]
    codes: dict[str, NDArray[np.int64]]
    labels: dict[str, tuple[str, ...]]
    random: dict[Question, dict[int, Floats]]
    undefined: Counter[tuple[str, str]]

    def label(self, choice: str, row: int) -> str:
        """A variant's value of a choice."""
        name: str = self.labels[choice][self.codes[choice][row]]
        return name

    @property
    def distinct(self) -> int:
        """How many different results there are within the questions (lists and windows).

        A cap that does not bind, or stances that are all alike, give one basket under two names.
        """
        question = self.codes["basket"] * len(self.labels["window"]) + self.codes["window"]
        pairs = np.column_stack([question, np.round(self.value, 12)])
        return len(np.unique(pairs, axis=0))

    @property
    def varied(self) -> tuple[str, ...]:
        """The choices that take more than one value."""
        return tuple(choice for choice in CHOICES if len(self.labels[choice]) > 1)

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """(V,) the variants from the smallest value to the largest, ties by number."""
        return np.lexsort((self.variant, self.value))

    @cached_property
    def choices(self) -> tuple[VariedChoice, ...]:
        """What each choice moves."""
        return varied_choices(self)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Where the published results stand."""
        return standings(self)


def row_groups(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """The rows of a Parquet file, a group at a time; None: all columns."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=columns)


def read_results(path: Path, measure: str) -> Results:
    """The variants of a grid.parquet whose ``measure`` exists."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lists: list[pa.Table] = []
    random: dict[Question, dict[int, list[Floats]]] = {}
    for rows in row_groups(path, ["variant", "draw", "shares", "published", *CHOICES, measure]):
        lists.append(rows.filter(pc.is_null(rows["draw"])))
        plain = pc.and_(pc.equal(rows["entry_delay"], 0), pc.equal(rows["cost"], 0.0))
        _collect(rows.filter(pc.and_(pc.is_valid(rows["draw"]), plain)), measure, random)
    every = pa.concat_tables(lists)
    own, empty = (every.filter(which(every[measure])) for which in (pc.is_valid, pc.is_null))
    coded = {choice: _coded(own[choice]) for choice in CHOICES}
    return Results(
        variant=own["variant"].to_numpy(),
        value=own[measure].to_numpy(),
        shares=own["shares"].to_numpy(),
        published=own["published"].to_numpy(),
        codes={choice: codes for choice, (codes, _) in coded.items()},
        labels={choice: labels for choice, (_, labels) in coded.items()},
        random={
            question: {size: np.concatenate(values) for size, values in sizes.items()}
            for question, sizes in random.items()
        },
        undefined=Counter(zip(*(empty[key].to_pylist() for key in QUESTION), strict=True)),
    )


def _collect(rows: pa.Table, measure: str, into: dict[Question, dict[int, list[Floats]]]) -> None:
    """Add the values of random baskets to those of their question and size."""
    import pyarrow.compute as pc

    keys = ["event", "rebalance", "window", "shares"]
    found = rows.filter(pc.is_valid(rows[measure])).group_by(keys, use_threads=False)
    grouped = found.aggregate([(measure, "list")])
    cells = (grouped[key].to_pylist() for key in keys)
    for event, rebalance, window, size, values in zip(
        *cells, grouped[f"{measure}_list"], strict=True
    ):
        own = into.setdefault((event, rebalance, window), {})
        own.setdefault(size, []).append(values.values.to_numpy())


def _coded(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Numbers of a column's values and what they stand for, in order of appearance."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.fill_null(column.cast(pa.string()), NOBODY)
    coded = pa.chunked_array(texts).combine_chunks().dictionary_encode()
    return coded.indices.to_numpy().astype(np.int64), tuple(coded.dictionary.to_pylist())


@dataclass(frozen=True, kw_only=True)
class ChoiceValue:
    """The variants that share one value of one choice.

    ``shifts`` are the ``QUANTILES`` of how far they lie from the median of their question, and
    ``positive`` is the share of them above 0; None where another value answers other questions (a
    share can be left out of its own lists only), since it would compare lists.
    """

    label: str
    variants: int
    shifts: tuple[float, ...]
    positive: float | None


@dataclass(frozen=True, kw_only=True)
class VariedChoice:
    """A choice that was varied, with its values.

    ``moved`` is the share of the variance inside questions that lies between its values (η²).
    """

    choice: str
    moved: float
    values: tuple[ChoiceValue, ...]


def varied_choices(results: Results) -> tuple[VariedChoice, ...]:
    """Every choice that was varied within the questions, the one that moves most first."""
    if not len(results.value):
        return ()
    questions = _questions(results)
    centred = results.value - _of_group(results.value, questions, np.mean)[questions]
    shift = results.value - _of_group(results.value, questions, np.median)[questions]
    found = []
    for choice in results.varied:
        if choice in QUESTION:
            continue
        codes = results.codes[choice]
        crossed = _crossed(questions, codes)
        values = [
            ChoiceValue(
                label=label,
                variants=int((codes == code).sum()),
                shifts=tuple(np.quantile(shift[codes == code], QUANTILES).tolist()),
                positive=float((results.value[codes == code] > 0).mean()) if crossed else None,
            )
            for code, label in enumerate(results.labels[choice])
        ]
        if choice == "left_out":
            values.sort(key=_strongest_first)
        moved = _between(centred, codes)
        found.append(VariedChoice(choice=choice, moved=moved, values=tuple(values)))
    return tuple(sorted(found, key=lambda one: -one.moved))


def _crossed(questions: NDArray[np.int64], codes: NDArray[np.int64]) -> bool:
    """Whether every value of a choice answers every question."""
    pairs = np.unique(questions * (codes.max() + 1) + codes)
    return len(pairs) == int(questions.max() + 1) * int(codes.max() + 1)


def _strongest_first(value: ChoiceValue) -> tuple[bool, float]:
    """Sorts nobody left out first, then the shares by what leaving them out does."""
    return value.label != NOBODY, -abs(value.shifts[QUANTILES.index(0.5)])


def _questions(results: Results) -> NDArray[np.int64]:
    """(V,) a number for the question of each variant, from 0 without a gap."""
    basket, window = (results.codes[choice] for choice in QUESTION)
    numbers: NDArray[np.int64] = np.unique(
        basket * len(results.labels["window"]) + window, return_inverse=True
    )[1]
    return numbers


def _of_group(
    values: Floats, groups: NDArray[np.int64], statistic: Callable[[Floats], np.floating[Any]]
) -> Floats:
    """(G,) a statistic of the values of every group."""
    order = np.argsort(groups, kind="stable")
    edges = np.flatnonzero(np.diff(groups[order])) + 1
    return np.array([statistic(part) for part in np.split(values[order], edges)])


def _between(centred: Floats, codes: NDArray[np.int64]) -> float:
    """Share of the variance of values (mean 0) that lies between groups; 0 if nothing varies."""
    total = float((centred**2).sum())
    sums, counts = np.bincount(codes, centred), np.bincount(codes)
    between = float((sums**2 / np.maximum(counts, 1)).sum())
    # What is left after taking out the means of equal numbers is rounding, not variance.
    return between / total if total > RESIDUE**2 * len(centred) else 0.0


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A published result among all variants of the same list and window.

    ``below`` is the share of variants with a smaller value, ties counted half; ``same_sign`` the
    share on the published one's side of 0. ``below_random`` is the share of random baskets of
    ``random_size`` shares with a smaller value, of the drawn size next to the list's ``shares``;
    None without random baskets.
    """

    event: str
    basket: str
    window: str
    value: float
    variants: int
    quantiles: tuple[float, ...]
    below: float
    same_sign: float
    shares: int
    random_size: int | None
    below_random: float | None


def standings(results: Results) -> tuple[Standing, ...]:
    """Where each published variant stands, in the grid's order."""
    found = []
    for row in np.flatnonzero(results.published).tolist():
        basket, window = results.codes["basket"], results.codes["window"]
        among = results.value[(basket == basket[row]) & (window == window[row])]
        value = float(results.value[row])
        event, rule = results.label("event", row), results.label("rebalance", row)
        random = results.random.get((event, rule, results.label("window", row)), {})
        shares = int(results.shares[row])
        size = min(random, key=lambda drawn: (abs(drawn - shares), drawn), default=None)
        found.append(
            Standing(
                event=event,
                basket=results.label("basket", row),
                window=results.label("window", row),
                value=value,
                variants=len(among),
                quantiles=tuple(np.quantile(among, QUANTILES).tolist()),
                below=_below(among, value),
                same_sign=float((np.sign(among) == np.sign(value)).mean()),
                shares=shares,
                random_size=size,
                below_random=None if size is None else _below(random[size], value),
            )
        )
    return tuple(found)


def _below(among: Floats, value: float) -> float:
    """Share of values under one, ties counted half."""
    return float((among < value).mean() + (among == value).mean() / 2)


def densities(results: Results) -> tuple[list[tuple[str, str]], Floats]:
    """What stands below the curve: R choices with one of their values each, and (R, C) the share of
    the variants in each of C columns that have it."""
    order = results.order
    chosen = [
        (choice, code)
        for choice in results.varied
        if len(results.labels[choice]) <= _MOST_VALUES
        for code in range(len(results.labels[choice]))
    ]
    edges = np.linspace(0, len(order), min(_COLUMNS, len(order)) + 1).astype(np.int64)
    shares = np.zeros((len(chosen), len(edges) - 1))
    for line, (choice, code) in enumerate(chosen):
        marked = np.concatenate([[0], np.cumsum(results.codes[choice][order] == code)])
        shares[line] = np.diff(marked[edges]) / np.diff(edges)
    return [(choice, results.labels[choice][code]) for choice, code in chosen], shares
