"""What must be known about the data, how the numbers were made, and how to make them again."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.notes import Shorten
from basketbt.report.data import BenchmarkInfo
from basketbt.report.views.blocks import Block, Bullets, Code, Prose, bullets
from basketbt.report.views.context import Context, View


def _notes(context: Context) -> list[Block]:
    """Long rows of codes are cut short on paper; report.json and the page have all of them."""
    items = _sentences(context, context.shorten("report.json"))
    if not items:
        return [Prose(text=context.say("method.none"))]
    return [Bullets(items=items, whole=_sentences(context, None))]


def _sentences(context: Context, shorten: Shorten | None) -> tuple[tuple[str, str], ...]:
    info, language = context.data.info, context.language
    every = [("", note.text(language, shorten)) for note in info.notes]
    every += [(basket, note.text(language, shorten)) for basket, note in info.list_notes]
    return tuple(dict.fromkeys(every))


def _method(context: Context) -> list[Block]:
    return [bullets(_lines(context))]


def _lines(context: Context) -> Iterator[str]:
    info, method = context.data.info, context.data.info.method
    yield context.say("method.levels")
    if method.split_at_publication:
        yield context.say("method.available")
    yield context.say("method.day0")
    basis = "/".join(map(str, method.annualisation))
    yield context.say("method.annual", basis=basis, rf=method.rf)
    if method.estimation is not None:
        yield context.say("method.chance", estimation=method.estimation)
    for one in info.benchmarks:
        yield _benchmark(context, one)
    yield context.say(
        "method.run",
        run=info.run,
        hashes=context.comma([f"{name} {value[:12]}" for name, value in info.hashes.items()]),
        versions=context.comma([f"{name} {value}" for name, value in info.versions.items()]),
    )


def _benchmark(context: Context, one: BenchmarkInfo) -> str:
    if one.kind is None:
        return context.say("method.unlisted", code=one.code)
    return context.say(
        "method.benchmark",
        code=one.code,
        name=one.name.say(context.language),
        kind=context.say("method.price" if one.kind == "price" else "method.total"),
        twin=context.say("method.twin", code=one.twin) if one.twin else "",
    )


def _again(context: Context) -> list[Block]:
    import yaml

    info = context.data.info
    source = info.source if info.source != "files" else "files:FOLDER"
    study = yaml.safe_dump(info.config, allow_unicode=True, sort_keys=False, width=96)
    command = f"basketbt run {info.study}.yaml --source {source}"
    return [
        Prose(text=context.say("method.again_text", study=info.study, run=info.run)),
        Code(label=context.say("method.command"), text=command),
        Code(label=context.say("method.hashes"), text=_aligned(info.hashes)),
        Code(label=context.say("method.versions"), text=_aligned(info.versions)),
        Code(label=context.say("method.study"), text=study),
    ]


def _aligned(pairs: dict[str, str]) -> str:
    return "\n".join(f"{name:<9} {value}" for name, value in sorted(pairs.items()))


NOTES = View(id="notes", title="method.notes", needs=(), build=_notes, scope="study")
METHOD = View(id="method", title="method.method", needs=(), build=_method, scope="study")
AGAIN = View(id="again", title="method.again", needs=(), build=_again, scope="study", screen=True)
