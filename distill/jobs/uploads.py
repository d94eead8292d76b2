"""Uploaded data is kept beyond the page's temporary folder, as work must find it when it is resumed."""

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distill.jobs.files import copy_file
from models.settings import Settings

_NEW = 3600  # seconds in which work may begin that will name an upload


def kept(named: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    """Copies, in the studio's own folder, of the data files among these settings that are uploads.

    Whoever starts work asks for them last: of an upload that is refused nothing stays.
    """
    uploaded = {name: _within(settings.temporary, named.get(name)) for name in ("data", "validation")}
    return {name: str(_keep(path, settings)) for name, path in uploaded.items() if path}


def unused(settings: Settings) -> list[Path]:
    """The folders of kept uploads that no work names, in the trash or not, and that are not new."""
    old = time.time() - _NEW
    found = [folder for folder in sorted(settings.uploads.glob("*/")) if folder.stat().st_mtime < old]
    for place in ("*/*/*.json", "trash/*/*/*.json"):
        for file in settings.home.glob(place) if found else ():
            text = file.read_text(encoding="utf-8", errors="replace")
            found = [folder for folder in found if folder.name not in text]
    return found


def _keep(path: Path, settings: Settings) -> Path:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    target = settings.uploads / digest / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.parent.touch()  # it is new again
    if not target.exists():
        copy_file(path, target)
    return target


def _within(folder: Path, given: Any) -> Path | None:
    """The file that a path leads to, if it is one in the folder."""
    try:
        path = Path(given).resolve() if isinstance(given, str) else None
        found = path is not None and path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):  # too long, a NUL in it
        return None
    return path if found else None
