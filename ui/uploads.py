"""Uploaded data outlives the page's temporary folder: a run must find it again when it is resumed."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from models.settings import Settings


def kept(config: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The config with its data file copied to the studio's own folder, if it is an upload."""
    path = Path(config["data"])
    if not path.is_file() or not path.is_relative_to(temporary(settings)):
        return config
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    target = settings.home / "uploads" / digest / path.name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.partial")
        shutil.copyfile(path, partial)
        partial.replace(target)
    return {**config, "data": str(target)}


def temporary(settings: Settings) -> Path:
    """Where Gradio puts uploads and the files a visitor downloads."""
    return settings.home / "page"
