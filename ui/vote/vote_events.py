"""What a voter's answers do."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import gradio as gr

from distill import votes
from distill.errors import RunNotFound
from distill.votes import ALL_BAD, ASPECTS, TIE, Ballot, Poll
from distill.votes.polls import MOST
from models.errors import DistillError
from models.settings import Settings
from ui.shared.errors import message, told
from ui.shared.limits import ACT, QUIET
from ui.shared.studio import Studio
from ui.shared.visitors import Allowance, address_of
from ui.vote import vote_rendering
from ui.vote.vote_view import LETTERS, Seat, VoteView

_ANSWERS = Allowance(most=300, seconds=60)
"""A class behind one address still gets through; a script that stuffs the box does not get far."""
_EACH: dict[str, Any] = ACT | {"trigger_mode": "multiple"}
"""A quick voter's press on the next text counts although Gradio has not yet done with the one before."""
_RATED = MOST * len(ASPECTS)


def connect(view: VoteView, page: gr.Blocks, studio: Studio) -> None:
    """Attach the events of a voter."""
    settings = studio.settings

    def load(request: gr.Request, person: Any) -> Any:
        poll_id = request.query_params.get("vote")
        return opened(str(poll_id), person, settings) if poll_id else gr.skip()

    page.load(load, view.person, view.outputs, **QUIET)
    rated = [radio for radios in view.ratings for radio in radios]
    for place, button in enumerate(view.answers):
        button.click(told(_answer(place, settings)), [view.person, view.seat, *rated], view.outputs, **_EACH)
    for button, step in ((view.back, -1), (view.forward, 1)):
        button.click(told(_move(step, settings)), [view.person, view.seat], view.outputs, **_EACH)


def _answer(place: int, settings: Settings) -> Any:
    """What one button does."""

    def act(request: gr.Request, person: Any, seat: Any, *rated: Any) -> list[Any]:
        if settings.public:
            _ANSWERS.take(address_of(request))
        return answered(place, Seat.of(seat), person, rated, settings)

    return act


def _move(step: int, settings: Settings) -> Any:
    """The same."""

    def act(person: Any, seat: Any) -> list[Any]:
        return moved(step, Seat.of(seat), person, settings)

    return act


def opened(poll_id: str, person: Any, settings: Settings) -> list[Any]:
    """The first text without an answer; a new visitor gets a number."""
    try:
        person = votes.check_person(person)
    except DistillError:
        person = secrets.token_urlsafe(16)
    try:
        poll = votes.find(poll_id, settings)
        ballots = votes.ballot(poll, person, settings)
    except DistillError as problem:
        return _drawn(person, Seat(), vote_rendering.unknown(message(problem)))
    return drawn(poll, ballots, person, _open_place(ballots, 0), settings)


def answered(place: int, seat: Seat, person: Any, rated: Sequence[Any], settings: Settings) -> list[Any]:
    """Keep the answer of a button (see `VoteView.answers`) and go on to what has none yet.

    Raises:
        DistillError: It cannot be kept; says why.
    """
    poll, ballots = _seated(seat, person, settings)
    if seat.place >= len(ballots):
        return drawn(poll, ballots, person, seat.place, settings)
    shown = ballots[seat.place]
    models = list(shown.summaries)
    choices = dict(zip(range(MOST), models, strict=False)) | {MOST: TIE, MOST + 1: ALL_BAD}
    ratings = _ratings(models, rated) if poll.scales else {}
    votes.cast(poll, person, shown.text, choices.get(place, ""), settings, ratings)
    ballots = votes.ballot(poll, person, settings)
    return drawn(poll, ballots, person, _open_place(ballots, seat.place + 1), settings)


def moved(step: int, seat: Seat, person: Any, settings: Settings) -> list[Any]:
    """A text further, or back."""
    poll, ballots = _seated(seat, person, settings)
    return drawn(poll, ballots, person, min(max(seat.place + step, 0), len(ballots)), settings)


def drawn(poll: Poll, ballots: Sequence[Ballot], person: str, place: int, settings: Settings) -> list[Any]:
    """The view at a place."""
    done, texts = sum(each.vote is not None for each in ballots), len(ballots)
    head = vote_rendering.progress(done, texts, place)
    seat = Seat(poll.poll_id, place)
    if poll.closed or place >= texts:
        results = votes.results(poll, settings) if poll.shown else None
        end = vote_rendering.end(poll.closed, done, texts, results)
        return _drawn(person, seat, end, progress="" if poll.closed else head, back=not poll.closed)
    shown = ballots[place]
    text = vote_rendering.ballot(shown, LETTERS, poll.scales)
    radios, buttons = _scales(poll, shown), _buttons(shown)
    forward = gr.update(visible=True, interactive=shown.vote is not None or place + 1 < texts)
    back = gr.update(visible=True, interactive=place > 0)
    return [person, asdict(seat), gr.update(visible=True), head, text, *radios, *buttons, back, forward, ""]


def _drawn(person: str, seat: Seat, end: str, progress: str = "", back: bool = False) -> list[Any]:
    """The view without a text."""
    hidden = [gr.update(visible=False)] * (_RATED + MOST + 2)
    steps = [gr.update(visible=back, interactive=True), gr.update(visible=False)]
    return [person, asdict(seat), gr.update(visible=True), progress, "", *hidden, *steps, end]


def _seated(seat: Seat, person: Any, settings: Settings) -> tuple[Poll, list[Ballot]]:
    if not seat.poll_id:
        raise RunNotFound("This page shows no vote: reload it.")
    poll = votes.find(seat.poll_id, settings)
    return poll, votes.ballot(poll, person, settings)


def _open_place(ballots: Sequence[Ballot], start: int) -> int:
    """The next text without an answer from here on, else the first one, else the end."""
    waiting = [place for place, each in enumerate(ballots) if each.vote is None]
    return next((place for place in waiting if place >= start), waiting[0] if waiting else len(ballots))


def _ratings(models: Sequence[str], rated: Sequence[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number, model in enumerate(models):
        given = rated[number * len(ASPECTS) : (number + 1) * len(ASPECTS)]
        if own := {aspect: value for aspect, value in zip(ASPECTS, given, strict=True) if value is not None}:
            found[model] = own
    return found


def _scales(poll: Poll, shown: Ballot) -> list[Any]:
    """The radios, with what was chosen before."""
    before = shown.vote.ratings if shown.vote else {}
    models = [*shown.summaries, *[""] * (MOST - len(shown.summaries))]
    return [
        gr.update(visible=poll.scales and bool(model), value=before.get(model, {}).get(aspect))
        for model in models
        for aspect in ASPECTS
    ]


def _buttons(shown: Ballot) -> list[Any]:
    """The answers, the one given before filled."""
    models = list(shown.summaries)
    word = "better" if len(models) == 2 else "best"
    labels = [f"{letter} is {word}" for letter in LETTERS[: len(models)]]
    known = [*zip(models, labels, strict=True), *[("", "")] * (MOST - len(models))]
    known += [(TIE, "Tie"), (ALL_BAD, "Both bad" if len(models) == 2 else "All bad")]
    given = shown.vote.answer if shown.vote else None
    return [
        gr.update(visible=bool(label), value=label, variant="primary" if answer == given else "secondary")
        for answer, label in known
    ]
