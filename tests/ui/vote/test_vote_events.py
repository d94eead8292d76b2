"""What a voter sees and what an answer does; the owner's side of a vote."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distill import judging, votes
from distill.errors import BadConfig, RunConflict, RunNotFound
from distill.votes import ALL_BAD, TIE, Poll, store
from models.errors import BadRequest
from models.settings import Settings
from tests.distill.votes.conftest import MODELS, evaluated, poll
from tests.distill.votes.voters import PERSON
from ui.evaluate import poll_events
from ui.shared.visitors import Allowance
from ui.shared.watching import Watch
from ui.vote import vote_rendering
from ui.vote.vote_events import answered, moved, opened
from ui.vote.vote_view import Seat

__all__ = ["evaluated", "poll"]  # fixtures
ANN = PERSON.format(1)
SEAT, HEAD, TEXT, BUTTONS, END = 1, 3, 4, slice(14, 19), -1


def first(poll: Poll, settings: Settings) -> votes.Ballot:
    return votes.ballot(poll, ANN, settings)[0]


def test_a_voter_sees_a_text_and_summaries_without_names_in_an_order_of_his_own(
    poll: Poll, settings: Settings
) -> None:
    seen = opened(poll.poll_id, ANN, settings)
    shown = first(poll, settings)
    assert Seat.of(seen[SEAT]) == Seat(poll.poll_id, 0)
    summaries = list(shown.summaries.values())
    assert seen[TEXT].index(shown.document) < seen[TEXT].index(f">{summaries[0]}<")
    assert seen[TEXT].index(f">{summaries[0]}<") < seen[TEXT].index(f">{summaries[1]}<")
    assert not any(model in json.dumps(seen, default=str) for model in MODELS)
    assert [each["value"] for each in seen[BUTTONS] if each["visible"]] == [
        "A is better",
        "B is better",
        "Tie",
        "Both bad",
    ]
    assert "0 of 5 answered" in seen[HEAD]


def test_a_new_visitor_gets_a_number_and_one_who_comes_back_keeps_it(poll: Poll, settings: Settings) -> None:
    numbers = {opened(poll.poll_id, before, settings)[0] for before in (None, "", "x", 5, ["a"])}
    assert len(numbers) == 5
    assert all(opened(poll.poll_id, number, settings)[0] == number for number in numbers)


@pytest.mark.parametrize("button", [0, 1, 3, 4])
def test_a_button_keeps_its_answer_and_leads_to_the_next_text(
    poll: Poll, settings: Settings, button: int
) -> None:
    shown = first(poll, settings)
    seen = answered(button, Seat(poll.poll_id, 0), ANN, [], settings)
    models = list(shown.summaries)
    expected = {0: models[0], 1: models[1], 3: TIE, 4: ALL_BAD}[button]
    vote = first(poll, settings).vote
    assert vote is not None
    assert vote.answer == expected
    seat = Seat.of(seen[SEAT])
    assert seat.place == 1
    back = moved(-1, seat, ANN, settings)
    assert [each["variant"] for each in back[BUTTONS]].index("primary") == button


def test_answers_can_be_changed_and_the_end_says_so(poll: Poll, settings: Settings) -> None:
    seat = Seat(poll.poll_id, 3)  # from the middle: what is left out comes after the last one
    seen: list[Any] = []
    for _ in range(5):
        seen = answered(3, seat, ANN, [], settings)
        seat = Seat.of(seen[SEAT])
    assert "all texts have your answer" in seen[END]
    assert opened(poll.poll_id, ANN, settings)[END] == seen[END]
    seen = answered(0, Seat(poll.poll_id, 2), ANN, [], settings)
    found = votes.results(poll, settings)
    assert found["votes"] == 5
    assert next(row["votes"] for row in found["answers"] if row["answer"] == TIE) == 4
    assert answered(0, Seat(poll.poll_id, 5), ANN, [], settings)[END] == seen[END]  # no text there


def test_a_second_press_is_about_the_text_that_was_shown_when_it_was_made(
    poll: Poll, settings: Settings
) -> None:
    seat = Seat.of(opened(poll.poll_id, ANN, settings)[SEAT])
    answered(0, seat, ANN, [], settings)
    seen = answered(3, seat, ANN, [], settings)
    given = [each.vote.answer if each.vote else None for each in votes.ballot(poll, ANN, settings)]
    assert given == [TIE, None, None, None, None]
    assert Seat.of(seen[SEAT]).place == 1


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "x",
        [],
        {},
        {"poll_id": 3, "place": 0},
        {"poll_id": "x", "place": -1},
        {"poll_id": "x", "place": "0"},
    ],
)
def test_a_seat_that_no_page_sends_is_none(sent: Any) -> None:
    assert Seat.of(sent) == Seat()


def test_results_are_seen_at_the_end_once_the_owner_shows_them(poll: Poll, settings: Settings) -> None:
    visitor = replace(settings, visitor=True, public=True)
    end = Seat(poll.poll_id, 4)
    assert "Results" not in moved(1, end, ANN, visitor)[END]
    votes.show(poll.poll_id, settings)
    assert "Results" in moved(1, end, ANN, visitor)[END]
    assert "Results" not in opened(poll.poll_id, ANN, visitor)[END]  # not before the first answer


def test_a_closed_an_unknown_and_a_vanished_vote_are_sentences(poll: Poll, settings: Settings) -> None:
    assert "There is no vote &#x27;&lt;b&gt;&#x27;" in opened("<b>", ANN, settings)[END]
    votes.close(poll.poll_id, settings)
    with pytest.raises(RunConflict, match="is closed"):  # on a page opened before
        answered(0, Seat(poll.poll_id, 0), ANN, [], settings)
    seen = opened(poll.poll_id, ANN, settings)
    assert "This vote is closed" in seen[END]
    assert not any(each["visible"] for each in seen[BUTTONS])
    with store.writing(settings) as connection:
        connection.execute("DELETE FROM polls")
    for seat in (Seat(poll.poll_id, 0), Seat()):
        with pytest.raises(RunNotFound):
            answered(0, seat, ANN, [], settings)


def test_ratings_are_kept_with_the_summary_they_are_of(evaluated: str, settings: Settings) -> None:
    poll = votes.create(evaluated, settings, MODELS, scales=True)
    rated = [5, None, None, None, 2, None, None, None, None]
    answered(3, Seat(poll.poll_id, 0), ANN, rated, settings)
    shown = first(poll, settings)
    models = list(shown.summaries)
    assert shown.vote is not None
    assert shown.vote.ratings == {models[0]: {"fluency": 5}, models[1]: {"faithfulness": 2}}
    seen = moved(0, Seat(poll.poll_id, 0), ANN, settings)
    assert [each["value"] for each in seen[5:14]] == rated
    with pytest.raises(BadConfig, match="from 1 to 5"):
        answered(3, Seat(poll.poll_id, 0), ANN, ["9", *rated[1:]], settings)


def test_what_models_and_users_wrote_is_escaped(poll: Poll) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    ballot = votes.Ballot(1, nasty, {"a": nasty, "b": nasty}, None)
    assert "<img" not in vote_rendering.ballot(ballot, "ABC", False)
    named = replace(poll, models=(nasty, "b"))
    assert "<img" not in poll_events.about(named, nasty)


def test_the_owner_makes_a_vote_of_the_evaluation_shown(evaluated: str, settings: Settings) -> None:
    with pytest.raises(BadRequest, match="no evaluation yet"):
        poll_events.made(Watch(), MODELS, 5, False, settings, "")
    watch = Watch(evaluated, "finished")
    names = poll_events.models_of(judging.find(evaluated, settings))
    assert (names["choices"], names["value"]) == (list(MODELS), [])
    made = poll_events.made(watch, MODELS, None, False, settings, "")
    chooser, about, _, close, show, csv, page = poll_events.drawn(made, settings, "", "http://here/")
    assert chooser["value"] == made.poll_id
    assert f'href="http://here/?vote={made.poll_id}"' in about
    assert close["visible"]
    assert show["visible"]
    assert Path(csv["value"]).read_text().startswith("voter,text,answer,voted")
    assert not page["visible"]  # nobody has voted
    votes.cast(made, ANN, 1, TIE, settings)
    public = replace(settings, visitor=True, owner_password="x")
    with pytest.raises(BadConfig, match="owner's password"):
        poll_events.drawn(made, public, "", "")
    *_, page = poll_events.drawn(made, public, "x", "")
    assert f"Vote {made.poll_id}" in Path(page["value"]).read_text(encoding="utf-8")


def test_an_allowance_is_counted_apart_for_each_visitor_and_comes_back() -> None:
    now = [0.0]
    allowance = Allowance(most=2, seconds=60, clock=lambda: now[0])
    for visitor in ("a", "a", "b"):
        allowance.take(visitor)
    with pytest.raises(BadRequest, match="wait a minute"):
        allowance.take("a")
    allowance.take("b")
    now[0] = 60.0
    allowance.take("a")
