"""The Search tab: what to search, how far it is, what was found. Layout only."""

from dataclasses import dataclass, fields

import gradio as gr

from distill.search import Plan
from ui.search import search_rendering
from ui.shared import data_fields, jobs
from ui.shared.data_fields import DataFields
from ui.shared.labels import SEARCH
from ui.shared.studio import Studio
from ui.shared.watching import Watch

SAMPLERS = [
    ("TPE: learns from what it has seen", "tpe"),
    ("NSGA-II: breeds the best ones", "nsga2"),
    ("Controller: a network that learns by reward", "controller"),
    ("Random: to compare the others with", "random"),
]
_PICK = """element.addEventListener("click", (event) => {
  const point = event.target.closest("[data-number]");
  if (point) trigger("select", { index: Number(point.dataset.number), value: point.dataset.number });
});"""
"""A click on a point of the chart is a selection of its candidate."""


@dataclass(frozen=True)
class SearchView:
    """The components that show a search: what was chosen, then what `search_events.drawn` gives.

    Args:
        chosen: The search started or selected last, by its id.
        picked: The number of its candidate that was picked; None for the best.
    """

    chosen: gr.State
    picked: gr.State
    watch: gr.State
    small: gr.Button
    cancel: gr.Button
    resume: gr.Button
    chooser: gr.Dropdown
    status: gr.HTML
    scatter: gr.HTML
    candidate: gr.HTML
    distil: gr.Button
    curves: gr.HTML
    importance: gr.HTML
    table: gr.Dataframe
    csv: gr.DownloadButton
    report: gr.DownloadButton

    @property
    def outputs(self) -> list[gr.Component]:
        """Everything that is drawn anew when the search has moved."""
        apart = ("chosen", "picked")
        return [getattr(self, part.name) for part in fields(self) if part.name not in apart]


@dataclass(frozen=True)
class SearchTab:
    """The components that events read and write.

    Args:
        asked: What a search is asked for, in the order of `asking.plan`.
        data: Those of them that say which data.
        start: Starts it.
        view: What shows it.
    """

    asked: list[gr.Component]
    data: DataFields
    start: gr.Button
    view: SearchView


def build(studio: Studio) -> SearchTab | None:
    """Lay the tab out; None where it is switched off, which the tab then says."""
    if not studio.settings.enable_distill:
        gr.HTML(search_rendering.OFF)
        return None
    gr.HTML(search_rendering.ABOUT)
    with gr.Row(equal_height=False):
        with gr.Column(min_width=300), gr.Group():
            teacher, sampler, trials = _what(studio)
        with gr.Column(min_width=300), gr.Group():
            data = data_fields.build("search-data", "Built-in samples")
    with gr.Accordion("Advanced", open=False, elem_classes=["settings"], elem_id="search-advanced"):
        advanced = _advanced()
    with gr.Row():
        start, cancel, resume = jobs.build_buttons("search", "Search")
    with gr.Column(variant="panel", elem_classes=["card", "search"]):
        view = _view(cancel, resume)
    return SearchTab([teacher, *data.inputs, sampler, trials, *advanced], data, start, view)


def _what(studio: Studio) -> tuple[gr.Component, ...]:
    teacher = gr.Dropdown(
        studio.choices(),
        value=studio.columns(studio.settings.model_set)["teacher"],
        label="Teacher",
        allow_custom_value=True,
        elem_id="search-teacher",
    )
    with gr.Row():
        sampler = gr.Dropdown(
            SAMPLERS, value=Plan.sampler, label=SEARCH["sampler"], filterable=False, min_width=240
        )
        trials = gr.Number(20, label=SEARCH["trials"], precision=0, elem_id="search-trials", min_width=120)
    return teacher, sampler, trials


def _advanced() -> list[gr.Component]:
    with gr.Row():
        numbers = [
            _number("reward_beta", Plan.reward_beta),
            _number("reward_alpha", Plan.reward_alpha),
            _number("slowest", Plan.slowest),
        ]
    with gr.Row():
        numbers += [
            _number("share", Plan.share),
            _number("steps", 0),
            _number("seed", Plan.seed),
        ]
    multi = gr.Checkbox(False, label=SEARCH["multi"], elem_id="search-multi")
    space = gr.Textbox(
        "",
        label=SEARCH["space"],
        placeholder='{"decoder_layers": [1, 2], "kind": "relu"}',
        lines=2,
        max_lines=8,
        elem_id="search-space",
    )
    return [*numbers, multi, space]


def _number(name: str, value: float) -> gr.Number:
    return gr.Number(value, label=SEARCH[name], elem_id=f"search-{name}", min_width=160)


def _view(cancel: gr.Button, resume: gr.Button) -> SearchView:
    chosen, picked, watch = gr.State(None), gr.State(None), gr.State(Watch())
    status = gr.HTML(search_rendering.LOOKING, elem_id="search-status")
    small = gr.Button(
        "Try a small search", variant="primary", visible=False, elem_id="small-search", min_width=160
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=300, elem_classes=["search-chart"]):
            scatter = gr.HTML("", js_on_load=_PICK, elem_id="search-scatter")
        with gr.Column(scale=2, min_width=280):
            candidate = gr.HTML("", elem_id="search-candidate")
            distil = gr.Button(
                "Distil this one", variant="primary", visible=False, elem_id="distil-candidate", min_width=160
            )
    curves = gr.HTML("", elem_id="search-curves")
    importance = gr.HTML("", elem_id="search-importance")
    table = gr.Dataframe(
        interactive=False,
        max_height=380,
        label="All candidates: select one to look at it; click a column’s heading to sort",
        buttons=[],
        column_widths=[100, 90, 80, 100, 80, 95, 115, 340, 170],
        visible=False,
        elem_id="search-table",
    )
    with gr.Row():
        csv = gr.DownloadButton(
            "Download all candidates (CSV)", size="sm", visible=False, elem_id="search-csv"
        )
        report = gr.DownloadButton(
            "Download the report (HTML)", size="sm", visible=False, elem_id="search-report"
        )
    chooser = gr.Dropdown([], label="All searches", visible=False, filterable=False, elem_id="all-searches")
    shown = (status, scatter, candidate, distil, curves, importance, table, csv, report)
    return SearchView(chosen, picked, watch, small, cancel, resume, chooser, *shown)
