"""Loading a model while the page shows how far that is."""

from collections.abc import Callable, Generator
from typing import TypeVar

from models.serving.summarizer import Summarizer
from ui.shared.background import reported
from ui.shared.studio import Studio

Shown = TypeVar("Shown")


def load(
    name: str, studio: Studio, show: Callable[[str, float | None], Shown]
) -> Generator[Shown, None, Summarizer]:
    """Yield what `show` makes of the present text and its share from 0 to 1; returns the loaded model."""
    return reported(
        show(f"Loading {name}…", None),
        lambda report: studio.pool.get(name, progress=lambda share, text: report(show(text, share))),
    )
