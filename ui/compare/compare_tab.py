"""The Compare tab: one text, three models, what each costs. Layout here, events in `compare_events`."""

from dataclasses import dataclass

import gradio as gr

from models.store.catalogue import ROLES
from ui.compare import columns, examples, kept_panel, measure_panel, presenting_panel, presets, settings_panel
from ui.compare.columns import Column
from ui.compare.kept_panel import KeptPanel
from ui.compare.measure_panel import MeasurePanel
from ui.compare.presenting_panel import PresentingPanel
from ui.compare.results_log import WIDTHS, results_frame
from ui.compare.settings_panel import SettingsPanel
from ui.shared import rendering
from ui.shared.limits import REFERENCE_CHARACTERS
from ui.shared.result import Session
from ui.shared.studio import SETS, Studio


@dataclass(frozen=True)
class CompareTab:
    """The components that events read and write."""

    text: gr.Textbox
    reference: gr.Textbox
    counter: gr.HTML
    clear: gr.Button
    run_all: gr.Button
    stop: gr.Button
    present: gr.Button
    queued: gr.HTML
    preparing: gr.HTML
    freshness: gr.HTML
    model_set: gr.Radio
    engines: gr.Dropdown
    panel: SettingsPanel
    columns: dict[str, Column]
    presenting: PresentingPanel
    race: gr.HTML
    measure: MeasurePanel
    session: gr.State
    table: gr.Dataframe
    nothing: gr.HTML
    csv: gr.DownloadButton
    jsonl: gr.DownloadButton
    opened: gr.HTML
    kept: KeptPanel | None


def build(studio: Studio) -> CompareTab:
    """Lay the tab out."""
    session = gr.State(Session())
    opened = gr.HTML("", visible=False, elem_id="kept")
    with gr.Row(equal_height=False, elem_classes=["desk"]):
        with gr.Column(scale=3, min_width=300):
            text, counter, clear = _input()
        with gr.Column(scale=2, min_width=300):
            model_set = gr.Radio(
                [(label, name) for name, label in SETS.items()],
                value=studio.settings.model_set,
                label="Models",
                elem_id="model-set",
            )
            engines = gr.Dropdown(
                [(label, name) for name, label in presets.LABELS.items()],
                value="auto",
                label="Engines",
                filterable=False,
                elem_id="engines",
            )
            panel = settings_panel.build()
            reference = _reference()
            with gr.Row(elem_classes=["actions"]):
                run_all = gr.Button("Summarise with all three", variant="primary", elem_id="run-all", scale=3)
                stop = gr.Button(
                    "Stop", variant="stop", interactive=False, elem_id="stop", scale=1, min_width=90
                )
                present = gr.Button("Present", elem_id="present", scale=1, min_width=90)
            queued = gr.HTML("", elem_id="queued")
    _examples(text, reference)
    preparing = gr.HTML("", elem_id="preparing")
    freshness = gr.HTML("", elem_id="freshness")
    names = studio.columns(studio.settings.model_set)
    with gr.Column(elem_id="stage"):
        presenting = presenting_panel.build()
        with gr.Row(equal_height=True, elem_classes=["columns"]):
            parts = {role: columns.build(role, names[role], studio) for role in ROLES}
        gr.HTML(rendering.LEGEND, elem_id="legend")
        race = presenting_panel.build_race()
    kept = kept_panel.build(studio)
    measure = measure_panel.build()
    settings = (model_set, engines, panel)
    said = (queued, preparing, freshness)
    buttons = (clear, run_all, stop, present)
    shown = (parts, presenting, race, measure)
    return CompareTab(
        text, reference, counter, *buttons, *said, *settings, *shown, session, *_log(), opened, kept
    )


def _input() -> tuple[gr.Textbox, gr.HTML, gr.Button]:
    text = gr.Textbox(
        "",
        label="Text to summarise",
        placeholder="Paste an article here, or choose an example below. Ctrl+Enter summarises it.",
        lines=9,
        max_lines=9,
        elem_id="text",
        elem_classes=["input-box"],
    )
    with gr.Row(elem_classes=["under-input"]):
        counter = gr.HTML('<div class="counter">No text yet</div>', elem_id="counter")
        clear = gr.Button("Clear", size="sm", scale=0, min_width=90, elem_id="clear")
    return text, counter, clear


def _reference() -> gr.Textbox:
    with gr.Accordion("Reference summary", open=False):
        return gr.Textbox(
            "",
            label="A summary written by a person",
            info="Optional. The next summaries are scored against it with ROUGE.",
            lines=2,
            max_lines=6,
            max_length=REFERENCE_CHARACTERS,
            elem_id="reference",
        )


def _examples(text: gr.Textbox, reference: gr.Textbox) -> None:
    articles = examples.examples()
    gr.Examples(
        [[document, summary] for _, document, summary in articles],
        inputs=[text, reference],
        example_labels=[label for label, _, _ in articles],
        label="Examples",
        cache_examples=False,
        api_visibility="private",
    )


def _log() -> tuple[gr.Dataframe, gr.HTML, gr.DownloadButton, gr.DownloadButton]:
    with gr.Accordion("Log of this visit", open=True, elem_id="log"):
        frame = gr.Dataframe(
            results_frame(()),
            interactive=False,
            max_height=360,
            wrap=True,
            show_label=False,
            column_widths=WIDTHS,
            buttons=[],
            visible=False,
            elem_id="log-table",
        )
        nothing = gr.HTML('<div class="quiet">Every summary of this visit will be listed here.</div>')
        with gr.Row():
            csv = gr.DownloadButton("Download CSV", size="sm", interactive=False, elem_id="download-csv")
            jsonl = gr.DownloadButton(
                "Download JSON Lines", size="sm", interactive=False, elem_id="download-jsonl"
            )
    return frame, nothing, csv, jsonl
