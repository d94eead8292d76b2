"""What a voter is asked, and the vote that is kept of the answer."""

import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from sqlite3 import Connection
from typing import Any

from distill.errors import BadConfig, BadData, RunConflict, RunNotFound
from distill.votes import store
from distill.votes.polls import Poll
from models.settings import Settings

TIE, ALL_BAD = "tie", "all bad"
"""The answers besides a model's name, which stands for the best."""
ASPECTS = ("fluency", "faithfulness", "coverage")
"""What can be rated from 1 to 5."""
PEOPLE = 10_000
"""The most voters of a poll: strangers cannot fill the disk."""
_PERSON = re.compile(r"[A-Za-z0-9_-]{16,64}")
Ratings = Mapping[str, Mapping[str, int]]
"""By model, by aspect."""


@dataclass(frozen=True)
class Vote:
    """A person's answer about a text: a model's name, `TIE` or `ALL_BAD`; and ratings, if there are any."""

    answer: str
    ratings: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ballot:
    """A text as one person sees it.

    Args:
        text: Its number in the poll, from 1 on.
        document: The text.
        summaries: By model, in the order that this person sees them in at this text, always the same.
        vote: What the person has answered; None if nothing yet.
    """

    text: int
    document: str
    summaries: dict[str, str]
    vote: Vote | None


def check_person(person: Any) -> str:
    """The id of a voter, a random one that the browser keeps.

    Raises:
        BadConfig: It is none.
    """
    if not isinstance(person, str) or not _PERSON.fullmatch(person):
        raise BadConfig("This browser has no voter's number: reload the page.")
    return person


def ballot(poll: Poll, person: str, settings: Settings) -> list[Ballot]:
    """All texts of a poll in this person's order: each person has another one, so that those who stop early
    have not all judged the same texts.
    """
    check_person(person)
    with store.reading(settings) as connection:
        seed = _seed(connection, poll)
        texts = connection.execute("SELECT * FROM texts WHERE poll = ?", (poll.poll_id,)).fetchall()
        votes = {
            row["text"]: Vote(row["answer"], json.loads(row["ratings"]))
            for row in connection.execute(
                "SELECT * FROM votes WHERE poll = ? AND person = ?", (poll.poll_id, person)
            )
        }
    found = [
        Ballot(
            row["text"],
            row["document"],
            _shuffled(json.loads(row["summaries"]), seed, person, row["text"]),
            votes.get(row["text"]),
        )
        for row in texts
    ]
    return sorted(found, key=lambda each: _draw(seed, person, each.text))


def cast(
    poll: Poll, person: str, text: int, answer: str, settings: Settings, ratings: Ratings | None = None
) -> None:
    """Keep a vote, in place of the same person's earlier one about this text. It is on the disk on return.

    Args:
        poll: The poll.
        person: The voter's random id.
        text: The text's number in the poll, from 1 on.
        answer: A model of the poll, which is the best; `TIE` or `ALL_BAD`.
        settings: The studio's.
        ratings: By model and aspect, from 1 to 5; any may be left out.

    Raises:
        BadConfig: The answer or a rating is none that can be given.
        RunConflict: The poll is closed, or has as many voters as it can have.
        RunNotFound: The poll is gone.
        BadData: It has no such text.
    """
    check_person(person)
    _check(poll, answer, ratings or {})
    with store.writing(settings) as connection:
        _check_open(connection, poll, person, text)
        connection.execute(
            "INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (poll, person, text) "
            "DO UPDATE SET answer = excluded.answer, ratings = excluded.ratings, voted = excluded.voted",
            (poll.poll_id, person, text, answer, json.dumps(ratings or {}), time.time()),
        )


def _check(poll: Poll, answer: Any, ratings: Ratings) -> None:
    allowed = [*poll.models, TIE, ALL_BAD]
    if answer not in allowed:
        raise BadConfig(f"The answer {str(answer)[:40]!r} is none of {', '.join(allowed)}.")
    if ratings and not poll.scales:
        raise BadConfig("This vote asks for no ratings from 1 to 5.")
    for model, given in ratings.items():
        if model not in poll.models or not set(given) <= set(ASPECTS):
            raise BadConfig(f"Only {', '.join(ASPECTS)} of this vote's summaries can be rated.")
        if any(type(value) is not int or not 1 <= value <= 5 for value in given.values()):
            raise BadConfig("A rating is a whole number from 1 to 5.")


def _check_open(connection: Connection, poll: Poll, person: str, text: Any) -> None:
    """Within the transaction that keeps the vote: so none slips in behind a closing."""
    found = connection.execute("SELECT closed FROM polls WHERE poll = ?", (poll.poll_id,)).fetchone()
    if found is None:
        raise RunNotFound("This vote was deleted: the answer was not kept.")
    if found["closed"]:
        raise RunConflict("This vote is closed: your answer was not kept; those given earlier count.")
    where = (poll.poll_id, text if type(text) is int else None)
    if not connection.execute("SELECT 1 FROM texts WHERE poll = ? AND text = ?", where).fetchone():
        raise BadData("This text is no longer part of the vote: reload the page to go on with the others.")
    known = "SELECT 1 FROM votes WHERE poll = ? AND person = ? LIMIT 1"
    if not connection.execute(known, (poll.poll_id, person)).fetchone():
        people = "SELECT COUNT(DISTINCT person) FROM votes WHERE poll = ?"
        if connection.execute(people, (poll.poll_id,)).fetchone()[0] >= PEOPLE:
            raise RunConflict(f"This vote has its {PEOPLE:,} voters: no more are taken.")


def _seed(connection: Connection, poll: Poll) -> str:
    """What the orders of a poll are drawn with: a secret; of a poll of an earlier version its id, so that
    they stay as they were.
    """
    found = connection.execute("SELECT seed FROM seeds WHERE poll = ?", (poll.poll_id,)).fetchone()
    return found["seed"] if found else poll.poll_id


def _shuffled(summaries: Mapping[str, str], seed: str, person: str, text: int) -> dict[str, str]:
    order = sorted(summaries, key=lambda model: _draw(seed, person, text, model))
    return {model: summaries[model] for model in order}


def _draw(*parts: Any) -> str:
    """As good as random, and for the same parts always the same."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
