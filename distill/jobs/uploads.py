"""Uploaded data is kept beyond the page's temporary folder, as work must find it when it is resumed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distill.jobs.files import copy_file
from models.settings import Settings


def kept(named: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    """Copies, in the studio's own folder, of the data files among these settings that are uploads.

    Whoever starts work asks for them last: of an upload that is refused nothing stays.
    """
    uploaded = {name: _within(settings.temporary, named.get(name)) for name in ("data", "validation")}
    return {name: str(_keep(path, settings)) for name, path in uploaded.items() if path}


def _keep(path: Path, settings: Settings) -> Path:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    target = settings.uploads / digest / path.name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
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
