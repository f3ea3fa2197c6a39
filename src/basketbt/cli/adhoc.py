"""``run`` without a file: the options that say a study, and what is printed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basketbt.cli.console import say, warn
from basketbt.cli.language import screen_language
from basketbt.errors import InputError, OutputError
from basketbt.locale import say as worded
from basketbt.notes import message

if TYPE_CHECKING:
    from basketbt.api import Run
    from basketbt.locale import Language
    from basketbt.plan.adhoc import AdHoc, Question
    from basketbt.report.data import RunInfo

Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list",
        metavar="SHARES",
        help="In place of a study: codes or names, a table (.xlsx, .csv), or a list's id; "
        "name=… names it. Repeat it for more lists.",
        show_default=False,
    ),
]
EventNames = Annotated[
    list[str] | None,
    typer.Option(
        "--event",
        help="With --list: an event's id, or a moment such as '2025-03-05 22:00' (Shanghai).",
        show_default=False,
    ),
]
Published = Annotated[
    str | None, typer.Option(help="With --list: when the lists came out, e.g. 2025-02-07.")
]
Since = Annotated[
    str | None, typer.Option(metavar="DAY", help="With --list: held from that session on.")
]
Until = Annotated[
    str | None, typer.Option(metavar="DAY", help="With --list: held up to that session.")
]
Save = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="With --list: write the study and its lists as YAML."),
]
Force = Annotated[
    bool, typer.Option("--force", help="Let --save write over files.", show_default=False)
]


class StudyAndLists(InputError):
    """Field: options."""


class NothingToRun(InputError):
    """It has no fields."""


def refuse_both(study: Path | None, options: dict[str, object]) -> None:
    """A study stands alone; without one there must be a list.

    Raises ``StudyAndLists`` or ``NothingToRun``.
    """
    given = [name for name, value in options.items() if value]
    if study is not None and given:
        raise StudyAndLists(options=", ".join(given))
    if study is None and not options["--list"]:
        raise NothingToRun


def asked(
    lists: Sequence[str],
    events: Sequence[str] | None,
    published: str | None,
    since: str | None,
    until: str | None,
    save: str | None,
    source: str | None,
) -> Question:
    """The question that the options put. Raises what reading a list raises."""
    from basketbt.pipeline.sources import ROUTES
    from basketbt.plan.adhoc import Question, list_of_text
    from basketbt.shipped import SAMPLE

    named = source in (*ROUTES, SAMPLE)  # a folder is said again with the saved study
    return Question(
        lists=[list_of_text(text, number) for number, text in enumerate(lists, 1)],
        events=events or (),
        published=published,
        since=since,
        until=until,
        name=save,
        # No study says in which language to answer, so the terminal does.
        settings={
            **({"language": "zh"} if screen_language() == "zh" else {}),
            **({"prices": {"source": source}} if named else {}),
        },
    )


def planned(question: Question, overrides: Sequence[str]) -> AdHoc:
    """The study in memory; lists that nobody dates count as known from today."""
    from datetime import datetime

    from basketbt.market.clock import SHANGHAI
    from basketbt.plan.adhoc import ad_hoc

    return ad_hoc(question, datetime.now(SHANGHAI).date(), overrides)


def refuse_files(found: AdHoc, *, force: bool) -> None:
    """Refuse to write over files that say something else. Raises ``OutputError``."""
    from basketbt.plan.adhoc import as_files

    for name, content in as_files(found).items():
        path = Path(name)
        if not force and path.exists() and path.read_bytes() != content.encode():
            raise OutputError(path=path, why=message("why-it-exists-and-differs-force"))


def save_files(found: AdHoc, language: Language, *, quiet: bool) -> None:
    """Write the study and its lists. Raises ``OutputError``."""
    from basketbt.durable import write_whole
    from basketbt.plan.adhoc import as_files

    for name, content in as_files(found).items():
        write_whole(Path(name), content.encode())
        if not quiet:
            say(worded("cli.saved", language, path=name))


def in_files(done: Run) -> Run:
    """A run whose lists are about to be files: it need not carry them."""
    result = done.result
    return replace(done, result=replace(result, plan=replace(result.plan, given=())))


def say_unknown(question: Question) -> None:
    """Codes that may be mistyped, before prices are looked for in vain."""
    from basketbt.plan.adhoc import OwnList, unknown_codes

    own = [one for one in question.lists if isinstance(one, OwnList)]
    for code in dict.fromkeys(code for one in own for code in unknown_codes(one)):
        warn(worded("cli.unknown_code", screen_language(), code=code))


def say_doubts(question: Question, info: RunInfo) -> None:
    """What a reader must know of lists that stand in no file, and of days without a time."""
    from basketbt.plan.adhoc import OwnList, is_weighted

    language = info.language
    days = {one.at: one for one in info.events if one.at in question.events}
    for day, event in days.items():
        if len(day) == len("2025-03-05"):
            warn(worded("cli.bare_day", language, day=day, session=event.day0))

    own = [one for one in question.lists if isinstance(one, OwnList)]
    for one in own:
        for row in one.unread:
            warn(worded("cli.unread", language, list=one.name, row=row))
        if one.weighted and not all(is_weighted(other) for other in question.lists):
            warn(worded("cli.weights_unused", language, list=one.name))
    if own and question.published is None:
        warn(worded("cli.undated", language, day=info.events[0].at[: len("2025-02-07")]))
