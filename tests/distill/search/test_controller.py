"""The controller: probabilities that add up, a policy that learns, and the same one after a restart."""

from itertools import product

import optuna
import pytest
import torch

from distill.search.controller import EPISODE, Controller, Policy
from distill.search.space import Shape
from tests.distill.search.fake import VALUES, space


@torch.no_grad()
def _probability(policy: Policy, shape: Shape) -> float:
    """How likely it is to draw a shape."""
    return float(policy._read([policy._space.places(shape)])[0].exp())


def test_it_gives_the_possible_shapes_all_the_probability() -> None:
    own = space()
    policy = Policy(own, 0)
    shapes = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]
    total = sum(_probability(policy, shape) for shape in shapes if own.holds(shape))
    assert total == pytest.approx(1, abs=1e-4)


def test_it_comes_to_draw_what_is_rewarded() -> None:
    own, generator = space(), torch.Generator().manual_seed(1)
    policy = Policy(own, 0)
    means = []
    for _ in range(15):
        drawn = [policy.draw(generator) for _ in range(EPISODE)]
        rewards = [(shape["width"] == 128) * 0.5 + (shape["kind"] == "relu") * 0.5 for shape in drawn]
        means.append(sum(rewards) / EPISODE)
        policy.learn(list(zip(drawn, rewards, strict=True)))
    assert sum(means[-3:]) / 3 > sum(means[:3]) / 3 + 0.15


def test_one_step_follows_the_sign_of_the_advantage() -> None:
    own = space()
    policy = Policy(own, 0)
    good, bad = (policy.draw(torch.Generator().manual_seed(seed)) for seed in (1, 2))
    before = _probability(policy, good), _probability(policy, bad)
    policy.learn([(good, 1.0), (bad, 0.0)])
    assert _probability(policy, good) > before[0]
    assert _probability(policy, bad) < before[1]


def test_a_restart_has_the_same_policy_from_whole_episodes() -> None:
    own, study = space(), optuna.create_study(direction="maximize")
    for number in range(EPISODE + 3):
        study.sampler = Controller(own, 4, number)
        trial = study.ask(own.distributions())
        if number == 2:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)  # failed: worth nothing
        else:
            study.tell(trial, trial.params["width"] / 256)
    tried = [(t.params, t.value or 0.0) for t in study.trials]
    whole = Controller(own, 4, 0).policy(tried[:EPISODE])
    again = Controller(own, 4, 99).policy(tried)
    shape = tried[0][0]
    assert _probability(again, shape) == _probability(whole, shape)
    assert _probability(again, shape) != _probability(Policy(own, 4), shape)
