"""A sentence each on what accounts kept and on chance, for the head of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from basketbt.report.data import Row
from basketbt.report.views.context import Context, real, said
from basketbt.report.views.phrases import SEMICOLON, Phrase, joined, many, percent
from basketbt.report.views.publication import NO_COMPOSITES
from basketbt.results import SIGNIFICANT

_KEPT_ONE = Phrase(
    "An account that {entry} had made {value} by the close of {end}{part}.",
    "{entry}的账户，截至{end}收盘收益{value}{part}。",
)
_KEPT = Phrase(
    "Accounts that {entry} had made a median of {value} by the close of {end} ({low} to {high}; "
    "{rose} of {count} lists{aside} gained){part}.",
    "{entry}的账户，截至{end}收盘收益中位数为{value}（{low}至{high}；{count}份名单{aside}中{rose}份盈利）{part}。",
)
_OF_PART = Phrase(", on the part of the lists that an account can hold", "，仅含账户可持有的部分")
_ALL_EARLY = Phrase(
    "No account of this study bought after publication: what they made is hindsight.",
    "本研究没有发布后买入的账户：账户收益均为事后视角。",
)
_CHANCE = Phrase(
    "More than chance? Of {lists_en} tested over {window} against the market, with all {tests_en} "
    "counted, {firm} moved by more than chance{beyond}{unsettled}; {rest} consistent with chance.",
    "是否显著：{window}内受检的{tested}份名单，相对市场并计入全部{tests}个检验，{firm}份显著{beyond}，"
    "{unsettled}{rest}份不能排除偶然。",
)
_OPEN = Phrase(
    "; {count} not settled (share by share consistent with chance)",
    "{count}份尚无定论（逐股检验不显著），",
)
_NONE = Phrase("none", "0")
_BEYOND = Phrase(" ({count} of them beyond the sector too)", "（其中{count}份相对行业亦同向显著）")
_FEWER = Phrase(
    "Significant as one series: {found}; with one choice changed fewer are: {each}.",
    "作为整体显著的{found}份中，改变一项设定后仍显著者减少：{each}。",
)
_UNDER = Phrase("{kept} under {variant} ({what})", "{variant}（{what}）下{kept}份")
_UNTESTED = Phrase("not tested", "无法检验")
_UNSETTLED = Phrase("not settled", "尚无定论")
_SHORT: Mapping[str, Phrase] = {
    "both": Phrase("more than chance, beyond the sector too", "显著，相对行业亦显著"),
    "market_only": Phrase("more than chance, not beyond the sector", "显著，与行业无法区分"),
    "behind_sector": Phrase("more than chance, behind the sector", "显著，相对行业反向"),
    "sector_unknown": Phrase("more than chance, sector not tested", "显著，行业未检验"),
    "alone": Phrase("chance, all tests counted", "计入全部检验后不显著"),
    "sector_only": Phrase("chance against the market", "相对市场不显著"),
    "chance": Phrase("chance", "不显著"),
}
#: What an account did first, after "an account that".
ENTRIES: Mapping[str, Phrase] = {
    "next_open": Phrase("bought at the next open", "事件后首个开盘买入"),
    "day0_close": Phrase("bought at the close of day 0", "第0日收盘买入"),
    "publication_open": Phrase("bought at the open after publication", "名单发布后首个开盘买入"),
}


def kept(context: Context) -> str:
    """What the accounts made that bought after publication, a sentence an entry.

    Of the accounts beside the quoted book; composites are left out beside lists. Nothing for a
    study without accounts, or where none of them held anything.
    """
    opened = [row for row in context.account_rows if row["paper_return"] is not None]
    if not opened:
        return ""
    rows = [row for row in context.breadth if row["book"] == "account"]
    if not rows:
        return context.say(_ALL_EARLY)
    return joined((_kept(context, row, opened) for row in rows), context.language)


def _kept(context: Context, row: Row, opened: list[Row]) -> str:
    later = [one for one in opened if one["entry"] == row["entry"]]
    later = [one for one in later if one["knowledge"] != "hindsight"]
    lists = [one for one in later if _of_list(context, one)] or later
    return context.say(
        _KEPT_ONE if row["lists"] == 1 else _KEPT,
        entry=context.say(ENTRIES[str(row["entry"])]),
        end=row["end_date"],
        value=percent(real(row["median_return"])),
        low=percent(real(row["lowest_return"])),
        high=percent(real(row["highest_return"])),
        rose=row["rose"] or context.say(_NONE),
        count=row["lists"],
        aside=context.say(NO_COMPOSITES) if len(lists) < len(later) else "",
        part=context.say(_OF_PART) if any(one["covered"] != 1 for one in lists) else "",
    )


def _of_list(context: Context, row: Row) -> bool:
    return context.data.lists[str(row["basket"])].composite is None


def chance_sentence(context: Context) -> str:
    """How many lists moved by more than chance, and under which variants fewer do.

    Nothing without an event study.
    """
    tests = context.event.tests
    if tests is None:
        return ""
    tested = [row for row in context.rows("verdicts") if row["tested"]]
    found = [row for row in tested if significant(row)]
    firm = [row for row in found if row["settled"]]
    unsettled = len(found) - len(firm)
    beyond = ""
    if any(row["verdict"] != "sector_unknown" for row in firm):
        beyond = context.say(_BEYOND, count=sum(row["verdict"] == "both" for row in firm))
    sentence = context.say(
        _CHANCE,
        tested=len(tested),
        window=tests.window,
        lists_en=many(len(tested), "list"),
        tests=tests.tests,
        tests_en=many(tests.tests, "test"),
        firm=len(firm) or context.say(_NONE),
        beyond=beyond,
        unsettled=context.say(_OPEN, count=unsettled) if unsettled else "",
        rest=len(tested) - len(found),
    )
    each = list(_fewer(context, found))
    if not each:
        return sentence
    fewer = context.say(_FEWER, found=len(found), each=context.say(SEMICOLON).join(each))
    return joined([sentence, fewer], context.language)


def significant(verdict: Row) -> bool:
    """Whether a verdict is significant against the market as one series, all tests counted."""
    return verdict["verdict"] in ("both", "market_only", "behind_sector", "sector_unknown")


def _fewer(context: Context, found: list[Row]) -> Iterator[str]:
    """Each variant under which a list is lost, with how many are left."""
    assert context.event.tests is not None
    for one in context.event.tests.variants:
        lost = sum(one.name in str(row["market_changed"] or "").split() for row in found)
        if lost:
            what = context.comma(said(one.changes, context.language))
            yield context.say(_UNDER, kept=len(found) - lost, variant=one.name, what=what)


def short_verdict(context: Context, verdict: Row) -> str:
    """A list's verdict in a few words."""
    if not verdict["tested"]:
        return context.say(_UNTESTED)
    return context.say(_SHORT[str(verdict["verdict"])] if verdict["settled"] else _UNSETTLED)


def below(p: object) -> bool:
    """Whether a p-value is significant; one that does not exist is not."""
    return isinstance(p, float) and p < SIGNIFICANT
