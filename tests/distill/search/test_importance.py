"""Which part of the shape counts, where one alone decides the reward."""

from typing import Any

import numpy as np
import optuna
import pytest

from distill.search.importance import FEWEST, importance
from models.settings import Settings
from tests.distill.search.fake import new, space


def test_the_part_that_decides_counts_most(settings: Settings) -> None:
    search, shapes = new(settings, trials=1), space()
    drawn = [shapes.draw(np.random.default_rng(number)) for number in range(FEWEST)]
    rewards = [(shape["kind"] == "relu") + number / 1000 for number, shape in enumerate(drawn)]
    search.queue().study.add_trials(
        optuna.trial.create_trial(value=reward, params=shape, distributions=shapes.distributions())
        for reward, shape in zip(rewards, drawn, strict=True)
    )
    rows: list[dict[str, Any]] = [{"failed": False, "reward": reward} for reward in rewards]
    found = importance(search, rows)
    assert next(iter(found)) == "kind"
    assert sum(found.values()) == pytest.approx(1)
    assert set(found) == set(drawn[0])
    assert importance(search, rows[1:]) == {}
    assert importance(search, [{**row, "reward": 0.0} for row in rows]) == {}
