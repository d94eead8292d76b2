"""The parts of one model's column."""

from dataclasses import dataclass

import gradio as gr

from distill.stats import listed
from models.settings import Settings
from ui.shared import rendering
from ui.shared.studio import Studio

ENGINES = {
    "auto": "Automatic",
    "ctranslate2:int8": "CTranslate2, int8",
    "ctranslate2:float32": "CTranslate2, float32",
    "torch:float32": "PyTorch, float32",
}
"""What the engine field offers; any other is typed behind the model's name."""


@dataclass(frozen=True)
class Column:
    """The components of one column."""

    role: str
    header: gr.HTML
    body: gr.HTML
    button: gr.Button
    model: gr.Dropdown
    engine: gr.Dropdown


def build(role: str, name: str | None, studio: Studio) -> Column:
    """Lay one column out; call it inside a row."""
    with gr.Column(elem_classes=["card"], variant="panel", min_width=300):
        header = gr.HTML(head(role, name, studio))
        button = gr.Button(f"Summarise with {rendering.NAMED[role]}", size="md", elem_id=f"run-{role}")
        body = gr.HTML(idle(role, name, studio), elem_id=f"result-{role}")
        with gr.Accordion(f"Change {rendering.NAMED[role]}", open=False):
            model = gr.Dropdown(
                studio.choices(),
                value=name,
                label=f"{rendering.TITLES[role]} model",
                info=_hint(studio.settings),
                allow_custom_value=True,
                elem_id=f"model-{role}",
            )
            engine = gr.Dropdown(
                [(label, name) for name, label in ENGINES.items()],
                value="auto",
                label=f"Engine of {rendering.NAMED[role]}",
                elem_id=f"engine-{role}",
            )
    return Column(role, header, body, button, model, engine)


def chosen(model: str | None, engine: str) -> str | None:
    """The model of a column as `model@engine`; an engine typed behind the model's name comes first."""
    name = (model or "").strip()
    typed = "@" in name.replace("\\", "/").rpartition("/")[2]
    return f"{name}@{engine}" if name and engine != "auto" and not typed else name or None


def head(role: str, name: str | None, studio: Studio) -> str:
    """The top of a column for a model that need not be loaded."""
    info, note = studio.info(name) if name else (None, "")
    return rendering.header(role, name, info, note)


def idle(role: str, name: str | None, studio: Studio) -> str:
    """The column before a summary."""
    if name:
        return rendering.empty(role)
    teacher = studio.columns("t5")["teacher"] or "the teacher"
    return rendering.no_student(teacher, studio.settings.may_change)


def _hint(settings: Settings) -> str:
    """What the field of a model takes from this user."""
    names = ["a name from the list"]
    names += ["run:RUN_ID"] if settings.may_change else []
    names += ["a local folder", "a Hugging Face hub id"] if settings.allow_custom_models else []
    said = listed(names, "or")
    return f"{said[0].upper()}{said[1:]}."
