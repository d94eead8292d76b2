"""The decoding settings of the Compare tab."""

from dataclasses import dataclass

import gradio as gr

from models.decoding import MAX_NO_REPEAT_NGRAM, Decoding
from ui.shared.labels import DECODING


@dataclass(frozen=True)
class SettingsPanel:
    """The components, in the order in which `decoding` takes their values."""

    long_input: gr.Radio
    refine: gr.Checkbox
    fields: tuple[gr.Component, ...]


def build() -> SettingsPanel:
    """Lay the folded panel out."""
    usual = Decoding()
    with gr.Accordion("Decoding settings", open=False):
        with gr.Row():
            beams = gr.Slider(1, 8, usual.beams, step=1, label=DECODING["beams"])
            ngram = gr.Slider(0, MAX_NO_REPEAT_NGRAM, 0, step=1, label=DECODING["no_repeat_ngram"])
        with gr.Row():
            shortest = gr.Slider(0, 200, 0, step=1, label=DECODING["min_new_tokens"])
            longest = gr.Slider(1, 512, usual.max_new_tokens, step=1, label=DECODING["max_new_tokens"])
        with gr.Row():
            penalty = gr.Slider(-0.1, 3, -0.1, step=0.1, label=DECODING["length_penalty"])
            early = gr.Checkbox(usual.early_stopping, label=DECODING["early_stopping"])
        long_input = gr.Radio(
            [("Cut it at the limit", "cut"), ("Summarise it in parts", "parts")],
            value="cut",
            label="Input longer than the model reads",
        )
        refine = gr.Checkbox(
            False,
            label="Refine with rules",
            info="Cuts unfinished or repeated sentences and stray marks; flags invented numbers and names.",
            elem_id="refine",
        )
    return SettingsPanel(long_input, refine, (beams, longest, shortest, penalty, ngram, early))


def decoding(beams: int, longest: int, shortest: int, penalty: float, ngram: int, early: bool) -> Decoding:
    """The settings as the models take them; raises BadRequest for what cannot be."""
    return Decoding(
        beams=int(beams),
        max_new_tokens=int(longest),
        min_new_tokens=int(shortest) or None,
        length_penalty=None if penalty < 0 else float(penalty),
        no_repeat_ngram=int(ngram) or None,
        early_stopping=bool(early),
    )
