from typing import Any

import gradio as gr

from models.decoding import Decoding
from ui.compare import settings_panel


def test_the_panel_begins_with_what_is_usual_for_each_model() -> None:
    with gr.Blocks():
        fields: tuple[Any, ...] = settings_panel.build().fields
    assert settings_panel.decoding(*(field.value for field in fields)) == Decoding()


def test_no_length_penalty_is_one_too() -> None:
    assert settings_panel.decoding(4, 128, 0, 0, 0, False).length_penalty == 0
