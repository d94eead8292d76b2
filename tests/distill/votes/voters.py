"""Voters in a process of their own: `python -m tests.distill.votes.voters HOME POLL FIRST VOTERS`.

Says on a line `PERSON TEXT ANSWER` which vote has been accepted.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from distill import votes
from distill.votes import Poll
from models.settings import Settings

PERSON = "a-random-person-{:04}"


def vote(poll: Poll, number: int, settings: Settings) -> None:
    """One voter's answers."""
    person = PERSON.format(number)
    for text in range(1, poll.texts + 1):
        answer = poll.models[(number + text) % 2]
        votes.cast(poll, person, text, answer, settings)
        sys.stdout.write(f"{person} {text} {answer}\n")
        sys.stdout.flush()


def main(home: str, poll_id: str, first: str, voters: str) -> None:
    """All voters at once."""
    settings = Settings(home=Path(home), threads=1)
    poll = votes.find(poll_id, settings)
    numbers = range(int(first), int(first) + int(voters))
    with ThreadPoolExecutor(len(numbers)) as threads:
        list(threads.map(lambda number: vote(poll, number, settings), numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
