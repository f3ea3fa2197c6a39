"""The runs in a folder of results: found by name, listed, and the page that links them.

    results/<study>/<id>/              a run
    results/<study>/event-study/<id>/  an event study alone
    results/<study>/grid/<id>/         a grid

Beside each id stands ``latest``. When a run was written is the time of its manifest on the disk;
the run itself carries no clock.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Literal

from basketbt.durable import write_whole
from basketbt.errors import InputError, OutputError, nearest
from basketbt.locale import Language, say
from basketbt.notes import message
from basketbt.report.publish import LATEST, MANIFEST

Kind = Literal["run", "event-study", "grid"]
#: Folders of a study beside its whole runs.
EVENT_STUDIES, GRIDS = "event-study", "grid"
#: What holds tables that can be rendered, compared and computed again.
RUNS: tuple[Kind, ...] = ("run", "event-study")
_KINDS: tuple[Kind, ...] = (*RUNS, "grid")
# Runs that an error names, and those on the page.
_NAMED, _ON_PAGE = 6, 200
_PIECE = 3  # letters of an id that may name it


class UnknownRun(InputError):
    """Fields: text, root, near, known."""


class AmbiguousRun(InputError):
    """Fields: text, count, known."""


@dataclass(frozen=True, kw_only=True)
class RunPlace:
    """Where a run lies. ``written`` is in seconds since 1970."""

    folder: Path
    study: str
    kind: Kind
    id: str
    written: float

    @property
    def name(self) -> str:
        """Study and id, as a person writes them; an event study's and a grid's with their kind."""
        return "/".join([self.study, *([self.kind] if self.kind != "run" else []), self.id])


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """What a list of runs says of one; ``size`` in bytes, ``written`` in UTC to the second.

    ``damaged``: its manifest cannot be read, and the texts are empty.
    """

    name: str
    study: str
    kind: Kind
    id: str
    title: str = ""
    events: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    source: str = ""
    language: str = ""
    size: int
    written: str
    folder: str
    damaged: bool = False


def run_places(root: Path) -> list[RunPlace]:
    """Every run below ``root``, newest first; none where the folder is not there."""
    found = [
        place for study in _folders(root) for kind in _KINDS for place in _of_kind(study, kind)
    ]
    return sorted(found, key=lambda one: (-one.written, one.name))


def _of_kind(study: Path, kind: Kind) -> Iterator[RunPlace]:
    for folder in _folders(study if kind == "run" else study / kind):
        with contextlib.suppress(OSError):  # no manifest: a rendering, or removed meanwhile
            written = (folder / MANIFEST).stat().st_mtime
            yield RunPlace(
                folder=folder, study=study.name, kind=kind, id=folder.name, written=written
            )


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder: no hidden ones, no links."""
    try:
        with os.scandir(folder) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []


def find_run(text: str, root: Path, kinds: Collection[Kind] = RUNS) -> Path:
    """The folder of the run that ``text`` names.

    A folder; ``latest``, the newest of all; a study's name, its ``latest``; or a piece of an id
    that only one run has. ``kinds``: what may be meant.

    Raises ``UnknownRun`` or ``AmbiguousRun``.
    """
    given = _pointed(Path(text))
    if given.is_dir() and (given / MANIFEST).is_file():
        return given
    places = [one for one in run_places(root) if one.kind in kinds]
    if text == LATEST and places:
        return places[0].folder
    own = [one for one in places if one.study == text.removesuffix("/latest").rstrip("/")]
    if own:
        return _latest(own)
    if given.is_dir():  # a folder that holds no run: its reader says why
        return given
    wanted = text.removesuffix("/")
    meant = [one for one in places if len(wanted) >= _PIECE and wanted in one.name]
    if len(meant) == 1:
        return meant[0].folder
    if meant:
        raise AmbiguousRun(text=text, count=len(meant), known=_named(meant))
    near = nearest(text, {one.study for one in places} | {one.id for one in places})
    raise UnknownRun(
        text=text,
        root=root,
        near=message("did-you-mean", meant=near) if near else "",
        known=_named(places) or message("none"),
    )


def _latest(own: Sequence[RunPlace]) -> Path:
    """What ``latest`` of a study names; the newest where it names nothing that is there.

    A study's whole runs come before its event studies.
    """
    kind = min((one.kind for one in own), key=_KINDS.index)
    same = [one for one in own if one.kind == kind]
    pointed = _pointed(same[0].folder.with_name(LATEST))
    return pointed if (pointed / MANIFEST).is_file() else same[0].folder


def _pointed(path: Path) -> Path:
    """Where ``latest`` points, on systems where it is a file; any other path as it is."""
    if path.name != LATEST or not path.is_file():
        return path
    with contextlib.suppress(OSError, UnicodeDecodeError):
        name = path.read_text(encoding="utf-8").strip()
        if name and Path(name).name == name:
            return path.with_name(name)
    return path


