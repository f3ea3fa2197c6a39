"""What a notebook draws of runs: levels as lines, tables as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from basketbt.errors import unknown
from basketbt.report.data import ReportData
from basketbt.report.render.terminal import Screen

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure


def levels_figure(data: ReportData, levels: pd.DataFrame, event: str | None) -> Figure:
    """The levels of every list around an event, in the quoted book, and its first benchmark.

    Raises ``UnknownName`` for an event that the run does not have.
    """
    import plotly.graph_objects as go

    known = {one.id: one for one in data.info.events}
    if event is not None and event not in known:
        raise unknown("event", event, known)
    shown = known[event] if event else data.info.events[0]
    quoted = (
        (levels["event"] == shown.id)
        & (levels["book"] == "index")
        & (levels["weighting"] == shown.weighting)
        & (levels["rebalance"] == shown.rebalance)
    )
    rows = levels[quoted]
    rows = rows[rows["base_date"] == rows["base_date"].min()]
    language = data.info.language
    figure = go.Figure()
    for basket, own in rows.groupby("basket", sort=False, observed=True):
        name = data.lists[str(basket)].theme.say(language)
        figure.add_scatter(x=own["date"], y=own["level"], name=name, mode="lines")
    market = rows.drop_duplicates("date")
    figure.add_scatter(
        x=market["date"],
        y=market["benchmark_level"],
        name=data.info.benchmarks[0].name.say(language),
        mode="lines",
        line={"dash": "dot", "color": "gray"},
    )
    figure.add_vline(x=shown.day0, line_width=1)
    figure.update_layout(title=f"{shown.name.say(language)} · {shown.day0}", yaxis_title="100")
    return figure


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
