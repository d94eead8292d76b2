"""A slider's number may be cleared, or belong to a range that has just changed; it is accepted anyway."""

from typing import Any

import gradio as gr

_REFUSING = gr.Slider.preprocess


def tolerant() -> None:
    """Have every slider of this process bring its number into range; call it before the page is built.

    Gradio raises on such a number before any function of ours is called: a traceback in the log, and a
    button that does nothing. It wants no subclass (it would write a .pyi file beside this one).
    """
    gr.Slider.preprocess = _within_range


def _within_range(self: gr.Slider, payload: Any) -> float:
    """The number, its nearest neighbour in range, or for a cleared box what the slider began with."""
    number = self.value if payload is None else payload
    return _REFUSING(self, min(max(number, self.minimum), self.maximum))
