"""manifest.json: what a run was made of and what it made, by hash. It carries no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from basketbt.report.demo import DEMO
from basketbt.results import StudyResult

FORMAT = 1


def manifest(result: StudyResult, files: Mapping[str, bytes]) -> bytes:
    """The manifest of a run whose other files are ``files``."""
    warnings = [note.text("en") for note in result.notes if note.kind.severity == "warning"]
    content = {
        "format": FORMAT,
        "study": result.plan.config.study,
        "run": result.run_id,
        "demo": result.invented,
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
        "warnings": ([DEMO().text("en")] if result.invented else []) + warnings,
    }
    return with_outputs(content, files)


def with_outputs(content: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A manifest's content with the hashes of these files as its outputs."""
    outputs = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    content = {**content, "outputs": outputs}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
