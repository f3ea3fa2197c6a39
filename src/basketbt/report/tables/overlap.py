"""overlap.csv: how much the baskets of a study have in common, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.lists.overlap import Overlap
from basketbt.report.model import Column, Layout, Table, Value
from basketbt.report.tables.keys import BASKET
from basketbt.results import StudyResult

LAYOUT = Layout(
    "overlap",
    (
        BASKET,
        Column("other", "text"),
        Column("names", "integer"),
        Column("other_names", "integer"),
        Column("common", "integer"),
        Column("jaccard", "ratio"),
        Column("weight_overlap", "decimal"),
    ),
)


def overlap_table(result: StudyResult) -> Table:
    """The rows of overlap.csv: every pair once."""
    return Table.of(LAYOUT, _rows(result.overlap))


def _rows(found: Overlap) -> Iterator[dict[str, Value]]:
    assert found.weight is not None
    for one, name in enumerate(found.ids):
        for two in range(one + 1, len(found.ids)):
            yield {
                "basket": name,
                "other": found.ids[two],
                "names": int(found.common[one, one]),
                "other_names": int(found.common[two, two]),
                "common": int(found.common[one, two]),
                "jaccard": float(found.jaccard[one, two]),
                "weight_overlap": float(found.weight[one, two]),
            }
