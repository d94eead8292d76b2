"""A vote as a report."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distill import judging, votes
from distill.errors import RunConflict, RunNotFound
from distill.report.charts import bars
from distill.report.sheet import Case, Sheet, Table, facts
from distill.votes import Poll
from distill.votes.says import limits, strength
from models.settings import Settings


@dataclass(frozen=True)
class Voted:
    """A poll, its results (see `votes.results`), its texts, and what its summaries were written with."""

    poll: Poll
    results: Mapping[str, Any]
    cases: Sequence[votes.Case]
    environment: Mapping[str, Any]


def find(poll_id: str, settings: Settings) -> Voted:
    """What people have answered.

    Raises:
        RunNotFound: There is no such vote.
        DistillError: This user may not see its results, or they cannot be read.
    """
    poll = votes.find(poll_id, settings)
    results, cases = votes.results(poll, settings), votes.cases(poll, settings)
    return Voted(poll, results, cases, _made_with(poll, settings))


def sheet(voted: Voted) -> Sheet:
    """What they prefer.

    Raises:
        RunConflict: Nobody has voted.
    """
    poll, found = voted.poll, voted.results
    if not found["votes"]:
        raise RunConflict(f"Nobody has voted in the vote {poll.poll_id} yet: a report needs answers.")
    answer, *says = found["says"]
    return Sheet(
        title=f"Vote {poll.poll_id}",
        asked=facts(
            {
                "question": f"Which summary is best: that of {_either(poll.models)}? Names were hidden, "
                "the order was random.",
                "texts": poll.texts,
                "people": found["people"],
                "answers": found["votes"],
                "state": "closed" if poll.closed else "still open: answers so far",
            }
        ),
        answer=answer,
        says=says,
        tables=[
            _answers(found),
            _strengths(found["strengths"]),
            *([_ratings(found["ratings"])] if found["ratings"] else []),
        ],
        charts=[_chart(found)],
        cost=[],
        lineage=facts({"evaluation": poll.evaluation, "models": poll.models}),
        environment=facts(voted.environment),
        commands=[_command(poll)],
        cases=_cases(voted.cases),
        go_on=[
            f"python -m distill votes results {poll.poll_id}",
            f"python -m distill votes csv {poll.poll_id} --out votes.csv",
        ],
    )


def _made_with(poll: Poll, settings: Settings) -> Mapping[str, Any]:
    """As its evaluation noted it; a poll does without that one."""
    try:
        found = judging.find(poll.evaluation, settings).result()
    except RunNotFound:
        return {}
    return (found or {}).get("environment") or {}


def _answers(found: Mapping[str, Any]) -> Table:
    lines = [
        (row["answer"], f"{row['votes']:,}", f"{row['f']:.0%}", limits(row, 100, "%"))
        for row in found["answers"]
    ]
    return Table("Which is best", ("answer", "answers", "share", "95% interval"), lines)


def _strengths(rows: Sequence[Mapping[str, Any]]) -> Table:
    name = "Bradley–Terry" if len(rows) == 2 else "Luce"
    lines = [(row["model"], strength(row), limits(row), f"{row['chance']:.0%}") for row in rows]
    title = f"Strengths by {name}’s model, the mean of all being 0"
    return Table(title, ("model", "log strength", "95% interval", "chance to be the best"), lines)


def _ratings(rows: Sequence[Mapping[str, Any]]) -> Table:
    lines = [(row["model"], row["aspect"], f"{row['f']:.2f}", limits(row), f"{row['n']:,}") for row in rows]
    return Table(
        "Ratings from 1 (poor) to 5 (excellent)", ("model", "scale", "mean", "95% interval", "ratings"), lines
    )


def _chart(found: Mapping[str, Any]) -> str:
    rows = [
        (row["answer"], 100 * row["f"], _percent(row["low"]), _percent(row["high"]))
        for row in found["answers"]
    ]
    return bars("Share of the answers with its 95% interval", rows, "{:.0f}%".format)


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _cases(cases: Sequence[votes.Case]) -> list[Case]:
    """Where people agreed most, and where least."""
    judged = sorted((case for case in cases if case.voted > 1), key=lambda case: -case.agreed)
    named = [(judged[0], "people agreed most")] if judged else []
    if judged and judged[-1].agreed < judged[0].agreed:
        named.append((judged[-1], "people agreed least"))
    return [
        Case(
            f"Text {case.text}: where {why}",
            case.document,
            [
                (name, text, f"best for {case.answers[name]} of {case.voted}")
                for name, text in case.summaries.items()
            ],
        )
        for case, why in named
    ]


def _command(poll: Poll) -> str:
    parts = ["python", "-m", "distill", "votes", "create", poll.evaluation, "--models", *poll.models]
    return shlex.join([*parts, "--texts", str(poll.texts), *(["--scales"] if poll.scales else [])])


def _either(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"