def _named(places: Sequence[RunPlace]) -> str:
    more = len(places) - _NAMED
    names = ", ".join(one.name for one in places[:_NAMED])
    return f"{names} and {more} more" if more > 0 else names


def run_line(place: RunPlace) -> RunLine:
    """What is told of a run: from its manifest, and the sizes of its files."""
    with os.scandir(place.folder) as entries:
        size = sum(entry.stat().st_size for entry in entries if entry.is_file())
    line = RunLine(
        name=place.name,
        study=place.study,
        kind=place.kind,
        id=place.id,
        size=size,
        written=datetime.fromtimestamp(int(place.written), UTC).isoformat(),
        folder=str(place.folder),
    )
    try:
        content = json.loads((place.folder / MANIFEST).read_bytes())
        config = content["config"]
        language, title = config["language"], config["title"] or ""
        return replace(
            line,
            title=title[language] if isinstance(title, dict) else title,
            events=tuple(one["id"] for one in config["events"]),
            lists=tuple(content["baskets"]),
            source=", ".join(dict.fromkeys(one["source"] for one in content["data"])),
            language=language,
        )
    except (OSError, ValueError, LookupError, TypeError):
        return replace(line, damaged=True)


def removable(
    places: Iterable[RunPlace], *, keep: int | None = None, before: float | None = None
) -> list[RunPlace]:
    """The runs that nobody asked to keep, newest first.

    Of each study and kind the newest ``keep`` stay, and all written after ``before`` (seconds since
    1970); what ``latest`` names always stays.
    """
    groups: dict[tuple[str, Kind], list[RunPlace]] = {}
    for one in places:
        groups.setdefault((one.study, one.kind), []).append(one)
    found = []
    for own in groups.values():
        last = _latest(own).resolve()
        for age, one in enumerate(own):
            old = before is None or one.written < before
            if (keep is None or age >= keep) and old and one.folder.resolve() != last:
                found.append(one)
    return found


def remove(place: RunPlace) -> None:
    """Delete a run and its renderings in other languages. Raises ``OutputError``.

    It is renamed out of sight first, so that no half of a run is ever seen.
    """
    beside = sorted(place.folder.parent.glob(f"{place.id}-*"))
    for folder in (place.folder, *(one for one in beside if not (one / MANIFEST).exists())):
        hidden = folder.with_name(f".{folder.name}-removed")
        try:
            folder.rename(hidden)
            shutil.rmtree(hidden)
        except OSError as error:
            raise OutputError.of(error, folder) from error


def results_of(folder: Path) -> Path:
    """The folder of results that a run's folder lies in."""
    home = folder.parent
    return home.parent.parent if home.name in _KINDS else home.parent


def write_index(root: Path, language: Language) -> Path | None:
    """Write ``index.html`` into the folder of results.

    None where there is no run, or a page of that name that is not ours. Raises ``OutputError``.
    """
    places, path = run_places(root), root / "index.html"
    if not places or (path.exists() and _MADE_BY.encode() not in path.read_bytes()[:400]):
        return None
    write_whole(path, _page(root, places, language).encode())
    return path


_MADE_BY = '<meta name="generator" content="basketbt">'
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}"
    "table{border-collapse:collapse}th,td{padding:.25rem .8rem .25rem 0;text-align:left;"
    "border-bottom:1px solid #8884;vertical-align:top}"
)


def _page(root: Path, places: Sequence[RunPlace], language: Language) -> str:
    """The newest runs as a table; every text of a file is escaped, no script can run."""
    heads = "".join(f"<th>{escape(one)}</th>" for one in say("runs.heads", language).split("|"))
    rows = "\n".join(_page_row(root, place, run_line(place)) for place in places[:_ON_PAGE])
    more = len(places) - _ON_PAGE
    tail = f"<p>{escape(say('runs.more', language, count=more))}</p>" if more > 0 else ""
    title = escape(say("runs.title", language))
    return (
        f'<!doctype html>\n<html lang="{language}"><meta charset="utf-8"><title>{title}</title>\n'
        f"{_MADE_BY}\n"
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n"
        f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table>{tail}\n</html>\n"
    )


def _page_row(root: Path, place: RunPlace, line: RunLine) -> str:
    from urllib.parse import quote

    below = place.folder.relative_to(root)
    pages = (name for name in ("report.html", "memo.md") if (place.folder / name).is_file())
    target = quote((below / next(pages, MANIFEST)).as_posix())
    first = f'<a href="{target}">{escape(line.name)}</a>'
    cells = [first, *map(escape, cells_of(line))]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def cells_of(line: RunLine) -> tuple[str, ...]:
    """The cells after a run's name, as the terminal and the page show them."""
    lists = line.lists[0] if len(line.lists) == 1 else str(len(line.lists) or "")
    written = datetime.fromisoformat(line.written).astimezone()
    return (
        line.title or ("?" if line.damaged else ""),
        " ".join(line.events),
        lists,
        line.source,
        line.language,
        f"{line.size / 1e6:.1f} MB",
        f"{written:%Y-%m-%d %H:%M}",
    )
