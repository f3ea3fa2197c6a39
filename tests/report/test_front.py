"""The first page answers, and holds no more than a page holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.api import Run, run
from basketbt.cli.console import say_warnings
from basketbt.notes import NoteKind
from basketbt.report.render.terminal import answer_lines
from basketbt.report.views import document
from basketbt.report.views.blocks import Chart, Head, Prose, TableBlock, text
from basketbt.report.views.context import contexts
from basketbt.report.views.fronttable import side_by_side
from basketbt.text import own_words
from support import invented


def test_the_first_page_has_four_sentences_four_tiles_one_table_and_one_figure(whole: Run) -> None:
    blocks = document(whole.data).front
    leads = [one.text for one in blocks if isinstance(one, Prose) and one.kind == "lead"]
    assert len(leads) == 4
    assert leads[2].startswith(
        "Accounts that bought at the open after publication, at the exit of "
    )
    tiles, table = (one for one in blocks if isinstance(one, TableBlock))
    assert tiles.kind == "tiles"
    names = ["Before a reader knew", "Paper, +5 sessions", "Paper, +20 sessions"]
    assert [head.text for head in tiles.heads[:3]] == names
    kept = whole.summary.query("book == 'account' and entry == 'publication_open'")
    named = kept[~kept["basket"].str.startswith("galaxy/")]["total_return"]  # both named lists
    assert tiles.heads[3].text.startswith("Account, the exit of ")
    assert tiles.rows[0][3].sort == pytest.approx(named.median())
    assert len(table.heads) <= 12
    assert len(table.rows) <= 16
    assert sum(isinstance(one, Chart) for one in blocks) <= 1


def test_lists_are_called_by_their_names_named_ones_first(whole: Run) -> None:
    table = [one for one in document(whole.data).front if isinstance(one, TableBlock)][1]
    names = [row[0].text for row in table.rows]
    assert names[-1] == "China Galaxy · Telecom"  # mapped, though it gave most before
    assert set(names[:2]) == {
        "Guojin · Network security",
        "Guojin · Domestic IT substitution (Xinchuang)",
    }
    chinese = [one for one in document(whole.data, "zh").front if isinstance(one, TableBlock)][1]
    assert chinese.rows[-1][0].text == "银河证券·通信"


def test_in_the_memo_everything_else_stands_below_a_rule(folder: Path) -> None:
    memo = (folder / "memo.md").read_text("utf-8")
    page, rule, appendix = memo.partition("\n---\n")
    assert rule
    assert "More than market and kind?" in page
    assert "### " not in page
    assert "### Verdict" in appendix


def test_of_many_warnings_six_are_told_and_the_rest_counted_with_their_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kind = NoteKind("suspended", severity="warning")
    notes = [kind(symbols=f"60000{number}.SH") for number in range(9)]
    say_warnings([*notes, notes[0]], "en")  # one of them twice
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert lines[-1].startswith("Warning: 3 more")


@pytest.fixture(scope="module")
def several() -> Run:
    """The same lists around two events, with accounts."""
    return run(
        invented.STUDY,
        overrides=[
            "events=[deepseek-v3, deepseek-r1]",
            "baskets=[guojin/xinchuang, guojin/software, galaxy/telecom]",
            "weighting=equal",
            "rebalance=hold",
            "account={entry: publication_open}",
        ],
    )


def test_events_of_the_same_lists_stand_side_by_side_and_what_is_the_same_stands_once(
    several: Run,
) -> None:
    [table] = [b for b in document(several.data).front if getattr(b, "kind", "") == "front"]
    assert isinstance(table, TableBlock)
    assert len(table.rows) == 3  # a list a row
    heads = [head.text for head in table.heads]
    assert heads.count("+5") == 1  # a reader got the same after either event
    frame = several.summary.query("window == 'hindsight' and book == 'index'")
    before = frame.set_index(["event", "basket"])["total_return"]
    # The windows end before publication after V3, and the head says so.
    cut, whole = "Before, to 2025-01-17 at most, V3", "Before, R1"
    for event, head in (("deepseek-v3", cut), ("deepseek-r1", whole)):
        place = heads.index(head)
        shown = {row[0].title: row[place].sort for row in table.rows}
        assert shown == before[event].to_dict()


def test_of_several_events_a_page_holds_twelve_columns(several: Run) -> None:
    heads = [
        head
        for block in document(several.data).front
        if isinstance(block, TableBlock) and block.kind == "front"
        for head in block.heads
    ]
    assert len(heads) <= 12


def test_where_no_room_is_left_the_shortest_horizon_goes_before_the_accounts(several: Run) -> None:
    same = [(Head(f"+{sessions}"), [text("0")]) for sessions in range(1, 9)]
    made = (
        (one, [*same, (Head("Account"), [text(one.event.id)])])
        for one in contexts(several.data, "en")
    )
    heads = [head.text for head, _ in side_by_side(made, 11, spare=["+1"])]
    assert (heads[0], heads[-2:]) == ("+2", ["Account, V3", "Account, R1"])


def test_what_is_said_of_every_event_is_said_once(several: Run) -> None:
    leads = [b.text for b in document(several.data).front if isinstance(b, Prose)]
    paper = [line for line in leads if "on paper" in line]
    assert len(paper) == 1
    assert paper[0].startswith("From 2025-02-10, a reader")


def test_what_accounts_kept_around_an_event_is_headed_by_its_name(several: Run) -> None:
    (kept,) = (line for line in answer_lines(several.data) if "ccount" in line)
    assert kept.startswith(
        "DeepSeek-R1 release: Accounts that bought at the open after publication"
    )


def test_windows_that_end_before_a_reader_could_buy_are_said_to_end_there() -> None:
    changes = ["events=deepseek-v3", "baskets=guojin/xinchuang", "windows=[[0,5]]"]
    short, *_ = answer_lines(run(invented.STUDY, overrides=changes).data)
    assert short.startswith(
        "Before a reader could buy, from day 0 to the close of 2025-01-06, where the study's "
        "windows end, not yet to publication"
    )
    whole, *_ = answer_lines(run(invented.STUDY, overrides=["events=deepseek-r1"]).data)
    assert whole.startswith("Before a reader could buy, from day 0 to the close of 2025-02-07")


def test_below_the_first_page_every_list_stands_around_each_event(several: Run) -> None:
    made = document(several.data)
    [chapter] = [one for one in made.chapters if one.anchor == "events"]
    [table] = [b for b in chapter.sections[0].blocks if isinstance(b, TableBlock)]
    heads = [head.text for head in table.heads]
    place = heads.index("[0,+5], DeepSeek-V3 release")
    frame = several.summary.query("window == '[0,+5]' and book == 'index'")
    wanted = frame.set_index(["event", "basket"])["total_return"].unstack(0)
    shown = {row[0].title: row[place : place + 3] for row in table.rows if row[0].title}
    assert shown.keys() == set(wanted.index)
    for basket, (first, second, difference) in shown.items():
        v3, r1 = (float(wanted[event][basket]) for event in ("deepseek-v3", "deepseek-r1"))
        assert (first.sort, second.sort, difference.sort) == (v3, r1, r1 - v3)
    last = table.rows[-1]
    assert last[0].text == "Median of mapped lists"


def test_a_long_warning_is_one_short_line_and_where_the_whole_stands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kind = NoteKind("suspended", severity="warning")
    say_warnings([kind(symbols=", ".join(f"60{number:04}.SH" for number in range(90)))], "en")
    first, second = capsys.readouterr().out.splitlines()
    assert len(first) < 165
    assert first.endswith("…")
    assert second == 'Warnings in full: "Data notes and checks" in memo.md'


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (["DeepSeek-V3 release", "DeepSeek-R1 release"], ["V3", "R1"]),
        (["DeepSeek-V3 发布", "DeepSeek-R1 发布"], ["V3", "R1"]),
        (["DeepSeek-R1 release", "US tariffs"], ["DeepSeek-R1 release", "US tariffs"]),
        (["DeepSeek", "DeepSeek release"], ["DeepSeek", "DeepSeek release"]),
        (["DeepSeek-R1 release"], ["DeepSeek-R1 release"]),
    ],
)
def test_heads_call_events_by_what_tells_them_apart(names: list[str], own: list[str]) -> None:
    assert own_words(names) == own
