"""grid.md: what was varied, where the published results stand, which choice moves the answer."""

from __future__ import annotations

from basketbt.grid import words
from basketbt.grid.curve import Standing
from basketbt.grid.sweep_report import SweepReport
from basketbt.notes import Language
from basketbt.report.page.scene import UNTIL_READ
from basketbt.report.phrases import PRICES, Phrase, escape, markdown_table, percent

# Values of one choice that the memo lists; all of them are in choices.csv.
_MOST_VALUES = 12

_SIZE = Phrase(
    "{variants} variants of lists{random}; the measure is {measure} (`{key}`). All of them are in "
    "`grid.parquet`, sorted in `curve.csv`, drawn in `curve.svg`.",
    "名单变体{variants}个{random}；指标为{measure}（`{key}`）。全部结果见`grid.parquet`，"
    "排序见`curve.csv`，图见`curve.svg`。",
)
_RANDOM = Phrase(" and {count} results of random baskets", "，随机组合结果{count}个")
_DISTINCT = Phrase(
    "{distinct} of these results differ: where a cap does not bind, or all stances are alike, two "
    "choices make one basket, and both count.",
    "其中{distinct}个结果互不相同：上限未触及或推荐程度一致时，两种选择得到同一组合，均计入变体。",
)
_DAY_ZERO = Phrase("Day 0: {days}.", "第0日：{days}。")
_UNDEFINED = Phrase(
    "{count} variants have no value of the measure (too short, or without prices) and are not in "
    "the curve: {questions}.",
    "另有{count}个变体该指标无定义（区间过短或缺少行情），未列入曲线：{questions}。",
)
_STANDING = Phrase(
    "*Published* is what the study itself says. It stands among all variants of the same list and "
    "window: *below* is the share of them with a smaller result, *same sign* the share that agrees "
    "on the direction, *above random* the share of random baskets with a smaller result, of so "
    "many shares each.",
    "*本研究*为研究本身设定的结果，与同一名单、同一窗口的全部变体相比：*低于*为结果更小的变体比例，"
    "*同号*为方向一致的比例，*高于随机*为结果更小的随机组合比例（括号内为其成分数）。",
)
_STANDING_COLUMNS = Phrase(
    "List|Shares|Window|Published|5 %|Median|95 %|Below|Same sign|Above random",
    "名单|成分数|窗口|本研究|5%|中位数|95%|低于|同号|高于随机",
)
_OF_SHARES = Phrase("{share:.1%} (of {size})", "{share:.1%}（{size}只）")
_CHOICES = Phrase(
    "A list and a window are a question, the other choices ways of answering it. *Moved* is the "
    "share of the variance inside questions that lies between the values of a choice; the "
    "percentages are distances from the median of the question in {measure}. *Above 0* is empty "
    "where the values stand for different lists: a share can be left out of its own lists only. "
    "Each choice counts by itself: the rest of the variance lies in how they meet, a share left "
    "out of one list only or bought late in one window.",
    "名单与窗口构成一个问题，其余选择是回答方式。*影响*为问题内方差中位于该选择各取值之间的比例；"
    "百分数为{measure}与该问题中位数之差。各取值对应不同名单时*为正*留空：一只股票只能从含有它的"
    "名单中剔除。各选择单独计算，其余方差来自选择之间的组合（如仅从某一名单剔除，或仅在某一窗口延迟）。",
)
_CHOICES_COLUMNS = Phrase(
    "Choice|Moved|Value|Variants|5 %|Median|95 %|Above 0",
    "选择|影响|取值|变体数|5%|中位数|95%|为正",
)
_MORE = Phrase("and {count} more", "另有{count}个取值")


def grid_memo(report: SweepReport) -> str:
    """The memo of a grid as Markdown, in the study's language."""
    config = report.config
    language = config.language
    measure = words.measure_name(report, language)
    parts = [f"# {words.TITLE.say(language, title=escape(config.heading(language)))}"]
    parts.append(escape(PRICES.say(language, said=report.prices.text(language))))
    parts.append(f"> **{UNTIL_READ.say(language, session=report.reader)}**")
    parts += _size(report, measure)
    if report.agreement:
        parts += [
            f"## {words.STANDING_TITLE.say(language)}",
            words.agreement(report.agreement, language),
            _STANDING.say(language),
            markdown_table(
                _STANDING_COLUMNS.say(language).split("|"),
                [_standing_row(one, language) for one in report.standings],
            ),
        ]
    parts.append(f"## {words.MOVES_TITLE.say(language)}")
    if report.choices:
        parts += [
            words.strongest(report.choices[0], language),
            _CHOICES.say(language, measure=measure),
            markdown_table(_CHOICES_COLUMNS.say(language).split("|"), _choice_rows(report)),
        ]
    else:
        parts.append(words.NOTHING.say(language))
    if report.notes:
        notes = "\n".join(f"- {escape(note.text(language))}" for note in report.notes)
        parts += [f"## {words.NOTES.say(language)}", notes]
    return "\n\n".join(parts) + "\n"


def _size(report: SweepReport, measure: str) -> list[str]:
    language = report.config.language
    random = _RANDOM.say(language, count=f"{report.drawn:,}") if report.drawn else ""
    said = [
        _SIZE.say(
            language,
            variants=f"{report.listed:,}",
            random=random,
            measure=measure,
            key=report.measure,
        ),
        _DISTINCT.say(language, distinct=f"{report.distinct:,}"),
        _DAY_ZERO.say(language, days=", ".join(map(" ".join, report.day_zeros))),
    ]
    if report.undefined:
        each = [f"{basket} {window} ({n})" for (basket, window), n in report.undefined.items()]
        more = len(each) - _MOST_VALUES
        shown = each[:_MOST_VALUES] + ([_MORE.say(language, count=more)] if more > 0 else [])
        count = sum(report.undefined.values())
        said.append(_UNDEFINED.say(language, count=f"{count:,}", questions=", ".join(shown)))
    return said


def _standing_row(one: Standing, language: Language) -> list[str]:
    low, _, middle, _, high = one.quantiles
    random = (
        ""
        if one.below_random is None
        else _OF_SHARES.say(language, share=one.below_random, size=one.random_size)
    )
    return [
        one.basket,
        f"{one.shares}",
        one.window,
        *(percent(value) for value in (one.value, low, middle, high)),
        f"{one.below:.0%}",
        f"{one.same_sign:.0%}",
        random,
    ]


def _choice_rows(report: SweepReport) -> list[list[str]]:
    language = report.config.language
    rows = []
    for choice in report.choices:
        named = words.choice_name(choice.choice, language)
        for number, one in enumerate(choice.values[:_MOST_VALUES]):
            low, _, middle, _, high = one.shifts
            rows.append(
                [
                    *([named, f"{choice.moved:.1%}"] if number == 0 else ["", ""]),
                    f"{one.label} {report.names.get(one.label, '')}".strip(),
                    f"{one.variants:,}",
                    *(percent(value) for value in (low, middle, high)),
                    "" if one.positive is None else f"{one.positive:.0%}",
                ]
            )
        if len(choice.values) > _MOST_VALUES:
            more = _MORE.say(language, count=len(choice.values) - _MOST_VALUES)
            rows.append(["", "", more, "", "", "", "", ""])
    return rows
