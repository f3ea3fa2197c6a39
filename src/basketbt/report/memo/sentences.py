"""Three sentences a basket, made of its numbers and of nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable

from basketbt.market.indexes import index_info
from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.memo.figures import Found, Reader
from basketbt.report.phrases import Phrase, escape, percent, points

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


def sentences(
    reader: Reader, benchmark: str, language: Language, quote: Callable[[str], str] = escape
) -> list[str]:
    """What the list did, what of it a reader could have had, and how it fell.

    ``quote`` makes names from files safe for where the sentences go; Markdown by default.
    """
    info = index_info(benchmark)
    name = info.name_en if language == "en" else info.name_zh
    longest = reader.longest()
    quoted = [*reader.headline()[:1], reader.find("hindsight"), reader.find("available"), longest]
    said = [_move(found, name, language, quote) for found in reader.headline()[:1] if found.known]
    said += _split(reader, name, language)
    if longest is not None and longest.known:
        said.append(_fall(longest, language))
    unknown = [found for found in quoted if found is not None and not found.known]
    return [*said, *_unknown(unknown, language)]


def _unknown(found: list[Found], language: Language) -> list[str]:
    """One sentence for the windows without a figure: they lack it for one reason."""
    if not found:
        return []
    windows = dict.fromkeys(span(one.window.first, one.window.last) for one in found)
    why = found[0].why_unknown(language)
    return [_UNKNOWN.say(language, windows=", ".join(windows), why=why)]


def _move(found: Found, benchmark: str, language: Language, quote: Callable[[str], str]) -> str:
    excess = found["excess_return"]
    phrase = _MOVE_ALONE if math.isnan(excess) else _MOVE
    return phrase.say(
        language,
        window=found.window.label,
        start=found.first_session,
        end=found.last_session,
        shares=_shares(found, language, quote),
        move=percent(found["total_return"]),
        points=points(excess),
        side=(_MORE if excess >= 0 else _LESS).say(language),
        benchmark=benchmark,
        reference=percent(found["benchmark_return"]),
        parts=_parts(found, language, quote),
    )


def _shares(found: Found, language: Language, quote: Callable[[str], str]) -> str:
    """How many shares the basket held, and which, if it held one."""
    if len(found.held) == 1:
        return _ALONE.say(language, name=quote(found.extremes(language)[0][0]))
    return _SHARES.say(language, count=len(found.held))


def _parts(found: Found, language: Language, quote: Callable[[str], str]) -> str:
    """Which share gave most and which took most, or gave least, as the signs of their parts say.

    Of two shares what each gave, of one nothing.
    """
    held = len(found.held)
    if held < 2:
        return ""
    (best, best_part), (worst, worst_part) = found.extremes(language)
    phrase = _ALL_ADDED if worst_part >= 0 else _SOME_COST if best_part > 0 else _ALL_COST
    phrase = _BOTH if held == 2 else phrase
    return phrase.say(
        language,
        best=quote(best),
        best_part=points(best_part, signed=True),
        worst=quote(worst),
        worst_part=points(worst_part, signed=True),
    )


def _split(reader: Reader, benchmark: str, language: Language) -> list[str]:
    before, after = reader.find("hindsight"), reader.find("available")
    if before is None or not before.known:
        return []
    window = span(before.window.first, before.window.last)
    hindsight = percent(before["total_return"])
    if after is None:
        return [_ALL_HINDSIGHT.say(language, window=window, hindsight=hindsight)]
    if not after.known:
        return [_HINDSIGHT.say(language, hindsight_window=window, hindsight=hindsight)]
    excess = after["excess_return"]
    compared = _NO_EXCESS if math.isnan(excess) else _EXCESS
    return [
        _SPLIT.say(
            language,
            hindsight_window=window,
            hindsight=hindsight,
            start=after.first_session,
            end=after.last_session,
            available=percent(after["total_return"]),
            excess=compared.say(language, value=percent(excess), benchmark=benchmark),
        )
    ]


def _fall(found: Found, language: Language) -> str:
    deepest = found.deepest()
    if deepest is None:
        return _NO_FALL.say(language, window=found.window.label)
    episode, peak, trough, recovery = deepest
    volatility = found["annual_volatility"]
    return _FALL.say(
        language,
        window=found.window.label,
        depth=percent(episode.depth),
        peak=peak,
        trough=trough,
        recovery=_RECOVERED.say(language, date=recovery)
        if recovery
        else _NOT_RECOVERED.say(language),
        volatility=""
        if math.isnan(volatility)
        else _VOLATILITY.say(language, value=percent(volatility).lstrip("+")),
    )
