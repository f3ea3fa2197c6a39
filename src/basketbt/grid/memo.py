"""grid.md: what was varied, where the published results stand, which choice moves the answer."""

from __future__ import annotations

from itertools import groupby

from basketbt.grid.choices import grid_of
from basketbt.grid.curve import ChoiceValue, Results, Standing
from basketbt.grid.planner import GridPlan
from basketbt.grid.sheets import Listed
from basketbt.notes import Language
from basketbt.report.demo import DEMO
from basketbt.report.phrases import Phrase, escape, markdown_table, percent

# Values of one choice that the memo lists; all of them are in choices.csv.
_MOST_VALUES = 12

_TITLE = Phrase("{title}: every choice with every other", "{title}:全部选择的组合")
_SIZE = Phrase(
    "{variants} variants of lists{random}; the measure is `{measure}`. All of them are in "
    "`grid.parquet`, sorted in `curve.csv`, drawn in `curve.svg`.",
    "名单变体{variants}个{random};指标为`{measure}`。全部结果见`grid.parquet`,排序见`curve.csv`,"
    "图见`curve.svg`。",
)
_RANDOM = Phrase(" and {count} results of random baskets", ",随机组合结果{count}个")
_UNDEFINED = Phrase(
    "{count} variants have no value of the measure (too short, or without prices) and are not in "
    "the curve.",
    "另有{count}个变体该指标无定义(区间过短或缺少行情),未列入曲线。",
)
_STANDING_TITLE = Phrase("Where the published results stand", "发布结果的位置")
_STANDING = Phrase(
    "Among all variants of the same list and window. *Below* is the share of variants with a "
    "smaller result, *same sign* the share that agrees on the direction.",
    "与同一名单、同一窗口的全部变体相比。*低于*为结果更小的变体比例,*同号*为方向一致的比例。",
)
_STANDING_COLUMNS = Phrase(
    "List|Window|Published|5 %|Median|95 %|Below|Same sign|Below, random",
    "名单|窗口|发布|5%|中位数|95%|低于|同号|低于(随机)",
)
_CHOICES_TITLE = Phrase("Which choice moves the answer", "哪项选择影响结论")
_CHOICES = Phrase(
    "A list and a window are a question, the other choices ways of answering it. *Moved* is the "
    "share of the variance inside questions that lies between the values of a choice; the "
    "percentages are distances from the median of the question.",
    "名单与窗口构成一个问题,其余选择是回答方式。*影响*为问题内方差中位于该选择各取值之间的比例;"
    "百分数为与该问题中位数之差。",
)
_CHOICES_COLUMNS = Phrase(
    "Choice|Moved|Value|Variants|5 %|Median|95 %|Above 0",
    "选择|影响|取值|变体数|5%|中位数|95%|为正",
)
_MORE = Phrase("and {count} more", "另有{count}个取值")
_NOTHING = Phrase("Nothing was varied.", "没有变动任何选择。")
_NOTES = Phrase("Notes", "说明")


def grid_memo(
    plan: GridPlan,
    results: Results,
    values: tuple[ChoiceValue, ...],
    stands: tuple[Standing, ...],
) -> str:
    """The memo of a grid as Markdown, in the study's language."""
    config = plan.study.config
    language = config.language
    parts = [f"# {_TITLE.say(language, title=escape(config.heading(language)))}"]
    if plan.invented:
        parts.append(f"> **{DEMO().text(language)}**")
    parts += _size(plan, results, language)
    if stands:
        parts += [
            f"## {_STANDING_TITLE.say(language)}",
            _STANDING.say(language),
            markdown_table(
                _STANDING_COLUMNS.say(language).split("|"),
                [_standing_row(one) for one in stands],
            ),
        ]
    parts.append(f"## {_CHOICES_TITLE.say(language)}")
    if values:
        parts += [
            _CHOICES.say(language),
            markdown_table(
                _CHOICES_COLUMNS.say(language).split("|"), _choice_rows(values, language)
            ),
        ]
    else:
        parts.append(_NOTHING.say(language))
    if plan.notes:
        notes = "\n".join(f"- {escape(note.text(language))}" for note in plan.notes)
        parts += [f"## {_NOTES.say(language)}", notes]
    return "\n\n".join(parts) + "\n"


def _size(plan: GridPlan, results: Results, language: Language) -> list[str]:
    listed = sum(sheet.variants for sheet in plan.job.sheets if isinstance(sheet.baskets, Listed))
    drawn = plan.job.variants - listed
    random = _RANDOM.say(language, count=f"{drawn:,}") if drawn else ""
    measure = grid_of(plan.study.config).measure
    said = [_SIZE.say(language, variants=f"{listed:,}", random=random, measure=measure)]
    missing = listed - len(results.value)
    if missing:
        said.append(_UNDEFINED.say(language, count=f"{missing:,}"))
    return said


def _standing_row(one: Standing) -> list[str]:
    low, _, middle, _, high = one.quantiles
    random = ", ".join(f"{size}: {share:.1%}" for size, share in one.below_random.items())
    return [
        one.basket,
        one.window,
        *(percent(value) for value in (one.value, low, middle, high)),
        f"{one.below:.0%}",
        f"{one.same_sign:.0%}",
        random,
    ]


def _choice_rows(values: tuple[ChoiceValue, ...], language: Language) -> list[list[str]]:
    rows = []
    for choice, group in groupby(values, key=lambda one: one.choice):
        members = list(group)
        for number, one in enumerate(members[:_MOST_VALUES]):
            low, _, middle, _, high = one.shifts
            rows.append(
                [
                    *([choice, f"{one.moved:.1%}"] if number == 0 else ["", ""]),
                    one.label,
                    f"{one.count:,}",
                    *(percent(value) for value in (low, middle, high)),
                    f"{one.positive:.0%}",
                ]
            )
        if len(members) > _MOST_VALUES:
            more = _MORE.say(language, count=len(members) - _MOST_VALUES)
            rows.append(["", "", more, "", "", "", "", ""])
    return rows
