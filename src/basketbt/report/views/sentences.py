"""Three sentences a list, made of its rows in the tables and of nothing else."""

from __future__ import annotations

from basketbt.report.data import Row
from basketbt.report.views.context import Context, days_of, real
from basketbt.report.views.phrases import Phrase, percent, points, unsigned

_MOVE = Phrase(
    "Over {window} ({start} to {end}) {shares} returned {move}, {points} points "
    "{side} than {benchmark} ({reference}){parts}.",
    "{window}（{start}至{end}），{shares}收益{move}，{side}{benchmark}（{reference}）"
    "{points}个百分点{parts}。",
)
_MOVE_ALONE = Phrase(
    "Over {window} ({start} to {end}) {shares} returned {move} (no benchmark levels){parts}.",
    "{window}（{start}至{end}），{shares}收益{move}（无基准点位）{parts}。",
)
_SHARES = Phrase("the {count} shares", "{count}只成分")
_ALONE = Phrase("its one share, {name},", "唯一成分{name}")
_ALL_ADDED = Phrase(
    "; {best} added most ({best_part} points), {worst} least ({worst_part})",
    "；贡献最大为{best}（{best_part}个百分点），最小为{worst}（{worst_part}）",
)
_SOME_COST = Phrase(
    "; {best} added most ({best_part} points), {worst} cost most ({worst_part})",
    "；贡献最大为{best}（{best_part}个百分点），拖累最大为{worst}（{worst_part}）",
)
_ALL_COST = Phrase(
    "; {worst} cost most ({worst_part} points), {best} least ({best_part})",
    "；拖累最大为{worst}（{worst_part}个百分点），最小为{best}（{best_part}）",
)
_BOTH = Phrase(
    "; {best} gave {best_part} points, {worst} {worst_part}",
    "；{best}贡献{best_part}个百分点，{worst}贡献{worst_part}个百分点",
)
_SPLIT = Phrase(
    "Before a reader could act on it, {hindsight_window}, it made {hindsight} (hindsight); "
    "from the close before {start}, a reader's first session, to {end} it made {available} "
    "({excess}).",
    "读者可据以操作之前（{hindsight_window}）收益{hindsight}（事后视角）；"
    "自{start}（读者首个可交易日）前一收盘起至{end}，收益{available}（{excess}）。",
)
_HINDSIGHT = Phrase(
    "Before a reader could act on it, {hindsight_window}, it made {hindsight} (hindsight).",
    "读者可据以操作之前（{hindsight_window}）收益{hindsight}（事后视角）。",
)
_EXCESS = Phrase("{value} against {benchmark}", "相对{benchmark}{value}")
_NO_EXCESS = Phrase("no benchmark to compare", "无可比基准")
_ALL_HINDSIGHT = Phrase(
    "The list was published after the study's last session, so all of this is hindsight: "
    "{window} made {hindsight}.",
    "名单发布晚于本研究最后交易日，以上全部为事后视角：{window}收益{hindsight}。",
)
_UNKNOWN = Phrase("Nothing is known of {windows}: {why}.", "{windows}无法计算：{why}。")
_SEE_NOTES = Phrase("summary.csv says why", "原因见summary.csv备注")
_FALL = Phrase(
    "The deepest fall within {window} was {depth}, from {peak} to {trough}, {recovery}"
    "{volatility}.",
    "{window}内最大回撤{depth}（{peak}至{trough}），{recovery}{volatility}。",
)
_RECOVERED = Phrase("made good by {date}", "{date}收复")
_NOT_RECOVERED = Phrase("not made good by the end", "期末尚未收复")
_VOLATILITY = Phrase("; annual volatility {value}", "；年化波动率{value}")
_NO_FALL = Phrase(
    "Within {window} it never closed below an earlier high.", "{window}内未出现回撤。"
)
_MORE = Phrase("more", "跑赢")
_LESS = Phrase("less", "跑输")


def sentences(context: Context, basket: str) -> list[str]:
    """What the list did, what of it a reader could have had, and how it fell."""
    rows = {window: row for (one, window), row in context.summary.items() if one == basket}
    quoted = [rows[w.label] for w in context.event.windows if w.quoted and w.label in rows][:1]
    longest = rows.get(context.event.longest or "")
    said = [_move(context, row) for row in quoted if _known(row)]
    said += _split(context, rows.get("hindsight"), rows.get("available"))
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
    why = ends[0] if ends else context.say(_SEE_NOTES)
    return [context.say(_UNKNOWN, windows=context.comma(list(windows)), why=why)]


def _move(context: Context, row: Row) -> str:
    excess = real(row["excess_return"])
    return context.say(
        _MOVE_ALONE if excess is None else _MOVE,
        window=row["window"],
        start=row["start_date"],
        end=row["end_date"],
        shares=_shares(context, row),
        move=percent(real(row["total_return"])),
        points=points(excess or 0.0),
        side=context.say(_MORE if (excess or 0.0) >= 0 else _LESS),
        benchmark=context.benchmark,
        reference=percent(real(row["benchmark_return"])),
        parts=_parts(context, row),
    )


def _shares(context: Context, row: Row) -> str:
    """How many shares the basket held, and which, if it held one."""
    if row["names_priced"] == 1:
        return context.say(_ALONE, name=_contributions(context, row)[0][0])
    return context.say(_SHARES, count=row["names_priced"])


def _contributions(context: Context, row: Row) -> list[tuple[str, float]]:
    """The shares that were held with their parts of the return, the smallest first.

    Parts are as printed, to a tenth of a point: what rounds to nothing neither gave nor took.
    """
    own = context.share_rows.get((str(row["basket"]), str(row["window"])), [])
    held = [one for one in own if one["currency"] is not None]
    held.sort(key=lambda one: (real(one["contribution"]), str(one["symbol"])))
    return [
        (f"{one['name']} {one['symbol']}", round(real(one["contribution"]) or 0.0, 3) + 0.0)
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
    phrase = _ALL_ADDED if worst_part >= 0 else _SOME_COST if best_part > 0 else _ALL_COST
    return context.say(
        _BOTH if len(held) == 2 else phrase,
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
        return [context.say(_ALL_HINDSIGHT, window=window, hindsight=hindsight)]
    if not _known(after):
        return [context.say(_HINDSIGHT, hindsight_window=window, hindsight=hindsight)]
    excess = real(after["excess_return"])
    compared = _NO_EXCESS if excess is None else _EXCESS
    return [
        context.say(
            _SPLIT,
            hindsight_window=window,
            hindsight=hindsight,
            start=after["start_date"],
            end=after["end_date"],
            available=percent(real(after["total_return"])),
            excess=context.say(compared, value=percent(excess), benchmark=context.benchmark),
        )
    ]


def _fall(context: Context, row: Row) -> str:
    if row["drawdown_peak"] is None:
        return context.say(_NO_FALL, window=row["window"])
    recovery, volatility = row["drawdown_recovery"], real(row["annual_volatility"])
    return context.say(
        _FALL,
        window=row["window"],
        depth=percent(real(row["max_drawdown"])),
        peak=row["drawdown_peak"],
        trough=row["drawdown_trough"],
        recovery=context.say(_RECOVERED, date=recovery)
        if recovery
        else context.say(_NOT_RECOVERED),
        volatility=""
        if volatility is None
        else context.say(_VOLATILITY, value=unsigned(volatility)),
    )
