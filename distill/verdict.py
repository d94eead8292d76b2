"""Whether training helped: the student after it beside the student before it, text by text."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from distill.evaluation import bootstrap

WORSE, BETTER, UNDECIDED = "worse", "better", "undecided"
_LEVEL = 0.05
_FLIPS = 10_000


def verdict(before: Sequence[float], after: Sequence[float], seed: int = 42) -> dict[str, Any]:
    """What the scores of the same texts before and after training allow to say.

    Args:
        before, after: One ROUGE-L a text, 0 to 1, in the same order.
        seed: Of the random numbers.

    Returns:
        `word`: worse, better or undecided; `difference`: after less before, with its 95% interval (`f`,
        `low`, `high`); `p` of the paired test; `n`, the number of texts.
    """
    differences = [late - early for early, late in zip(before, after, strict=True)]
    difference, p = bootstrap(differences), sign_flip(differences, seed)
    changed = WORSE if difference["f"] < 0 else BETTER
    return {
        "word": changed if p < _LEVEL else UNDECIDED,
        "difference": difference,
        "p": p,
        "n": len(differences),
    }


def sign_flip(differences: Sequence[float], seed: int = 42) -> float:
    """The two-sided p-value of paired differences: how often random signs give as large a sum.

    Fisher (1935), The Design of Experiments; 10,000 drawings, so no p is below 0.0001. Fewer than six pairs
    cannot reach 0.05, whatever they are.
    """
    values = np.asarray(differences, dtype=float)
    generator = np.random.default_rng(seed)
    found = np.zeros(_FLIPS)
    for value in values:  # one text at a time: all at once would be 80 MB for 1,000 texts
        found += value * generator.choice((-1.0, 1.0), _FLIPS)
    as_large = np.count_nonzero(np.abs(found) >= abs(values.sum()) - 1e-9)
    return float((as_large + 1) / (_FLIPS + 1))
