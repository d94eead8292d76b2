"""All votes of a poll as a table to take away."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distill.jobs.files import write_rows
from distill.votes import store, tally
from distill.votes.owner import check_owner
from distill.votes.polls import Poll
from distill.votes.voting import ASPECTS
from models.settings import Settings


def write_csv(poll: Poll, settings: Settings, path: Path, password: str = "") -> int:
    """Write one row per vote; voters have numbers in the order of their first votes.

    Returns:
        The number of votes.

    Raises:
        DistillError: This user may not, or the votes cannot be read.
    """
    check_owner(settings, password)
    rows = list(_rows(poll, settings))
    rated = [f"{aspect} of {model}" for model in poll.models for aspect in ASPECTS] if poll.scales else []
    write_rows(path, rows, ["voter", "text", "answer", "voted", *rated])
    return len(rows)


def _rows(poll: Poll, settings: Settings) -> Iterator[dict[str, Any]]:
    numbers: dict[str, int] = {}
    with store.reading(settings) as connection:
        votes = tally.votes_of(connection, poll.poll_id)
    for vote in votes:
        yield {
            "voter": numbers.setdefault(vote.person, len(numbers) + 1),
            "text": vote.text,
            "answer": vote.answer,
            "voted": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(vote.voted)),
            **{
                f"{aspect} of {model}": value
                for model, given in vote.ratings.items()
                for aspect, value in given.items()
            },
        }
