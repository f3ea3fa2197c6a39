"""Sentences that the memo and the page of a grid share."""

from __future__ import annotations

from basketbt.grid.curve import VariedChoice
from basketbt.grid.dictionary import CURVE
from basketbt.grid.sweep_report import Agreement, SweepReport
from basketbt.notes import Language
from basketbt.report.phrases import Phrase
from basketbt.report.tables.summary import LAYOUT as SUMMARY

TITLE = Phrase("{title}: every choice with every other", "{title}：各种设定组合下的结果")
STANDING_TITLE = Phrase("Where the published results stand", "本研究结果处于什么位置")
MOVES_TITLE = Phrase("Which choice moves the answer", "哪项选择影响结论")
NOTHING = Phrase("Nothing was varied.", "没有变动任何选择。")
NOTES = Phrase("Notes", "说明")
_AGREE = Phrase(
    "In {agree} of {all} lists and windows at least 95 % of the variants have the sign of the "
    "published result. In {high} of the {all} the published result lies above the median of its "
    "variants, of the {agree} in {both}.",
    "{all}个名单与窗口中，{agree}个至少95%的变体与本研究结果同号；{all}个中{high}个本研究结果高于变体"
    "中位数，上述{agree}个中{both}个如此。",
)
_MOVES = Phrase(
    "{choice} moves the answer most: {moved:.0%} of the variance inside a list and window lies "
    "between its values.",
    "{choice}影响最大：同一名单与窗口内的方差有{moved:.0%}位于其各取值之间。",
)
_MEASURE = Phrase("{measure} over {benchmark}", "{measure}（相对{benchmark}）")


def agreement(found: Agreement, language: Language) -> str:
    """How many published results have the sign of their variants, and lie above their median."""
    return _AGREE.say(language, all=found.all, agree=found.agree, high=found.high, both=found.both)


def strongest(choice: VariedChoice, language: Language) -> str:
    """The choice that moves the answer most."""
    name = choice_name(choice.choice, language)
    return _MOVES.say(language, choice=name[0].upper() + name[1:], moved=choice.moved)


def choice_name(choice: str, language: Language) -> str:
    """A choice's name, as its column in curve.csv is headed."""
    header = next(column for column in CURVE.columns if column.key == choice).header(language)
    return header.replace("_", " ")


def measure_name(report: SweepReport, language: Language) -> str:
    """The measure as summary.csv heads it, with the benchmark that it needs."""
    known = {column.key: column.header(language) for column in SUMMARY.columns}
    name = known.get(report.measure, report.measure).replace("_", " ")
    if report.benchmark is None:
        return name
    return _MEASURE.say(language, measure=name, benchmark=report.benchmark)
