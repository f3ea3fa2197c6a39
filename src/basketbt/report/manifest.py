"""manifest.json: what a run was made of and what it made, by hash. It carries no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

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
        "outputs": {
            name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())
        },
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
