"""A sentence each on what an account kept and on chance, for the head of a page."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.memo.achievable import ENTRIES
from basketbt.report.memo.answers import LEVEL, Answer, answers, exists, headline_window
from basketbt.report.memo.available import NO_COMPOSITES
from basketbt.report.memo.chance import many
from basketbt.report.memo.figures import median
from basketbt.report.memo.variants import change_words
from basketbt.report.phrases import Phrase, percent
from basketbt.report.tables.accounts import Owner
from basketbt.results import CaseResult

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
_SHORT = {
    "both": Phrase("more than chance, beyond the sector too", "显著，相对行业亦显著"),
    "market_only": Phrase("more than chance, not beyond the sector", "显著，与行业无法区分"),
    "behind_sector": Phrase("more than chance, behind the sector", "显著，相对行业反向"),
    "sector_unknown": Phrase("more than chance, sector not tested", "显著，行业未检验"),
    "alone": Phrase("chance, all tests counted", "计入全部检验后不显著"),
    "sector_only": Phrase("chance against the market", "相对市场不显著"),
    "chance": Phrase("chance", "不显著"),
}


def kept(case: CaseResult, language: Language) -> str:
    """What the accounts made that bought after publication, a sentence an entry.

    Of the accounts beside the memo's book; composites are left out beside lists. Nothing for a
    study without accounts, or where none of them held anything.
    """
    book = case.books[0].book if case.books else None
    mine = [
        Owner(case, one, member)
        for one in case.accounts
        for member in range(len(case.case.baskets))
        if book is not None
        and (one.index.weighting, one.index.rebalance) == (book.weighting, book.rebalance)
    ]
    opened = [owner for owner in mine if owner.entry_row >= 0]
    if not opened:
        return ""
    later = [owner for owner in opened if not owner.hindsight]
    if not later:
        return _ALL_EARLY.say(language)
    lists = [owner for owner in later if not owner.basket.components] or later
    said = []
    for entry in dict.fromkeys(owner.kept.entry for owner in lists):
        own = [owner for owner in lists if owner.kept.entry == entry]
        said.append(_kept(own, language, aside=len(lists) < len(later)))
    return (" " if language == "en" else "").join(said)


def _kept(own: list[Owner], language: Language, *, aside: bool) -> str:
    made = [float(one.book.shortfall.achieved[one.member]) for one in own]
    part = any(one.covered != 1 for one in own)
    phrase = _KEPT_ONE if len(own) == 1 else _KEPT
    return phrase.say(
        language,
        entry=ENTRIES[own[0].kept.entry].say(language),
        end=str(own[0].sessions[-1]),
        value=percent(median(made)),
        low=percent(min(made)),
        high=percent(max(made)),
        rose=sum(value > 0 for value in made) or _NONE.say(language),
        count=len(own),
        aside=NO_COMPOSITES.say(language) if aside else "",
        part=_OF_PART.say(language) if part else "",
    )


def chance_line(case: CaseResult, language: Language) -> str:
    """How many lists moved by more than chance, and under which variants fewer do.

    The verdicts are the memo's. Nothing without an event study.
    """
    if not case.event_studies:
        return ""
    window, _ = headline_window(case)
    tested = [one for one in answers(case, window) if exists(one.primary)]
    found = [one for one in tested if one.primary.holm_as_if < LEVEL]
    firm = [one for one in found if one.settled]
    tests = case.event_studies[0].found.tests
    unsettled = len(found) - len(firm)
    beyond = ""
    if firm and any(exists(one.sector) for one in firm):
        beyond = _BEYOND.say(language, count=sum(one.verdict == "both" for one in firm))
    said = _CHANCE.say(
        language,
        tested=len(tested),
        window=span(*window),
        lists_en=many(len(tested), "list"),
        tests=tests,
        tests_en=many(tests, "test"),
        firm=len(firm) or _NONE.say(language),
        beyond=beyond,
        unsettled=_OPEN.say(language, count=unsettled) if unsettled else "",
        rest=len(tested) - len(found),
    )
    each = list(_fewer(case, found, language))
    if not each:
        return said
    separator, space = ("; ", " ") if language == "en" else ("；", "")
    return said + space + _FEWER.say(language, found=len(found), each=separator.join(each))


def _fewer(case: CaseResult, found: list[Answer], language: Language) -> Iterator[str]:
    """Each variant under which a list is lost, with how many are left."""
    for one in case.event_studies[1:]:
        name = one.found.variant
        lost = sum(
            change.market_changed
            for answer in found
            for change in answer.changed_by
            if change.variant == name
        )
        if lost:
            what = change_words(one, language)
            yield _UNDER.say(language, kept=len(found) - lost, variant=name, what=what)


def short_verdicts(case: CaseResult, language: Language) -> dict[str, str]:
    """(basket → its verdict in a few words, as the memo settles it); empty without event study."""
    if not case.event_studies:
        return {}
    window, _ = headline_window(case)
    return {one.basket: _short(one, language) for one in answers(case, window)}


def _short(answer: Answer, language: Language) -> str:
    if not exists(answer.primary):
        return _UNTESTED.say(language)
    return (_SHORT[answer.verdict] if answer.settled else _UNSETTLED).say(language)
