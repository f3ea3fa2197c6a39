"""Finding baskets by id, glob or path, and loading them.

A library is one or more folders of ``<broker>/<list>.yaml``; the id of a basket is
``<broker>/<list>``. Where two folders have the same id, the earlier folder wins, so a list of your
own stands in for the shipped one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from basketbt import yamlfile
from basketbt.errors import InputError, InvalidFile, Problem, RefusedPath, unknown
from basketbt.lists.checks import consistency_problems
from basketbt.lists.model import Basket
from basketbt.notes import message
from basketbt.shipped import shipped
from basketbt.yamlfile import YamlDocument

FOLDER = "baskets"


class DuplicateBasket(InputError):
    """Two files of one id. Fields: id, first, second (paths), pattern (that named the second)."""


@dataclass(frozen=True)
class Library:
    """Folders of baskets, in order of precedence. Make one with :func:`find_library`.

    ``given`` are lists in memory, which stand before those of all folders.
    """

    roots: tuple[Path, ...]
    given: tuple[Basket, ...] = ()
    _loaded: dict[Path, Basket] = field(default_factory=dict, repr=False, compare=False)

    def files(self) -> dict[str, Path]:
        """Every basket's file by id, sorted; of a list in memory its id stands for the file.

        A link that leads out of a root is ``RefusedPath``.
        """
        found = {one.id: Path(one.id) for one in self.given}
        for root in self.roots:
            for path in root.glob("*/*.yaml"):
                basket_id = f"{path.parent.name}/{path.stem}"
                if basket_id not in found:
                    yamlfile.inside(root, path.relative_to(root))
                    found[basket_id] = path
        return dict(sorted(found.items()))

    def load(self, path: Path) -> Basket:
        """The basket in a file; the lists of a composite come from this library.

        Raises ``FileSyntaxError``, ``RefusedPath``, or ``InvalidFile`` with every problem.
        """
        if path not in self._loaded:
            self._loaded[path] = self._load(path)
        return self._loaded[path]

    def _load(self, path: Path) -> Basket:
        for one in self.given:
            if path == Path(one.id):
                return one
        from basketbt.lists.build import basket_of_composite, basket_of_list
        from basketbt.lists.schema import CompositeFile, ListFile, file_model
        from basketbt.yamlmodel import validate

        document = yamlfile.load(path)
        form = consistency_problems(document) + self._place_problems(document, path)
        file = validate(document.with_problems(form), file_model(document.data))
        basket_id = f"{file.broker}/{path.stem}"
        if isinstance(file, ListFile):
            return basket_of_list(basket_id, file)
        assert isinstance(file, CompositeFile)
        components = self._components(document, file.composite.of)
        composite = basket_of_composite(basket_id, file, components)
        late = max((one.source for one in components), key=lambda source: source.known)
        if composite.source.known < late.known:
            own = composite.source.when
            what = message("why-published-on-before-a-list", own=own, when=late.when)
            raise InvalidFile([document.problem(("source", "published"), what)])
        return composite

    def select(self, patterns: Sequence[str], *, folder: Path | None = None) -> tuple[Basket, ...]:
        """The baskets that ids, globs (``guojin/*``) or paths (``mine.yaml``) name, each once.

        The order is that of the patterns, and of the ids within a glob. Paths are relative to
        ``folder`` (a study's) and must stay inside it; without a folder they are the user's own,
        relative to the working directory.

        Raises ``UnknownName`` for an id that does not exist or a glob that matches nothing,
        ``DuplicateBasket``, and what :meth:`load` raises.
        """
        files = self.files()
        chosen: dict[Path, Path] = {}  # a list may be named by its id and by its path
        pattern_of: dict[Path, str] = {}
        for pattern in patterns:
            if pattern.endswith((".yaml", ".yml")):
                path = Path(pattern) if folder is None else yamlfile.inside(folder, pattern)
                matches = [path]
            else:
                matches = [path for name, path in files.items() if fnmatchcase(name, pattern)]
            if not matches:
                raise unknown("basket", pattern, sorted(files))
            for path in matches:
                chosen.setdefault(path.resolve(), path)
                pattern_of.setdefault(path.resolve(), pattern)
        found: dict[str, Path] = {}
        for resolved, path in chosen.items():
            name = self.load(path).id
            if name in found:
                pattern = pattern_of[resolved]
                raise DuplicateBasket(id=name, first=found[name], second=path, pattern=pattern)
            found[name] = path
        return tuple(self.load(path) for path in chosen.values())

    def _components(self, document: YamlDocument, ids: Sequence[str]) -> list[Basket]:
        problems: list[Problem] = []
        components: list[Basket] = []
        files = self.files()
        for position, basket_id in enumerate(ids):
            place = ("composite", "of", position)
            if basket_id not in files:
                problems.append(document.caused(place, unknown("basket", basket_id, sorted(files))))
            elif _is_composite(files[basket_id]):
                what = message("why-is-a-composite-itself", basket_id=basket_id)
                problems.append(document.problem(place, what, message("do-name-the-lists-it-is")))
            else:
                components.append(self.load(files[basket_id]))
                if components[-1].is_held != components[0].is_held:
                    what = message("why-is-of-shares-to-avoid", basket_id=basket_id)
                    fix = message("do-a-composite-holds-lists-of")
                    problems.append(document.problem(place, what, fix))
        if problems:
            raise InvalidFile(problems)
        return components

    def _place_problems(self, document: YamlDocument, path: Path) -> list[Problem]:
        """A file of the library lies in its broker's folder, or its id would not find it."""
        broker = document.data.get("broker") if isinstance(document.data, dict) else None
        folder = path.resolve().parent
        roots = [root.resolve() for root in self.roots]
        if folder.parent not in roots or not isinstance(broker, str) or broker == folder.name:
            return []
        what = message("why-broker-is-but-the-file", broker=broker, name=folder.name)
        return [document.problem(("broker",), what, message("do-move-the-file-or-change"))]


def find_library(folder: Path | None = None, *, start: Path | None = None) -> Library:
    """The library that is meant: ``folder``, or else the nearest ``baskets`` folder in or above
    ``start`` (a study's folder; default the working directory); behind it the shipped lists.

    Raises ``RefusedPath`` when ``folder`` is not a folder.
    """
    own = _explicit(folder) if folder is not None else _nearest(start or Path.cwd())
    roots = [own] if own is not None else []
    if not any(root.resolve() == shipped("baskets").resolve() for root in roots):
        roots.append(shipped("baskets"))
    return Library(tuple(roots))


def _explicit(folder: Path) -> Path:
    if not folder.is_dir():
        raise RefusedPath(path=folder, why=message("why-is-not-a-folder"))
    return folder


def _nearest(start: Path) -> Path | None:
    here = start.resolve()
    for parent in (here, *here.parents):
        if (parent / FOLDER).is_dir():
            return parent / FOLDER
    return None


def _is_composite(path: Path) -> bool:
    data = yamlfile.load(path).data
    return isinstance(data, dict) and "composite" in data
