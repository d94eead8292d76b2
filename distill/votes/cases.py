"""The texts of a poll with their summaries and what people answered."""

import json
from dataclasses import dataclass

from distill.votes import store, tally
from distill.votes.owner import check_owner
from distill.votes.polls import Poll
from distill.votes.voting import ALL_BAD, TIE
from models.settings import Settings


@dataclass(frozen=True)
class Case:
    """A text as its owner reads it.

    Args:
        text: Its number in the poll, from 1 on.
        document: The text.
        summaries: By model.
        answers: How many people gave each answer: a model's name, a tie, all bad.
    """

    text: int
    document: str
    summaries: dict[str, str]
    answers: dict[str, int]

    @property
    def voted(self) -> int:
        """How many people answered."""
        return sum(self.answers.values())

    @property
    def agreed(self) -> float:
        """The share of the answer that most people gave; 0 without any."""
        return max(self.answers.values()) / self.voted if self.voted else 0.0


def cases(poll: Poll, settings: Settings, password: str = "") -> list[Case]:
    """All texts, in the poll's order: for everybody once the results are shown, else for the owner.

    Raises:
        DistillError: This user may not see them, or the votes cannot be read.
    """
    if not poll.shown:
        check_owner(settings, password)
    with store.reading(settings) as connection:
        texts = connection.execute(
            "SELECT * FROM texts WHERE poll = ? ORDER BY text", (poll.poll_id,)
        ).fetchall()
        votes = tally.votes_of(connection, poll.poll_id)
    found = [
        Case(
            row["text"],
            row["document"],
            json.loads(row["summaries"]),
            dict.fromkeys([*poll.models, TIE, ALL_BAD], 0),
        )
        for row in texts
    ]
    by_text = {case.text: case for case in found}
    for vote in votes:
        by_text[vote.text].answers[vote.answer] += 1
    return found
