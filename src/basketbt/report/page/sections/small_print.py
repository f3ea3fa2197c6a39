"""What must be known about the data, how the numbers were made, and how to make them again."""

from __future__ import annotations

from basketbt.report.page.blocks import Block, Bullets, Code, Prose
from basketbt.report.page.scene import Scene, Section
from basketbt.report.phrases import Phrase

_NOTES = Phrase("Data notes and checks", "数据说明与校验")
_NONE = Phrase("None.", "无。")
_METHOD = Phrase("How this was computed", "计算方法")
_AGAIN = Phrase("Do it again", "复现")
_AGAIN_TEXT = Phrase(
    "Save the study as {study}.yaml and run the command with the same prices: the run must be "
    "called {run} and give the same bytes.",
    "将研究存为{study}.yaml，以相同行情运行下列命令：运行编号须为{run}，输出逐字节相同。",
)
_COMMAND = Phrase("Command", "命令")
_STUDY = Phrase("Study file, with every default", "研究文件（含全部默认值）")
_HASHES = Phrase("SHA-256 of what went in", "输入的SHA-256")
_VERSIONS = Phrase("Versions", "版本")


def _notes(scene: Scene) -> list[Block]:
    notes = scene.record.facts.notes
    return [Bullets(items=notes)] if notes else [Prose(text=_NONE.say(scene.language))]


def _method(scene: Scene) -> list[Block]:
    return [Bullets(items=scene.record.facts.method)]


def _again(scene: Scene) -> list[Block]:
    import yaml

    facts, language = scene.record.facts, scene.language
    source = facts.source if facts.source != "files" else "files:FOLDER"
    study = yaml.safe_dump(facts.config, allow_unicode=True, sort_keys=False, width=96)
    hashes = "\n".join(f"{name:<9} {value}" for name, value in sorted(facts.hashes.items()))
    versions = "\n".join(f"{name:<9} {value}" for name, value in sorted(facts.versions.items()))
    return [
        Prose(text=_AGAIN_TEXT.say(language, study=facts.study, run=facts.run)),
        Code(
            label=_COMMAND.say(language), text=f"basketbt run {facts.study}.yaml --source {source}"
        ),
        Code(label=_HASHES.say(language), text=hashes),
        Code(label=_VERSIONS.say(language), text=versions),
        Code(label=_STUDY.say(language), text=study),
    ]


NOTES = Section(id="notes", title=_NOTES, needs=(), build=_notes, scope="study")
METHOD = Section(id="method", title=_METHOD, needs=(), build=_method, scope="study")
AGAIN = Section(id="again", title=_AGAIN, needs=(), build=_again, scope="study")
