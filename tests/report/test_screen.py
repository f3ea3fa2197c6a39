"""What a terminal shows of a run."""

from __future__ import annotations

from basketbt.api import Run, run
from basketbt.report.screen import bottom_lines
from support import invented


def test_below_the_table_stand_what_accounts_kept_and_whether_it_is_chance(whole: Run) -> None:
    kept, chance = bottom_lines(whole.result)
    assert "bought at the open after publication had made" in kept
    assert chance.startswith("More than chance? Of 3 lists tested")


def test_a_study_without_accounts_and_tests_says_nothing_of_them() -> None:
    plain = run(invented.STUDY, overrides=["baskets=guojin/xinchuang", "events=deepseek-r1"])
    assert bottom_lines(plain.result) == []
