"""What to read first: from when a reader could act, what it came to, a row for each list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from basketbt.report.data import Member, Row, WindowInfo
from basketbt.report.model import Value
from basketbt.report.views.blocks import (
    Block,
    Cell,
    Head,
    Prose,
    TableBlock,
    change,
    number,
    probability,
    share,
)
from basketbt.report.views.conclusion import chance_sentence, kept
from basketbt.report.views.context import Context, View, real
from basketbt.report.views.phrases import Phrase
from basketbt.report.views.publication import available

_TITLE = Phrase("Verdict", "结论")
_MOMENT = Phrase(
    "{name}: first public {at}; day 0 is {day0} ({calendar}), the first session to close after it. "
    "Weights {weighting}, rebalance {rebalance}. Returns are total returns, beside {benchmark}.",
    "{name}：首次公开{at}；第0日为{day0}（{calendar}），即其后首个收盘的交易日。"
    "{weighting}，{rebalance}。收益均为全收益，基准{benchmark}。",
)
_READ_FIRST = Phrase(
    "{lists} published on {published}. A reader could trade from {session} (day {offset:+d}) at "
    "the earliest: what happened before is hindsight, only what came after was available.",
    "{lists}发布于{published}，读者最早自{session}（第{offset:+d}日）起可交易："
    "此前属事后视角，此后方为读者可得。",
)
_OUT_BEFORE = Phrase(
    "{lists} published on {published}, before day 0: from {session} (day {offset:+d}) on, "
    "everything was available to a reader.",
    "{lists}发布于{published}，早于第0日：自{session}（第{offset:+d}日）起，读者均为可得。",
)
_THE_LIST, _THE_LISTS = Phrase("The list was", "该名单"), Phrase("The lists were", "各名单")
_ONE_LIST = Phrase("The list {names} was", "名单{names}")
_SOME_LISTS = Phrase("{count} lists ({names}) were", "{count}份名单（{names}）")
_CAPTION = Phrase(
    "Each list around {name}: paper return by window, split at publication",
    "{name}前后各名单的纸面收益（按窗口，以发布日为界）",
)
_BASKET = Phrase("Basket", "组合")
_NAMES, _NAMED = Phrase("Names", "成分数"), Phrase("Named", "原文列示")
_NAMED_NOTE = Phrase("shares that the source itself names", "来源直接点名的成分数")
_AGAINST = Phrase("vs {benchmark}", "相对{benchmark}")
_AGAINST_OF = Phrase("{window} vs {benchmark}", "{window}相对{benchmark}")
_AGAINST_NOTE = Phrase("return less that of the index, in percentage points", "收益减指数收益")
_DRAWDOWN = Phrase("Max drawdown {window}", "最大回撤{window}")
_ON_PAPER = Phrase("Paper", "纸面")
_COVERS = Phrase("Covers", "覆盖")
_COVERS_NOTE = Phrase(
    "Weight of the list that an account can hold; its return is of this part.",
    "账户可持有的名单权重；账户收益仅含该部分。",
)
_IN_ACCOUNT = Phrase("Achievable, to the end", "可实现，至期末")
_FOR_READER = Phrase("Paper, left for a reader", "纸面，读者可得")
_PAPER_NOTE = Phrase(
    "the list bought at the close before day 0 and held as long as the account, without friction",
    "第0日前一收盘买入、与账户同日结束、不计摩擦的名单收益",
)
_RISK = Phrase("Risk", "风险")
_TESTED = Phrase("More than chance?", "是否显著")
_ACHIEVABLE_NOTE = Phrase("what an account would have made", "账户实际可得收益")
_HOLM = Phrase("p (Holm) {window}", "p(Holm){window}")
_HOLM_NOTE = Phrase(
    "chance of a move as large without the event, all tests counted; model {model}",
    "无事件时出现同等变动的概率，已计全部检验；模型{model}",
)
_LEAST = Phrase("Smallest effect {window}", "最小可检效应{window}")
_LEAST_NOTE = Phrase("what the test would see four times in five", "五次中可检出四次的最小效应")
_SESSIONS = Phrase("{first} to {last}", "{first}至{last}")
_COMPOSITES = Phrase(
    "{names} made of lists, {rule}: the shares do not weigh the same.",
    "{names}由多份名单合成，{rule}：各成分权重并不相同。",
)
_IS, _ARE = Phrase("{names} is", "{names}"), Phrase("{names} are", "{names}")
_RULES = (
    ("across", Phrase("each an equal part of it and weighted inside", "各名单等份，名单内再加权")),
    ("votes", Phrase("with a vote for each broker that names a share", "按点名该成分的券商数计票")),
)
_MAPPED = Phrase(
    "Named counts the shares that the source itself names. The others were mapped here to a theme "
    "that the source names, after the event: their choice is hindsight of its own.",
    "“原文列示”为来源直接点名的成分数。其余成分由本项目在事件之后按来源点名的主题选取："
    "选取本身也带有事后视角。",
)
_HOW = Phrase(
    "How to read: [a,b] is bought at the close before day a and held to the close of day b. "
    "Hindsight is day 0 to the last close before a reader could trade, available is what came "
    "after. Paper is without friction. Press a heading to sort.",
    "读法：[a,b]为第a日前一收盘买入、持有至第b日收盘。公布前（事后）为第0日至读者可交易前的最后收盘，公布后（可得）为其后。"
    "纸面不计摩擦。点击表头可排序。",
)
_HOW_ACCOUNT = Phrase(
    " Achievable is an account under the market's rules, to the end of the study, of the part "
    "of the list that it covers. A dash there has its reason under Paper and "
    "achievable.",
    "可实现为遵守市场规则的账户就其覆盖的权重至期末的收益；其中短横的原因见“纸面与可实现”。",
)
_HOW_CHANCE = Phrase(
    " p (Holm) is how often chance alone would move a list as far, all tests counted; an effect "
    "below the smallest would mostly go unseen.",
    "p（Holm）为计入全部检验后纯属偶然出现同等变动的概率；低于最小可检效应者多半无法检出。",
)

#: One column of the table: its head and a cell for each basket.
_Column = tuple[Head, dict[str, Cell]]


def _build(context: Context) -> list[Block]:
    event = context.event
    moment = context.say(
        _MOMENT,
        name=event.name.say(context.language),
        at=event.at.replace("T", " "),
        day0=event.day0,
        calendar=event.calendar,
        weighting=context.choice(event.weighting),
        rebalance=context.choice(event.rebalance),
        benchmark=context.data.info.benchmarks[0].say(context.language),
    )
    how = context.say(_HOW)
    how += context.say(_HOW_ACCOUNT) if event.account else ""
    how += context.say(_HOW_CHANCE) if event.tests else ""
    lead = [*_read_first(context), *answers(context)]
    return [
        *(Prose(text=line, kind="lead") for line in lead),
        Prose(text=moment),
        table(context),
        *(Prose(text=line, kind="fine") for line in _notes(context)),
        Prose(text=how, kind="hint"),
    ]


def answers(context: Context) -> list[str]:
    """What was left for a reader, what accounts kept, what is more than chance: a line each."""
    found = (available(context), kept(context), chance_sentence(context))
    return [line for line in found if line]


def _read_first(context: Context) -> Iterator[str]:
    """One line for each publication date."""
    dates: dict[tuple[str, Member], list[str]] = {}
    for member in context.event.members:
        published = context.data.lists[member.basket].published
        dates.setdefault((published, replace(member, basket="")), []).append(member.basket)
    for (published, member), names in dates.items():
        alone = len(names) == 1
        which = _THE_LIST if alone else _THE_LISTS
        if len(dates) > 1:
            which = _ONE_LIST if alone else _SOME_LISTS
        yield context.say(
            _READ_FIRST if member.offset > 0 else _OUT_BEFORE,
            lists=context.say(which, count=len(names), names=context.comma(names)),
            published=published,
            session=member.session,
            offset=member.offset,
        )


def table(context: Context) -> TableBlock:
    """The headline: each list's return by window, and what qualifies it.

    The columns of benchmarks but the first, of accounts and of tests have sections of their own,
    so on paper they stand there only.
    """
    columns = [
        _counted(context, _NAMES, "names"),
        _counted(context, _NAMED, "named", _NAMED_NOTE),
        *_returns(context),
        *_against(context),
        *_achievable(context),
        *_fall(context),
        *_chance(context),
    ]
    baskets = context.event.baskets
    return TableBlock(
        caption=context.say(_CAPTION, name=context.event.name.say(context.language)),
        heads=(Head(context.say(_BASKET), number=False), *(head for head, _ in columns)),
        rows=tuple(
            (context.head(basket), *(cells[basket] for _, cells in columns)) for basket in baskets
        ),
    )


def _counted(context: Context, name: Phrase, key: str, title: Phrase | None = None) -> _Column:
    lists = context.data.lists
    head = Head(context.say(name), context.say(title) if title else "")
    return head, {one: number(getattr(lists[one], key)) for one in context.event.baskets}


def _returns(context: Context) -> list[_Column]:
    """The return in each quoted window; what was available stands with its comparisons."""
    return [
        (_head(context, window), _cells(context, window, "total_return"))
        for window in context.quoted
    ]


def _cells(context: Context, window: WindowInfo, key: str) -> dict[str, Cell]:
    return {
        basket: replace(
            change(context.summary.get((basket, window.label), {}).get(key)),
            aside=context.own_days(basket, window),
        )
        for basket in context.event.baskets
    }


def _head(context: Context, window: WindowInfo) -> Head:
    """A window's head; its dates on hover where all lists share them."""
    label = context.label(window)
    group = context.say(_FOR_READER if window.kind == "available" else _ON_PAPER)
    rows = [row for (_, name), row in context.summary.items() if name == window.label]
    spans = {(str(row["base_date"]), str(row["end_date"])) for row in rows}
    if len(spans) != 1:
        return Head(label, group=group)
    first, last = spans.pop()
    return Head(label, context.say(_SESSIONS, first=first, last=last), group=group)


