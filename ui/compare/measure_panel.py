"""The part of the Compare tab that measures again and again: layout only."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui.compare import measure_rendering
from ui.compare.measuring import FEWEST_RUNS

USUAL_RUNS = 10
_DOWNLOAD: dict[str, Any] = {"size": "sm", "visible": False, "interactive": False}
_ABOUT = (
    '<div class="measure-about"><h3>Measure properly</h3><p>A single run is one noisy number. This runs the '
    "text again and again on the three columns’ models, in turns; the columns stay as they are.</p></div>"
)


@dataclass(frozen=True)
class MeasurePanel:
    """The components that events read and write."""

    runs: gr.Slider
    start: gr.Button
    stop: gr.Button
    progress: gr.HTML
    freshness: gr.HTML
    table: gr.HTML
    chart: gr.LinePlot
    csv: gr.DownloadButton
    jsonl: gr.DownloadButton
    measured: gr.State


def build() -> MeasurePanel:
    """Lay the panel out."""
    measured = gr.State(None)
    with gr.Column(variant="panel", elem_classes=["card", "measure"]):
        gr.HTML(_ABOUT)
        with gr.Row(elem_classes=["measure-row"]):
            runs = gr.Slider(FEWEST_RUNS, 50, USUAL_RUNS, step=5, label="Runs of each model", min_width=220)
            start = gr.Button("Measure properly", elem_id="measure", min_width=160)
            stop = gr.Button(
                "Stop measuring",
                variant="stop",
                interactive=False,
                elem_id="stop-measuring",
                scale=0,
                min_width=150,
            )
        progress = gr.HTML("", elem_id="measure-progress")
        freshness = gr.HTML("", elem_id="measured-freshness")
        table = gr.HTML("", elem_id="measured")
        chart = gr.LinePlot(
            x="run",
            y="seconds",
            color="model",
            color_map=measure_rendering.COLOURS,
            title="Seconds of each run",
            x_title="Run",
            y_title=" ",
            x_axis_format="d",
            y_axis_format=".3~g",
            y_lim=[0, None],
            color_title=" ",
            show_label=False,
            height=240,
            visible=False,
            elem_id="measure-chart",
            buttons=[],
        )
        with gr.Row():
            csv = gr.DownloadButton("Download runs as CSV", elem_id="runs-csv", **_DOWNLOAD)
            jsonl = gr.DownloadButton("Download runs as JSON Lines", elem_id="runs-jsonl", **_DOWNLOAD)
    return MeasurePanel(runs, start, stop, progress, freshness, table, chart, csv, jsonl, measured)
