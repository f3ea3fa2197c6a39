"""What to read first: from when a reader could act, what it came to, a row for each list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from basketbt.market.indexes import OWN_INDUSTRIES
from basketbt.report.data import Member, Row, WindowInfo
from basketbt.report.views.blocks import (
    Block,
    Cell,
    Fold,
    Head,
    Prose,
    TableBlock,
    amount,
    change,
    number,
    share,
    text,
)
from basketbt.report.views.conclusion import COUNTED, chance_sentence, kept
from basketbt.report.views.context import Context, View, real
from basketbt.report.views.numbers import NONE, unsigned
from basketbt.report.views.publication import available, horizon_table
from basketbt.report.views.shocks import readers_window, shock_line

_OWN = OWN_INDUSTRIES

#: One column of the table: its head and a cell for each basket.
_Column = tuple[Head, dict[str, Cell]]


def _build(context: Context) -> list[Block]:
    event = context.event
    moment = context.say(
        "headline.moment",
        name=event.name.say(context.language),
        at=event.at.replace("T", " "),
        day0=event.day0,
        calendar=context.choice(event.calendar),
        weighting=context.choice(event.weighting),
        rebalance=context.choice(event.rebalance),
        benchmark=context.data.info.benchmarks[0].say(context.language),
    )
    how = context.say("headline.how")
    how += context.say("headline.how_account") if event.account else ""
    how += context.say("headline.how_chance") if event.tests else ""
    own = bool(context.data.tables.get("pooled"))  # day 0 is each list's own day p
    lead = [*([] if own else _read_first(context)), *answers(context)]
    return [
        *(Prose(text=line, kind="lead") for line in lead),
        *tables(context)[:-1],
        Prose(text=moment),
        table(context),
        *_accounts(context),
        *(Prose(text=line, kind="fine") for line in _notes(context)),
        Prose(text=how, kind="hint"),
    ]


def tables(context: Context) -> list[TableBlock]:
    """Lists together at each horizon after publication, where the study looks at any; each list."""
    together = horizon_table(context)
    return [*([together] if together else []), table(context)]


def answers(context: Context) -> list[str]:
    """What was left for a reader, shocks in it, what accounts kept, what is more than chance.

    A line each.
    """
    found = (available(context), shock_line(context), kept(context), chance_sentence(context))
    return [line for line in found if line]


def _read_first(context: Context) -> Iterator[str]:
    """One line for each publication date."""
    dates: dict[tuple[str, Member], list[str]] = {}
    for member in context.event.members:
        published = context.data.lists[member.basket].published
        dates.setdefault((published, replace(member, basket="")), []).append(member.basket)
    for (published, member), names in dates.items():
        alone = len(names) == 1
        which = "headline.the_list" if alone else "headline.the_lists"
        if len(dates) > 1:
            which = "headline.one_list" if alone else "headline.some_lists"
        if str(member.session) > context.data.info.last_session:
            key = "headline.known_after"
        else:
            key = "headline.read_first" if member.offset > 0 else "headline.out_before"
        yield context.say(
            key,
            last=context.data.info.last_session,
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
        _priced(context),
        _counted(context, "headline.named", "named", "headline.named_note"),
        *_returns(context),
        *_before_shock(context),
        *_against(context),
        *_achievable(context),
        *_fall(context),
        *_chance(context),
    ]
    baskets = context.event.baskets
    return TableBlock(
        caption=context.say(
            "headline.caption",
            name=context.event.name.say(context.language),
            day0=context.event.day0,
            calendar=context.choice(context.event.calendar),
        ),
        heads=(Head(context.say("headline.basket"), number=False), *(head for head, _ in columns)),
        rows=tuple(
            (context.head(basket), *(cells[basket] for _, cells in columns)) for basket in baskets
        ),
    )


def _priced(context: Context) -> _Column:
    """Shares with prices of those of the list, and their weight in it where that is not all.

    In the quoted window of which least is covered.
    """

    def cell(basket: str) -> Cell:
        rows = [context.summary.get((basket, window.label)) for window in context.quoted]
        known = [row for row in rows if row is not None]
        if not known:
            return number(context.data.lists[basket].names)
        row = min(known, key=lambda row: real(row["covered"]) or 0.0)
        covered = real(row["covered"])
        part = "" if covered == 1 else f" ({unsigned(covered)})"
        return Cell(f"{row['names_priced']}/{row['names']}{part}", sort=covered)

    head = Head(context.say("headline.names"), context.say("headline.names_note"))
    return head, {one: cell(one) for one in context.event.baskets}


def _counted(context: Context, name: str, key: str, title: str) -> _Column:
    lists = context.data.lists
    head = Head(context.say(name), context.say(title))
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
    group = context.say(
        "headline.for_reader" if window.kind == "available" else "headline.on_paper"
    )
    rows = [row for (_, name), row in context.summary.items() if name == window.label]
    spans = {(str(row["base_date"]), str(row["end_date"])) for row in rows}
    if len(spans) != 1:
        return Head(label, group=group)
    first, last = spans.pop()
    return Head(label, context.say("headline.sessions", first=first, last=last), group=group)


def _before_shock(context: Context) -> Iterator[_Column]:
    """The reader's figure once more, ended before the market's first shock in it."""
    window = readers_window(context)
    if window is None:
        return
    rows = {
        basket: context.summary.get((basket, window.label), {}) for basket in context.event.baskets
    }
    days = {row.get("before_shock") for row in rows.values()}
    alone = len(days) == 1
    left = window.kind == "available"
    which = context.say("context.available") if left else context.label(window)
    head = Head(
        context.say(
            "headline.before_shock" if alone else "headline.before_shock_each",
            window=which,
            last=next(iter(days)),
        ),
        context.say("headline.before_shock_note"),
        group=context.say("headline.for_reader" if left else "headline.on_paper"),
    )
    yield (
        head,
        {
            basket: replace(
                change(row.get("return_before_shock")),
                aside="" if alone else str(row.get("before_shock") or ""),
            )
            for basket, row in rows.items()
        },
    )


def _against(context: Context) -> Iterator[_Column]:
    """What was left for a reader beside the study's first benchmark and beside the sector.

    The sector is the list's own industries; the study's last benchmark where there are none.
    Without such a window: the first quoted one.
    """
    windows = [window for window in context.quoted if window.kind == "available"]
    windows = windows or [window for window in context.quoted if window.quoted][:1]
    rows = {
        (row["basket"], row["window"], row["benchmark"]): row
        for row in context.book_rows("relative")
    }
    first = context.data.info.benchmarks[0]
    names = {first.code: first.name.say(context.language), **context.sector}
    for window in windows:
        left = window.kind == "available"
        which = context.say("context.available") if left else context.label(window)
        for code, name in names.items():
            note = "headline.own_note" if code == _OWN else "headline.against_note"
            yield (
                Head(
                    context.say("headline.against", window=which, benchmark=name),
                    context.say(note),
                    group=context.say("headline.for_reader" if left else "headline.on_paper"),
                    screen=code != first.code,
                ),
                {
                    basket: _excess(context, rows.get((basket, window.label, code)))
                    for basket in context.event.baskets
                },
            )


def _excess(context: Context, row: Row | None) -> Cell:
    """An excess return, or on hover why there is none."""
    if row is None or row["excess_return"] is not None:
        return change(row["excess_return"] if row else None)
    return change(None, title=context.notes(row["notes"]))


def _achievable(context: Context) -> list[_Column]:
    """What the account of each list made, a column for each entry, beside paper."""
    if not context.account_rows:
        return []
    group, baskets = context.say("headline.in_account"), context.event.baskets

    def column(name: str, title: str, cells: dict[str, Cell]) -> _Column:
        head = Head(name, title, group=group, screen=True)
        return head, dict.fromkeys(baskets, change(None)) | cells

    columns = []
    covered = {str(row["basket"]): share(row["holdable"]) for row in context.account_rows}
    if any(row["holdable"] != 1 for row in context.account_rows):
        columns.append(
            column(context.say("headline.covers"), context.say("headline.covers_note"), covered)
        )
    paper = {
        str(row["basket"]): change(row["paper_return"])
        for row in context.account_rows
        if row["paper_return"] is not None
    }
    if paper:
        note = context.say("headline.account.paper_note")
        columns.append(column(context.say("headline.on_paper"), note, paper))
    for entry in context.entries:
        cells = {
            str(row["basket"]): change(row["total_return"], title=_reason(context, row))
            for row in context.account_rows
            if row["entry"] == entry
        }
        columns.append(
            column(context.entry_name(entry), context.say("headline.account.achieved_note"), cells)
        )
    return columns


def _reason(context: Context, row: Row) -> str:
    """Why a list has no account."""
    return context.notes(row["notes"]) if row["total_return"] is None else ""


def _accounts(context: Context) -> Iterator[Fold]:
    """What accounts made, for the screen; on paper they have their own section."""
    tables = tuple(account_tables(context))
    if tables:
        yield Fold(title=context.say("headline.accounts"), blocks=tables, open=True)


def account_tables(context: Context) -> list[TableBlock]:
    """For each entry what the account of each list made, missed, lost, and how much money fits.

    From left to right paper less what moved before plus the account's own friction is achieved.
    """
    found = []
    for entry in context.entries:
        rows = {row["basket"]: row for row in context.account_rows if row["entry"] == entry}
        if all(row["friction"] is None for row in rows.values()):
            continue  # the section on accounts says why
        cells = [_of_account(context, rows[one]) for one in context.event.baskets if one in rows]
        words = [f"headline.account.{word}" for word in _ACCOUNT]
        heads = [Head(context.say(word), context.say(f"{word}_note")) for word in words]
        found.append(
            TableBlock(
                caption=context.say("headline.account.caption", entry=context.entry_name(entry)),
                heads=(Head(context.say("headline.basket"), number=False), *heads),
                rows=tuple(cells),
            )
        )
    return found


_ACCOUNT = ("paper", "moved", "friction", "achieved", "locked", "capacity", "most")


def _of_account(context: Context, row: Row) -> tuple[Cell, ...]:
    """The row of an account; of a list without one a dash and why."""
    lost = real(row["friction"])
    why = "" if lost is not None else context.notes(row["notes"])
    return (
        context.head(row["basket"], why),
        change(row["paper_return"]),
        change(row["moved_before_entry"]),
        change(None if lost is None else -lost),
        change(row["total_return"], title=why),
        share(row["locked_at_open"]),
        amount(row["capacity"], context.language, title=str(row["tightest"] or "")),
        amount(row["capacity_90"], context.language),
    )


def _fall(context: Context) -> list[_Column]:
    window = next((w for w in context.event.windows if w.label == context.event.longest), None)
    if window is None:
        return []
    head = Head(
        context.say("headline.drawdown", window=window.label), group=context.say("headline.risk")
    )
    return [(head, _cells(context, window, "max_drawdown"))]


def _chance(context: Context) -> list[_Column]:
    """What both questions say of named lists: a column a family, its windows in their order."""
    tests = context.event.tests
    if tests is None:
        return []
    group, columns = context.say("headline.tested"), []
    for family in COUNTED:
        said: dict[str, list[str]] = {}
        for row in context.rows("verdicts", family=family):
            words = context.say(f"headline.verdicts.{row['verdict']}")
            said.setdefault(str(row["basket"]), []).append(f"{row['window']} {words}")
        head = Head(
            context.say(f"headline.families.{family}"),
            context.say(f"headline.families.{family}_note"),
            group=group,
            number=False,
            screen=True,
        )
        cells = {
            one: text(context.comma(said.get(one, [])) or NONE) for one in context.event.baskets
        }
        if said:
            columns.append((head, cells))
    return columns


def _notes(context: Context) -> Iterator[str]:
    """What the columns of the table do not say of its rows."""
    lists = [context.data.lists[basket] for basket in context.event.baskets]
    for rule in ("across", "votes"):
        names = [one.id for one in lists if one.composite == rule]
        if names:
            verb = "headline.is" if len(names) == 1 else "headline.are"
            said = context.say(verb, names=context.comma(names))
            yield context.say(
                "headline.composites", names=said, rule=context.say(f"headline.rules.{rule}")
            )
    if any(one.named < one.names for one in lists):
        yield context.say("headline.mapped")


VIEW = View(id="verdict", title="headline.title", needs=("summary", "relative"), build=_build)
