"""manifest.json: what a run was made of and what it made, by hash. It carries no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from basketbt.report.publish import MANIFEST
from basketbt.report.render import MEMO, PICTURES
from basketbt.results import StudyResult

FORMAT = 1


def manifest(result: StudyResult, files: Mapping[str, bytes]) -> bytes:
    """The manifest of a run whose other files are ``files``."""
    warnings = [note.text("en") for note in result.notes if note.kind.severity == "warning"]
    content = {
        "format": FORMAT,
        "study": result.plan.config.study,
        "run": result.run_id,
        "prices": result.prices.text("en"),
        "inputs": result.hashes,
        "config": json.loads(result.plan.config.canonical()),
        "baskets": {basket.id: basket.digest for basket in result.plan.baskets},
        "data": [
            {
                "calendar": case.case.calendar.name,
                "event": case.case.event.id,
                "source": case.panel.source,
                "first_session": str(case.panel.sessions[0]),
                "last_session": str(case.panel.sessions[-1]),
                "tables": sorted({*case.panel.tables, *case.benchmarks.tables}),
                "shares": case.panel.digest,
                "benchmarks": case.benchmarks.digest,
            }
            for case in result.cases
        ],
        "versions": dict(result.versions),
        "warnings": warnings,
    }
    return with_outputs(content, files)


def keeping(files: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """``files`` of a run with what an earlier writing of the same run left in ``folder``.

    A run written once with its page and again without keeps the page; the manifest goes on listing
    it, as long as the file is still what was listed. A memo that shows kept pictures stays too.
    """
    new = json.loads(files[MANIFEST])
    intact = kept(folder, new["run"])
    if not intact:
        return dict(files)
    whole = dict(files)
    if MEMO in intact and any(name.startswith(PICTURES) for name in intact):
        whole[MEMO] = _illustrated(files[MEMO], folder)
        new["outputs"][MEMO] = hashlib.sha256(whole[MEMO]).hexdigest()
    new["outputs"] = dict(sorted({**intact, **new["outputs"]}.items()))
    return {**whole, MANIFEST: _as_bytes(new)}


def kept(folder: Path, run: str) -> dict[str, str]:
    """Name → hash of what an earlier writing of a run left in its folder and is as it was left."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    old = json.loads(path.read_bytes())
    if old.get("run") != run:
        return {}
    return {
        name: digest
        for name, digest in old.get("outputs", {}).items()
        if _digest_of(folder / name) == digest
    }


def _illustrated(memo: bytes, folder: Path) -> bytes:
    """The memo in ``folder`` if it is this one with a section of pictures at its end."""
    there = (folder / MEMO).read_bytes()
    return there if there.startswith(memo.rstrip() + b"\n\n## ") else memo


def _digest_of(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _as_bytes(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def with_outputs(content: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A manifest's content with the hashes of these files as its outputs."""
    outputs = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    return _as_bytes({**content, "outputs": outputs})
