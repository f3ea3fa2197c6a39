"""What is wrong with lists and studies, before a price is read: all of it in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from basketbt import yamlfile
from basketbt.config.study import is_study, load_study
from basketbt.errors import BasketbtError, FileSyntaxError, InvalidFile, Problem, RefusedPath
from basketbt.lists.checks import name_warnings, unresolved_warnings
from basketbt.lists.library import Library, find_library
from basketbt.lists.model import Basket
from basketbt.plan.study import make_plan, refuse_caps
from basketbt.shipped import find_study


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found. ``warnings`` do not keep a file from being used."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    studies: int = 0
    lists: int
    composites: int
    shares: int

    @property
    def summary(self) -> str:
        """The one line to print when there are no problems."""
        counts = (
            (self.studies, "study", "studies"),
            (self.lists, "list", "lists"),
            (self.composites, "composite", "composites"),
            (self.shares, "share", "shares"),
        )
        said = (f"{count} {one if count == 1 else many}" for count, one, many in counts if count)
        return f"{', '.join(said)}: fine"


def check_paths(path: Path | None, folder: Path | None) -> Checked:
    """Check a file, every YAML file below a folder, or (None) every list of the library.

    Raises ``RefusedPath`` when the path does not exist or holds no YAML file.
    """
    library, paths = _targets(path, folder)
    studies = [each for each in paths if is_study(each)]
    checked = check_files([each for each in paths if each not in studies], library)
    problems = [problem for study in studies for problem in _study_problems(study)]
    return replace(checked, problems=(*checked.problems, *problems), studies=len(studies))


def _targets(path: Path | None, folder: Path | None) -> tuple[Library, list[Path]]:
    path = None if path is None else find_study(path)
    if path is None:
        library = find_library(folder)
        return library, list(library.files().values())
    if path.is_dir():
        paths = sorted(path.rglob("*.yaml"))
        is_library = any(path.glob("*/*.yaml"))
        library = find_library(folder or (path if is_library else None), start=path)
    else:
        paths = [path] if path.exists() else []
        library = find_library(folder, start=path.parent)
    if not paths:
        why = "holds no YAML file" if path.is_dir() else "does not exist"
        raise RefusedPath(path=path, why=why)
    return library, paths


def check_files(paths: Sequence[Path], library: Library) -> Checked:
    """Check basket files, composites against the lists of ``library``; raises nothing itself."""
    problems: dict[Problem, None] = {}
    warnings: list[Problem] = []
    baskets: list[Basket] = []
    for path in paths:
        try:
            document = yamlfile.load(path)
            warnings += [*name_warnings(document), *unresolved_warnings(document)]
            baskets.append(library.load(path))
        except InvalidFile as error:
            # A composite repeats the problems of its lists: each is told once.
            problems.update(dict.fromkeys(error.problems))
        except FileSyntaxError as error:
            line, what = int(str(error.fields["line"])), f"not valid YAML: {error.fields['what']}"
            problems[Problem(str(error.fields["path"]), line, what)] = None
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


def _study_problems(path: Path) -> tuple[Problem, ...]:
    """What a run would refuse before it reads a price: in the file, its lists, dates and caps."""
    try:
        study = load_study(path)
        refuse_caps(study, make_plan(study).baskets)
    except InvalidFile as error:
        return error.problems
    except BasketbtError as error:
        return (Problem(str(path), 0, str(error), error.hint),)
    return ()
