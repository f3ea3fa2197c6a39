"""All problems of all basket files, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from basketbt import yamlfile
from basketbt.baskets.catalogue import known_names
from basketbt.baskets.checks import name_warnings
from basketbt.baskets.library import Library
from basketbt.baskets.model import Basket
from basketbt.errors import FileSyntaxError, InvalidFile, Problem, RefusedPath


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found. ``warnings`` do not keep a file from being used."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    lists: int
    composites: int
    shares: int


def check_files(paths: Sequence[Path], library: Library) -> Checked:
    """Check basket files, composites against the lists of ``library``; raises nothing itself."""
    problems: dict[Problem, None] = {}
    warnings: list[Problem] = []
    baskets: list[Basket] = []
    for path in paths:
        try:
            warnings += name_warnings(yamlfile.load(path), known_names())
            baskets.append(library.load(path))
        except InvalidFile as error:
            # A composite repeats the problems of its lists: each is told once.
            problems.update(dict.fromkeys(error.problems))
        except FileSyntaxError as error:
            problems[Problem(*_place(error), f"not valid YAML: {error.fields['what']}")] = None
        except RefusedPath as error:
            problems[Problem(str(error.fields["path"]), 1, str(error.fields["why"]))] = None
    lists = [basket for basket in baskets if not basket.components]
    return Checked(
        problems=tuple(sorted(problems)),
        warnings=tuple(sorted(warnings)),
        lists=len(lists),
        composites=len(baskets) - len(lists),
        shares=len({symbol for basket in baskets for symbol in basket.symbols}),
    )


def _place(error: FileSyntaxError) -> tuple[str, int]:
    return str(error.fields["path"]), int(str(error.fields["line"]))
