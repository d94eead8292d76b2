"""Prepares the page's models in the background, so that nobody's first click has to wait for it."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from models.engines import prepare
from models.errors import DistillError
from ui.shared import rendering
from ui.shared.studio import Studio

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """Progress: how many of all models are done, and the name of the one being prepared."""

    done: int
    total: int
    name: str


class Preparation:
    """Converts the models that are on this machine, one after the other. Nothing is loaded or fetched.

    Args:
        studio: What they are models of.
        names: The models.
    """

    def __init__(self, studio: Studio, names: Sequence[str | None]) -> None:
        self._studio = studio
        self._names = [name for name in dict.fromkeys(names) if name]
        self.stage: Stage | None = None

    def start(self) -> threading.Thread:
        """Begin, in a thread of its own; `stage` tells how far it is, None before and after."""
        thread = threading.Thread(target=self._run, name="prepare", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        try:
            for done, name in enumerate(self._names):
                self.stage = Stage(done, len(self._names), name)
                self._prepare(name)
        finally:
            self.stage = None

    def _prepare(self, name: str) -> None:
        try:
            if folder := self._studio.folder(name):
                prepare(folder, "auto", self._studio.settings)
        except DistillError as problem:  # whoever asks for it will get the message
            _log.info("%s could not be prepared: %s", name, problem)


def notice(stage: Stage | None) -> str:
    """What is being prepared, as HTML; nothing once all is ready."""
    if stage is None:
        return ""
    return rendering.loading(
        f"Making {stage.name} ready for its first use ({stage.done + 1} of {stage.total}). "
        "This happens once; a summary started now waits for it.",
        max(stage.done / stage.total, 0.03),
    )
