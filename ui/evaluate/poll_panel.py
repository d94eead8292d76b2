"""Votes of people, below an evaluation: make one, its link, its results, close, show. Layout only."""

from dataclasses import dataclass

import gradio as gr

from distill.votes.polls import MOST, TEXTS
from models.settings import Settings


@dataclass(frozen=True)
class PollPanel:
    """The components that events read and write.

    Args:
        password: The owner's; hidden where none is asked for.
    """

    models: gr.Dropdown
    texts: gr.Number
    scales: gr.Checkbox
    make: gr.Button
    password: gr.Textbox
    chooser: gr.Dropdown
    refresh: gr.Button
    about: gr.HTML
    result: gr.HTML
    close: gr.Button
    show: gr.Button
    csv: gr.DownloadButton
    report: gr.DownloadButton

    @property
    def outputs(self) -> list[gr.Component]:
        """Everything that is drawn anew."""
        return [self.chooser, self.about, self.result, self.close, self.show, self.csv, self.report]


def build(settings: Settings) -> PollPanel:
    """Lay it out."""
    with gr.Accordion("Let people vote, without names or figures", open=False, elem_id="polls"):
        password = gr.Textbox(
            type="password",
            label="The owner’s password",
            visible=settings.owner_password is not None,
            elem_id="poll-password",
        )
        with gr.Row(equal_height=True):
            models = gr.Dropdown(
                [],
                label="Models: two or three of the evaluation above",
                multiselect=True,
                max_choices=MOST,
                elem_id="poll-models",
                min_width=260,
            )
            texts = gr.Number(
                TEXTS, label="Texts to vote on", precision=0, elem_id="poll-texts", min_width=110
            )
            scales = gr.Checkbox(
                False,
                label="Also ask for ratings from 1 to 5",
                info="Fluency, faithfulness, coverage",
                elem_id="poll-scales",
                min_width=200,
            )
        make = gr.Button("Make a vote", variant="primary", elem_id="make-poll", min_width=140)
        chooser = gr.Dropdown([], label="All votes", visible=False, filterable=False, elem_id="all-polls")
        about = gr.HTML("", elem_id="poll-about")
        result = gr.HTML("", elem_id="poll-result")
        with gr.Row():
            refresh = gr.Button("Look for new answers", size="sm", elem_id="refresh-poll")
            show = gr.Button("Show voters the results", size="sm", visible=False, elem_id="show-poll")
            close = gr.Button("Close the vote", size="sm", visible=False, elem_id="close-poll")
            csv = gr.DownloadButton(
                "Download all answers (CSV)", size="sm", visible=False, elem_id="poll-csv"
            )
            report = gr.DownloadButton(
                "Download the report (HTML)", size="sm", visible=False, elem_id="poll-report"
            )
    asked = (models, texts, scales, make, password)
    return PollPanel(*asked, chooser, refresh, about, result, close, show, csv, report)