def _against(context: Context) -> Iterator[_Column]:
    """What was left for a reader beside the study's first benchmark and its last.

    The last is where studies put the sector. Without such a window: the first quoted one.
    """
    windows = [window for window in context.quoted if window.kind == "available"]
    windows = windows or [window for window in context.quoted if window.quoted][:1]
    benchmarks = context.data.info.benchmarks
    excess = {
        (row["basket"], row["window"], row["benchmark"]): row["excess_return"]
        for row in context.book_rows("relative")
    }
    for window in windows:
        for index in dict.fromkeys([benchmarks[0], benchmarks[-1]]):
            name = index.name.say(context.language)
            label, group = context.say(_AGAINST, benchmark=name), _FOR_READER
            if window.kind != "available":
                label, group = (
                    context.say(_AGAINST_OF, window=context.label(window), benchmark=name),
                    _ON_PAPER,
                )
            yield (
                Head(
                    label,
                    context.say(_AGAINST_NOTE),
                    group=context.say(group),
                    screen=index != benchmarks[0],
                ),
                {
                    basket: change(excess.get((basket, window.label, index.code)))
                    for basket in context.event.baskets
                },
            )


def _achievable(context: Context) -> list[_Column]:
    """What the account of each list made, a column for each entry, beside paper."""
    if not context.account_rows:
        return []
    group, baskets = context.say(_IN_ACCOUNT), context.event.baskets

    def column(name: str, title: str, cells: dict[str, Cell]) -> _Column:
        head = Head(name, title, group=group, screen=True)
        return head, dict.fromkeys(baskets, change(None)) | cells

    columns = []
    covered = {str(row["basket"]): share(row["covered"]) for row in context.account_rows}
    if any(row["covered"] != 1 for row in context.account_rows):
        columns.append(column(context.say(_COVERS), context.say(_COVERS_NOTE), covered))
    paper = {
        str(row["basket"]): change(row["paper_return"])
        for row in context.account_rows
        if row["paper_return"] is not None
    }
    if paper:
        columns.append(column(context.say(_ON_PAPER), context.say(_PAPER_NOTE), paper))
    for entry in context.entries:
        cells = {
            str(row["basket"]): change(row["total_return"], title=_reason(context, row))
            for row in context.account_rows
            if row["entry"] == entry
        }
        columns.append(column(context.entry_name(entry), context.say(_ACHIEVABLE_NOTE), cells))
    return columns


