"""The Distil tab: a form on the left, the run on the right. Events are in `form_events` and `run_events`."""

from dataclasses import dataclass

import gradio as gr

from ui.distil import run_form, run_rendering, run_view
from ui.distil.run_form import RunForm
from ui.distil.run_view import RunView
from ui.shared.studio import Studio
from ui.shared.watching import Watch


@dataclass(frozen=True)
class DistilTab:
    """The components that events read and write; `chosen` is the run started or selected last, by its id."""

    form: RunForm
    check: gr.HTML
    tune: gr.Button
    try_data: gr.Button
    start: gr.Button
    view: RunView
    watch: gr.State
    chosen: gr.State


def build(studio: Studio) -> DistilTab | None:
    """Lay the tab out; None where distilling is switched off, which the tab then says."""
    if not studio.settings.enable_distill:
        gr.HTML(run_rendering.OFF)
        return None
    watch, chosen = gr.State(Watch()), gr.State(None)
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            gr.Markdown("### New run")
            form = run_form.build(studio)
            check = gr.HTML("", elem_id="check")
            tune = gr.Button("Tune the teacher first", visible=False, elem_id="tune-teacher")
            with gr.Row():
                start = gr.Button("Start", variant="primary", elem_id="start-run", min_width=120)
                try_data = gr.Button("Check on the data", elem_id="check-data", min_width=120)
        with gr.Column(scale=3, min_width=300, variant="panel", elem_classes=["card"]):
            view = run_view.build()
    return DistilTab(form, check, tune, try_data, start, view, watch, chosen)
