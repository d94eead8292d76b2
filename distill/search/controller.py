"""The LSTM controller: a policy that writes a shape part by part, and learns from the rewards.

After Zoph & Le (2017), arXiv:1611.01578, in the form that Trivedi et al. (2023), arXiv:2303.09639, search
students with: REINFORCE with a moving average of the rewards as its baseline, and a bonus for its entropy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from torch import Tensor, nn

from distill.search.space import Shape, Space

EPISODE = 8
"""Candidates between two steps of the policy."""
_HIDDEN = 32
_RATE = 0.05
_ENTROPY = 0.01
_KEPT = 0.7  # of the baseline at each episode
_ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


class Controller(BaseSampler):
    """Samples from a policy that it learns anew each time, from all ended trials by number.

    So it survives a restart, and all workers have the same one: it keeps nothing but what is in the storage.

    Args:
        space: What may be tried. Of each part only values are drawn that can still become a possible shape.
        policy_seed: Of the policy's first weights.
        seed: Of what is drawn now.
    """

    def __init__(self, space: Space, policy_seed: int, seed: int) -> None:
        self._space, self._policy_seed = space, policy_seed
        self._generator = torch.Generator().manual_seed(seed)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """All parts."""
        return self._space.distributions()

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """A whole shape."""
        ended = study.get_trials(deepcopy=False, states=_ENDED)
        return self.policy(_tried(ended, self._space)).draw(self._generator)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: Any
    ) -> Any:
        """Never asked: all parts are drawn together."""
        raise NotImplementedError(param_name)

    def policy(self, tried: Sequence[tuple[Shape, float]]) -> "Policy":
        """The policy after whole episodes of these shapes and their rewards, in their order."""
        policy = Policy(self._space, self._policy_seed)
        for first in range(0, len(tried) - EPISODE + 1, EPISODE):
            policy.learn(tried[first : first + EPISODE])
        return policy


class Policy:
    """An LSTM that gives the probability of each value of a part, from the values of the parts before it."""

    def __init__(self, space: Space, seed: int) -> None:
        self._space = space
        sizes = [len(values) for values in space.values.values()]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._cell = nn.LSTMCell(_HIDDEN, _HIDDEN)
            self._start = nn.Parameter(torch.zeros(1, _HIDDEN))
            self._chosen = nn.ModuleList(nn.Embedding(size, _HIDDEN) for size in sizes)
            self._heads = nn.ModuleList(nn.Linear(_HIDDEN, size) for size in sizes)
        parts: list[Any] = [self._cell, self._chosen, self._heads]
        weights = [self._start, *(weight for part in parts for weight in part.parameters())]
        self._optimizer = torch.optim.Adam(weights, lr=_RATE)
        self._baseline: float | None = None

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> Shape:
        """A shape, each part by its probability."""
        places: list[int] = []
        state = None
        for _ in self._heads:
            state, odds = self._next(state, [places])
            places.append(int(torch.multinomial(odds[0].exp(), 1, generator=generator)))
        return self._space.at(places)

    def learn(self, episode: Sequence[tuple[Mapping[str, Any], float]]) -> None:
        """One step of REINFORCE on an episode's shapes and rewards."""
        rewards = torch.tensor([reward for _, reward in episode])
        mean = float(rewards.mean())
        baseline = mean if self._baseline is None else self._baseline
        self._baseline = _KEPT * baseline + (1 - _KEPT) * mean
        probability, entropy = self._read([self._space.places(shape) for shape, _ in episode])
        loss = -((rewards - baseline) * probability + _ENTROPY * entropy).mean()
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()

    def _read(self, rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """The log-probability of each shape, and the entropy of the choices on the way to it."""
        state, found, entropy = None, torch.zeros(len(rows)), torch.zeros(len(rows))
        for place in range(len(self._heads)):
            state, odds = self._next(state, [row[:place] for row in rows])
            chosen = torch.tensor([row[place] for row in rows])
            found = found + odds.gather(1, chosen[:, None])[:, 0]
            likely = odds.exp()
            entropy = entropy - (likely * odds.masked_fill(likely == 0, 0.0)).sum(1)
        return found, entropy

    def _next(self, state: Any, rows: Sequence[Sequence[int]]) -> tuple[Any, Tensor]:
        """The LSTM's next state, and each row's log-probabilities of the next part's values."""
        part = len(rows[0])
        if part:
            seen = self._chosen[part - 1](torch.tensor([row[-1] for row in rows]))
        else:
            seen = self._start.expand(len(rows), -1)
        state = self._cell(seen, state)
        closed = torch.tensor([(~self._space.open(row)).tolist() for row in rows])
        return state, self._heads[part](state[0]).masked_fill(closed, -torch.inf).log_softmax(1)


def _tried(ended: Sequence[FrozenTrial], space: Space) -> list[tuple[Shape, float]]:
    """Shapes and rewards by number; one that failed is worth nothing."""
    return [
        (trial.params, trial.value if trial.state == TrialState.COMPLETE and trial.value is not None else 0.0)
        for trial in sorted(ended, key=lambda trial: trial.number)
        if set(trial.params) == set(space.values) and space.holds(trial.params)
    ]
