"""What lists made after their publication: horizons side by side, kinds apart, each by itself."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from basketbt.api import Run
from basketbt.config.study import load_study
from basketbt.market.calendars import calendar
from basketbt.pipeline.run import run_study
from basketbt.report.views import document
from basketbt.report.views.blocks import Chart
from basketbt.report.views.context import contexts
from basketbt.report.views.headline import answers
from basketbt.report.views.memo import front
from basketbt.report.views.numbers import percent
from basketbt.report.views.publication import horizon_table
from support.made import Made, session
from support.published import INDEX, SECTOR, Closes, by_hand_from, table, walks
from support.written import share, write_lines, write_list, write_study

NAMED = {"mine/a": ("688111.SH",), "mine/b": ("300378.SZ", "002230.SZ"), "mine/c": ("600588.SH",)}
MAPPED = ("603019.SH", "000034.SZ")
P = 8  # 2025-02-10, day p of a list of Friday 2025-02-07
HORIZONS = (1, 5, 10, 20)


def written(folder: Path, published: str = "2025-02-07", **keys: object) -> Path:
    """A study of three named lists, a mapped one and a composite of two of them."""
    for name, symbols in NAMED.items():
        rows = [share(symbol, name_zh=f"股{symbol[:6]}") for symbol in symbols]
        write_list(folder, name, *rows, published=published)
    mapped = [share(one, name_zh=f"股{one[:6]}", origin="mapped", reason="theme") for one in MAPPED]
    write_list(folder, "mine/m", *mapped, published=published)
    write_lines(
        folder,
        "mine/z",
        "composite: {rule: votes, of: [mine/a, mine/b]}",
        published=published,
    )
    short = {
        "baskets": "mine/*",
        "windows": "[[0,15]]",
        "horizons": str(list(HORIZONS)),
        "benchmarks": f"[{INDEX}, {SECTOR}]",
    }
    return write_study(folder, **{**short, **keys})


def made(folder: Path, closes: Closes | None = None, **keys: Any) -> Run:
    study = load_study(written(folder, **keys))
    return Run(run_study(study, Made(walks() if closes is None else closes)))


def by_hand(closes: Closes, symbols: tuple[str, ...], length: int) -> float:
    """The mean of single shares' returns from the close of day p-1 over ``length`` sessions."""
    return by_hand_from(closes, symbols, P, length)


