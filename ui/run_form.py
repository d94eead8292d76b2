"""The form that starts a run: its layout, and how its values become a config."""

from dataclasses import dataclass, fields
from typing import Any

import gradio as gr

from distill.config import PRESETS, RunConfig
from distill.data import BUILT_IN, HUB_DATASETS
from models.errors import BadRequest
from ui.studio import Studio

FIELDS = ("alpha", "temperature", "learning_rate", "epochs", "max_steps", "batch_size", "max_examples")
"""Settings of a run that the form shows by themselves; the preset decides the others."""
_LABELS = {
    "alpha": "Alpha (teacher’s share)",
    "temperature": "Temperature",
    "learning_rate": "Learning rate",
    "epochs": "Epochs",
    "max_steps": "Steps (or by epochs)",
    "batch_size": "Batch size",
    "max_examples": "Examples (or all)",
}
_PRESET_LABELS = {
    "quick": "Quick: minutes, to see a run through",
    "report": "Report: the published baseline, 1000 articles, batch 2, 3 epochs",
}


@dataclass(frozen=True)
class RunForm:
    """The components of the form; `inputs` lists those that make a config, in the order of `config`."""

    teacher: gr.Dropdown
    origin: gr.Radio
    student: gr.Dropdown
    encoder: gr.Slider
    decoder: gr.Slider
    source: gr.Radio
    file: gr.File
    document: gr.Dropdown
    summary: gr.Dropdown
    hub: gr.Dropdown
    preset: gr.Radio
    settings: tuple[gr.Number, ...]

    @property
    def inputs(self) -> list[gr.Component]:
        """The components whose values `config` takes."""
        found = [getattr(self, entry.name) for entry in fields(self) if entry.name != "settings"]
        return [*found, *self.settings]


def build(studio: Studio) -> RunForm:
    """Lay the form out."""
    names = studio.columns(studio.settings.model_set)
    with gr.Group():
        teacher, origin, student, encoder, decoder = _models(studio, names)
    with gr.Group():
        source, file, document, summary, hub = _data()
    preset = gr.Radio(
        [(_PRESET_LABELS.get(name, name), name) for name in sorted(PRESETS, key=list(_PRESET_LABELS).index)],
        value="quick",
        label="Preset",
        elem_id="preset",
    )
    with gr.Accordion("Settings of the preset", open=False, elem_classes=["settings"]):
        settings = _settings()
    return RunForm(
        teacher, origin, student, encoder, decoder, source, file, document, summary, hub, preset, settings
    )


def _models(studio: Studio, names: dict[str, str | None]) -> tuple[Any, ...]:
    choices = studio.choices()
    teacher = gr.Dropdown(
        choices, value=names["teacher"], label="Teacher", allow_custom_value=True, elem_id="teacher"
    )
    origin = gr.Radio(
        [("A model", "model"), ("Layers of the teacher", "layers")],
        value="model",
        label="The student starts from",
        elem_id="origin",
    )
    student = gr.Dropdown(
        choices, value=names["original"], label="Student", allow_custom_value=True, elem_id="student"
    )
    encoders, decoders = depths(names["teacher"], studio)
    with gr.Row():
        encoder = gr.Slider(
            1,
            encoders,
            -(-encoders // 2),
            step=1,
            label="Encoder layers",
            visible=False,
            elem_id="encoder-layers",
        )
        decoder = gr.Slider(
            1,
            decoders,
            -(-decoders // 2),
            step=1,
            label="Decoder layers",
            visible=False,
            elem_id="decoder-layers",
        )
    return teacher, origin, student, encoder, decoder


def depths(teacher: str | None, studio: Studio) -> tuple[int, int]:
    """Encoder and decoder layers of a teacher; T5-base's while the teacher is not on this machine."""
    info, _ = studio.info(teacher) if teacher else (None, "")
    return (info.encoder_layers, info.decoder_layers) if info else (12, 12)


def _data() -> tuple[Any, ...]:
    source = gr.Radio(
        [("Built-in samples", "built-in"), ("A file", "file"), ("A hub data set", "hub")],
        value="built-in",
        label="Data",
        elem_id="data-source",
    )
    kinds = [".csv", ".jsonl", ".json", ".parquet"]
    file = gr.File(
        label="csv, jsonl or parquet", file_types=kinds, visible=False, height=120, elem_id="data-file"
    )
    with gr.Row():
        document = gr.Dropdown([], label="Column of the texts", visible=False, elem_id="document-column")
        summary = gr.Dropdown([], label="Column of the summaries", visible=False, elem_id="summary-column")
    hub = gr.Dropdown(
        list(HUB_DATASETS),
        label="Data set",
        info="A name from the list, or owner/name.",
        allow_custom_value=True,
        visible=False,
        elem_id="hub-data",
    )
    return source, file, document, summary, hub


def _settings() -> tuple[gr.Number, ...]:
    values = preset_values("quick")
    found = []
    for first in range(0, len(FIELDS), 2):
        with gr.Row():
            for name in FIELDS[first : first + 2]:
                number = gr.Number(
                    values[name], label=_LABELS[name], elem_id=f"setting-{name}", min_width=140
                )
                found.append(number)
    return tuple(found)


def preset_values(preset: str) -> dict[str, Any]:
    """What a preset sets the form's settings to."""
    config = RunConfig.from_dict({"student": "-", "preset": preset})
    return {name: getattr(config, name) for name in FIELDS}


def config(*values: Any) -> dict[str, Any]:
    """The form's values as a run's config; raises BadRequest where something is not chosen yet."""
    teacher, origin, student, encoder, decoder, source, file, document, summary, hub, preset = values[:11]
    chosen: dict[str, Any] = {
        "teacher": _named(teacher, "Choose a teacher."),
        "student": f"layers:{encoder:.0f}+{decoder:.0f}"
        if origin == "layers"
        else _named(student, "Choose the model that the student starts from."),
        "preset": preset,
    }
    if source == "file":
        chosen["data"] = _named(file, "Upload a csv, jsonl or parquet file first.")
        chosen |= {"document_column": document or None, "summary_column": summary or None}
    elif source == "hub":
        chosen["data"] = _named(hub, "Choose a hub data set.")
    else:
        chosen["data"] = BUILT_IN
    # A cleared field means “none”; None itself would let the preset's value return.
    settings = zip(FIELDS, values[11:], strict=True)
    return chosen | {name: "" if value is None else value for name, value in settings}


def _named(value: str | None, otherwise: str) -> str:
    if not (value or "").strip():
        raise BadRequest(otherwise)
    return str(value).strip()
