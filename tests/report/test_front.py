"""The first page answers, and holds no more than a page holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.api import Run, run
from basketbt.cli.console import say_warnings
from basketbt.notes import NoteKind
from basketbt.report.render.terminal import answer_lines
from basketbt.report.views import document
from basketbt.report.views.blocks import Chart, Prose, TableBlock
from support import invented


def test_the_first_page_has_three_sentences_four_tiles_one_table_and_one_figure(whole: Run) -> None:
    blocks = document(whole.data).front
    assert sum(isinstance(one, Prose) and one.kind == "lead" for one in blocks) == 3
    tiles, table = (one for one in blocks if isinstance(one, TableBlock))
    assert tiles.kind == "tiles"
    assert len(tiles.heads) == 4
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
    assert "Before, DeepSeek-V3 release" in heads
    frame = several.summary.query("window == 'hindsight' and book == 'index'")
    before = frame.set_index(["event", "basket"])["total_return"]
    for event, name in (("deepseek-v3", "DeepSeek-V3"), ("deepseek-r1", "DeepSeek-R1")):
        place = heads.index(f"Before, {name} release")
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


def test_what_is_said_of_every_event_is_said_once(several: Run) -> None:
    leads = [b.text for b in document(several.data).front if isinstance(b, Prose)]
    paper = [line for line in leads if "on paper" in line]
    assert len(paper) == 1
    assert paper[0].startswith("From 2025-02-10, a reader")


def test_what_accounts_kept_around_an_event_is_headed_by_its_name(several: Run) -> None:
    (kept,) = (line for line in answer_lines(several.data) if "ccount" in line)
    assert kept.startswith("DeepSeek-R1 release: Accounts of 2 named lists")


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
