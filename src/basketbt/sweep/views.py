"""A finished grid as a document: memo and page are renderings of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

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
from basketbt.sweep.curve import Results, Standing, VariedChoice, densities
from basketbt.sweep.dictionary import ROWS
from basketbt.sweep.planner import GridPlan

# Points of the curve: more could not be told apart on a screen.
_POINTS = 600
# Values of one choice, or questions, that the memo lists; all of them are in choices.csv.
_MOST = 12
# The share of variants on the published result's side of 0 from which on they agree with it.
_AGREEMENT = 0.95


def grid_document(plan: GridPlan, results: Results, language: Language) -> Document:
    """A finished grid with these results of its measure, in a language."""
    config, views = plan.config, _Views(plan, results, language)
    standing = [*views.lead(), *views.size(), *views.standing()]
    sections: tuple[tuple[str, str, list[Block], bool], ...] = (
        ("standing", "sweep.standing_title", standing, False),
        ("curve", "sweep.curve_title", views.curve(), True),
        ("moves", "sweep.moves_title", views.moves(), False),
        ("notes", "sweep.notes", views.notes(), False),
        ("again", "sweep.again", views.again(), True),
    )
    heading = config.heading(language)
    return Document(
        title=say("sweep.title", language, title=heading),
        line=say(
            "sweep.line",
            language,
            study=config.study,
            id=plan.id,
            count=len(results.value),
            measure=views.measure,
        ),
        prices=say("report.prices", language, said=plan.inputs.prices.text(language)),
        language=language,
        colours=config.colours or ("cn" if language == "zh" else "intl"),
        chapters=(
            Chapter(
                "grid",
                heading,
                tuple(
                    Section(anchor, say(title, language), tuple(blocks), screen)
                    for anchor, title, blocks, screen in sections
                    if blocks
                ),
            ),
        ),
    )


@dataclass(frozen=True)
class _Views:
    """The sections of a grid's document."""

    plan: GridPlan
    results: Results
    language: Language

    def say(self, phrase: str, /, **values: object) -> str:
        return say(phrase, self.language, **values)

    @property
    def measure(self) -> str:
        """The measure as summary.csv heads it, with the benchmark that it needs."""
        measure = self.plan.spec.measure
        known = {one.key: SUMMARY.header(one, self.language) for one in SUMMARY.columns}
        name = known.get(measure, measure).replace("_", " ")
        if measure != "excess_return":
            return name
        return self.say("sweep.measure", measure=name, benchmark=self.plan.config.benchmarks[0])

    @cached_property
    def names(self) -> dict[str, str]:
        """The Chinese names of the lists' shares."""
        lists = self.plan.inputs.plan.baskets
        return {share.symbol: share.name_zh for one in lists for share in one.constituents}

    def choice(self, choice: str) -> str:
        """A choice's name, as its column is headed."""
        column = next(one for one in ROWS.columns if one.key == choice)
        return ROWS.header(column, self.language).replace("_", " ")

    def heads(self, names: str, words: int) -> tuple[Head, ...]:
        """Heads of which the first ``words`` hold no numbers."""
        return tuple(
            Head(name, number=place >= words)
            for place, name in enumerate(self.say(names).split("|"))
        )

    @property
    def note(self) -> str:
        """What every chart must say inside itself: from when on a reader of a list could trade."""
        reader = min(day for one in self.plan.inputs.cases for day in one.case.readers)
        return self.say("context.until_read", session=str(reader))

    def lead(self) -> Iterator[Block]:
        """What a reader takes away: how many results keep their sign, and what moves them."""
        if self.results.standings:
            yield Prose(text=agreement(self.results.standings, self.language), kind="lead")
        if self.results.choices:
            first = self.results.choices[0]
            moved = self.say("sweep.moves", choice=self.choice(first.choice), moved=first.moved)
            yield Prose(text=moved, kind="lead")

    def size(self) -> Iterator[Block]:
        """What was varied, and how many results there are."""
        job, results = self.plan.job, self.results
        yield Prose(text=self.note, kind="warning")
        drawn = job.variants - job.listed
        yield Prose(
            text=self.say(
                "sweep.size",
                variants=f"{job.listed:,}",
                random=self.say("sweep.random", count=f"{drawn:,}") if drawn else "",
                measure=self.measure,
                key=self.plan.spec.measure,
            )
        )
        yield Prose(text=self.say("sweep.distinct", distinct=f"{results.distinct:,}"))
        days = dict.fromkeys(f"{one.event} {one.day_zero}" for one in job.sheets)
        yield Prose(text=self.say("sweep.day_zero", days=self.say("joint.comma").join(days)))
        if results.undefined:
            each = [f"{basket} {window} ({n})" for (basket, window), n in results.undefined.items()]
            more = len(each) - _MOST
            shown = each[:_MOST] + ([self.say("sweep.more", count=more)] if more > 0 else [])
            count = f"{results.undefined.total():,}"
            yield Prose(
                text=self.say(
                    "sweep.undefined", count=count, questions=self.say("joint.comma").join(shown)
                )
            )

    def standing(self) -> Iterator[Block]:
        """Where the published results stand among their variants."""
        found = self.results.standings
        if not found:
            return
        yield from self._ranges()
        yield Prose(text=self.say("sweep.standing"))
        yield TableBlock(
            caption=self.say("sweep.standing_caption"),
            heads=self.heads("sweep.standing_heads", 2),
            rows=tuple(map(_standing_row, found)),
        )

    def _ranges(self) -> Iterator[Block]:
        """A line a list; the first window, and the others behind a fold."""
        windows: dict[str, list[Standing]] = {}
        for one in self.results.standings:
            windows.setdefault(one.window, []).append(one)
        first, *others = (self._range(*one) for one in enumerate(windows.values()))
        yield first
        if others:
            yield Fold(title=self.say("sweep.other_windows"), blocks=tuple(others))

    def _range(self, number: int, stands: list[Standing]) -> Chart:
        best = max(stands, key=lambda one: one.value)
        return Chart(
            id=f"standing-{number}",
            caption=self.say("sweep.ranges", window=best.window),
            alt=self.say(
                "sweep.ranges_seen",
                basket=best.basket,
                value=percent(best.value),
                median=percent(best.quantiles[2]),
            ),
            how="" if number else self.say("sweep.ranges_how"),
            note=self.note,
            data={
                "kind": "ranges",
                "words": {
                    "median": self.say("sweep.median"),
                    "published": self.say("sweep.published"),
                },
                "rows": [
                    {"label": one.basket, "published": one.value, "at": one.quantiles}
                    for one in stands
                ],
            },
        )

    def curve(self) -> list[Block]:
        """The specification curve."""
        results, order = self.results, self.results.order
        value, count = results.value[order], len(order)
        if not count:
            return []
        rows, shares = densities(results)
        published = [
            {
                "x": round((place + 0.5) / count, 6),
                "y": float(value[place]),
                "label": f"{results.label('basket', row)} {results.label('window', row)}",
            }
            for place in np.flatnonzero(results.published[order]).tolist()
            for row in [int(order[place])]
        ]
        points = min(_POINTS, count)
        shown = (np.arange(points) + 0.5) / points * count
        chart = Chart(
            id="curve-chart",
            caption=self.say("sweep.curve", count=count, measure=self.measure),
            alt=self.say(
                "sweep.curve_seen",
                low=percent(float(value[0])),
                high=percent(float(value[-1])),
                positive=float((value > 0).mean()),
            ),
            how=self.say("sweep.curve_how"),
            note=self.note,
            picture="curve",
            data={
                "kind": "curve",
                "y": value[shown.astype(np.int64)].tolist(),
                "published": published,
                "word": self.say("sweep.published"),
                "rows": [
                    self.say(
                        "sweep.row",
                        choice=self.choice(choice),
                        value=choice_words(label, self.language),
                    )
                    for choice, label in rows
                ],
                "shares": shares.round(3).tolist(),
            },
        )
        return [chart]

    def moves(self) -> list[Block]:
        """The choices in the order of what they move, each with its values."""
        choices = self.results.choices
        if not choices:
            return [Prose(text=self.say("sweep.nothing"))]
        return [
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
            text(words, aside=self.names.get(label, "")),
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
        notes = [note.text(self.language) for note in self.plan.inputs.notes]
        return [bullets(notes)] if notes else []

    def again(self) -> list[Block]:
        """How to make the grid once more, with the study as a file would say it."""
        import yaml

        plan, name = self.plan, self.plan.config.study
        choices = json.loads(plan.spec.model_dump_json(exclude_defaults=True))
        settings = {**json.loads(plan.config.canonical()), "grid": choices}
        study = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False, width=96)
        versions = "\n".join(f"{package:<9} {own}" for package, own in plan.inputs.versions)
        return [
            Prose(text=self.say("sweep.again_text", study=name, id=plan.id)),
            Code(
                label=self.say("method.command"),
                text=f"basketbt grid {name}.yaml --source files:FOLDER",
            ),
            Code(label=self.say("method.versions"), text=versions),
            Code(label=self.say("method.study"), text=study),
        ]


def agreement(stands: tuple[Standing, ...], language: Language) -> str:
    """How many published results keep their sign, and how many lie above their variants' median."""
    return say(
        "sweep.agree",
        language,
        all=len(stands),
        most=max(one.variants for one in stands),
        always=sum(one.same_sign == 1 for one in stands),
        agree=sum(one.same_sign >= _AGREEMENT for one in stands),
        high=sum(one.below > 0.5 for one in stands),
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
