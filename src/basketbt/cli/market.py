"""Commands on the market: events and their day 0, and the rules in force on a date."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from basketbt.cli.common import Commands
from basketbt.cli.console import Json, on_screen, say, say_json, say_table
from basketbt.cli.language import screen_language, spoken
from basketbt.cli.options import day
from basketbt.notes import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basketbt.market.agenda import AgendaEntry
    from basketbt.market.clock import Alternative, Event
    from basketbt.market.dayzero import DayZero


class CalendarName(StrEnum):
    """Exchanges that sessions can be counted on."""

    XSHG = "XSHG"
    XHKG = "XHKG"


class _ShowByDefault(TyperGroup):
    """Reads ``events deepseek-r1`` as ``events show deepseek-r1``, beside other subcommands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "--help"):
            args = ["show", *args]
        return list(super().parse_args(ctx, args))


events = Commands(
    cls=_ShowByDefault, help="Events: first public moment, day 0, sessions around it, neighbours."
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command tree."""
    app.add_typer(events, name="events")
    app.command()(rules)


@events.command()
def show(
    event: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="An event, or event@alternative; default: all."),
    ] = None,
    calendar: Annotated[
        CalendarName, typer.Option(help="Exchange whose sessions are counted.")
    ] = CalendarName.XSHG,
    as_json: Json = False,
) -> None:
    """Show one event or all: day 0 in Shanghai and Hong Kong, key offsets, neighbours."""
    from basketbt.market import agenda, calendars, clock

    home = calendars.calendar(calendar.value)
    shipped = list(clock.shipped_events().values())
    chosen = shipped if event is None else [clock.select_event(event)]
    entries = [agenda.agenda_entry(one, shipped, home) for one in chosen]
    if as_json:
        say_json([_event_json(entry) for entry in entries])
        return
    _say_day_zeros(entries)
    _say_sessions(entries)
    _say_neighbours(entries)
    if event is None:
        say()
        _say_shocks()
    else:
        _say_background(entries[0].event)


@events.command()
def shocks(as_json: Json = False) -> None:
    """Show the sessions on which the CSI 300 moved by 5 % or more, with the causes that are dated.

    Every one of 2024 and 2025; a study finds those of other years in its own prices.
    """
    from basketbt.market.shocks import shipped_shocks

    if not as_json:
        _say_shocks()
        return
    say_json(
        [
            {
                "session": shock.session,
                "market_return": shock.market_return,
                "index": shock.index,
                "cause": shock.cause.id if shock.cause else None,
                "at": shock.cause.at if shock.cause else None,
                "source": shock.source,
            }
            for shock in shipped_shocks().by_session.values()
        ]
    )


def rules(
    symbol: Annotated[
        str | None, typer.Argument(metavar="[SYMBOL]", help="Only the rules of this security.")
    ] = None,
    on: Annotated[
        date | None,
        typer.Option(metavar="DATE", parser=day, help="Date, e.g. 2025-02-05; today if none."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the market's rules in force on a date, and where each is from."""
    from basketbt.market.rules import board_of, rules_on

    then = on or datetime.now(ZoneInfo("Asia/Shanghai")).date()
    lines = rules_on(then, board_of(symbol) if symbol else None)
    if as_json:
        say_json(lines)
        return
    say_table(
        ("rule", "boards", "value", "from", "to", "source"),
        [
            (
                line.topic,
                " ".join(map(spoken, line.boards)),
                line.value,
                line.first,
                line.last,
                line.source,
            )
            for line in lines
        ],
        title=message("say-rules-of" if symbol else "say-rules", day=then, symbol=symbol),
    )


def _say_day_zeros(entries: list[AgendaEntry]) -> None:
    rows = []
    notes = []
    for entry in entries:
        moments: list[tuple[str, Event | Alternative, Mapping[str, DayZero]]] = [
            (entry.event.id, entry.event, entry.day_zeros)
        ]
        moments += [(f"  @{one.id}", one, zeros) for one, zeros in entry.alternatives]
        for name, moment, zeros in moments:
            rule = " / ".join(dict.fromkeys(zero.rule for zero in zeros.values()))
            sessions = [zeros[market].session for market in CalendarName]
            rows.append((name, moment.at.isoformat(), *sessions, rule))
            notes += [zero.note for zero in zeros.values() if zero.note]
    header = (
        "event",
        "first public",
        *(f"day 0 {market.value}" for market in CalendarName),
        "rule",
    )
    say_table(header, rows)
    for note in notes:
        say(f"  {on_screen(note)}")
    say()


def _say_sessions(entries: list[AgendaEntry]) -> None:
    offsets = list(entries[0].sessions)
    say_table(
        ("event", *(f"{offset:+d}" for offset in offsets)),
        [(entry.event.id, *(entry.sessions[offset] for offset in offsets)) for entry in entries],
        title=message("say-sessions-of-around-day-0", calendar=entries[0].calendar),
    )


def _say_neighbours(entries: list[AgendaEntry]) -> None:
    rows = []
    for entry in entries:
        before = [one for one in entry.neighbours if one.offset < 0]
        after = entry.neighbours[len(before) :]
        lists = [", ".join(f"{one.id} {one.offset:+d}" for one in side) for side in (before, after)]
        rows.append((entry.event.id, *lists, _clean(entry.clean_to)))
    say_table(
        ("event", "before", "same day or after", "clean to"),
        rows,
        title=message("say-neighbours-in-sessions-from-day"),
    )


def _say_shocks() -> None:
    from basketbt.market.shocks import THRESHOLD, shipped_shocks

    known = shipped_shocks()
    rows = [
        (
            shock.session,
            f"{shock.market_return:+.2%}",
            shock.cause.id if shock.cause else message("cause-not-dated"),
            shock.cause.at.isoformat() if shock.cause else "",
            shock.source,
        )
        for shock in known.by_session.values()
    ]
    values = {"least": THRESHOLD, "first": known.first, "last": known.last}
    title = message("say-shocks", **values)
    say_table(("session", "CSI 300", "cause", "first public", "source"), rows, title=title)


def _clean(last: int | None) -> object:
    """The last offset of a window without another event; empty when nothing bounds it."""
    if last is None:
        return ""
    return f"{last:+d}" if last >= 0 else message("none")


def _say_background(event: Event) -> None:
    say(event.name_zh if screen_language() == "zh" else f"{event.name_en} {event.name_zh}")
    say(message("say-source", source=spoken(event.source)))
    if event.note:
        say(f"  {spoken(event.note)}")
    for alternative in event.alternatives:
        say(message("about", about=f"  @{alternative.id}", what=spoken(alternative.why)))


def _event_json(entry: AgendaEntry) -> dict[str, Any]:
    event = entry.event
    return {
        **{name: value for name, value in vars(event).items() if name != "alternatives"},
        "day_zero": entry.day_zeros,
        "calendar": entry.calendar,
        "sessions": entry.sessions,
        "neighbours": entry.neighbours,
        "clean_to": entry.clean_to,
        "alternatives": [
            {"id": f"{event.base_id}@{one.id}", "at": one.at, "why": one.why, "day_zero": zeros}
            for one, zeros in entry.alternatives
        ],
    }
