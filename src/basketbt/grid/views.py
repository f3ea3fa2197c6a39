"""A finished grid as a document: memo and page are renderings of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from basketbt.grid.curve import Standing, VariedChoice
from basketbt.grid.dictionary import CURVE
from basketbt.grid.sweep_report import Agreement, SweepReport
from basketbt.notes import Language
from basketbt.report.tables.summary import LAYOUT as SUMMARY
from basketbt.report.views.blocks import (
    Block,
    Cell,
    Chapter,
    Chart,
    Code,
    Document,
    Fold,
    Head,
    Prose,
    Section,
    TableBlock,
    bullets,
    change,
    number,
    share,
    text,
)
from basketbt.report.views.choices import choice_words
from basketbt.report.views.context import UNTIL_READ
from basketbt.report.views.method import COMMAND, STUDY, VERSIONS
from basketbt.report.views.phrases import PRICES, Phrase, percent

# Points of the curve: more could not be told apart on a screen.
_POINTS = 600
# Values of one choice, or questions, that the memo lists; all of them are in choices.csv.
_MOST = 12

_TITLE = Phrase("{title}: every choice with every other", "{title}：各种设定组合下的结果")
_STANDING_TITLE = Phrase("Where the published results stand", "本研究结果处于什么位置")
_MOVES_TITLE = Phrase("Which choice moves the answer", "哪项选择影响结论")
_NOTHING = Phrase("Nothing was varied.", "没有变动任何选择。")
_NOTES = Phrase("Notes", "说明")
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
_SIZE = Phrase(
    "{variants} variants of lists{random}; the measure is {measure} ({key}). All of them are in "
    "grid.parquet, sorted in curve.csv, drawn in curve.svg.",
    "名单变体{variants}个{random}；指标为{measure}（{key}）。全部结果见grid.parquet，"
    "排序见curve.csv，图见curve.svg。",
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
    "Published is what the study itself says. It stands among all variants of the same list and "
    "window: below is the share of them with a smaller result, same sign the share that agrees "
    "on the direction, above random the share of random baskets with a smaller result, of so "
    "many shares each.",
    "本研究为研究本身设定的结果，与同一名单、同一窗口的全部变体相比：低于为结果更小的变体比例，"
    "同号为方向一致的比例，高于随机为结果更小的随机组合比例（括号内为其成分数）。",
)
_MORE = Phrase("and {count} more", "另有{count}个取值")
_CHOICES = Phrase(
    "A list and a window are a question, the other choices ways of answering it. Moved is the "
    "share of the variance inside questions that lies between the values of a choice; the "
    "percentages are distances from the median of the question in {measure}. Above 0 is empty "
    "where the values stand for different lists: a share can be left out of its own lists only. "
    "Each choice counts by itself: the rest of the variance lies in how they meet, a share left "
    "out of one list only or bought late in one window.",
    "名单与窗口构成一个问题，其余选择是回答方式。影响为问题内方差中位于该选择各取值之间的比例；"
    "百分数为{measure}与该问题中位数之差。各取值对应不同名单时“为正”留空：一只股票只能从含有它的"
    "名单中剔除。各选择单独计算，其余方差来自选择之间的组合（如仅从某一名单剔除，或仅在某一窗口延迟）。",
)
_LINE = Phrase(
    "{study} · grid {id} · {count:,} variants of lists, measured by {measure}",
    "{study} · 网格{id} · 名单变体{count:,}个，指标{measure}",
)
_RANGES = Phrase(
    "Published result of each list among its variants", "各名单本研究结果在其变体中的位置"
)
_RANGES_HOW = Phrase(
    "How to read: the pale bar holds nine variants in ten, the dark one the middle half, the tick "
    "is the median, the dot what was published. A dot at the end of its bar is a result that most "
    "other defensible choices would not have given.",
    "读法：浅色条含九成变体，深色条为中间一半，竖线为中位数，圆点为本研究结果。圆点位于条的一端，"
    "即多数其他合理选择得不出该结果。",
)
_RANGES_SEEN = Phrase(
    "First shown: {window}. Highest published result: {basket}, {value} (median of its variants "
    "{median}).",
    "首先所示：{window}。本研究结果最高者：{basket}，{value}（其变体中位数{median}）。",
)
_STANDING_CAPTION = Phrase(
    "Each published result among the variants of its list and window",
    "各本研究结果在同一名单、同一窗口变体中的位置",
)
_STANDING_HEADS = Phrase(
    "List|Window|Published|5 %|25 %|Median|75 %|95 %|Below|Same sign|Above random|Random shares|"
    "Shares",
    "名单|窗口|本研究|5%|25%|中位数|75%|95%|低于|同号|高于随机|随机成分数|成分数",
)
_CURVE_TITLE = Phrase("Specification curve", "规格曲线")
_CURVE = Phrase(
    "All {count:,} variants in order of {measure}, and the choices behind them",
    "全部{count:,}个变体按{measure}排序，及其选择",
)
_CURVE_HOW = Phrase(
    "How to read: above, every variant from the smallest result to the largest, dots are what was "
    "published. Below, the darker a cell the more of the variants at that place made the choice; a "
    "row that is dark at one end only is a choice that moves the answer.",
    "读法：上图为全部变体自小到大，圆点为本研究结果。下图颜色越深，该处变体中作此选择的比例越高；"
    "仅一端深的行即影响结论的选择。",
)
_CURVE_SEEN = Phrase(
    "From {low} to {high}; {positive:.0%} of the variants are above zero.",
    "自{low}至{high}；{positive:.0%}的变体为正。",
)
_CHOICES_COLUMNS = Phrase(
    "Choice|Moved|Value|Variants|5 %|25 %|Median|75 %|95 %|Above 0",
    "选择|影响|取值|变体数|5%|25%|中位数|75%|95%|为正",
)
_MOVES_CAPTION = Phrase("Choices, the one that moves most first", "各选择，影响最大者在前")
_VALUES_CAPTION = Phrase(
    "{choice}: distance of its variants from the median of their list and window",
    "{choice}：其变体与同一名单、窗口中位数之差",
)
_VALUES_HEADS = Phrase(
    "Value|Variants|5 %|25 %|Median|75 %|95 %|Above 0", "取值|变体数|5%|25%|中位数|75%|95%|为正"
)
_AGAIN = Phrase("Do it again", "复现")
_AGAIN_TEXT = Phrase(
    "Save the study as {study}.yaml and run the command with the same prices: the grid must be "
    "called {id} and give the same bytes.",
    "将研究存为{study}.yaml，以相同行情运行下列命令：网格编号须为{id}，输出逐字节相同。",
)
_PUBLISHED = Phrase("published", "本研究")
_MEDIAN = Phrase("median", "中位数")


def grid_document(report: SweepReport) -> Document:
    """A grid in the study's language."""
    config, views = report.config, _Views(report)
    language = config.language
    sections: tuple[tuple[str, Phrase, list[Block], bool], ...] = (
        ("standing", _STANDING_TITLE, [*views.size(), *views.standing()], False),
        ("curve", _CURVE_TITLE, views.curve(), True),
        ("moves", _MOVES_TITLE, views.moves(), False),
        ("notes", _NOTES, views.notes(), False),
        ("again", _AGAIN, views.again(), True),
    )
    return Document(
        title=_TITLE.say(language, title=config.heading(language)),
        line=_LINE.say(
            language,
            study=config.study,
            id=report.id,
            count=len(report.curve.values),
            measure=views.measure,
        ),
        prices=PRICES.say(language, said=report.prices.text(language)),
        language=language,
        colours=config.colours or ("cn" if language == "zh" else "intl"),
        chapters=(
            Chapter(
                "grid",
                config.heading(language),
                tuple(
                    Section(anchor, title.say(language), tuple(blocks), screen)
                    for anchor, title, blocks, screen in sections
                    if blocks
                ),
            ),
        ),
    )


