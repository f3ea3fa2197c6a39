"""What to read first: from when a reader could act, and a row a basket with the answer."""

from __future__ import annotations

from dataclasses import replace

from basketbt.notes import Language
from basketbt.report.choices import choice_words
from basketbt.report.facts import ListFacts, WindowFacts
from basketbt.report.layout import Cell as Value
from basketbt.report.page.blocks import (
    Block,
    Cell,
    Grid,
    Head,
    Prose,
    change,
    number,
    probability,
    share,
    text,
)
from basketbt.report.page.scene import Scene, Section
from basketbt.report.page.sections.chance import headline, registered
from basketbt.report.phrases import Phrase

_TITLE = Phrase("Verdict", "结论")
_MOMENT = Phrase(
    "{name}: first public {at}; day 0 is {day0} ({calendar}), the first session to close after it. "
    "Weights {weighting}, rebalance {rebalance}. Returns are total returns.",
    "{name}：首次公开{at}；第0日为{day0}（{calendar}），即其后首个收盘的交易日。"
    "{weighting}，{rebalance}。收益均为全收益。",
)
_READ_FIRST = Phrase(
    "{lists} could be acted on from {session} (day {offset:+d}) at the earliest: what was made "
    "before is hindsight, only what came after was available.",
    "{lists}读者最早自{session}（第{offset:+d}日）起可交易。此前收益为事后视角，此后方为可得。",
)
_THE_LIST = Phrase("The list", "该名单")
_ONE = Phrase("The list {names}", "名单{names}，")
_ALL = Phrase("All {count} lists", "全部{count}份名单，")
_SOME = Phrase("{count} lists ({names})", "{count}份名单（{names}），")
_CAPTION = Phrase(
    "Each list around {name}: paper return by window, split at publication",
    "{name}前后各名单的纸面收益（按窗口，以发布日为界）",
)
_BASKET = Phrase("Basket", "组合")
_NAMES = Phrase("Names", "成分")
_NAMES_NOTE = Phrase("shares in the list, of which the source itself names", "成分数，其中来源点名")
_OF = Phrase("{names} ({named} named)", "{names}（点名{named}）")
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


def _build(scene: Scene) -> list[Block]:
    event, language = scene.event, scene.language
    moment = _MOMENT.say(
        language,
        name=event.name,
        at=event.at.replace("T", " "),
        day0=event.day0,
        calendar=event.calendar,
        weighting=choice_words(event.weighting, language),
        rebalance=choice_words(event.rebalance, language),
    )
    answers = (event.available, event.kept, event.chance)
    lead = [Prose(text=line, kind="lead") for line in (*_read_first(scene), *answers) if line]
    grid = _grid(scene)
    groups = {name for name, _ in grid.groups}
    how = _HOW.say(language)
    how += _HOW_ACCOUNT.say(language) if _IN_ACCOUNT.say(language) in groups else ""
    how += _HOW_CHANCE.say(language) if _TESTED.say(language) in groups else ""
    return [*lead, Prose(text=moment), grid, Prose(text=how, kind="fine")]


def _read_first(scene: Scene) -> list[str]:
    """One line for each session from which lists could be traded."""
    sessions: dict[tuple[str, int], list[str]] = {}
    for member in scene.event.members:
        key = (member.reader_session, member.reader_offset)
        sessions.setdefault(key, []).append(member.basket)
    alone = len(sessions) == 1
    said = []
    for (session, offset), names in sessions.items():
        one = len(names) == 1
        which = (_THE_LIST if one else _ALL) if alone else (_ONE if one else _SOME)
        lists = which.say(scene.language, count=len(names), names=", ".join(names))
        said.append(_READ_FIRST.say(scene.language, lists=lists, session=session, offset=offset))
    return said


#: One column of the table: its head and a cell for each basket.
Column = tuple[Head, dict[str, Cell]]


def _grid(scene: Scene) -> Grid:
    columns = [
        _names(scene),
        *_returns(scene),
        *_against(scene),
        *_achievable(scene),
        *_fall(scene),
        *_chance(scene),
    ]
    lists = scene.record.lists
    return Grid(
        caption=_CAPTION.say(scene.language, name=scene.event.name),
        heads=(Head(_BASKET.say(scene.language), number=False), *(head for head, _ in columns)),
        rows=tuple(
            (
                text(
                    basket,
                    title=f"{lists[basket].broker} · {lists[basket].theme}",
                    aside=about(lists[basket], scene.language),
                ),
                *(cells[basket] for _, cells in columns),
            )
            for basket in scene.event.baskets
        ),
    )


def about(own: ListFacts, language: Language) -> str:
    """What a list is, for those to whom its id says little: its theme, in Chinese its broker too.

    Names of brokers are Chinese; an id says as much to those who cannot read them.
    """
    return own.theme if language == "en" else f"{own.broker} · {own.theme}"


def _names(scene: Scene) -> Column:
    head = Head(_NAMES.say(scene.language), _NAMES_NOTE.say(scene.language))
    cells = {}
    for basket in scene.event.baskets:
        own = scene.record.lists[basket]
        named = _OF.say(scene.language, names=own.names, named=own.named)
        cells[basket] = number(own.names, title=named)
    return head, cells


def _returns(scene: Scene) -> list[Column]:
    """The return in each quoted window; what was available stands with its comparisons."""
    return [
        (_head(scene, window), _cells(scene, window, "total_return")) for window in scene.quoted
    ]


