"""Uploaded data outlives the page's temporary folder: a run must find it again when it is resumed."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from models.settings import Settings


def kept(config: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The config with its data files copied to the studio's own folder, where they are uploads."""
    files = {name: _file(config[name]) for name in ("data", "validation") if config.get(name)}
    return {**config, **{name: _keep(file, settings) for name, file in files.items()}}


def _file(given: Any) -> Any:
    """The path in what a client sends for a file; anything else as it is."""
    return given["path"] if isinstance(given, dict) and "path" in given else given


def _keep(given: Any, settings: Settings) -> Any:
    path = Path(given) if isinstance(given, str) else None
    if path is None or not path.is_relative_to(temporary(settings)) or not path.is_file():
        return given
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    target = settings.home / "uploads" / digest / path.name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.partial")
        shutil.copyfile(path, partial)
        partial.replace(target)
    return str(target)


def temporary(settings: Settings) -> Path:
    """Where Gradio puts uploads and the files a visitor downloads."""
    return settings.home / "page"