class _Views:
    """The sections of a grid's document."""

    def __init__(self, report: SweepReport) -> None:
        self.report = report
        self.language = report.config.language

    def say(self, phrase: Phrase, **values: object) -> str:
        return phrase.say(self.language, **values)

    @property
    def measure(self) -> str:
        """The measure as summary.csv heads it, with the benchmark that it needs."""
        known = {column.key: column.header(self.language) for column in SUMMARY.columns}
        name = known.get(self.report.measure, self.report.measure).replace("_", " ")
        if self.report.benchmark is None:
            return name
        return self.say(_MEASURE, measure=name, benchmark=self.report.benchmark)

    def choice(self, choice: str) -> str:
        """A choice's name, as its column in curve.csv is headed."""
        header = next(c for c in CURVE.columns if c.key == choice).header(self.language)
        return header.replace("_", " ")

    def heads(self, names: Phrase, words: int) -> tuple[Head, ...]:
        """Heads of which the first ``words`` hold no numbers."""
        return tuple(
            Head(name, number=place >= words)
            for place, name in enumerate(self.say(names).split("|"))
        )

    @property
    def note(self) -> dict[str, str]:
        """What every chart must say inside itself."""
        return {"note": self.say(UNTIL_READ, session=self.report.reader)}

    def size(self) -> Iterator[Block]:
        """What was varied, and how many results there are."""
        report = self.report
        yield Prose(text=self.note["note"], kind="warning")
        random = self.say(_RANDOM, count=f"{report.drawn:,}") if report.drawn else ""
        yield Prose(
            text=self.say(
                _SIZE,
                variants=f"{report.listed:,}",
                random=random,
                measure=self.measure,
                key=report.measure,
            )
        )
        yield Prose(text=self.say(_DISTINCT, distinct=f"{report.distinct:,}"))
        yield Prose(text=self.say(_DAY_ZERO, days=", ".join(map(" ".join, report.day_zeros))))
        if report.undefined:
            each = [f"{basket} {window} ({n})" for (basket, window), n in report.undefined.items()]
            more = len(each) - _MOST
            shown = each[:_MOST] + ([self.say(_MORE, count=more)] if more > 0 else [])
            count = f"{sum(report.undefined.values()):,}"
            yield Prose(text=self.say(_UNDEFINED, count=count, questions=", ".join(shown)))

    def standing(self) -> Iterator[Block]:
        """Where the published results stand among their variants."""
        found = self.report.agreement
        if found is None:
            return
        yield Prose(text=agreement_words(found, self.language), kind="lead")
        yield self._ranges()
        yield Prose(text=self.say(_STANDING))
        yield TableBlock(
            caption=self.say(_STANDING_CAPTION),
            heads=self.heads(_STANDING_HEADS, 2),
            rows=tuple(map(_standing_row, self.report.standings)),
        )

    def _ranges(self) -> Chart:
        """A line a list, a window at a time."""
        sets: dict[str, list[dict[str, Any]]] = {}
        for one in self.report.standings:
            line = {"label": one.basket, "published": one.value, "at": one.quantiles}
            sets.setdefault(one.window, []).append(line)
        best = self.report.highest
        assert best is not None
        return Chart(
            id="standing-chart",
            caption=self.say(_RANGES),
            alt=self.say(
                _RANGES_SEEN,
                window=best.window,
                basket=best.basket,
                value=percent(best.value),
                median=percent(best.quantiles[2]),
            ),
            how=self.say(_RANGES_HOW),
            choices=tuple((name, name) for name in sets),
            data={
                "kind": "ranges",
                "words": {"median": self.say(_MEDIAN), "published": self.say(_PUBLISHED)},
                "sets": sets,
                **self.note,
            },
        )

    def curve(self) -> list[Block]:
        """The specification curve."""
        curve = self.report.curve
        count = len(curve.values)
        if not count:
            return []
        published = [
            {
                "x": round((point.place + 0.5) / count, 6),
                "y": point.value,
                "label": f"{point.basket} {point.window}",
            }
            for point in curve.published
        ]
        lines = [
            f"{self.choice(choice)}: {choice_words(label, self.language)}"
            for choice, label in curve.rows
        ]
        chart = Chart(
            id="curve-chart",
            caption=self.say(_CURVE, count=count, measure=self.measure),
            alt=self.say(
                _CURVE_SEEN,
                low=percent(float(curve.values[0])),
                high=percent(float(curve.values[-1])),
                positive=curve.positive,
            ),
            how=self.say(_CURVE_HOW),
            data={
                "kind": "curve",
                "y": curve.sampled(_POINTS).tolist(),
                "published": published,
                "rows": lines,
                "shares": curve.densities.round(3).tolist(),
                **self.note,
            },
        )
        return [chart]

    def moves(self) -> list[Block]:
        """The choices in the order of what they move, each with its values."""
        choices = self.report.choices
        if not choices:
            return [Prose(text=self.say(_NOTHING))]
        name = self.choice(choices[0].choice)
        strongest = self.say(_MOVES, choice=name[0].upper() + name[1:], moved=choices[0].moved)
        return [
            Prose(text=strongest, kind="lead"),
            Prose(text=self.say(_CHOICES, measure=self.measure)),
            TableBlock(
                caption=self.say(_MOVES_CAPTION),
                heads=self.heads(_CHOICES_COLUMNS, 1),
                rows=tuple(row for one in choices for row in self._choice_rows(one)),
            ),
            *(self._values(one) for one in choices if len(one.values) > _MOST),
        ]

    def _choice_rows(self, choice: VariedChoice) -> Iterator[tuple[Cell, ...]]:
        """The first values of a choice; those of a long one are in a table of its own."""
        name = self.choice(choice.choice)
        for one in choice.values[:_MOST]:
            yield (text(name), share(choice.moved), *self._value_cells(choice, one.label))
        if len(choice.values) > _MOST:
            more = self.say(_MORE, count=len(choice.values) - _MOST)
            yield (text(name), share(choice.moved), text(more), *[text(None)] * 7)

    def _value_cells(self, choice: VariedChoice, label: str) -> tuple[Cell, ...]:
        one = next(value for value in choice.values if value.label == label)
        words = choice_words(label, self.language)
        return (
            text(words, aside=self.report.names.get(label, "")),
            number(one.variants),
            *map(change, one.shifts),
            share(one.positive),
        )

    def _values(self, choice: VariedChoice) -> Fold:
        name = self.choice(choice.choice)
        table = TableBlock(
            caption=self.say(_VALUES_CAPTION, choice=name),
            heads=self.heads(_VALUES_HEADS, 1),
            rows=tuple(self._value_cells(choice, one.label) for one in choice.values),
        )
        return Fold(title=name, blocks=(table,), aside=share(choice.moved).text)

    def notes(self) -> list[Block]:
        notes = [note.text(self.language) for note in self.report.notes]
        return [bullets(notes)] if notes else []

    def again(self) -> list[Block]:
        import yaml

        report = self.report
        study = yaml.safe_dump(report.settings, allow_unicode=True, sort_keys=False, width=96)
        command = f"basketbt grid {report.config.study}.yaml --source files:FOLDER"
        versions = "\n".join(f"{name:<9} {value}" for name, value in report.versions)
        return [
            Prose(text=self.say(_AGAIN_TEXT, study=report.config.study, id=report.id)),
            Code(label=self.say(COMMAND), text=command),
            Code(label=self.say(VERSIONS), text=versions),
            Code(label=self.say(STUDY), text=study),
        ]


def agreement_words(found: Agreement, language: Language) -> str:
    """How many published results have the sign of their variants, and lie above their median."""
    return _AGREE.say(language, all=found.all, agree=found.agree, high=found.high, both=found.both)


def _standing_row(one: Standing) -> tuple[Cell, ...]:
    return (
        text(one.basket),
        text(one.window),
        change(one.value),
        *map(change, one.quantiles),
        share(one.below),
        share(one.same_sign),
        share(one.below_random),
        number(one.random_size),
        number(one.shares),
    )
