"""Whether training helped: the student after it beside the student before it, text by text."""

from collections.abc import Sequence
from typing import Any

from distill.stats import BETTER, UNDECIDED, WORSE, compare_pairs

__all__ = ["BETTER", "UNDECIDED", "WORSE", "verdict"]


def verdict(before: Sequence[float], after: Sequence[float]) -> dict[str, Any]:
    """What the scores of the same texts before and after training say about this one student.

    Args:
        before, after: One ROUGE-L per text, 0 to 1, in the same order.

    Returns:
        `word`: worse, better or undecided; `difference`: after less before, with its 95% interval (`f`,
        `low`, `high`); `p` of the paired test; `n`, the number of texts.
    """
    [found] = compare_pairs([[late - early for early, late in zip(before, after, strict=True)]])
    difference = {name: found[name] for name in ("f", "low", "high")}
    return {"word": found["verdict"], "difference": difference, "p": found["p"], "n": len(before)}
