"""What a presentation adds to the Compare tab: heading, ways on, race. Layout only."""

from dataclasses import dataclass

import gradio as gr

from ui.compare import presenting, race
from ui.shared.result import Session


@dataclass(frozen=True)
class PresentingPanel:
    """The components that events read and write."""

    slide: gr.HTML
    previous: gr.Button
    next: gr.Button
    own: gr.State


def build() -> PresentingPanel:
    """Lay out what stands above the columns."""
    own = gr.State(None)
    with gr.Row(elem_id="present-top"):
        slide = gr.HTML(presenting.heading("", None), elem_id="slide")
        with gr.Row(elem_id="present-ways"):
            previous = gr.Button("← Previous text", size="sm", elem_id="present-previous", min_width=80)
            following = gr.Button("Next text →", size="sm", elem_id="present-next", min_width=80)
            gr.Button("Leave (Esc)", size="sm", elem_id="present-leave", min_width=80)
    return PresentingPanel(slide, previous, following, own)


def build_race() -> gr.HTML:
    """Lay out what stands below the columns."""
    return gr.HTML(race.race(Session()), elem_id="race")
