"""The part of the Distil tab that compares ways to teach: layout only."""

from dataclasses import dataclass, fields

import gradio as gr

from distill.comparison import COMPARABLE, CONTROLS
from ui.methods import methods_rendering
from ui.shared import jobs
from ui.shared.method_words import label
from ui.shared.watching import Watch

_DOWNLOADS = {
    "table": "Download the table (CSV)",
    "scores": "Download the scores of each text (CSV)",
    "json": "Download everything (JSON)",
    "images": "Download the pictures (ZIP)",
}
"""In the order of `Comparison.downloads`."""
_OFFERED = tuple(name for name in COMPARABLE if name not in CONTROLS)


@dataclass(frozen=True)
class MethodsPanel:
    """The components that events read and write; `chosen` is the comparison started or selected last, by its
    id."""

    methods: gr.CheckboxGroup
    seeds: gr.Slider
    budget: gr.Textbox
    start: gr.Button
    cancel: gr.Button
    resume: gr.Button
    chooser: gr.Dropdown
    status: gr.HTML
    result: gr.HTML
    pictures: gr.HTML
    table: gr.DownloadButton
    scores: gr.DownloadButton
    json: gr.DownloadButton
    images: gr.DownloadButton
    chosen: gr.State
    watch: gr.State

    @property
    def asked(self) -> list[gr.Component]:
        """What a comparison is asked for, beside the form."""
        return [self.methods, self.seeds, self.budget]

    @property
    def outputs(self) -> list[gr.Component]:
        """Everything that is drawn anew when the comparison has moved."""
        apart = ("methods", "seeds", "budget", "start", "chosen", "watch")
        return [self.watch, *(getattr(self, part.name) for part in fields(self) if part.name not in apart)]


def build() -> MethodsPanel:
    """Lay the panel out."""
    chosen, watch = gr.State(None), gr.State(Watch())
    with gr.Column(variant="panel", elem_classes=["card", "methods"]):
        gr.HTML(methods_rendering.ABOUT)
        methods = gr.CheckboxGroup(
            [(label(name), name) for name in _OFFERED],
            value=["logit", "multi"],
            label="Methods",
            elem_id="methods",
        )
        with gr.Row(elem_classes=["measure-row"]):
            seeds = gr.Slider(
                1, 5, 3, step=1, label="Seeds: runs per method (3 for a verdict)", min_width=200
            )
            budget = gr.Textbox(
                "40",
                label="Budget per run: steps, or minutes such as 5m",
                max_lines=1,
                min_width=200,
                elem_id="methods-budget",
            )
            start, cancel, resume = jobs.build_buttons("methods", "Compare methods", "secondary")
        status = gr.HTML("", elem_id="methods-status")
        result = gr.HTML("", elem_id="methods-result")
        pictures = gr.HTML("", elem_id="methods-pictures")
        with gr.Row():
            downloads = (_download("table"), _download("scores"), _download("json"), _download("images"))
        chooser = gr.Dropdown(
            [], label="All comparisons", visible=False, filterable=False, elem_id="all-methods"
        )
    shown = (chooser, status, result, pictures)
    return MethodsPanel(methods, seeds, budget, start, cancel, resume, *shown, *downloads, chosen, watch)


def _download(name: str) -> gr.DownloadButton:
    return gr.DownloadButton(_DOWNLOADS[name], size="sm", visible=False, elem_id=f"methods-{name}")
