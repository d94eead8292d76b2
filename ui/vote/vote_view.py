"""What a voter sees: a text, its summaries, the answers. Layout only."""

from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr

from distill.votes import ASPECTS
from distill.votes.polls import MOST

LETTERS = "ABC"
STORED = "studio-voter"
"""Where the browser keeps the voter's number."""
_RATINGS = [(f"{value}", value) for value in range(1, 6)]


@dataclass(frozen=True)
class Seat:
    """Where a voter is.

    Args:
        poll_id: The vote; empty for other visitors.
        place: Of the text in this person's order, from 0 on; behind the last one is the end.
    """

    poll_id: str = ""
    place: int = 0

    @classmethod
    def of(cls, sent: Any) -> "Seat":
        """What a page sent; the seat of a page without a vote where that is none."""
        match sent:
            case {"poll_id": str(poll_id), "place": int(place)} if place >= 0:
                return cls(poll_id, place)
        return cls()


@dataclass(frozen=True)
class VoteView:
    """The components that events read and write.

    Args:
        person: The voter's random number, kept in the browser.
        seat: A `Seat` as a dict. The page holds it, not the server, so that a press is about the text
            that was shown when it was made, however late it arrives.
        ratings: Of each summary shown, its aspects in the order of `ASPECTS`.
        answers: A, B, C, tie, all bad.
    """

    person: gr.BrowserState
    seat: gr.JSON
    whole: gr.Column
    progress: gr.HTML
    text: gr.HTML
    ratings: list[list[gr.Radio]]
    answers: list[gr.Button]
    back: gr.Button
    forward: gr.Button
    end: gr.HTML

    @property
    def outputs(self) -> list[gr.Component | gr.Column]:
        """Everything that is drawn anew."""
        rated = [radio for radios in self.ratings for radio in radios]
        head = [self.person, self.seat, self.whole, self.progress, self.text]
        return [*head, *rated, *self.answers, self.back, self.forward, self.end]


def build() -> VoteView:
    """Lay it out, hidden: only a link to a vote shows it."""
    person = gr.BrowserState(None, storage_key=STORED, secret=STORED)
    seat = gr.JSON(asdict(Seat()), visible=False)
    with gr.Column(visible=False, elem_id="vote") as whole:
        progress = gr.HTML("", elem_id="vote-progress")
        text = gr.HTML("", elem_id="vote-text")
        with gr.Row(elem_id="vote-scales"):
            ratings = [_scales(letter) for letter in LETTERS[:MOST]]
        with gr.Row(elem_id="vote-answers"):
            answers = [
                gr.Button("", visible=False, min_width=110, elem_id=f"vote-{name}")
                for name in (*LETTERS[:MOST].lower(), "tie", "bad")
            ]
        end = gr.HTML("", elem_id="vote-end")
        with gr.Row():
            back = gr.Button("Back", size="sm", min_width=80, elem_id="vote-back")
            forward = gr.Button("Next", size="sm", min_width=80, elem_id="vote-forward")
    return VoteView(person, seat, whole, progress, text, ratings, answers, back, forward, end)


def _scales(letter: str) -> list[gr.Radio]:
    with gr.Column(min_width=220):
        return [
            gr.Radio(
                _RATINGS,
                label=f"{letter}: {aspect}",
                visible=False,
                elem_id=f"vote-{letter.lower()}-{aspect}",
                elem_classes=["scale"],
            )
            for aspect in ASPECTS
        ]