def _cells(scene: Scene, window: WindowFacts, key: str) -> dict[str, Cell]:
    return {
        basket: replace(
            change(scene.summary.get((basket, window.label), {}).get(key)),
            aside=scene.own_days(basket, window),
        )
        for basket in scene.event.baskets
    }


def _head(scene: Scene, window: WindowFacts) -> Head:
    """A window's head; its dates on hover where all lists share them."""
    label = scene.label(window)
    group = (_FOR_READER if window.kind == "available" else _ON_PAPER).say(scene.language)
    rows = [row for (_, name), row in scene.summary.items() if name == window.label]
    spans = {(str(row["base_date"]), str(row["end_date"])) for row in rows}
    if len(spans) != 1:
        return Head(label, group=group)
    first, last = spans.pop()
    return Head(label, _SESSIONS.say(scene.language, first=first, last=last), group=group)


def _achievable(scene: Scene) -> list[Column]:
    """What the account of each list made, a column for each entry of the study."""
    found: dict[str, dict[str, Cell]] = {}
    covered: dict[str, Value] = {}
    for row in scene.account_rows:
        nothing = dict.fromkeys(scene.event.baskets, change(None))
        column = found.setdefault(str(row["entry"]), nothing)
        reason = "" if row["total_return"] is not None else str(row["notes"])
        column[str(row["basket"])] = change(row["total_return"], title=reason)
        covered[str(row["basket"])] = row["covered"]
    title, group = _ACHIEVABLE_NOTE.say(scene.language), _IN_ACCOUNT.say(scene.language)
    columns = [
        (Head(scene.entry_words(entry), title, group=group), column)
        for entry, column in found.items()
    ]
    return [*_covered(scene, covered, group), *_paper_beside(scene, group), *columns]


def _covered(scene: Scene, covered: dict[str, Value], group: str) -> list[Column]:
    """The weight of each list that its account is of; no column when all are whole."""
    if all(value == 1 for value in covered.values()):
        return []
    head = Head(_COVERS.say(scene.language), _COVERS_NOTE.say(scene.language), group=group)
    return [(head, {basket: share(covered.get(basket)) for basket in scene.event.baskets})]


def _paper_beside(scene: Scene, group: str) -> list[Column]:
    """The return on paper over the days of the accounts, for comparison; none without accounts."""
    paper = {
        str(row["basket"]): change(row["paper_return"])
        for row in scene.account_rows
        if row.get("paper_return") is not None
    }
    if not paper:
        return []
    head = Head(_ON_PAPER.say(scene.language), _PAPER_NOTE.say(scene.language), group=group)
    return [(head, dict.fromkeys(scene.event.baskets, change(None)) | paper)]


def _against(scene: Scene) -> list[Column]:
    """What was left for a reader beside the study's first benchmark and its last.

    The last is where studies put the sector. Without such a window: the first headline one.
    """
    windows = [window for window in scene.quoted if window.kind == "available"]
    windows = windows or [window for window in scene.quoted if window.headline][:1]
    benchmarks = scene.record.facts.benchmarks
    excess: dict[tuple[object, ...], object] = {
        (row["basket"], row["window"], row["benchmark"]): row["excess_return"]
        for row in scene.index_rows("relative")
    }
    columns = []
    for window in windows:
        for index in dict.fromkeys([benchmarks[0], benchmarks[-1]]):
            label, group = _AGAINST.say(scene.language, benchmark=index.name), _FOR_READER
            if window.kind != "available":
                label = _AGAINST_OF.say(
                    scene.language, window=scene.label(window), benchmark=index.name
                )
                group = _ON_PAPER
            cells = {
                basket: change(_real(excess.get((basket, window.label, index.code))))
                for basket in scene.event.baskets
            }
            note = _AGAINST_NOTE.say(scene.language)
            columns.append((Head(label, note, group=group.say(scene.language)), cells))
    return columns


def _real(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _fall(scene: Scene) -> list[Column]:
    longest = scene.event.longest
    if longest is None:
        return []
    label = _DRAWDOWN.say(scene.language, window=longest.label)
    head = Head(label, group=_RISK.say(scene.language))
    return [(head, _cells(scene, longest, "max_drawdown"))]


def _chance(scene: Scene) -> list[Column]:
    """p after Holm and the smallest effect the test would see, in the quoted window."""
    rows = registered(scene)
    chosen = headline(rows)
    if chosen is None:
        return []
    model, window = chosen
    p = dict.fromkeys(scene.event.baskets, probability(None))
    least = dict.fromkeys(scene.event.baskets, share(None))
    for row in rows:
        if row["model"] == model and row["window"] == window:
            p[str(row["basket"])] = probability(row["holm_p"])
            least[str(row["basket"])] = share(row["mde"])
    language = scene.language
    group = _TESTED.say(language)
    holm, why = (
        _HOLM.say(language, window=window),
        _HOLM_NOTE.say(language, model=choice_words(model, scene.language)),
    )
    smallest = Head(_LEAST.say(language, window=window), _LEAST_NOTE.say(language), group=group)
    return [(Head(holm, why, group=group), p), (smallest, least)]


SECTION = Section(id="verdict", title=_TITLE, needs=("summary", "relative"), build=_build)
