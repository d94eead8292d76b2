"""What repeated measurements of one thing amount to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from distill.stats.intervals import bootstrap

FOR_PERCENTILES = 20
"""Fewer runs say nothing about the slowest in twenty."""


@dataclass(frozen=True)
class Spread:
    """A median with its uncertainty and the spread of single values, in the unit of the values.

    Args:
        n: Number of values.
        median: Of the values.
        low, high: 95% bootstrap interval of the median.
        p5, p95: Percentiles (nearest rank); None under 20 values.
    """

    n: int
    median: float
    low: float
    high: float
    p5: float | None
    p95: float | None

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain values for JSON."""
        return asdict(self)


def spread(values: Sequence[float]) -> Spread:
    """Median, interval and percentiles of at least one value."""
    import numpy as np

    interval = bootstrap(values, np.median)
    ordered, enough = sorted(values), len(values) >= FOR_PERCENTILES
    p5, p95 = (ordered[round(share * (len(ordered) - 1))] if enough else None for share in (0.05, 0.95))
    return Spread(len(ordered), interval["f"], interval["low"], interval["high"], p5, p95)
