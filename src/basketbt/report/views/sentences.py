"""A few sentences a list, made of its rows in the tables and of nothing else."""

from __future__ import annotations

from basketbt.market.securities.latin import share_name
from basketbt.report.data import Row
from basketbt.report.views.context import Context, days_of, real
from basketbt.report.views.numbers import percent, points, unsigned
from basketbt.report.views.shocks import readers_window


def sentences(context: Context, basket: str) -> list[str]:
    """What the list did, what of it a reader could have had, and how it fell."""
    rows = {window: row for (one, window), row in context.summary.items() if one == basket}
    quoted = [rows[w.label] for w in context.event.windows if w.quoted and w.label in rows][:1]
    longest = rows.get(context.event.longest or "")
    said = [_move(context, row) for row in quoted if _known(row)]
    said += _split(context, rows.get("hindsight"), rows.get("available"))
    said += _before_shock(context, rows)
    if longest is not None and _known(longest):
        said.append(_fall(context, longest))
    used = [*quoted, rows.get("hindsight"), rows.get("available"), longest]
    unknown = [row for row in used if row is not None and not _known(row)]
    return [*said, *_unknown(context, unknown)]


def _known(row: Row) -> bool:
    return row["total_return"] is not None


def _unknown(context: Context, rows: list[Row]) -> list[str]:
    """One sentence for the windows without a figure: they lack it for one reason."""
    if not rows:
        return []
    notes = rows[0]["notes"] if isinstance(rows[0]["notes"], tuple) else ()
    ends = [note.text(context.language) for note in notes if note.kind.code == "prices_end"]
    windows = dict.fromkeys(map(days_of, rows))
    why = ends[0] if ends else context.say("sentences.see_notes")
    return [context.say("sentences.unknown", windows=context.comma(list(windows)), why=why)]


def _move(context: Context, row: Row) -> str:
    excess = real(row["excess_return"])
    return context.say(
        "sentences.move_alone" if excess is None else "sentences.move",
        window=row["window"],
        start=row["start_date"],
        end=row["end_date"],
        shares=_shares(context, row),
        move=percent(real(row["total_return"])),
        points=points(excess or 0.0),
        side=context.say("sentences.more" if (excess or 0.0) >= 0 else "sentences.less"),
        benchmark=context.benchmark,
        reference=percent(real(row["benchmark_return"])),
        parts=_parts(context, row),
    )


def _shares(context: Context, row: Row) -> str:
    """How many shares the basket held, and which, if it held one."""
    if row["names_priced"] == 1:
        return context.say("sentences.alone", name=_contributions(context, row)[0][0])
    return context.say("sentences.shares", count=row["names_priced"])


def _contributions(context: Context, row: Row) -> list[tuple[str, float]]:
    """The shares that were held with their parts of the return, the smallest first.

    Parts are as printed, to a tenth of a point: what rounds to nothing neither gave nor took.
    """
    own = context.share_rows.get((str(row["basket"]), str(row["window"])), [])
    held = [one for one in own if one["currency"] is not None]
    held.sort(key=lambda one: (real(one["contribution"]), str(one["symbol"])))
    return [
        (
            f"{share_name(str(one['name']), context.language)} {one['symbol']}",
            round(real(one["contribution"]) or 0.0, 3) + 0.0,
        )
        for one in held
    ]


def _parts(context: Context, row: Row) -> str:
    """Which share gave most and which took most, or gave least, as the signs of their parts say.

    Of two shares what each gave, of one nothing.
    """
    held = _contributions(context, row)
    if len(held) < 2:
        return ""
    (worst, worst_part), (best, best_part) = held[0], held[-1]
    phrase = (
        "sentences.all_added"
        if worst_part >= 0
        else "sentences.some_cost"
        if best_part > 0
        else "sentences.all_cost"
    )
    return context.say(
        "sentences.both" if len(held) == 2 else phrase,
        best=best,
        best_part=points(best_part, signed=True),
        worst=worst,
        worst_part=points(worst_part, signed=True),
    )


def _split(context: Context, before: Row | None, after: Row | None) -> list[str]:
    if before is None or not _known(before):
        return []
    window, hindsight = days_of(before), percent(real(before["total_return"]))
    if after is None:
        return [context.say("sentences.all_hindsight", window=window, hindsight=hindsight)]
    if not _known(after):
        return [context.say("sentences.hindsight", hindsight_window=window, hindsight=hindsight)]
    excess = real(after["excess_return"])
    compared = "sentences.no_excess" if excess is None else "sentences.excess"
    return [
        context.say(
            "sentences.split",
            hindsight_window=window,
            hindsight=hindsight,
            start=after["start_date"],
            end=after["end_date"],
            available=percent(real(after["total_return"])),
            excess=context.say(compared, value=percent(excess), benchmark=context.benchmark),
        )
    ]


def _before_shock(context: Context, rows: dict[str, Row]) -> list[str]:
    """What the reader's window had made before the market's first shock in it."""
    window = readers_window(context)
    row = None if window is None else rows.get(window.label)
    if row is None or row["return_before_shock"] is None:
        return []
    excess = real(row["excess_before_shock"])
    compared = "sentences.no_excess" if excess is None else "sentences.excess"
    return [
        context.say(
            "sentences.before_shock",
            last=row["before_shock"],
            shock=str(row["shocks"]).split()[0],
            window=days_of(row),
            value=percent(real(row["return_before_shock"])),
            excess=context.say(compared, value=percent(excess), benchmark=context.benchmark),
        )
    ]


def _fall(context: Context, row: Row) -> str:
    if row["drawdown_peak"] is None:
        return context.say("sentences.no_fall", window=row["window"])
    recovery, volatility = row["drawdown_recovery"], real(row["annual_volatility"])
    return context.say(
        "sentences.fall",
        window=row["window"],
        depth=percent(real(row["max_drawdown"])),
        peak=row["drawdown_peak"],
        trough=row["drawdown_trough"],
        recovery=context.say("sentences.recovered", date=recovery)
        if recovery
        else context.say("sentences.not_recovered"),
        volatility=""
        if volatility is None
        else context.say("sentences.volatility", value=unsigned(volatility)),
    )