def _reason(context: Context, row: Row) -> str:
    """Why a list has no account."""
    return context.notes(row["notes"]) if row["total_return"] is None else ""


def _fall(context: Context) -> list[_Column]:
    window = next((w for w in context.event.windows if w.label == context.event.longest), None)
    if window is None:
        return []
    head = Head(context.say(_DRAWDOWN, window=window.label), group=context.say(_RISK))
    return [(head, _cells(context, window, "max_drawdown"))]


def _chance(context: Context) -> list[_Column]:
    """p after Holm and the smallest effect the test would see, in the quoted window."""
    tests = context.event.tests
    if tests is None:
        return []
    rows: dict[Value, Row] = {
        row["basket"]: row
        for row in context.rows(
            "event_study", variant="main", model=tests.model, window=tests.window
        )
    }
    group, words = context.say(_TESTED), {"window": tests.window}
    note = context.say(_HOLM_NOTE, model=context.choice(tests.model))
    holm = Head(context.say(_HOLM, **words), note, group=group, screen=True)
    least = Head(context.say(_LEAST, **words), context.say(_LEAST_NOTE), group=group, screen=True)
    baskets = context.event.baskets
    return [
        (holm, {one: probability(rows.get(one, {}).get("holm_p")) for one in baskets}),
        (least, {one: share(real(rows.get(one, {}).get("mde"))) for one in baskets}),
    ]


def _notes(context: Context) -> Iterator[str]:
    """What the columns of the table do not say of its rows."""
    lists = [context.data.lists[basket] for basket in context.event.baskets]
    for rule, words in _RULES:
        names = [one.id for one in lists if one.composite == rule]
        if names:
            verb = _IS if len(names) == 1 else _ARE
            said = context.say(verb, names=context.comma(names))
            yield context.say(_COMPOSITES, names=said, rule=context.say(words))
    if any(one.named < one.names for one in lists):
        yield context.say(_MAPPED)


VIEW = View(id="verdict", title=_TITLE, needs=("summary", "relative"), build=_build)
