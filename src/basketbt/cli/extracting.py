"""The command extract: from articles to draft lists."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from basketbt.cli.console import Json, on_screen, say, say_json, say_table, warn
from basketbt.errors import OutputError
from basketbt.notes import listing, message

if TYPE_CHECKING:
    from basketbt.extract.documents import Document
    from basketbt.extract.moments import Moment
    from basketbt.extract.reading import Reading


def register(app: typer.Typer) -> None:
    """Add the command to the command tree."""
    app.command()(extract)


def extract(
    files: Annotated[
        list[Path],
        typer.Argument(help="Articles: text, Markdown, HTML, DOCX, PDF; - is standard input."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the draft lists.")
    ] = None,
    published: Annotated[
        str | None, typer.Option(help="Day of publication, also with the time, or its year.")
    ] = None,
    broker: Annotated[
        str | None, typer.Option(help="Whose view it is, where the text does not say.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the article.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the article.")] = None,
    study: Annotated[
        bool, typer.Option("--study", help="Also write a study of the lists around that day.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Check what was written.", show_default=False)
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over lists that differ.", show_default=False)
    ] = False,
    as_json: Json = False,
) -> None:
    """Read articles by rule into draft lists: who picks which shares, how, in whose words."""
    from basketbt.extract.documents import open_document
    from basketbt.extract.moments import given_moment, parse_moment
    from basketbt.extract.reading import read

    given = given_moment(published)
    readings: list[tuple[Document, Reading]] = []
    for path in files:
        document = open_document(path)
        known = given or (parse_moment(document.published[:16].replace("T", " ")))
        reading = read(
            document.text,
            given=known,
            broker=broker,
            title=title or document.title,
            url=url or document.url,
        )
        readings.append((document, reading))
    if as_json:
        say_json([_as_data(document, reading) for document, reading in readings])
    else:
        for document, reading in readings:
            _say_reading(document, reading)
    if out is not None:
        for document, reading in readings:
            _write(out, document, reading, given, study=study, force=force, quiet=as_json)
        if check and out.is_dir():
            _check(out)


def _as_data(document: Document, reading: Reading) -> dict[str, Any]:
    """A reading as JSON holds it."""
    return {
        "file": document.name,
        "title": reading.title,
        "url": reading.url,
        "published": str(reading.published) if reading.published else None,
        "time": f"{reading.clock:%H:%M}" if reading.clock else None,
        "picks": [asdict(pick) for pick in reading.picks],
        "unresolved": [asdict(doubt) for doubt in reading.unresolved],
        "themes": [asdict(theme) for theme in reading.themes],
    }


def _say_reading(document: Document, reading: Reading) -> None:
    day = reading.published or on_screen(message("day-unknown"))
    say(f"{document.name} · {day} {reading.clock or ''}".strip() + f" · {reading.title}")
    if reading.picks:
        say_table(
            ("symbol", "name", "broker", "theme", "segment", "stance", "evidence"),
            [
                (
                    *(pick.symbol, pick.name, pick.broker, pick.theme, pick.segment),
                    *(pick.stance, " ".join(pick.evidence.split())),
                )
                for pick in reading.picks
            ],
        )
    else:
        say(message("say-no-share-is-picked-here"))
    for theme in reading.themes:
        say(
            message(
                "say-theme-without-shares",
                broker=theme.broker or "?",
                words=" ".join(theme.words.split()),
            )
        )
    for doubt in reading.unresolved:
        kind = "say-unresolved-may-be" if doubt.candidates else "say-unresolved"
        warn(message(kind, text=doubt.text, why=doubt.why, meant=listing(doubt.candidates)))


def _write(
    out: Path,
    document: Document,
    reading: Reading,
    given: Moment | None,
    *,
    study: bool,
    force: bool,
    quiet: bool,
) -> None:
    """The drafts of one article, the article as a page, and a study if it is wanted."""
    from basketbt.durable import demand_writable
    from basketbt.extract.drafts import Source, drafts_of, study_name, study_of
    from basketbt.extract.moments import NoDay
    from basketbt.extract.page import is_page, page_of

    if not reading.picks:
        return
    if reading.published is None:
        moment = reading.moment
        known: object = ""
        if moment.month and moment.day:
            known = message("only-the-day", day=f"{moment.month:02}-{moment.day:02}")
        raise NoDay(name=document.name, known=known)
    source = Source(document.name, title=reading.title, url=reading.url)
    drafts = drafts_of(reading, source, lambda name: _published(out / f"{name}.yaml"))
    texts = {out / f"{draft.id}.yaml": draft.text for draft in drafts}
    if study:
        name = study_name(source, reading.published)
        texts[out / f"{name}.yaml"] = study_of(drafts, reading, source)
    _refuse_changes(texts, force=force)
    page = out / f"{_safe(document.name)}.html"
    demand_writable(page, None if force else is_page)
    texts[page] = page_of(reading, document.text)
    for path, text in texts.items():
        _put(path, text)
        if not quiet:
            say(message("say-wrote", path=path))
    _put_schema(out)


def _published(path: Path) -> str | None:
    """The day of publication of a list that is there already."""
    from basketbt import yamlfile

    if not path.is_file():
        return None
    data = yamlfile.load(path).data
    source = data.get("source") if isinstance(data, dict) else None
    return str(source.get("published", "")) if isinstance(source, dict) else None


def _refuse_changes(texts: dict[Path, str], *, force: bool) -> None:
    """Show how lists that exist would change; nothing is written over without ``force``."""
    from difflib import unified_diff

    from basketbt.bounded import read_plain
    from basketbt.extract.documents import MOST_BYTES

    changed = []
    for path, text in texts.items():
        old = read_plain(path, MOST_BYTES).decode(errors="replace") if path.exists() else text
        if old != text:
            changed.append(path)
            for line in unified_diff(
                old.splitlines(), text.splitlines(), str(path), "as read now", lineterm="", n=1
            ):
                warn(line)
    if changed and not force:
        why = message("why-it-exists-and-differs-as")
        raise OutputError(path=changed[0], why=why)


def _put(path: Path, text: str) -> None:
    from basketbt.durable import write_whole

    write_whole(path, text.encode("utf-8"))


def _put_schema(out: Path) -> None:
    from basketbt.lists.starting import SCHEMA
    from basketbt.shipped import shipped

    if not (out / SCHEMA).exists():
        _put(out / SCHEMA, (shipped("baskets") / SCHEMA).read_text(encoding="utf-8"))


def _safe(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name) or "article"


def _check(out: Path) -> None:
    from basketbt.cli.baskets import check

    check(out)
