from dataclasses import fields

import gradio as gr
import pytest

from distill.config import CHOICES, RunConfig
from models.errors import BadRequest
from ui.distil import advanced
from ui.distil.form_values import method_values
from ui.shared.labels import TEACHING


def test_lines_are_settings() -> None:
    text = "\n depth_growth = 1.5 \n\nmore_teachers=a=b\ndepth_growth=2\n"
    assert advanced.read_lines(text) == {"depth_growth": "2", "more_teachers": "a=b"}
    assert advanced.read_lines(None) == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("alpha", "“alpha” is not a setting"),
        ("=3", "not a setting"),
        ("method=ce", "Choose the method above"),
    ],
)
def test_what_is_no_setting_is_said(line: str, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        advanced.read_lines(line)


def test_every_teaching_field_has_a_control_for_its_kind() -> None:
    with gr.Blocks():
        controls, _ = advanced.build(method_values("logit"))
    assert list(controls) == list(TEACHING)
    assert all(isinstance(control, gr.Dropdown) == (name in CHOICES) for name, control in controls.items())
    assert isinstance(controls["balance"], gr.Checkbox)
    assert isinstance(controls["alpha_end"], gr.Textbox)


def test_every_setting_is_listed_with_its_meaning() -> None:
    listed = advanced._all_settings()
    for entry in fields(RunConfig):
        assert (f"<code>{entry.name}</code>" in listed) == (entry.name not in ("preset", "method"))
