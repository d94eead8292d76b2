"""A poll: the texts and summaries of an evaluation that people vote on.

It has copies of its own: whatever becomes of the evaluation, the poll stays.
"""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from distill import judging
from distill.errors import BadConfig, BadData, RunConflict, RunNotFound
from distill.judging.lead import is_lead
from distill.votes import store
from distill.votes.owner import check_owner
from models.settings import Settings

FEWEST, MOST = 2, 3
"""How many models people vote on."""
TEXTS = 20
"""So many texts are judged by one person in a quarter of an hour or so."""


@dataclass(frozen=True)
class Poll:
    """What is asked, and how it stands.

    Args:
        poll_id: Hard to guess, as whoever has it may vote.
        evaluation: Id of the evaluation that texts and summaries are from.
        created: Seconds since 1970.
        models: Their names, two or three.
        texts: How many.
        scales: Whether each summary can be rated from 1 to 5 as well.
        closed: Whether votes are no longer taken.
        shown: Whether voters see the results.
    """

    poll_id: str
    evaluation: str
    created: float
    models: tuple[str, ...]
    texts: int
    scales: bool
    closed: bool
    shown: bool


def create(
    evaluation_id: str,
    settings: Settings,
    models: Sequence[str] = (),
    texts: int = TEXTS,
    scales: bool = False,
    password: str = "",
) -> Poll:
    """Make a poll of a finished evaluation.

    Args:
        evaluation_id: Its id.
        settings: The studio's.
        models: Two or three of its models; without any, those that wrote summaries.
        texts: Texts at most: the first ones of which all these models have summaries that are not all equal.
        scales: Whether each summary can be rated from 1 to 5 as well.
        password: The owner's, where one is set.

    Raises:
        DistillError: This user may not, there is no such evaluation, or nothing in it to vote on.
        RunConflict: It is not finished.
    """
    check_owner(settings, password)
    if texts < 1:
        raise BadConfig(f"texts is {texts}; use a whole number from 1 up.")
    evaluation = judging.find(evaluation_id, settings)
    if not (evaluation.result() or {}).get("complete"):
        raise RunConflict(f"The evaluation {evaluation_id} is not finished: a vote takes all its summaries.")
    named = _chosen(models, evaluation.plan().models)
    rows = [(case["document"], _summaries(case, named)) for case in evaluation.cases()]
    usable = [(document, found) for document, found in rows if len(found) == len(named) and _differ(found)]
    if not usable:
        raise BadData(
            f"There is no text of which {_listed(named)} wrote summaries that differ: nothing to vote on."
        )
    poll_id = secrets.token_hex(6)
    with store.writing(settings) as connection:
        connection.execute(
            "INSERT INTO polls (poll, evaluation, created, models, scales) VALUES (?, ?, ?, ?, ?)",
            (poll_id, evaluation_id, time.time(), json.dumps(named), int(scales)),
        )
        # Whoever votes knows the id and may know the models: what nobody is shown decides whose summary is A.
        connection.execute("INSERT INTO seeds VALUES (?, ?)", (poll_id, secrets.token_hex()))
        connection.executemany(
            "INSERT INTO texts VALUES (?, ?, ?, ?)",
            [
                (poll_id, number, document, json.dumps(found))
                for number, (document, found) in enumerate(usable[:texts], start=1)
            ],
        )
    return find(poll_id, settings)


def find(poll_id: str, settings: Settings) -> Poll:
    """The poll of this id.

    Raises:
        RunNotFound: There is none.
    """
    found = _polls(settings, "WHERE poll = ?", str(poll_id))
    if not found:
        raise RunNotFound(f"There is no vote {str(poll_id)[:40]!r}: check its link, or ask for a new one.")
    return found[0]


def all_polls(settings: Settings) -> list[Poll]:
    """Every poll, newest first."""
    return _polls(settings, "ORDER BY created DESC, rowid DESC")


def close(poll_id: str, settings: Settings, password: str = "") -> Poll:
    """Take no more votes; those that there are stay. Closing twice is closing.

    Raises:
        DistillError: There is no such poll, or this user may not.
    """
    return _set("closed", poll_id, settings, password)


def show(poll_id: str, settings: Settings, password: str = "") -> Poll:
    """Let voters see the results at their end.

    Raises:
        DistillError: There is no such poll, or this user may not.
    """
    return _set("shown", poll_id, settings, password)


_SELECT = "SELECT *, (SELECT COUNT(*) FROM texts WHERE texts.poll = polls.poll) AS texts FROM polls"


def _set(column: str, poll_id: str, settings: Settings, password: str) -> Poll:
    check_owner(settings, password)
    find(poll_id, settings)
    with store.writing(settings) as connection:
        connection.execute(f"UPDATE polls SET {column} = 1 WHERE poll = ?", (poll_id,))
    return find(poll_id, settings)


def _polls(settings: Settings, which: str, *values: str) -> list[Poll]:
    if not store.file(settings).is_file():  # looking makes no file
        return []
    with store.reading(settings) as connection:
        return [_poll(row) for row in connection.execute(f"{_SELECT} {which}", values)]


def _poll(row: Row) -> Poll:
    return Poll(
        poll_id=row["poll"],
        evaluation=row["evaluation"],
        created=row["created"],
        models=tuple(json.loads(row["models"])),
        texts=row["texts"],
        scales=bool(row["scales"]),
        closed=bool(row["closed"]),
        shown=bool(row["shown"]),
    )


def _chosen(models: Sequence[str], known: Sequence[str]) -> list[str]:
    named = [*dict.fromkeys(models)] or [name for name in known if not is_lead(name)]
    if strange := [name for name in named if name not in known]:
        raise BadConfig(f"The evaluation has no model {strange[0]}; it has {_listed(known)}.")
    if not FEWEST <= len(named) <= MOST:
        raise BadConfig(f"A vote is on two or three models: choose them from {_listed(known)}.")
    return named


def _summaries(case: Mapping[str, Any], models: Sequence[str]) -> dict[str, str]:
    """What each model wrote about a text, without those that failed or wrote no words."""
    answers = case["answers"]
    found = {name: str(answers.get(name, {}).get("summary") or "").strip() for name in models}
    return {name: summary for name, summary in found.items() if summary}


def _differ(summaries: Mapping[str, str]) -> bool:
    return len(set(summaries.values())) > 1


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
