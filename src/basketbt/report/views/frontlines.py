"""The sentences, tiles and one-line notes of the front page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from basketbt.report.data import Row, WindowInfo
from basketbt.report.model import Value
from basketbt.report.views import pooled
from basketbt.report.views.blocks import Cell, Head, change
from basketbt.report.views.choices import AFTER_PUBLICATION
from basketbt.report.views.conclusion import chance_sentence, horizon_of, together
from basketbt.report.views.context import Context, real
from basketbt.report.views.fronttable import compared, horizon, quoted
from basketbt.report.views.numbers import percent, unsigned
from basketbt.report.views.publication import available, lists_of, told
from basketbt.report.views.shocks import shocks_in_windows

#: Groups of lists (of one kind and one day p) that a sentence has room for.
_GROUPS = 3


def sentences(context: Context, told_of: Sequence[Context]) -> list[str]:
    """Before a reader knew; what a reader got, on paper and in an account; whether it is chance.

    Of the events that are ``told_of``, those whose tests gave one answer have the same sentence.
    """
    groups = told(context)
    if not groups:
        return [line for line in (available(context), chance_sentence(context)) if line]
    lines = (
        _before(context),
        _after(context),
        _kept(context),
        _chance([one for one in told_of if _found(one) == _found(context)]),
    )
    return [line for line in lines if line]


def _before(context: Context) -> str:
    rows = [row for row in _rows(context, "hindsight") if row["lists"]]
    if not rows:
        early = all(member.offset <= 0 for member in context.event.members)
        return context.say("memo.out_before") if early else ""
    ends = {str(row["end_date"]) for row in rows}
    if context.stopped:
        key = "memo.before_cut_said"
    else:
        key = "memo.before_said" if len(ends) == 1 else "memo.before_each_said"
    return context.say(
        key,
        end=max(ends),
        each=_each(context, [_counted(context, row) for row in rows]),
    )


def _after(context: Context) -> str:
    """The median at each horizon, group by group, the horizons said once."""
    windows = _readers(context)
    told_of = []
    for group in told(context):
        rows = {str(row["window"]): row for row in group}
        made = [rows.get(one.label, {}) for one in windows]
        if not any(row.get("lists") for row in made):
            continue
        each = [
            percent(real(row["median_return"]))
            if row.get("lists")
            else context.say("memo.not_over")
            for row in made
        ]
        told_of.append(
            context.say(
                "memo.got_one" if group[0]["lists"] == 1 else "memo.got",
                lists=lists_of(context, group[0]),
                each=context.comma(each),
            )
        )
    if not told_of:
        return ""
    sessions = list(context.readers)
    return context.say(
        "memo.after_said" if len(sessions) == 1 else "memo.after_each_said",
        session=sessions[0],
        horizons=_horizons(context, windows),
        each=_each(context, told_of),
    )


def over_all(events: Sequence[Context]) -> str:
    """The same of a study whose lists are each their own event: the medians over all their days."""
    first = events[0]
    windows = quoted(first)
    days = sorted(session for one in events for session in one.readers)
    told_of = []
    for kind, middles in pooled.medians(list(events), windows):
        each = [
            first.say("memo.not_over")
            if one.value is None
            else percent(one.value)
            + ("" if one.known == one.lists else first.say("pooled.fewer", count=one.known))
            for one in middles
        ]
        key = "memo.got_one" if middles[0].lists == 1 else "memo.got"
        lists = first.count(f"lists_{kind}", middles[0].lists)
        told_of.append(first.say(key, lists=lists, each=first.comma(each)))
    return first.say(
        "memo.after_said" if days[0] == days[-1] else "pooled.median",
        session=days[0],
        first=days[0],
        last=days[-1],
        horizons=_horizons(first, windows),
        each=_each(first, told_of),
    )


def _kept(context: Context) -> str:
    """What accounts had made that bought after publication, at the horizon that is compared."""
    at, rows = kept(context)
    if not rows:
        opened = any(row["paper_return"] is not None for row in context.account_rows)
        return context.say("conclusion.all_early") if opened else ""
    each = _each(context, [_counted(context, row) for row in rows])
    return context.say("memo.kept_said", horizon=at, each=each)


def kept(context: Context) -> tuple[str, list[Row]]:
    """The horizon in words, and the rows of accounts at it; the exit where none reaches it."""
    found = [rows for rows in together(context) if rows[0]["entry"] == AFTER_PUBLICATION]
    found = [rows for rows in found if rows[0]["list_kind"] != "composite"] or found
    windows = _readers(context)
    if windows:
        window = compared(windows)
        every = [row for rows in found for row in rows]
        known = [row for row in every if row["window"] == window.label and row["lists"]]
        if known:
            return horizon(context, window), known
    last = [rows[-1] for rows in found if rows[-1]["lists"]]
    ends = max((str(row["end_date"]) for row in last), default="")
    return context.say("memo.kept_exit", end=ends), last


def _horizons(context: Context, windows: list[WindowInfo]) -> str:
    """``1, 5, 20, 60 sessions``; of a study without horizons its end."""
    numbers = [one.last - one.first + 1 for one in windows if one.kind == "horizon"]
    if not numbers:
        return context.say("memo.to_end")
    key = "memo.sessions.one" if numbers == [1] else "memo.sessions"
    return context.say(key, numbers=context.comma(list(map(str, numbers))))


def _readers(context: Context) -> list[WindowInfo]:
    """The quoted windows that a reader could have had."""
    return [one for one in quoted(context) if one.kind != "fixed"]


def _each(context: Context, parts: list[str]) -> str:
    more = len(parts) - _GROUPS
    rest = [context.count("more_groups", more)] if more > 0 else []
    return context.say("joint.semicolon").join([*parts[:_GROUPS], *rest])


def _rows(context: Context, window: str) -> list[Row]:
    return [row for group in told(context) for row in group if row["window"] == window]


def _counted(context: Context, row: Row) -> str:
    return context.say(
        "memo.one" if row["lists"] == 1 else "memo.many",
        lists=lists_of(context, row),
        value=percent(real(row["median_return"])),
        rose=row["rose"],
        count=row["lists"],
    )


def _found(context: Context) -> tuple[tuple[Value, ...], ...] | int:
    """What the tests found of each list and window from its day p; another one without tests."""
    first = {one.basket: (one.session, one.offset) for one in context.event.members}
    rows = context.rows("verdicts", family="publication")
    found = tuple(
        (
            row["basket"],
            first[str(row["basket"])][0],
            (real(row["first_day"]) or 0) - first[str(row["basket"])][1],
            (real(row["last_day"]) or 0) - first[str(row["basket"])][1],
            row["verdict"],
        )
        for row in rows
    )
    return found or context.index


def _chance(alike: Sequence[Context]) -> str:
    """What the tests say; without them how many lists were ahead, and that nothing was tested.

    Of events whose tests found the same, once.
    """
    context = alike[0]
    tests = context.event.tests
    family = next((f for f in tests.families if f.family == "publication"), None) if tests else None
    if tests is not None and family is None:
        return chance_sentence(context)
    if family is None:
        return _ahead(context)
    rows = context.rows("verdicts", family="publication")
    if all(row["verdict"] == "untested" for row in rows):
        return context.say("memo.none_tested", lists=context.count("lists_named", family.lists))
    of = {kind: [row for row in rows if row["verdict"] == kind] for kind in _VERDICTS}
    said = context.say(
        "memo.chance",
        lists=context.count("lists_named", family.lists),
        tests=context.count("tests", family.tests),
        stood=len(of["stood_out"]),
        same=context.say("memo.same_windows") if len(alike) > 1 else "",
        which=_which(alike),
        kind=len(of["moved_with_kind"]),
        rest=len(of["chance"]),
    )
    if of["untested"]:
        said += context.say("memo.untested", count=len(of["untested"]))
    least = [
        mde
        for one in alike
        for row in one.rows("verdicts", family="publication", verdict="chance")
        if (mde := real(row["q1_mde"])) is not None
    ]
    if least:
        said += context.say("memo.doubt", low=unsigned(min(least)), high=unsigned(max(least)))
    return said + context.say("memo.stop")


_VERDICTS = ("stood_out", "moved_with_kind", "chance", "untested")


def _which(alike: Sequence[Context]) -> str:
    """The cells that stood out, each with what it came to by the estimate of each event."""
    context, shown = alike[0], {"family": "publication", "verdict": "stood_out"}
    each = [
        context.say(
            "memo.cell",
            name=context.called(str(row["basket"])),
            sessions=horizon_of(context, row),
            car=context.say("joint.and").join(percent(real(one["car"])) for one in (row, *others)),
        )
        for row, *others in zip(*(one.rows("verdicts", **shown) for one in alike), strict=True)
    ][:_GROUPS]
    return context.say("conclusion.which", cells=context.comma(each)) if each else ""


def _ahead(context: Context) -> str:
    windows = _readers(context)
    if not windows:
        return context.say("memo.not_tested")
    window = compared(windows)
    rows = [row for row in _rows(context, window.label) if row["lists"] and row["beat"] is not None]
    if not rows:
        return context.say("memo.not_tested")
    sector = next(iter(context.sector.values()), "")
    each = []
    for row in rows:
        one = row["lists"] == 1
        beside = (
            context.say(
                _stood(_BEAT_SECTOR, row["beat_sector"], one=one),
                beat=row["beat_sector"],
                benchmark=sector,
            )
            if sector and row["beat_sector"] is not None
            else ""
        )
        each.append(
            context.say(
                _stood(_BEAT, row["beat"], one=one),
                lists=lists_of(context, row),
                beat=row["beat"],
                benchmark=context.benchmark,
                beside=beside,
            )
        )
    return context.say(
        "memo.ahead_said", horizon=horizon(context, window), each=_each(context, each)
    )


#: How many of several lists were ahead; of one list that it was, or was not.
_BEAT = ("memo.ahead", "memo.ahead_one", "memo.behind_one")
_BEAT_SECTOR = ("memo.ahead_sector", "memo.ahead_one_sector", "memo.behind_one_sector")


def _stood(words: tuple[str, str, str], beat: Value, *, one: bool) -> str:
    several, ahead, behind = words
    if not one:
        return several
    return ahead if beat else behind


def tiles(context: Context) -> Iterator[tuple[Head, Cell]]:
    """Before publication, the longer horizons and an account, of the lists told of first."""
    groups = told(context)
    if not groups:
        return
    rows = {str(row["window"]): row for row in groups[0]}
    before = rows.get("hindsight")
    if before is not None and before["lists"]:
        end = before["end_date"]
        cut = any(row["end_date"] == end for row in context.stopped.values())
        name = context.say("memo.tile.before_cut" if cut else "memo.tile.before", end=end)
        yield Head(name, number=False), _tile(context, before)
    windows = [one for one in _readers(context) if rows.get(one.label, {}).get("lists")]
    account, accounts = kept(context)
    if accounts:
        windows = windows[: windows.index(compared(windows)) + 1][-2:] if windows else []
    for window in windows[-3:]:
        head = context.say("memo.tile.after", horizon=horizon(context, window))
        yield Head(head, number=False), _tile(context, rows[window.label])
    if accounts:
        head = context.say("memo.tile.account", horizon=account)
        yield Head(head, number=False), _tile(context, accounts[0])


def _tile(context: Context, row: Row) -> Cell:
    cell = change(row["median_return"])
    aside = context.say(
        "memo.tile.one" if row["lists"] == 1 else "memo.tile.many", lists=lists_of(context, row)
    )
    return Cell(cell.text, cell.sort, cell.tone, aside=aside)


def shocks(context: Context) -> str:
    """The shocks by the windows that hold them, or that there was none."""
    return shocks_in_windows(context) or context.say("memo.no_shock")


def coverage(events: list[Context]) -> str:
    """How many shares of how many lists have prices, and where fewest."""
    lists: dict[str, tuple[int, int]] = {}
    for context in events:
        for (basket, _), row in context.summary.items():
            if context.data.lists[basket].kind != "composite":
                pair = int(real(row["names_priced"]) or 0), int(real(row["names"]) or 0)
                lists[basket] = min(lists.get(basket, pair), pair)
    short = {one: pair for one, pair in lists.items() if pair[0] < pair[1]}
    first = events[0]
    names = first.count("lists", len(lists))
    if not short:
        return first.say("memo.covered", lists=names)
    worst = min(short, key=lambda one: short[one][0] / short[one][1])
    return first.say(
        "memo.not_covered",
        lists=names,
        count=len(short),
        worst=first.called(worst),
        priced=short[worst][0],
        names=short[worst][1],
    )
