"""What a user may ask for when weights are chosen; ``weights.py`` computes them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

from basketbt.errors import InfeasibleWeights, unknown
from basketbt.notes import Note, message

Kind = Literal[
    "equal", "by_segment", "stance", "given", "inverse_volatility", "market_cap", "tradable_cap"
]
KINDS: tuple[str, ...] = get_args(Kind)

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_LABEL = re.compile(rf"([a-z_]+)(?: ({_NUMBER}):({_NUMBER}))?(?: cap ({_NUMBER})%)?")


@dataclass(frozen=True)
class Weighting:
    """How weights are chosen.

    ``recommend`` and ``watch`` are the scores of the two stances (kind ``stance`` only). ``cap`` is
    the largest weight of one share, as a fraction, or None. Raises ``InfeasibleWeights`` for an
    unknown kind, scores that are not positive, or a cap outside (0, 1].
    """

    kind: Kind
    recommend: float = 2.0
    watch: float = 1.0
    cap: float | None = None

    def __post_init__(self) -> None:
        why: Note | None = None
        if self.kind not in KINDS:
            why = message("why-there-is-no-such-weighting", kinds=", ".join(KINDS))
        elif not (0 < self.recommend < math.inf and 0 < self.watch < math.inf):
            why = message("why-the-stance-scores-must-be")
        elif self.cap is not None and not 0 < self.cap <= 1:
            why = message("why-the-cap-must-be-above", cap=self.cap)
        if why:
            raise InfeasibleWeights(basket=f"weighting {self.kind}", why=why)

    @property
    def label(self) -> str:
        """Its name in tables: ``equal``, ``stance 2:1``, ``market_cap cap 10%``."""
        label: str = self.kind
        if self.kind == "stance":
            label += f" {_short(self.recommend)}:{_short(self.watch)}"
        if self.cap is not None:
            label += f" cap {_short(self.cap * 100)}%"
        return label


def parse_weighting(text: str) -> Weighting:
    """The weighting with that label; ``stance`` alone means ``stance 2:1``.

    Raises ``UnknownName`` or ``InfeasibleWeights``.
    """
    match = _LABEL.fullmatch(text.strip())
    if match is None or match[1] not in KINDS or (match[2] and match[1] != "stance"):
        raise unknown("weighting", text, sorted(KINDS))
    return Weighting(
        cast("Kind", match[1]),
        recommend=float(match[2] or 2),
        watch=float(match[3] or 1),
        cap=float(match[4]) / 100 if match[4] else None,
    )


def _short(number: float) -> str:
    return f"{number:.10f}".rstrip("0").rstrip(".")
