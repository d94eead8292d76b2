"""Which differences are real: paired tests, corrected for how many were compared."""

from collections.abc import Sequence
from typing import Any

from distill.stats.intervals import LEVEL, RESAMPLES, Scores, mean, mean_interval
from distill.stats.words import listed

BETTER, WORSE, UNDECIDED, NO_VERDICT = "better", "worse", "undecided", "none"
VERDICTS = {
    BETTER: "better",
    WORSE: "worse",
    UNDECIDED: "cannot be told apart",
    NO_VERDICT: "no verdict",
}
"""A verdict in words."""
NEEDED = {"text": 20, "seed": 3, "step": 20}
"""Below these numbers nothing is claimed about models or methods, whatever a test says: fewer texts may be
all of one kind, intervals over two seeds can cover less than 90%, and in its first steps no student has
learnt much."""


def compare_pairs(
    gaps: Sequence[Scores], why: Sequence[str | None] | None = None, others: Sequence[Scores] = ()
) -> list[dict[str, Any]]:
    """Test differences together, each against 0, the p values corrected for their number after Holm.

    One seed is tested over the texts by `sign_flip`, several over texts and seeds by Student's t.

    Args:
        gaps: Of each comparison the scores less those it is compared with, text by text and seed by seed.
        why: Of each what `too_little` says; then it has no verdict.
        others: Differences that might have been told as well; the correction counts them too. Whoever picks
            the best of several from their scores has looked at all of their differences.

    Returns:
        Of each: the mean difference `f` with its own 95% interval (`low`, `high`), `p`, `p_holm`, `verdict`
        and `why`. The verdict is better or worse where `p_holm` is under 0.05 and the interval leaves 0 out,
        else undecided; with a reason `why` it is none.
    """
    single = [_p(gap) for gap in (*gaps, *others)]
    corrected = holm(single)[: len(gaps)]
    return [
        _tested(mean_interval(gap, (-1.0, 1.0)), p, p_holm, reason)
        for gap, p, p_holm, reason in zip(
            gaps, single[: len(gaps)], corrected, why or [None] * len(gaps), strict=True
        )
    ]


def _tested(found: dict[str, float], p: float, p_holm: float, why: str | None) -> dict[str, Any]:
    verdict = NO_VERDICT if why else _verdict(found, p_holm)
    return {**found, "p": p, "p_holm": p_holm, "verdict": verdict, "why": why}


def _verdict(found: dict[str, float], p: float) -> str:
    if p >= 1 - LEVEL or found["low"] <= 0 <= found["high"]:
        return UNDECIDED
    return BETTER if found["f"] > 0 else WORSE


def _p(gap: Scores) -> float:
    import numpy as np

    table = np.atleast_2d(np.asarray(gap, dtype=float))
    return mean(gap).p if len(table) > 1 else sign_flip(table[0])


def sign_flip(differences: Sequence[float], seed: int = 42) -> float:
    """The two-sided p value of paired differences: how often random signs give as large a sum.

    Fisher (1935), The Design of Experiments; 10,000 drawings, so no p is below 0.0001. Fewer than six pairs
    cannot reach 0.05, whatever they are.
    """
    import numpy as np

    values, generator = np.asarray(differences, dtype=float), np.random.default_rng(seed)
    found = np.zeros(RESAMPLES)
    for value in values:  # one text at a time: all at once would be 80 MB for 1,000 texts
        found += value * generator.choice((-1.0, 1.0), RESAMPLES)
    as_large = np.count_nonzero(np.abs(found) >= abs(values.sum()) - 1e-9)
    return float((as_large + 1) / (RESAMPLES + 1))


def holm(p: Sequence[float]) -> list[float]:
    """P values corrected so that any false claim among all of them is as unlikely as in a single test.

    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    import numpy as np

    order, factors = np.argsort(p), len(p) - np.arange(len(p))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(factors * np.asarray(p, dtype=float)[order]))
    return [float(value) for value in corrected]


def too_little(**had: int) -> str | None:
    """Why there can be no verdict, in one sentence; None if there can be one.

    Args:
        **had: How many there are of each `text`, `seed` or `step`; what is not named is not asked for.
    """
    short = {name: count for name, count in had.items() if count < NEEDED[name]}
    if not short:
        return None
    enough = listed([f"{NEEDED[name]} {name}s" for name in short])
    few = listed([f"{count} {name if count == 1 else name + 's'}" for name, count in short.items()])
    return f"No verdict: {few} cannot tell; it takes at least {enough}."
