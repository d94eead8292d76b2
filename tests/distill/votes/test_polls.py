"""Polls and votes: what is asked, what is kept, what is refused, whose order it is."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from distill import judging, votes
from distill.errors import BadConfig, BadData, DistillError, RunConflict, RunNotFound
from distill.judging import EvaluationPlan
from distill.votes import ALL_BAD, TIE, Poll, Vote, store, voting
from models.settings import Settings
from tests.distill.test_cli import Call, call
from tests.distill.votes.conftest import MODELS
from tests.distill.votes.voters import PERSON

__all__ = ["call"]  # a fixture
ANN, BOB = PERSON.format(1), PERSON.format(2)


def test_a_poll_has_copies_of_an_evaluations_texts_and_summaries(evaluated: str, settings: Settings) -> None:
    poll = votes.create(evaluated, settings, MODELS, texts=100, scales=True)
    assert (poll.texts, poll.models, poll.scales, poll.closed, poll.shown) == (7, MODELS, True, False, False)
    shutil.rmtree(settings.home / "evaluations")  # the owner's business
    found = votes.ballot(poll, ANN, settings)
    assert {each.text for each in found} == set(range(1, 8))
    first = next(each for each in found if each.text == 1)
    assert first.document == "word0 b0 c0 d0 e0"
    assert first.summaries == {"lead:2": "word0 b0", "lead:3": "word0 b0 c0", "lead:4": "word0 b0 c0 d0"}


def test_each_person_has_an_order_that_stays(poll: Poll, settings: Settings) -> None:
    def orders(person: str) -> list[tuple[int, tuple[str, ...]]]:
        return [(each.text, tuple(each.summaries)) for each in votes.ballot(poll, person, settings)]

    people = [PERSON.format(number) for number in range(200)]
    assert [orders(person) for person in people] == [orders(person) for person in people]
    firsts = Counter(orders(person)[0] for person in people)
    assert len(firsts) == 10  # 5 texts, each way round
    assert max(firsts.values()) < 40  # 20 expected
    votes.cast(poll, ANN, 3, TIE, settings)
    assert [text for text, _ in orders(ANN)] == [each.text for each in votes.ballot(poll, ANN, settings)]


def test_what_the_orders_are_drawn_with_is_a_secret_but_of_a_poll_of_an_earlier_version(
    poll: Poll, settings: Settings
) -> None:
    """Whoever knew it could tell from a poll's id and its models whose summary stands first."""

    def guessed(person: str) -> bool:
        return all(
            list(each.summaries)
            == sorted(each.summaries, key=lambda model: voting._draw(poll.poll_id, person, each.text, model))
            for each in votes.ballot(poll, person, settings)
        )

    people = [PERSON.format(number) for number in range(20)]
    assert not all(map(guessed, people))
    with store.writing(settings) as connection:
        connection.execute("DROP TABLE seeds")
    assert all(map(guessed, people))
    other = votes.create(poll.evaluation, settings, poll.models)  # in the same file
    assert votes.find(other.poll_id, settings) == other
    with store.reading(settings) as connection:
        assert connection.execute("SELECT poll FROM seeds").fetchall()[0]["poll"] == other.poll_id


def test_a_vote_can_be_changed_and_is_kept_once(evaluated: str, settings: Settings) -> None:
    poll = votes.create(evaluated, settings, MODELS[:2], scales=True)
    votes.cast(poll, ANN, 2, TIE, settings, {"lead:2": {"fluency": 5}})
    votes.cast(poll, BOB, 2, ALL_BAD, settings)
    votes.cast(poll, ANN, 2, "lead:3", settings, {"lead:3": {"coverage": 1}})
    kept = {each.text: each.vote for each in votes.ballot(poll, ANN, settings)}
    assert kept == dict.fromkeys(range(1, 8)) | {2: Vote("lead:3", {"lead:3": {"coverage": 1}})}
    found = votes.results(poll, settings)
    assert (found["people"], found["votes"]) == (2, 2)


@pytest.mark.parametrize(
    ("text", "answer", "ratings", "words"),
    [
        (6, TIE, None, "no longer part of the vote"),
        ("1", TIE, None, "no longer part of the vote"),
        (1, "lead:4", None, "none of lead:2, lead:3, tie, all bad"),
        (1, {"a": 1}, None, "none of lead:2"),
        (1, TIE, {"lead:2": {"fluency": 5}}, "asks for no ratings"),
    ],
)
def test_what_cannot_be_voted_is_refused_and_nothing_is_kept(
    poll: Poll, settings: Settings, text: int, answer: str, ratings: None, words: str
) -> None:
    with pytest.raises(DistillError, match=words):
        votes.cast(poll, ANN, text, answer, settings, ratings)
    assert votes.results(poll, settings)["votes"] == 0


@pytest.mark.parametrize("value", [0, 6, True, 3.0, "5"])
def test_a_rating_is_a_whole_number_from_1_to_5(evaluated: str, settings: Settings, value: int) -> None:
    poll = votes.create(evaluated, settings, MODELS[:2], scales=True)
    with pytest.raises(BadConfig, match="whole number from 1 to 5"):
        votes.cast(poll, ANN, 1, TIE, settings, {"lead:2": {"fluency": value}})
    with pytest.raises(BadConfig, match="can be rated"):
        votes.cast(poll, ANN, 1, TIE, settings, {"lead:2": {"beauty": 5}})