def quantile(values: list[float], q: float) -> float:
    """By linear interpolation, from the definition."""
    ranked = sorted(values)
    place = q * (len(ranked) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (place - low) * (ranked[high] - ranked[low])


def test_each_horizon_is_bought_at_the_close_before_day_p(tmp_path: Path) -> None:
    closes, run = walks(), made(tmp_path)
    summary = {(row["basket"], row["window"]): row for row in table(run, "summary")}
    for basket, symbols in {**NAMED, "mine/m": MAPPED}.items():
        for length in HORIZONS:
            label = f"[p,p+{length - 1}]" if length > 1 else "[p,p]"
            row = summary[basket, label]
            assert row["total_return"] == pytest.approx(by_hand(closes, symbols, length), abs=1e-12)
            assert (row["base_date"], row["start_date"]) == (str(session(P - 1)), str(session(P)))
            assert row["sessions"] == length
            assert row["knowledge"] == "available"


def test_named_mapped_and_composite_lists_are_counted_apart(tmp_path: Path) -> None:
    closes, run = walks(), made(tmp_path)
    rows = {(r["list_kind"], r["window"]): r for r in table(run, "breadth")}
    assert {kind for kind, _ in rows} == {"named", "mapped", "composite"}
    for length in HORIZONS:
        label = f"[p,p+{length - 1}]" if length > 1 else "[p,p]"
        row = rows["named", label]
        returns = [by_hand(closes, own, length) for own in NAMED.values()]
        index, sector = (by_hand(closes, (one,), length) for one in (INDEX, SECTOR))
        assert row["lists"] == 3
        assert row["publication_session"] == str(session(P))
        for key, q in (
            ("lowest_return", 0),
            ("lower_quartile", 0.25),
            ("median_return", 0.5),
            ("upper_quartile", 0.75),
            ("highest_return", 1),
        ):
            assert row[key] == pytest.approx(quantile(returns, q), abs=1e-12)
        assert row["rose"] == sum(value > 0 for value in returns)
        assert row["beat"] == sum(value > index for value in returns)
        assert row["beat_sector"] == sum(value > sector for value in returns)
        excess = [value - index for value in returns]
        assert row["median_excess"] == pytest.approx(quantile(excess, 0.5), abs=1e-12)


def test_without_horizons_the_curve_goes_to_the_studys_end(tmp_path: Path) -> None:
    closes, run = walks(), made(tmp_path, horizons="[]")
    rows = table(run, "publication_curve", list_kind="named")
    assert [row["day"] for row in rows] == list(range(P - 1, 16))
    returns = [by_hand(closes, own, 16 - P) for own in NAMED.values()]
    assert rows[-1]["median_level"] == pytest.approx(100 * (1 + quantile(returns, 0.5)))
    [context] = contexts(run.data, "en")
    assert any(isinstance(block, Chart) for block in front([context]))


def test_the_curve_is_the_median_of_the_lists_each_day(tmp_path: Path) -> None:
    closes, run = walks(), made(tmp_path)
    rows = table(run, "publication_curve", list_kind="named")
    assert [row["reader_day"] for row in rows] == list(range(-1, max(HORIZONS)))
    for row in rows:
        length = int(row["reader_day"]) + 1
        levels = {name: 100 * (1 + by_hand(closes, own, length)) for name, own in NAMED.items()}
        if length == 0:
            levels = dict.fromkeys(NAMED, 100.0)
        for key, q in (("lower", 0.25), ("median", 0.5), ("upper", 0.75)):
            wanted = quantile(list(levels.values()), q)
            assert row[f"{key}_level"] == pytest.approx(wanted, abs=1e-9)
        if length:
            assert levels[str(row["lowest_list"])] == min(levels.values())
            assert levels[str(row["highest_list"])] == max(levels.values())


def test_a_horizon_that_is_not_over_is_empty_with_its_day_and_the_others_stand(
    tmp_path: Path,
) -> None:
    run = made(tmp_path, walks(last=P + 6), windows="[[0,5],[0,30]]")
    rows = {row["window"]: row for row in table(run, "summary", basket="mine/a")}
    assert {window: row["total_return"] is not None for window, row in rows.items()} == {
        "[0,+5]": True,
        "[0,+30]": False,
        "hindsight": True,
        "available": False,
        "[p,p]": True,
        "[p,p+4]": True,
        "[p,p+9]": False,
        "[p,p+19]": False,
    }
    said = "; ".join(note.text("en") for note in rows["[p,p+9]"]["notes"])
    assert f"end on {session(P + 6)}; the window ends on {session(P + 9)}" in said
    (row,) = table(run, "breadth", list_kind="named", window="[p,p+9]")
    assert (row["lists"], row["unknown"], row["median_return"]) == (0, 3, None)
    assert row["end_date"] == str(session(P + 9))
    said = "".join(answers(contexts(run.data, "en")[0]))
    assert f"Not over yet: 10 sessions ({session(P + 9)}), 20 sessions" in said
    assert f"after 5 sessions ({session(P + 4)})" in said


def test_a_list_of_which_nothing_is_over_leaves_the_rest(tmp_path: Path) -> None:
    run = made(tmp_path, walks(last=P - 3), windows="[[0,5]]")
    rows = table(run, "summary", basket="mine/a")
    assert {row["window"]: row["total_return"] is not None for row in rows} == {
        **dict.fromkeys(("[0,+5]", "hindsight"), True),
        **dict.fromkeys(("[p,p]", "[p,p+4]", "[p,p+9]", "[p,p+19]"), False),
    }
    assert table(run, "publication_curve") == []


def test_a_horizon_beyond_the_announced_sessions_says_so(tmp_path: Path) -> None:
    home = calendar("XSHG")
    late = home.offset(home.offset(session(0), home.reach(session(0))), -7)
    at = str(home.offset(late, -3))
    closes = {
        name: {
            home.distance(session(0), home.offset(late, day)): value for day, value in own.items()
        }
        for name, own in walks(last=2).items()
    }
    run = made(
        tmp_path,
        closes,
        published=str(home.offset(late, -1)),
        events=f"{{id: mine, at: {at}}}",
        windows="[[0,3]]",
    )
    rows = {r["window"]: r for r in table(run, "breadth", list_kind="named")}
    assert rows["[p,p]"]["lists"] == 3
    assert rows["[p,p+19]"]["end_date"] is None
    assert rows["[p,p+19]"]["lists"] == 0
    (note,) = rows["[p,p+19]"]["notes"]
    assert "the last session that has been announced" in note.text("en")
    assert "Not over yet: 5 sessions" in "".join(answers(contexts(run.data, "en")[0]))


def test_prices_after_a_horizon_change_no_figure_that_ends_before(tmp_path: Path) -> None:
    closes = walks()
    later = {
        name: {day: value * (1.08 if day > P + 4 else 1.0) for day, value in own.items()}
        for name, own in closes.items()
    }
    tables = []
    for place, given in enumerate((closes, later)):
        folder = tmp_path / str(place)
        folder.mkdir()
        run = made(folder, given, windows="[[0,5]]")
        tables.append(
            [row for row in table(run, "breadth") if int(row["last_day"]) <= P + 4]
            + [row for row in table(run, "publication_curve") if int(row["reader_day"]) < 5]
        )
        for row in tables[-1]:
            row.pop("prices", None)
    assert len(tables[0]) > 20
    assert tables[0] == tables[1]


def test_the_horizons_stand_whatever_the_last_window_is(tmp_path: Path) -> None:
    told = []
    for last in (10, 15, 25):
        folder = tmp_path / str(last)
        folder.mkdir()
        run = made(folder, windows=f"[[0,5],[0,{last}]]")
        rows = [r for r in table(run, "breadth") if str(r["window"]).startswith("[p")]
        told.append([{k: v for k, v in row.items() if k != "prices"} for row in rows])
        said = "".join(answers(contexts(run.data, "en")[0]))
        for length in HORIZONS[1:]:
            assert f"{length} sessions ({session(P + length - 1)})" in said
        assert f"by the study's end ({session(last)})" in said
    assert told[0] == told[1] == told[2]


def test_a_study_without_horizons_has_its_end_only(tmp_path: Path) -> None:
    run = made(tmp_path, horizons="[]")
    assert not [row for row in table(run, "breadth") if "p" in str(row["window"])[:2]]
    said = "".join(answers(contexts(run.data, "en")[0]))
    assert "by the study's end" in said
    assert "sessions (" not in said


def test_a_list_published_during_a_session_says_that_its_day_holds_what_came_before(
    tmp_path: Path,
) -> None:
    run = made(tmp_path, published="2025-02-10 11:45")
    (row,) = table(run, "summary", basket="mine/a", window="[p,p]")
    assert row["start_date"] == str(session(P))
    note = " ".join(one.text("en") for one in row["notes"])
    assert "published at 2025-02-10 11:45+08:00, during session 2025-02-10" in note
    assert "an account enters at the open of 2025-02-11" in note


@pytest.mark.parametrize("written_as", ["[0]", "[5, 5]", "[-1]", "[251]", "[1.5]"])
def test_a_horizon_that_cannot_be_is_refused_with_its_line(tmp_path: Path, written_as: str) -> None:
    from basketbt.errors import InvalidFile

    with pytest.raises(InvalidFile, match="horizons"):
        load_study(written(tmp_path, horizons=written_as))


def test_the_page_draws_the_middle_half(tmp_path: Path) -> None:
    blocks = document(made(tmp_path).data).blocks
    chart = next(one for one in blocks if isinstance(one, Chart) and "publication" in one.id).data
    assert [line["label"] for line in chart["series"]] == [
        "named lists, median",
        "mapped lists, median",
        "composites, median",
        "CSI 300",
    ]
    for line in chart["series"][:-1]:
        assert all(
            low <= middle <= high
            for low, middle, high in zip(line["low"], line["y"], line["high"], strict=True)
        )


CASH = 1_000_000
KEPT = f"{{entry: [next_open, publication_open], cash: {CASH}}}"


@pytest.mark.parametrize("last", [15, 27])
def test_accounts_are_valued_at_each_horizon_from_their_own_days(tmp_path: Path, last: int) -> None:
    closes, run = walks(), made(tmp_path, account=KEPT, windows=f"[[0,{last}]]")
    worth: dict[str, dict[str, float]] = {}
    for row in table(run, "account", entry="publication_open"):
        worth.setdefault(str(row["basket"]), {})[str(row["date"])] = float(row["value"])
    rows = {r["window"]: r for r in table(run, "breadth", book="account", list_kind="named")}
    ends = {"[p,p]": P, "[p,p+4]": P + 4, "[p,p+9]": P + 9, "[p,p+19]": P + 19}
    assert set(rows) == {*ends, f"[+{P},+{last}]"}
    for window, end in {**ends, f"[+{P},+{last}]": last}.items():
        row = rows[window]
        assert (row["entry"], row["publication_session"]) == ("publication_open", str(session(P)))
        assert row["end_date"] == str(session(end))
        if end > last:  # sold before: nothing is made up
            assert (row["lists"], row["unknown"], row["median_return"]) == (0, 3, None)
            assert (row["beat"], row["median_excess"], row["median_before_shock"]) == (None,) * 3
            (note,) = row["notes"]
            assert f"sold on {session(last)}" in note.text("en")
            continue
        returns = [worth[name][str(session(end))] / CASH - 1.0 for name in NAMED]
        index = closes[INDEX][end] / closes[INDEX][P - 1] - 1.0
        ahead = [value - index for value in returns]
        assert (row["lists"], row["unknown"], row["notes"]) == (3, 0, ())
        for key, q in (
            ("lowest_return", 0),
            ("lower_quartile", 0.25),
            ("median_return", 0.5),
            ("upper_quartile", 0.75),
            ("highest_return", 1),
        ):
            assert row[key] == pytest.approx(quantile(returns, q), abs=1e-9)
        assert row["rose"] == sum(value > 0 for value in returns)
        assert row["beat"] == sum(value > 0 for value in ahead)
        assert row["median_excess"] == pytest.approx(quantile(ahead, 0.5), abs=1e-9)


def test_what_accounts_made_is_told_of_every_horizon_with_its_date(tmp_path: Path) -> None:
    run = made(tmp_path, account=KEPT)
    rows = {r["window"]: r for r in table(run, "breadth", book="account", list_kind="named")}
    (said,) = [
        line for line in answers(contexts(run.data, "en")[0]) if line.startswith("Accounts of")
    ]
    first, second, end = (rows[one] for one in ("[p,p]", "[p,p+4]", f"[+{P},+15]"))
    assert (
        "Accounts of 3 named lists that bought at the open after publication: median "
        f"{percent(first['median_return'])} after 1 session ({session(P)}), "
        f"{percent(second['median_return'])} after 5 sessions ({session(P + 4)}), "
        f"{percent(end['median_return'])} by the exit ({session(15)}); "
        f"{first['rose']}, {second['rose']}, {end['rose']} of 3 gained. "
        f"No value after 10 sessions, 20 sessions: the account is sold on {session(15)}" in said
    )
    shown = horizon_table(contexts(run.data, "en")[0])
    assert shown is not None
    column = [head.text for head in shown.heads].index("Account")
    cells = [row[column] for row in shown.rows[:5]]
    assert [cell.text for cell in cells] == [
        *(percent(row["median_return"]) for row in (first, second, end)),
        "–",
        "–",
    ]
    assert cells[0].aside == f"({first['rose']}/3)"


def test_the_accounts_of_two_days_p_are_counted_apart(tmp_path: Path) -> None:
    study = written(tmp_path, account=KEPT)
    late = [share(one, name_zh=f"股{one[:6]}") for one in MAPPED]
    write_list(tmp_path, "mine/late", *late, published="2025-02-11")
    run = Run(run_study(load_study(study), Made(walks())))
    rows = table(run, "breadth", book="account", list_kind="named", window="[p,p+4]")
    assert [(r["publication_session"], r["end_date"], r["lists"]) for r in rows] == [
        (str(session(P)), str(session(P + 4)), 3),
        (str(session(P + 2)), str(session(P + 6)), 1),
    ]
    said = " ".join(answers(contexts(run.data, "en")[0]))
    assert "The account of 1 named list that bought at the open after publication had made" in said


def test_an_account_that_buys_after_day_p_has_no_value_on_it(tmp_path: Path) -> None:
    run = made(tmp_path, account=KEPT, published="2025-02-10 11:45")
    rows = {r["window"]: r for r in table(run, "breadth", book="account", list_kind="named")}
    assert (rows["[p,p]"]["lists"], rows["[p,p+4]"]["lists"]) == (0, 3)
    (note,) = rows["[p,p]"]["notes"]
    assert "first buys on 2025-02-11" in note.text("en")
    # What one can buy at next open only is counted from the close before that.
    closes = walks()
    index = closes[INDEX][P + 4] / closes[INDEX][P] - 1.0
    made_of = rows["[p,p+4]"]["median_return"] - rows["[p,p+4]"]["median_excess"]
    assert made_of == pytest.approx(index, abs=1e-9)


def test_a_study_without_accounts_has_no_column_of_them(tmp_path: Path) -> None:
    shown = horizon_table(contexts(made(tmp_path).data, "en")[0])
    assert shown is not None
    assert "Account" not in [head.text for head in shown.heads]
