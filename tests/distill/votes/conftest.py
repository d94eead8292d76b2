"""A finished evaluation of three leads, which needs no model, and votes on it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from distill import judging, votes
from distill.judging import EvaluationPlan
from distill.votes import Poll
from models.settings import Settings
from tests.distill.votes.voters import PERSON

MODELS = ("lead:2", "lead:3", "lead:4")


@pytest.fixture
def evaluated(settings: Settings, tmp_path: Path) -> str:
    """Of 8 texts; at the last one all leads are the whole text."""
    texts = [f"word{n} b{n} c{n} d{n} e{n}" for n in range(7)] + ["short"]
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(json.dumps({"document": text, "summary": text}) for text in texts))
    evaluation = judging.create(EvaluationPlan.from_dict({"models": MODELS, "data": str(data)}), settings)
    judging.carry_out(evaluation, settings)
    return evaluation.evaluation_id


@pytest.fixture
def poll(evaluated: str, settings: Settings) -> Poll:
    """A vote on two of them, on 5 texts."""
    return votes.create(evaluated, settings, MODELS[:2], texts=5)


@pytest.fixture
def voted(settings: Settings) -> Callable[[Poll, list[tuple[int, int, str]]], None]:
    """Casts votes: a person's number, a text, an answer."""

    def cast(poll: Poll, given: list[tuple[int, int, str]]) -> None:
        for person, text, answer in given:
            votes.cast(poll, PERSON.format(person), text, answer, settings)

    return cast
