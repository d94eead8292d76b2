"""Students that finished runs have left, read from the runs' own files. Imports nothing heavy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def with_student(runs: Path) -> list[str]:
    """Ids of the runs in a folder that have a student, the newest student first."""
    students = [folder for folder in runs.glob("*/student") if (folder / "config.json").is_file()]
    return [folder.parent.name for folder in sorted(students, key=lambda f: f.stat().st_mtime, reverse=True)]


def finished(runs: Path) -> Iterator[tuple[str, str]]:
    """Id and teacher of each finished run with a teacher and a student, newest first."""
    for folder in sorted(runs.glob("*"), key=lambda folder: folder.name, reverse=True):
        if not (folder / "student" / "config.json").is_file():
            continue
        teacher = _read(folder / "lineage.json").get("teacher")
        if isinstance(teacher, str) and _read(folder / "status.json").get("status") == "finished":
            yield folder.name, teacher


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
