"""What a notebook shows of runs: the pictures of their files, tables as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from basketbt.errors import unknown
from basketbt.report.data import ReportData
from basketbt.report.render.terminal import Screen


@dataclass(frozen=True)
class Picture:
    """A drawing: a notebook shows it, ``write`` keeps it. ``svg`` is a whole file."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def write(self, path: str | Path) -> Path:
        """Write the SVG file; gives where it lies."""
        Path(path).write_text(self.svg, encoding="utf-8")
        return Path(path)


def levels_picture(data: ReportData, event: str | None) -> Picture:
    """The levels of every list around an event, as the run's own picture has them.

    Raises ``UnknownName`` for an event that the run does not have.
    """
    from basketbt.report.render.pictures import figures
    from basketbt.report.views import document
    from basketbt.report.views.context import contexts

    found = {one.event.id: one for one in contexts(data, data.info.language)}
    if event is not None and event not in found:
        raise unknown("event", event, found)
    context = found[event] if event else next(iter(found.values()))
    drawn = figures(document(data), ("svg",))
    return Picture(drawn[f"levels-{context.stem}.svg"].decode())


def screens_html(screens: Iterable[Screen], line: str) -> str:
    """Tables as a terminal shows them, as HTML with every text escaped, and a line below."""
    return "".join([*map(_table, screens), f"<p>{escape(line)}</p>"])


def _table(screen: Screen) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in screen.header)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in screen.rows
    )
    caption = f"<caption>{escape(screen.title)}</caption>" if screen.title else ""
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
