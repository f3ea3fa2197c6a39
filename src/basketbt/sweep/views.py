"""A finished grid as a document: memo and page are renderings of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from basketbt.locale import Language, say
from basketbt.report.layouts import SUMMARY
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
from basketbt.report.views.numbers import percent
from basketbt.sweep.curve import Standing, VariedChoice
from basketbt.sweep.dictionary import CURVE
from basketbt.sweep.sweep_report import Agreement, SweepReport

# Points of the curve: more could not be told apart on a screen.
_POINTS = 600
# Values of one choice, or questions, that the memo lists; all of them are in choices.csv.
_MOST = 12


def grid_document(report: SweepReport) -> Document:
    """A grid in the study's language."""
    config, views = report.config, _Views(report)
    language = config.language
    sections: tuple[tuple[str, str, list[Block], bool], ...] = (
        ("standing", "sweep.standing_title", [*views.size(), *views.standing()], False),
        ("curve", "sweep.curve_title", views.curve(), True),
        ("moves", "sweep.moves_title", views.moves(), False),
        ("notes", "sweep.notes", views.notes(), False),
        ("again", "sweep.again", views.again(), True),
    )
    return Document(
        title=say("sweep.title", language, title=config.heading(language)),
        line=say(
            "sweep.line",
            language,
            study=config.study,
            id=report.id,
            count=len(report.curve.values),
            measure=views.measure,
        ),
        prices=say("report.prices", language, said=report.prices.text(language)),
        language=language,
        colours=config.colours or ("cn" if language == "zh" else "intl"),
        chapters=(
            Chapter(
                "grid",
                config.heading(language),
                tuple(
                    Section(anchor, say(title, language), tuple(blocks), screen)
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

    def say(self, phrase: str, /, **values: object) -> str:
        return say(phrase, self.language, **values)

    @property
    def measure(self) -> str:
        """The measure as summary.csv heads it, with the benchmark that it needs."""
        known = {one.key: SUMMARY.header(one, self.language) for one in SUMMARY.columns}
        name = known.get(self.report.measure, self.report.measure).replace("_", " ")
        if self.report.benchmark is None:
            return name
        return self.say("sweep.measure", measure=name, benchmark=self.report.benchmark)

    def choice(self, choice: str) -> str:
        """A choice's name, as its column in curve.csv is headed."""
        column = next(one for one in CURVE.columns if one.key == choice)
        return CURVE.header(column, self.language).replace("_", " ")

    def heads(self, names: str, words: int) -> tuple[Head, ...]:
        """Heads of which the first ``words`` hold no numbers."""
        return tuple(
            Head(name, number=place >= words)
            for place, name in enumerate(self.say(names).split("|"))
        )

    @property
    def note(self) -> dict[str, str]:
        """What every chart must say inside itself."""
        return {"note": self.say("context.until_read", session=self.report.reader)}

    def size(self) -> Iterator[Block]:
        """What was varied, and how many results there are."""
        report = self.report
        yield Prose(text=self.note["note"], kind="warning")
        random = self.say("sweep.random", count=f"{report.drawn:,}") if report.drawn else ""
        yield Prose(
            text=self.say(
                "sweep.size",
                variants=f"{report.listed:,}",
                random=random,
                measure=self.measure,
                key=report.measure,
            )
        )
        yield Prose(text=self.say("sweep.distinct", distinct=f"{report.distinct:,}"))
        yield Prose(
            text=self.say("sweep.day_zero", days=", ".join(map(" ".join, report.day_zeros)))
        )
        if report.undefined:
            each = [f"{basket} {window} ({n})" for (basket, window), n in report.undefined.items()]
            more = len(each) - _MOST
            shown = each[:_MOST] + ([self.say("sweep.more", count=more)] if more > 0 else [])
            count = f"{sum(report.undefined.values()):,}"
            yield Prose(text=self.say("sweep.undefined", count=count, questions=", ".join(shown)))

    def standing(self) -> Iterator[Block]:
        """Where the published results stand among their variants."""
        found = self.report.agreement
        if found is None:
            return
        yield Prose(text=agreement_words(found, self.language), kind="lead")
        yield self._ranges()
        yield Prose(text=self.say("sweep.standing"))
        yield TableBlock(
            caption=self.say("sweep.standing_caption"),
            heads=self.heads("sweep.standing_heads", 2),
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
            caption=self.say("sweep.ranges"),
            alt=self.say(
                "sweep.ranges_seen",
                window=best.window,
                basket=best.basket,
                value=percent(best.value),
                median=percent(best.quantiles[2]),
            ),
            how=self.say("sweep.ranges_how"),
            choices=tuple((name, name) for name in sets),
            data={
                "kind": "ranges",
                "words": {
                    "median": self.say("sweep.median"),
                    "published": self.say("sweep.published"),
                },
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
            caption=self.say("sweep.curve", count=count, measure=self.measure),
            alt=self.say(
                "sweep.curve_seen",
                low=percent(float(curve.values[0])),
                high=percent(float(curve.values[-1])),
                positive=curve.positive,
            ),
            how=self.say("sweep.curve_how"),
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
            return [Prose(text=self.say("sweep.nothing"))]
        name = self.choice(choices[0].choice)
        strongest = self.say(
            "sweep.moves", choice=name[0].upper() + name[1:], moved=choices[0].moved
        )
        return [
            Prose(text=strongest, kind="lead"),
            Prose(text=self.say("sweep.choices", measure=self.measure)),
            TableBlock(
                caption=self.say("sweep.moves_caption"),
                heads=self.heads("sweep.choices_columns", 1),
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
            more = self.say("sweep.more", count=len(choice.values) - _MOST)
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
            caption=self.say("sweep.values_caption", choice=name),
            heads=self.heads("sweep.values_heads", 1),
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
            Prose(text=self.say("sweep.again_text", study=report.config.study, id=report.id)),
            Code(label=self.say("method.command"), text=command),
            Code(label=self.say("method.versions"), text=versions),
            Code(label=self.say("method.study"), text=study),
        ]


def agreement_words(found: Agreement, language: Language) -> str:
    """How many published results have the sign of their variants, and lie above their median."""
    return say(
        "sweep.agree", language, all=found.all, agree=found.agree, high=found.high, both=found.both
    )


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
