"""Who chooses the next shape: Optuna's samplers and the controller, all behind one ask."""

from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from distill.search.plan import Plan
from distill.search.space import Space

_DRAWS = 100


def make_sampler(plan: Plan, space: Space, draw: int) -> BaseSampler:
    """The sampler of a plan for one draw.

    A new one is made for each, since whatever a sampler has learnt is in the storage: a search that goes on
    after a kill then draws what it would have drawn, whichever of its workers draws.

    Args:
        plan: Names it.
        space: What it may choose.
        draw: The number of the draw.
    """
    seed = (plan.seed * 1_000_003 + draw) % 2**32
    if plan.sampler == "controller":
        from distill.search.controller import Controller

        return Controller(space, plan.seed, seed)
    if plan.sampler == "tpe":
        inner = optuna.samplers.TPESampler(seed=seed, multivariate=True)
    elif plan.sampler == "nsga2":
        inner = optuna.samplers.NSGAIISampler(seed=seed, population_size=_population(plan))
    else:
        inner = optuna.samplers.RandomSampler(seed=seed)
    return Possible(inner, space, seed)


def _population(plan: Plan) -> int:
    """Some five generations; Optuna's own 50 are for thousands of trials."""
    return min(50, max(4, plan.trials // 5))


class Possible(BaseSampler):
    """Lets another sampler draw whole shapes until one is possible.

    Optuna's samplers know nothing of combinations. Where they find no possible one in a hundred draws, any
    possible shape is taken.
    """

    def __init__(self, inner: BaseSampler, space: Space, seed: int) -> None:
        self._inner, self._space, self._seed = inner, space, seed

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """All parts."""
        return self._space.distributions()

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """A whole shape."""
        known = self._inner.infer_relative_search_space(study, trial)
        for _ in range(_DRAWS):
            drawn = self._inner.sample_relative(study, trial, known)
            shape = {
                part: drawn[part]
                if part in drawn
                else self._inner.sample_independent(study, trial, part, distribution)
                for part, distribution in search_space.items()
            }
            if self._space.holds(shape):
                return shape
        import numpy as np

        return self._space.draw(np.random.default_rng(self._seed))

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: Any
    ) -> Any:
        """Never asked: all parts are drawn together."""
        raise NotImplementedError(param_name)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """As the other one wants it."""
        self._inner.before_trial(study, trial)

    def after_trial(self, study: Study, trial: FrozenTrial, state: Any, values: Any) -> None:
        """As the other one wants it."""
        self._inner.after_trial(study, trial, state, values)
