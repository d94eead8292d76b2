"""What figures allow us to say: intervals, paired differences with Holm's correction, and their wording.

Imports nothing heavy: numpy and scipy come with the first interval.
"""

from distill.stats.differences import (
    BETTER,
    NO_VERDICT,
    UNDECIDED,
    VERDICTS,
    WORSE,
    compare_pairs,
    too_little,
)
from distill.stats.intervals import bootstrap, mean_interval, share_interval
from distill.stats.spread import FOR_PERCENTILES, Spread, spread
from distill.stats.words import interval, limits, listed, points

__all__ = [
    "BETTER",
    "FOR_PERCENTILES",
    "NO_VERDICT",
    "UNDECIDED",
    "VERDICTS",
    "WORSE",
    "Spread",
    "bootstrap",
    "compare_pairs",
    "interval",
    "limits",
    "listed",
    "mean_interval",
    "points",
    "share_interval",
    "spread",
    "too_little",
]
