"""The best candidate within each latency budget."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from distill.errors import BadConfig, RunConflict
from distill.search.results import Row
from distill.search.reward import Reward

_BUDGET = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|x|×)?")


@dataclass(frozen=True)
class LatencyBudget:
    """A summary may take so long at most: milliseconds, or a share of the teacher's latency."""

    value: float
    of_teacher: bool

    @classmethod
    def parse(cls, text: str) -> "LatencyBudget":
        """`25` or `25ms` → 25 milliseconds; `0.5x` → half the teacher's latency.

        Raises:
            BadConfig: It is neither.
        """
        found = _BUDGET.fullmatch(text.strip())
        if not found or not float(found[1]):
            raise BadConfig(
                f"The latency budget is {text!r}; use milliseconds such as 25, or a share of the teacher's"
                " latency such as 0.5x."
            )
        return cls(float(found[1]), found[2] in ("x", "×"))

    def __str__(self) -> str:
        return f"{self.value:g} × teacher" if self.of_teacher else f"{self.value:g} ms"

    def share(self, teacher_seconds: float) -> float:
        """It as a share of the teacher's latency."""
        return self.value if self.of_teacher else self.value / 1000 / teacher_seconds


def pick(rows: Sequence[Row], budgets: Sequence[LatencyBudget], reward: Reward) -> list[dict[str, Any]]:
    """The best candidate for each budget.

    A candidate counts by the slow end of its latency's interval: that has to be within the budget, and the
    reward it gives is the lower end of the reward's interval, by which the best one is chosen.

    Args:
        rows: As `results.collect` gives them.
        budgets: What a summary may take.
        reward: What a candidate is worth.

    Returns:
        For each budget `budget`, `row`, `cautious_reward`, and `cautious_seconds`: the share's slow
        end, of the teacher's median latency over all candidates.

    Raises:
        RunConflict: No candidate has come through yet.
        BadConfig: A budget is below every candidate.
    """
    good = [row for row in rows if not row["failed"]]
    if not good:
        raise RunConflict("No candidate has come through yet: let the search go on first.")
    teacher = median(row["teacher_seconds"] for row in good)
    fastest = min(good, key=lambda row: row["share_high"])
    found = []
    for budget in budgets:
        within = [row for row in good if row["share_high"] <= budget.share(teacher)]
        if not within:
            raise BadConfig(
                f"No candidate is within {budget}: the fastest, {fastest['number']}, takes up to"
                f" {1000 * fastest['share_high'] * teacher:.1f} ms, {fastest['share_high']:.2f} × the"
                f" teacher's {1000 * teacher:.1f} ms. Name a larger budget, or search among smaller shapes."
            )
        best = max(within, key=lambda row: (_cautious(row, reward), -row["loss"]))
        found.append(
            {
                "budget": str(budget),
                "row": best,
                "cautious_reward": _cautious(best, reward),
                "cautious_seconds": best["share_high"] * teacher,
            }
        )
    return found


def _cautious(row: Mapping[str, Any], reward: Reward) -> float:
    return reward(row["loss"], row["reference"], row["share_high"])
