"""What came of candidates that were tried before, under whatever search: they need not be tried again."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from distill.jobs.files import read_object, write_json
from models.settings import Settings

_ROOT = Path(__file__).parents[2]
_NEEDED = ("loss", "share", "parameters")


@cache
def code_version() -> str:
    """A hash of the code that trains and runs models, as it lies here."""
    digest = hashlib.sha256()
    for room in ("distill", "models"):
        for file in sorted((_ROOT / room).rglob("*.py")):
            digest.update(f"{file.relative_to(_ROOT)}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


class Cache:
    """Outcomes by what they depend on.

    Args:
        settings: The studio's, in whose home it lies.
        conditions: What they depend on beside the shape.
    """

    def __init__(self, settings: Settings, conditions: Mapping[str, Any]) -> None:
        self._folder = settings.searches / "known"
        self._conditions = {**conditions, "code": code_version()}

    def key(self, shape: Mapping[str, Any]) -> str:
        """The name of a candidate."""
        whole = json.dumps({**self._conditions, "shape": dict(shape)}, sort_keys=True, default=str)
        return hashlib.sha256(whole.encode()).hexdigest()[:32]

    def get(self, key: str) -> dict[str, Any] | None:
        """What came of it; None where that is not known."""
        found = read_object(self._folder / f"{key}.json") or {}
        failed = isinstance(found.get("reason"), str)
        return found if failed or all(isinstance(found.get(name), int | float) for name in _NEEDED) else None

    def keep(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Note what came of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_json(self._folder / f"{key}.json", dict(outcome))
