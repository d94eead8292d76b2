"""Shows the models being prepared, and looks again only while there are some."""

from typing import Any

import gradio as gr

from ui.compare import preparing
from ui.compare.preparing import Preparation
from ui.shared.limits import QUIET

_TICK = 1.0


def connect(preparation: Preparation, shown: gr.HTML, page: gr.Blocks) -> None:
    """Attach the look at the page's opening and the ones after it."""
    timer = gr.Timer(_TICK, active=False)

    def look() -> tuple[str, Any]:
        stage = preparation.stage
        return preparing.notice(stage), gr.Timer(active=stage is not None)

    page.load(look, None, [shown, timer], **QUIET)
    timer.tick(look, None, [shown, timer], **QUIET)
