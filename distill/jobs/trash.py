"""What its owner threw away, until the owner empties the trash: nothing else deletes work. Imports nothing
heavy.

    trash/runs/ID  ...    a folder as it was in the studio's home
"""

import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distill.errors import RunConflict, RunNotFound
from models.settings import Settings

KINDS = {"runs": "run", "kept": "kept comparison"}
"""What can be thrown away: what a message calls it, by the folder in the home that holds such things."""
_EMPTIED = ".emptied-"


@dataclass(frozen=True)
class Trashed:
    """One thing in the trash.

    Args:
        kind: What it is, of the values of `KINDS`.
        id: Its folder's name.
        bytes: Size of its files.
    """

    kind: str
    id: str
    bytes: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def put(folder: Path, settings: Settings) -> None:
    """Move a folder of the home to the trash, whole and at once.

    Raises:
        RunConflict: The trash holds another of this name.
        BadRequest: A visitor may not change what there is.
    """
    kind = KINDS[folder.parent.name]
    settings.check_changes()
    target = _trash(settings) / folder.parent.name / folder.name
    if target.exists():
        raise RunConflict(
            f"The trash holds another {kind} {folder.name}: empty it first (python -m distill trash empty)."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(target)


def contents(settings: Settings) -> list[Trashed]:
    """Everything in the trash, by kind and id."""
    return [Trashed(KINDS[path.parent.name], path.name, _size(path)) for path in _found(settings)]


def restore(name: str, settings: Settings) -> Path:
    """Bring one thing back to where it was; returns its folder.

    Raises:
        RunNotFound: The trash holds nothing of this id.
        RunConflict: There is another by now.
    """
    found = next((path for path in _found(settings) if path.name == name.removeprefix("run:")), None)
    if found is None:
        known = ", ".join(path.name for path in _found(settings)) or "nothing"
        raise RunNotFound(f"There is no {name!r} in the trash. It holds {known}.")
    target = settings.home / found.parent.name / found.name
    if target.exists():
        raise RunConflict(
            f"There is another {KINDS[found.parent.name]} {found.name} by now: delete it first."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    return found.rename(target)


def empty(settings: Settings) -> list[Trashed]:
    """Delete everything in the trash for good; returns what that was.

    It leaves the trash at once, so that a deletion that is broken off leaves nothing that looks whole; the
    next one ends it.
    """
    gone = contents(settings)
    if _trash(settings).exists():
        _trash(settings).rename(settings.home / f"{_EMPTIED}{time.time_ns()}")
    for rest in settings.home.glob(f"{_EMPTIED}*"):
        shutil.rmtree(rest)
    return gone


def _found(settings: Settings) -> list[Path]:
    return [path for shelf in KINDS for path in sorted((_trash(settings) / shelf).glob("*"))]


def _trash(settings: Settings) -> Path:
    return settings.home / "trash"


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
