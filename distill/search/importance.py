"""How much each part of the shape counts, among the candidates of a search."""

import warnings

from distill.search.folder import Search
from distill.search.results import Row

FEWEST = 40
"""Candidates that came through, below which nothing is said: the best quarter is then ten."""
_BEST = 0.25


def too_few(come_through: int) -> str:
    """Why `importance` has nothing to say of so many candidates that came through."""
    if come_through >= FEWEST:
        return "No part stands out: all candidates are worth the same."
    told = "1 candidate has" if come_through == 1 else f"{come_through:,} candidates have"
    return f"Too few to say: {told} come through, and {FEWEST} are needed."


def importance(search: Search, rows: list[Row]) -> dict[str, float]:
    """The share of each part in what sets the best quarter of the candidates apart, the largest first.

    PED-ANOVA (Watanabe et al., 2023, arXiv:2304.10255), as Optuna has it; of the reward, or of both
    objectives where there are two.

    Args:
        search: The search.
        rows: As `results.collect` gives them.

    Returns:
        Shares that sum to 1; nothing for fewer than `FEWEST` candidates, or where all are worth the same.
    """
    rewards = [row["reward"] for row in rows if not row["failed"]]
    if len(rewards) < FEWEST or len(set(rewards)) == 1:
        return {}
    from optuna.exceptions import ExperimentalWarning
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        evaluator = PedAnovaImportanceEvaluator(target_quantile=_BEST)
        found = get_param_importances(search.queue().study, evaluator=evaluator)
    return dict(sorted(found.items(), key=lambda part: -part[1]))
