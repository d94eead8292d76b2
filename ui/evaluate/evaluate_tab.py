"""The Evaluate tab: what to judge, its status, what was found, text by text. Layout only."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from models.settings import Settings
from ui.evaluate import asking, cases_rendering, evaluate_rendering, marks_panel, poll_panel
from ui.evaluate.marks_panel import MarksPanel
from ui.evaluate.poll_panel import PollPanel
from ui.shared import data_fields, jobs
from ui.shared.data_fields import DataFields
from ui.shared.studio import Studio
from ui.shared.watching import Watch

_TEXTS = 100
_ROLES = ("teacher", "distilled", "original")
_DOWNLOADS = {
    "table": "Download the table (CSV)",
    "csv": "Download all summaries (CSV)",
    "jsonl": "Download all summaries (JSON Lines)",
}
"""In the order of `Evaluation.downloads`."""


@dataclass(frozen=True)
class EvaluateTab:
    """The components that events read and write.

    Args:
        asked: What an evaluation is asked for, in the order of `asking.values`.
        chosen: The evaluation started or selected last, by its id.
        downloads: As `Evaluation.downloads` gives the files.
    """

    asked: list[gr.Component]
    models: gr.Dropdown
    data: DataFields
    start: gr.Button
    cancel: gr.Button
    resume: gr.Button
    chosen: gr.State
    watch: gr.State
    chooser: gr.Dropdown
    status: gr.HTML
    result: gr.HTML
    charts: gr.HTML
    which: gr.Dropdown
    order: gr.Dropdown
    cases: gr.Dataframe
    case: gr.HTML
    marks: MarksPanel
    downloads: list[gr.DownloadButton]
    report: gr.DownloadButton
    polls: PollPanel

    @property
    def outputs(self) -> list[gr.Component]:
        """Everything that is drawn anew when the evaluation has moved."""
        shown = [self.cancel, self.resume, self.chooser, self.status, self.result, self.charts]
        return [
            self.watch,
            *shown,
            self.which,
            self.order,
            self.cases,
            self.case,
            *self.marks.outputs,
            *self.downloads,
            self.report,
            self.polls.models,
        ]


def build(studio: Studio) -> EvaluateTab | None:
    """Lay the tab out; None where it is switched off, which the tab then says."""
    if not studio.settings.enable_distill:
        gr.HTML(evaluate_rendering.OFF)
        return None
    chosen, watch = gr.State(None), gr.State(Watch())
    gr.HTML(evaluate_rendering.ABOUT)
    with gr.Row(equal_height=False):
        with gr.Column(min_width=300), gr.Group():
            models, lead = _models(studio)
            with gr.Row():
                beams = gr.Slider(1, 8, 4, step=1, label="Beams", elem_id="evaluation-beams", min_width=130)
                longest = gr.Slider(
                    8,
                    512,
                    128,
                    step=8,
                    label="Longest, in tokens",
                    elem_id="evaluation-longest",
                    min_width=130,
                )
        with gr.Column(min_width=300), gr.Group():
            data = data_fields.build("evaluation", "Built-in samples", "references")
            with gr.Row():
                texts = gr.Number(
                    _TEXTS, label="Maximum texts", precision=0, elem_id="evaluation-texts", min_width=130
                )
                shuffle = gr.Checkbox(
                    True, label="Pick texts at random", elem_id="evaluation-shuffle", min_width=130
                )
    with gr.Row():
        buttons = jobs.build_buttons("evaluation", "Evaluate")
    with gr.Column(variant="panel", elem_classes=["card", "evaluation"]):
        shown = _found(studio.settings)
    asked: list[gr.Component] = [
        models,
        lead,
        beams,
        longest,
        *data.inputs,
        texts,
        shuffle,
    ]
    return EvaluateTab(asked, models, data, *buttons, chosen, watch, *shown)


def _models(studio: Studio) -> tuple[gr.Dropdown, gr.Checkbox]:
    names = studio.columns(studio.settings.model_set)
    models = gr.Dropdown(
        studio.choices(),
        value=[name for role in _ROLES if (name := names[role])],
        label="Models: the others are compared with the first",
        multiselect=True,
        max_choices=asking.MOST,
        allow_custom_value=True,
        elem_id="evaluation-models",
    )
    lead = gr.Checkbox(
        True,
        label="Add a baseline: the text’s opening words, as many as the last model wrote",
        info="The simplest summary of news, and the one to beat.",
        elem_id="evaluation-lead",
    )
    return models, lead


def _found(settings: Settings) -> tuple[Any, ...]:
    status = gr.HTML(evaluate_rendering.NONE, elem_id="evaluation-status")
    result = gr.HTML("", elem_id="evaluation-result")
    charts = gr.HTML("", elem_id="evaluation-charts")
    with gr.Row():
        which = gr.Dropdown(
            cases_rendering.FILTERS,
            value="all",
            label="Texts",
            filterable=False,
            visible=False,
            elem_id="evaluation-which",
            min_width=200,
        )
        order = gr.Dropdown(
            cases_rendering.ORDERS,
            value="data",
            label="Sort by",
            filterable=False,
            visible=False,
            elem_id="evaluation-order",
            min_width=200,
        )
    table = gr.Dataframe(
        interactive=False,
        max_height=380,
        label="Select a text to read it; click a column’s heading to sort",
        buttons=[],
        visible=False,
        elem_id="evaluation-cases",
    )
    case = gr.HTML("", elem_id="evaluation-case")
    marks = marks_panel.build()
    with gr.Row():
        report = gr.DownloadButton(
            "Download the report (HTML)", size="sm", visible=False, elem_id="evaluation-report"
        )
        downloads = [
            gr.DownloadButton(label, size="sm", visible=False, elem_id=f"evaluation-{name}")
            for name, label in _DOWNLOADS.items()
        ]
    chooser = gr.Dropdown(
        [], label="All evaluations", visible=False, filterable=False, elem_id="all-evaluations"
    )
    polls = poll_panel.build(settings)
    return chooser, status, result, charts, which, order, table, case, marks, downloads, report, polls