def test_a_closed_a_deleted_and_a_full_poll_take_nothing(
    poll: Poll, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes.cast(poll, ANN, 1, TIE, settings)
    monkeypatch.setattr(voting, "PEOPLE", 1)
    votes.cast(poll, ANN, 2, TIE, settings)
    with pytest.raises(RunConflict, match="has its 1 voters"):
        votes.cast(poll, BOB, 1, TIE, settings)
    votes.close(poll.poll_id, settings)
    with pytest.raises(RunConflict, match="is closed"):  # by a page that was opened before
        votes.cast(poll, ANN, 1, ALL_BAD, settings)
    assert votes.results(poll, settings)["votes"] == 2
    with store.writing(settings) as connection:
        connection.execute("DELETE FROM polls")
    with pytest.raises(RunNotFound, match="was deleted"):
        votes.cast(poll, ANN, 1, ALL_BAD, settings)
    with pytest.raises(RunNotFound, match="There is no vote"):
        votes.close(poll.poll_id, settings)


def test_people_without_a_number_are_refused(poll: Poll, settings: Settings) -> None:
    for person in ("", "short", "a" * 65, "ä" * 20, None, 7):
        with pytest.raises(BadConfig, match="reload the page"):
            votes.cast(poll, person, 1, TIE, settings)  # type: ignore[arg-type]


def test_what_no_poll_can_be_made_of(evaluated: str, settings: Settings, tmp_path: Path) -> None:
    for models, words in (
        ((), "choose them from lead:2, lead:3, lead:4"),  # none of them wrote
        (MODELS[:1], "on two or three models"),
        (("lead:2", "lead:9"), "has no model lead:9; it has lead:2"),
    ):
        with pytest.raises(BadConfig, match=words):
            votes.create(evaluated, settings, models)
    with pytest.raises(BadConfig, match="from 1 up"):
        votes.create(evaluated, settings, MODELS, texts=0)
    with pytest.raises(RunNotFound, match="There is no evaluation"):
        votes.create("20990101-000000", settings)
    data = tmp_path / "same.jsonl"
    data.write_text('{"document": "one", "summary": "one"}')
    plan = EvaluationPlan.from_dict({"models": ["lead:2", "lead:3"], "data": str(data)})
    same = judging.create(plan, settings)
    with pytest.raises(RunConflict, match="is not finished"):
        votes.create(same.evaluation_id, settings, ["lead:2", "lead:3"])
    judging.carry_out(same, settings)
    with pytest.raises(BadData, match="nothing to vote on"):
        votes.create(same.evaluation_id, settings, ["lead:2", "lead:3"])
    assert votes.all_polls(settings) == []


def test_only_the_owner_makes_closes_shows_and_reads_what_is_not_shown(
    poll: Poll, evaluated: str, settings: Settings, tmp_path: Path
) -> None:
    public = replace(settings, visitor=True, public=True)  # any model may be named there: no matter
    secret = replace(public, owner_password="open sesame")
    private = replace(settings, visitor=True)
    asked: list[Callable[[Settings, str], object]] = [
        lambda own, word: votes.create(evaluated, own, MODELS, password=word),
        lambda own, word: votes.close(poll.poll_id, own, word),
        lambda own, word: votes.results(poll, own, word),
        lambda own, word: votes.write_csv(poll, own, tmp_path / "votes.csv", word),
        lambda own, word: votes.show(poll.poll_id, own, word),
    ]
    for act in asked:
        for own, word, said in (
            (public, "open sesame", "set STUDIO_OWNER_PASSWORD"),
            (secret, "", "Give the owner's password"),
            (secret, "öpen", "not the owner's password"),
            (replace(private, owner_password="x"), "", "Give the owner's password"),
        ):
            with pytest.raises(BadConfig, match=said):
                act(own, word)
    assert votes.all_polls(settings) == [poll]  # neither closed nor shown
    for own, word in ((settings, ""), (private, ""), (secret, "open sesame")):
        for act in asked:
            act(own, word)
    shown = votes.find(poll.poll_id, settings)
    assert (shown.closed, shown.shown) == (True, True)
    assert votes.results(shown, public)["votes"] == 0  # everybody's now
    assert "sesame" not in repr(secret)


def test_the_commands(evaluated: str, settings: Settings, call: Call, tmp_path: Path) -> None:
    code, made, _ = call("votes", "create", evaluated, "--models", *MODELS[:2], "--texts", "3", "--scales")
    assert (code, made["texts"], made["link"]) == (0, 3, f"/?vote={made['poll_id']}")
    name = made["poll_id"]
    poll = votes.find(name, settings)
    votes.cast(poll, BOB, 3, "lead:3", settings, {"lead:3": {"fluency": 4}})
    votes.cast(poll, ANN, 1, TIE, settings)
    votes.cast(poll, BOB, 3, "lead:2", settings)
    assert [each["poll_id"] for each in call("votes", "list")[1]["votes"]] == [name]
    assert call("votes", "results", name)[1]["votes"] == 2
    file = tmp_path / "new" / "votes.csv"
    assert call("votes", "csv", name, "--out", str(file))[1]["votes"] == 2
    head, *rows = file.read_text().splitlines()
    assert head.startswith("voter,text,answer,voted,fluency of lead:2")
    assert [row.split(",")[:3] for row in rows] == [["1", "3", "lead:2"], ["2", "1", "tie"]]
    assert call("votes", "close", name)[1]["closed"]
    assert call("votes", "close", name)[1]["closed"]  # two owners at once
    assert call("votes", "show", name)[1]["shown"]
    code, _, said = call("votes", "results", "nothing")
    assert (code, said.count("\n")) == (2, 1)
    assert "There is no vote 'nothing'" in said
