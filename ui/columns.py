"""The parts of one model's column."""

from dataclasses import dataclass

import gradio as gr

from ui import rendering
from ui.studio import Studio


@dataclass(frozen=True)
class Column:
    """The components of one column."""

    role: str
    header: gr.HTML
    body: gr.HTML
    button: gr.Button
    model: gr.Dropdown


def build(role: str, name: str | None, studio: Studio) -> Column:
    """Lay one column out; call it inside a row."""
    with gr.Column(elem_classes=["card"], variant="panel", min_width=300):
        header = gr.HTML(head(role, name, studio))
        button = gr.Button("Summarise", size="md", elem_id=f"run-{role}")
        body = gr.HTML(idle(role, name, studio), elem_id=f"result-{role}")
        with gr.Accordion("Change model", open=False):
            model = gr.Dropdown(
                studio.choices(),
                value=name,
                label="Model",
                info=_hint(studio),
                allow_custom_value=True,
                elem_id=f"model-{role}",
            )
    return Column(role, header, body, button, model)


def head(role: str, name: str | None, studio: Studio) -> str:
    """The top of a column for a model that need not be loaded."""
    info, note = studio.info(name) if name else (None, "")
    return rendering.header(role, name, info, note)


def idle(role: str, name: str | None, studio: Studio) -> str:
    """The column before a summary."""
    if name:
        return rendering.empty(role)
    return rendering.no_student(studio.columns("t5")["teacher"] or "the teacher")


def _hint(studio: Studio) -> str:
    hub = ", or a Hugging Face hub id" if studio.settings.allow_custom_models else ""
    return f"A name from the list, run:RUN_ID, a local folder{hub}."
