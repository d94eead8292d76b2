"""The part of the Distil tab that shows a run: layout only."""

from dataclasses import dataclass, fields

import gradio as gr

from ui.distil import run_rendering
from ui.distil.curves import CHARTS, Chart


@dataclass(frozen=True)
class RunView:
    """The components that show one run, in the order of `outputs`.

    Args:
        empty: What a page of charts says while it has none, by page.
        charts: The charts by key.
        table: All runs.
    """

    status: gr.HTML
    cancel: gr.Button
    resume: gr.Button
    compare: gr.Button
    teach: gr.Button
    result: gr.HTML
    log: gr.Textbox
    table: gr.Dataframe
    empty: dict[str, gr.HTML]
    charts: dict[str, gr.LinePlot]

    @property
    def outputs(self) -> list[gr.Component]:
        """Everything that is drawn anew when the run has moved."""
        plain = [getattr(self, entry.name) for entry in fields(self) if entry.name not in ("empty", "charts")]
        return [*plain, *self.empty.values(), *self.charts.values()]


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
            show_label=False,
            interactive=False,
            elem_id="run-log",
            elem_classes=["log"],
        )
    table = gr.Dataframe(
        run_rendering.runs(()),
        interactive=False,
        max_height=280,
        label="All runs: select one to look at it",
        buttons=[],
        column_widths=[170, 110, 270, 170, 120, 200],
        visible=False,
        elem_id="run-table",
    )
    return RunView(status, cancel, resume, compare, teach, result, log, table, empty, charts)


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
