"""The form that starts a run: layout only."""

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from distill.config.presets import PRESETS
from distill.families import anatomy
from ui.distil import advanced
from ui.distil.form_values import FIELDS, method_values, preset_values
from ui.shared import data_fields
from ui.shared.data_fields import DataFields
from ui.shared.labels import SIZE
from ui.shared.method_words import WORDS
from ui.shared.studio import Studio

USUAL = "logit"
"""The method that the form begins with."""
_PRESET_LABELS = {
    "quick": "Quick: minutes, to see a run through",
    "report": "Report: the published baseline, 1000 articles, batch 2, 3 epochs",
}


@dataclass(frozen=True)
class RunForm:
    """The components of the form; those of `settings` and `teaching` by the setting they show."""

    teacher: gr.Dropdown
    origin: gr.Radio
    student: gr.Dropdown
    encoder: gr.Slider
    decoder: gr.Slider
    data: DataFields
    method: gr.Dropdown
    preset: gr.Radio
    lines: gr.Textbox
    about: gr.HTML
    settings: dict[str, gr.Component]
    teaching: dict[str, gr.Component]

    @property
    def inputs(self) -> list[gr.Component]:
        """The components whose values make a config, in the order of `form_values.FIELDS`."""
        named = {**vars(self), **vars(self.data), **self.settings, **self.teaching}
        return [named[name] for name in FIELDS]


def build(studio: Studio) -> RunForm:
    """Lay the form out."""
    names = studio.columns(studio.settings.model_set)
    with gr.Group():
        teacher, origin, student, encoder, decoder = _models(studio, names)
    with gr.Group():
        data = data_fields.build("data", "Built-in samples")
    with gr.Group():
        method, about = _method()
    preset = gr.Radio(
        [(_PRESET_LABELS.get(name, name), name) for name in sorted(PRESETS, key=list(_PRESET_LABELS).index)],
        value="quick",
        label="Preset",
        elem_id="preset",
    )
    with gr.Accordion("Settings of the preset", open=False, elem_classes=["settings"]):
        settings = _settings()
    with gr.Accordion("Advanced", open=False, elem_classes=["settings"], elem_id="advanced"):
        teaching, lines = advanced.build(method_values(USUAL))
    models = (teacher, origin, student, encoder, decoder)
    return RunForm(*models, data, method, preset, lines, about, settings, teaching)


def _method() -> tuple[gr.Dropdown, gr.HTML]:
    method = gr.Dropdown(
        [(f"{words.label} ({name})", name) for name, words in WORDS.items()],
        value=USUAL,
        label="Method",
        filterable=False,
        elem_id="method",
    )
    return method, gr.HTML(method_text(USUAL), elem_id="method-about")


def method_text(method: str) -> str:
    """One line of what a method does, and its source."""
    words = WORDS[method]
    return f'<div class="about">{escape(words.text)} <span class="sub">{escape(words.source)}</span></div>'


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
    if info is None:
        return 12, 12
    encoder, decoder = anatomy(info.config).depths.values()
    return encoder, decoder


def _settings() -> dict[str, gr.Component]:
    values, names = preset_values("quick"), iter(SIZE)
    found: dict[str, gr.Component] = {}
    for _ in range(0, len(SIZE), 2):
        with gr.Row():
            for _, name in zip(range(2), names, strict=False):
                found[name] = gr.Number(
                    values[name], label=SIZE[name], elem_id=f"setting-{name}", min_width=140
                )
    return found
