"""The votes of a poll, counted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

Counts = list[list[int]]
"""A row per person or text, a column per answer."""


@dataclass(frozen=True)
class Kept:
    """A vote as it is kept; `voted` in seconds since 1970."""

    person: str
    text: int
    answer: str
    voted: float
    ratings: Mapping[str, Mapping[str, int]]


def votes_of(connection: Connection, poll_id: str) -> list[Kept]:
    """All votes of a poll, in the order in which they first came."""
    found = connection.execute("SELECT * FROM votes WHERE poll = ? ORDER BY rowid", (poll_id,))
    return [
        Kept(row["person"], row["text"], row["answer"], row["voted"], json.loads(row["ratings"]))
        for row in found
    ]


def by_person(votes: Sequence[Kept], answers: Sequence[str]) -> Counts:
    """How often each person gave each answer."""
    return _counted([(vote.person, vote.answer) for vote in votes], answers)


def by_text(votes: Sequence[Kept], answers: Sequence[str]) -> Counts:
    """How many people gave each answer at each text."""
    return _counted([(str(vote.text), vote.answer) for vote in votes], answers)


def _counted(pairs: Sequence[tuple[str, str]], answers: Sequence[str]) -> Counts:
    rows: dict[str, list[int]] = {}
    for key, answer in pairs:
        rows.setdefault(key, [0] * len(answers))[answers.index(answer)] += 1
    return [*rows.values()]
