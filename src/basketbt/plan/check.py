"""What is wrong with lists and studies, before a price is read: all of it in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from basketbt import yamlfile
from basketbt.config.study import is_study, load_study
from basketbt.errors import BasketbtError, FileSyntaxError, InvalidFile, Problem, RefusedPath
from basketbt.lists.checks import name_warnings, unresolved_warnings
from basketbt.lists.library import Library, find_library
from basketbt.lists.model import Basket
from basketbt.market.clock import moment_text
from basketbt.notes import Counted, Note, listing, message
from basketbt.plan.model import Case, StudyPlan
from basketbt.plan.study import make_plan, refuse_caps
from basketbt.shipped import find_study

_MEND = message("do-nothing-if-meant")


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
    def summary(self) -> Note:
        """The one line to print when there are no problems."""
        counts = {
            "studies": self.studies,
            "lists": self.lists,
            "lists_composite": self.composites,
            "shares": self.shares,
        }
        said = listing(Counted(f"count.{name}", count) for name, count in counts.items() if count)
        return message("all-fine", counts=said)


def check_paths(path: Path | None, folder: Path | None, today: date | None = None) -> Checked:
    """Check a file, every YAML file below a folder, or (None) every list of the library.

    A publication after ``today`` is still to come; None does not ask. Raises ``RefusedPath`` when
    the path does not exist or holds no YAML file.
    """
    library, paths = _targets(path, folder)
    studies = [each for each in paths if is_study(each)]
    checked = check_files([each for each in paths if each not in studies], library, today)
    found = [_check_study(study, today) for study in studies]
    return replace(
        checked,
        problems=(*checked.problems, *(one for problems, _ in found for one in problems)),
        warnings=(*checked.warnings, *(one for _, warnings in found for one in warnings)),
        studies=len(studies),
    )


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
        why = message("why-holds-no-yaml-file") if path.is_dir() else message("why-does-not-exist")
        raise RefusedPath(path=path, why=why)
    return library, paths


def check_files(paths: Sequence[Path], library: Library, today: date | None = None) -> Checked:
    """Check basket files, composites against the lists of ``library``; raises nothing itself."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    baskets: list[Basket] = []
    for path in paths:
        try:
            document = yamlfile.load(path)
            warnings += [*name_warnings(document), *unresolved_warnings(document)]
            basket = library.load(path)
            baskets.append(basket)
            if today is not None and basket.source.day > today:
                what = message("why-published-which-is-still-to", when=basket.source.when)
                warnings.append(document.problem(("source", "published"), what, _MEND))
        except InvalidFile as error:
            problems += error.problems
        except FileSyntaxError as error:
            what = message("why-not-valid-yaml", what=error.fields["what"])
            line = int(str(error.fields["line"]))
            problems.append(Problem(str(error.fields["path"]), line, what))
        except RefusedPath as error:
            what = message("said", what=error.fields["why"])
            problems.append(Problem(str(error.fields["path"]), 1, what))
    lists = [basket for basket in baskets if not basket.components]
    return Checked(
        # A composite repeats the problems of its lists: each is told once.
        problems=tuple(sorted({str(one): one for one in problems}.values())),
        warnings=tuple(sorted(warnings)),
        lists=len(lists),
        composites=len(baskets) - len(lists),
        shares=len({symbol for basket in baskets for symbol in basket.symbols}),
    )


def _check_study(path: Path, today: date | None) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """What a run would refuse before it reads a price (in the file, its lists, dates and caps), and
    what is odd about when its lists were published."""
    try:
        study = load_study(path)
        plan = make_plan(study)
        refuse_caps(study, plan.baskets)
    except InvalidFile as error:
        return error.problems, ()
    except BasketbtError as error:
        return (Problem.of(error, str(path)),), ()
    said = (what for case in plan.cases for what in _publications(plan, case, today))
    return (), tuple(Problem(str(path), 0, what, _MEND) for what in dict.fromkeys(said))


def _publications(plan: StudyPlan, case: Case, today: date | None) -> Iterator[Note]:
    """Lists that were out before the event, come out after the study's end, or are not out yet.

    A study that ends before a list comes out is the same study on any day, so that is said without
    a look at the clock; only one that reaches the publication depends on whether it has happened.
    """
    event, end = case.event, case.session(plan.config.last_offset)
    begins = event.at if isinstance(event.at, datetime) else None
    for basket, reader in zip(case.baskets, case.readers, strict=True):
        source = basket.source
        who = {"event": event.id, "basket": basket.id, "published": source.when}
        early = source.known < begins if begins else source.day < event.at
        if early:
            yield message("published-before", **who, at=moment_text(event.at))
        elif reader > end:
            yield message("published-after-the-end", **who, end=end)
        elif today is not None and source.day > today:
            yield message("published-later", **who)
