"""What marks a text of an evaluation, and how the marks look."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from distill.judging import Evaluation, marks
from models.settings import Settings
from ui.evaluate.marks_panel import Opened
from ui.shared import figures, jobs

_KINDS = ("CSV", "JSON Lines")
_log = logging.getLogger(__name__)


def shown(
    found: Evaluation, cases: Sequence[Mapping[str, Any]], text: int | None, settings: Settings
) -> list[Any]:
    """The marks of an evaluation, as `MarksPanel.outputs` takes them.

    Args:
        found: The evaluation.
        cases: Its cases.
        text: The number of the one that is read, or None.
        settings: The studio's.
    """
    numbers = marks.marked(found)
    opened = Opened(text, text in numbers)
    label = f"Take the mark off text {text}" if opened.marked else f"Mark text {text}"
    try:
        files = marks.write(found, cases, jobs.served("evaluations", found.evaluation_id, settings))
    except OSError as problem:  # with a full disk there are no downloads, but still marks
        _log.error("The marked texts cannot be written: %s", problem)
        files = []
    told = figures.count(len(numbers), "marked text")
    downloads = [
        gr.update(value=str(file), label=f"Download {told} ({kind})", visible=True)
        for file, kind in zip(files, _KINDS, strict=False)
    ]
    button = gr.update(value=label, visible=text is not None)
    return [opened, button, *(downloads or [gr.update(visible=False)] * len(_KINDS))]
