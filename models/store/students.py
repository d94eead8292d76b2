"""Students that runs have left or that searches have made, and the little of their folders that the catalogue
needs for that.

Who makes runs writes what stands here, by these names, and the catalogue reads nothing else of them. Imports
nothing heavy.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STUDENT = "student"
"""The model folder in a run's folder, whole as soon as it is there."""
LINEAGE = "lineage.json"
"""An object that has the teacher's name, or null, as `teacher`."""
STATUS = "status.json"
"""An object that has `FINISHED` as `status` once the run is, and as `part_of` what it was a part of."""
NAMED = "name.json"
"""An object that has the `name` and the `note` that its owner gave the run; there may be none."""
FINISHED = "finished"


def student(runs: Path, run_id: str) -> Path | None:
    """The student's folder, if the run has left one."""
    folder = runs / run_id / STUDENT
    return folder if folder.is_dir() else None


def born(searches: Path, search_id: str, number: int) -> Path:
    """The folder of the untrained student of a search's candidate, which is there once it was asked for."""
    return searches / search_id / "students" / str(number)


def with_student(runs: Path) -> list[str]:
    """Ids of the runs in a folder that have a student, the newest student first."""
    students = [folder for folder in runs.glob(f"*/{STUDENT}") if (folder / "config.json").is_file()]
    return [folder.parent.name for folder in sorted(students, key=lambda f: f.stat().st_mtime, reverse=True)]


def named(run: Path) -> dict[str, str]:
    """The `name` and the `note` of the run in this folder; empty where it has none."""
    found = _read(run / NAMED)
    return {key: value if isinstance(value := found.get(key), str) else "" for key in ("name", "note")}


def finished(runs: Path) -> Iterator[tuple[str, str]]:
    """Id and teacher of each finished run with a teacher and a student, newest first; of none that is a part
    of other work, as a comparison's are."""
    for folder in sorted(runs.glob("*"), key=lambda folder: folder.name, reverse=True):
        if not (folder / STUDENT / "config.json").is_file():
            continue
        teacher = _read(folder / LINEAGE).get("teacher")
        status = _read(folder / STATUS)
        if isinstance(teacher, str) and status.get("status") == FINISHED and not status.get("part_of"):
            yield folder.name, teacher


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
