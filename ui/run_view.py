"""The part of the Distil tab that shows a run: layout only."""

from dataclasses import dataclass

import gradio as gr

from ui import run_rendering

_LOSSES = {"total": "#64748b", "soft (teacher)": "#6366f1", "hard (labels)": "#d97706"}
_ROUGE = {"ROUGE-1": "#0d9488", "ROUGE-2": "#d97706", "ROUGE-L": "#6366f1"}


@dataclass(frozen=True)
class RunView:
    """The components that show one run, in the order of `outputs`."""

    status: gr.HTML
    cancel: gr.Button
    resume: gr.Button
    compare: gr.Button
    result: gr.HTML
    losses: gr.LinePlot
    rouge: gr.LinePlot
    log: gr.Textbox
    table: gr.Dataframe

    @property
    def outputs(self) -> list[gr.Component]:
        """Everything that is drawn anew when the run has moved."""
        return [
            self.status,
            self.cancel,
            self.resume,
            self.compare,
            self.result,
            self.losses,
            self.rouge,
            self.log,
            self.table,
        ]


def build() -> RunView:
    """Lay out the view of one run, without the table of all runs, which is built by `build_table`."""
    status = gr.HTML(run_rendering.NO_RUN, elem_id="run-status")
    with gr.Row():
        cancel = gr.Button("Cancel", variant="stop", visible=False, elem_id="cancel-run", min_width=120)
        resume = gr.Button("Resume", visible=False, elem_id="resume-run", min_width=120)
        compare = gr.Button(
            "Compare it", variant="primary", visible=False, elem_id="compare-run", min_width=120
        )
    result = gr.HTML("", elem_id="run-result")
    with gr.Row():
        losses = _plot("Loss terms", _LOSSES, "run-losses", ".3~g")
        rouge = _plot("Validation ROUGE", _ROUGE, "run-rouge", ".1f")
    with gr.Accordion("Log", open=False):
        log = gr.Textbox(
            lines=12,
            max_lines=12,
            show_label=False,
            interactive=False,
            elem_id="run-log",
            elem_classes=["log"],
        )
    gr.Markdown("### All runs\nSelect one to look at it.")
    table = gr.Dataframe(
        run_rendering.runs(()),
        interactive=False,
        max_height=280,
        show_label=False,
        buttons=[],
        column_widths=[180, 120, 220, 220],
        visible=False,
        elem_id="run-table",
    )
    return RunView(status, cancel, resume, compare, result, losses, rouge, log, table)


def _plot(label: str, colours: dict[str, str], elem_id: str, format_: str) -> gr.LinePlot:
    return gr.LinePlot(
        x="step",
        y="value",
        color="term",
        color_map=colours,
        title=label,
        x_title="Step",
        y_title=" ",
        x_axis_format="d",
        y_axis_format=format_,
        color_title=" ",
        show_label=False,
        height=260,
        min_width=280,
        visible=False,
        elem_id=elem_id,
        buttons=[],
    )
