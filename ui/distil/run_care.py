"""The part of the Distil tab that looks after the run it shows: its name and note, its student, the trash.

Layout only.
"""

from dataclasses import dataclass, fields

import gradio as gr
from gradio.blocks import Block

from distill.runs.naming import LONGEST_NAME, LONGEST_NOTE


@dataclass(frozen=True)
class RunCare:
    """The components, in the order of `outputs`.

    Args:
        panel: All of them; hidden while there is no run.
        student: Hands the student out.
        sure: What is asked before the run goes, with its two answers.
        question: The question.
        asked: The id of the run that it is about.
    """

    panel: gr.Accordion
    name: gr.Textbox
    note: gr.Textbox
    save: gr.Button
    student: gr.Button
    delete: gr.Button
    sure: gr.Column
    question: gr.HTML
    yes: gr.Button
    no: gr.Button
    asked: gr.State

    @property
    def outputs(self) -> list[Block]:
        """What is drawn anew when another run is shown, or the run's state has changed."""
        return [getattr(self, entry.name) for entry in fields(self)][:_DRAWN]


_DRAWN = [entry.name for entry in fields(RunCare)].index("sure") + 1


def build() -> RunCare:
    """Lay it out."""
    with gr.Accordion("Name, note, download, delete", open=False, visible=False, elem_id="run-care") as panel:
        name = gr.Textbox(
            "",
            label="Name of the run",
            placeholder="Empty: its id",
            max_length=LONGEST_NAME,
            elem_id="run-name",
        )
        note = gr.Textbox("", label="Note", lines=2, max_lines=6, max_length=LONGEST_NOTE, elem_id="run-note")
        with gr.Row():
            save = gr.Button("Save", elem_id="save-name", min_width=120)
            student = gr.Button(
                "Download the student (zip)", visible=False, elem_id="student-zip", min_width=120
            )
            delete = gr.Button("Delete the run…", variant="stop", elem_id="delete-run", min_width=120)
        with gr.Column(visible=False, elem_id="sure") as sure:
            question = gr.HTML("", elem_id="delete-question")
            with gr.Row():
                yes = gr.Button("Move it to the trash", variant="stop", elem_id="delete-yes", min_width=120)
                no = gr.Button("Keep it", elem_id="delete-no", min_width=120)
    return RunCare(panel, name, note, save, student, delete, sure, question, yes, no, gr.State(None))
