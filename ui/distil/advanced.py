"""The form's advanced part: how the student is taught, and any setting of a run as a line of text."""

from dataclasses import MISSING
from html import escape
from typing import Any

import gradio as gr

from distill.config import CHOICES, SETTINGS
from models.errors import BadRequest
from ui.shared.labels import TEACHING
from ui.shared.tables import table

_ROWS = (3, 3, 3, 3, 2)
_CHOSEN_ABOVE = ("preset", "method")


def build(values: dict[str, Any]) -> tuple[dict[str, gr.Component], gr.Textbox]:
    """Lay it out, inside an accordion; gives the controls by the setting they show, and the lines."""
    names = iter(TEACHING)
    controls: dict[str, gr.Component] = {}
    for length in _ROWS:
        with gr.Row():
            for _, name in zip(range(length), names, strict=False):
                controls[name] = _control(name, values[name])
    lines = gr.Textbox(
        "",
        label="Any other setting",
        info="One per line, as key=value. These take precedence over the fields above.",
        placeholder="depth_growth=1.5\nencoder_map=last",
        lines=3,
        max_lines=10,
        elem_id="setting-lines",
    )
    with gr.Accordion("All settings", open=False):
        gr.HTML(_all_settings())
    return controls, lines


def _control(name: str, value: Any) -> gr.Component:
    common: dict[str, Any] = {"value": value, "label": TEACHING[name], "elem_id": f"setting-{name}"}
    if name in CHOICES:
        return gr.Dropdown(list(CHOICES[name]), **common, filterable=False, min_width=120)
    if isinstance(value, bool):
        return gr.Checkbox(**common, info=SETTINGS[name].metadata["help"].capitalize() + ".", min_width=200)
    if value == "":  # none: as a number Gradio would draw it as 0
        return gr.Textbox(**common, max_lines=1, placeholder="none", min_width=120)
    return gr.Number(**common, min_width=120)


def read_lines(text: str | None) -> dict[str, str]:
    """The settings of the lines; the last of two for one key counts.

    Raises:
        BadRequest: A line is no setting, or one that is chosen elsewhere in the form.
    """
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, (text or "").splitlines())):
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not key:
            raise BadRequest(f"“{line}” is not a setting: write key=value, one per line.")
        if key in _CHOSEN_ABOVE:
            raise BadRequest(f"Choose the {key} above: the fields show what it sets.")
        found[key] = value
    return found


def _all_settings() -> str:
    lines = [
        [f"<code>{name}</code>", escape(entry.metadata["help"]), _usual(entry.default)]
        for name, entry in SETTINGS.items()
        if name not in _CHOSEN_ABOVE
    ]
    return table(("Setting", "Meaning", "Default"), lines, "All settings", "scroll all-settings")


def _usual(default: Any) -> str:
    if default in (None, "") or default is MISSING:
        return "—"
    return str(default).lower() if isinstance(default, bool) else escape(f"{default}")
