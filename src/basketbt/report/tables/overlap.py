"""overlap.csv: how much the baskets of a study have in common, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.baskets.overlap import Overlap
from basketbt.report.model import Column, Layout, Table, Value
from basketbt.report.tables.keys import BASKET
from basketbt.results import StudyResult

LAYOUT = Layout(
    "overlap",
    "one pair of baskets",
    "每对组合一行",
    (
        BASKET,
        Column("other", "另一组合", "text", "id of the other basket", "另一组合编号"),
        Column("names", "成分数", "integer", "shares in the first basket", "前一组合成分数"),
        Column(
            "other_names", "另一成分数", "integer", "shares in the other basket", "另一组合成分数"
        ),
        Column("common", "共同成分数", "integer", "shares in both", "两者共有的成分数"),
        Column(
            "jaccard",
            "杰卡德系数",
            "ratio",
            "shares in both / shares in either",
            "共有成分数 / 并集成分数",
        ),
        Column(
            "weight_overlap",
            "权重重合",
            "decimal",
            "money in the same shares when both are equally weighted: sum of the lesser weights",
            "均按等权时投在相同成分上的资金占比：较小权重之和",
        ),
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
