"""Uploaded data is kept beyond the page's temporary folder, as a run must find it when it is resumed."""

import hashlib
from pathlib import Path
from typing import Any

from distill.jobs.files import copy_file
from models.settings import Settings


def kept(config: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The config with its data files copied to the studio's own folder, where they are uploads."""
    files = {name: _file(config[name]) for name in ("data", "validation") if config.get(name)}
    return {**config, **{name: _keep(file, settings) for name, file in files.items()}}


def _file(given: Any) -> Any:
    """The path in what a client sends for a file; anything else as it is."""
    return given["path"] if isinstance(given, dict) and "path" in given else given


def _keep(given: Any, settings: Settings) -> Any:
    path = _within(settings.temporary, given)
    if path is None:
        return given
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    target = settings.uploads / digest / path.name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_file(path, target)
    return str(target)


def _within(folder: Path, given: Any) -> Path | None:
    """The file that a path leads to, if it is one in the folder."""
    try:
        path = Path(given).resolve() if isinstance(given, str) else None
        found = path is not None and path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):  # too long, a NUL in it
        return None
    return path if found else None
