"""The part of the Distil tab that shows a run: layout only."""

from dataclasses import dataclass, fields

import gradio as gr
from gradio.blocks import Block

from ui.distil import run_care, run_list, run_rendering
from ui.distil.curves import CHARTS, Chart
from ui.distil.run_care import RunCare
from ui.distil.run_list import RunList


@dataclass(frozen=True)
class RunView:
    """The components that show one run, in the order of `outputs`.

    Args:
        empty: What a page of charts says while it has none, by page.
        charts: The charts by key.
        care: What looks after the run.
        all: All runs.
    """

    status: gr.HTML
    cancel: gr.Button
    resume: gr.Button
    compare: gr.Button
    teach: gr.Button
    result: gr.HTML
    log: gr.Textbox
    empty: dict[str, gr.HTML]
    charts: dict[str, gr.LinePlot]
    care: RunCare
    all: RunList

    @property
    def outputs(self) -> list[Block]:
        """Everything that is drawn anew when the run has moved."""
        plain = [getattr(self, entry.name) for entry in fields(self)][:_PLAIN]
        lists = [self.all.table, self.all.finder]
        return [*plain, *lists, *self.care.outputs, *self.empty.values(), *self.charts.values()]


_PLAIN = [entry.name for entry in fields(RunView)].index("empty")


def build() -> RunView:
    """Lay it out."""
    status = gr.HTML(run_rendering.NO_RUN, elem_id="run-status")
    with gr.Row():
        cancel = gr.Button("Cancel run", variant="stop", visible=False, elem_id="cancel-run", min_width=120)
        resume = gr.Button("Resume run", visible=False, elem_id="resume-run", min_width=120)
        compare = gr.Button(
            "Compare it", variant="primary", visible=False, elem_id="compare-run", min_width=120
        )
        teach = gr.Button("Use as the teacher", visible=False, elem_id="teach-run", min_width=120)
    result = gr.HTML("", elem_id="run-result")
    empty, charts = _charts()
    with gr.Accordion("Log", open=False):
        log = gr.Textbox(
            lines=12,
            max_lines=12,
            label="Log of the run",
            show_label=False,
            interactive=False,
            elem_id="run-log",
            elem_classes=["log"],
        )
    care = run_care.build()
    return RunView(status, cancel, resume, compare, teach, result, log, empty, charts, care, run_list.build())


def _charts() -> tuple[dict[str, gr.HTML], dict[str, gr.LinePlot]]:
    empty: dict[str, gr.HTML] = {}
    charts: dict[str, gr.LinePlot] = {}
    with gr.Tabs(elem_id="run-charts"):
        for page, found in CHARTS.items():
            with gr.Tab(page, id=page.lower()):
                empty[page] = gr.HTML('<div class="quiet">No run yet.</div>', elem_classes=["no-charts"])
                with gr.Row(elem_classes=["charts"]):
                    charts |= {chart.key: _plot(chart) for chart in found}
    return empty, charts


def _plot(chart: Chart) -> gr.LinePlot:
    return gr.LinePlot(
        x="step",
        y="value",
        color="line",
        color_map=chart.colours,
        title=chart.title,
        x_title="Step",
        y_title=" ",
        x_axis_format=",.6~g",  # two steps have ticks between them
        y_axis_format=chart.number,
        color_title=" ",
        show_label=False,
        height=240,
        min_width=260,
        visible=False,
        elem_id=f"chart-{chart.key}",
        buttons=[],
    )
