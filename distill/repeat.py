"""The same measurement again and again: models in turns, and what may be said of the figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, TypeVar

from distill.evaluation import bootstrap
from models.decoding import Summary

T = TypeVar("T")
FOR_PERCENTILES = 20
"""Fewer runs say nothing about the slowest of twenty."""


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
    interval = bootstrap(values, statistic=median)
    ordered, enough = sorted(values), len(values) >= FOR_PERCENTILES
    p5, p95 = (ordered[round(share * (len(ordered) - 1))] if enough else None for share in (0.05, 0.95))
    return Spread(len(ordered), interval["f"], interval["low"], interval["high"], p5, p95)


def times_faster(reference: Sequence[Summary], other: Sequence[Summary]) -> Spread:
    """How many times as fast `other` is as `reference`, from pairs of runs taken side by side."""
    return spread([slow.seconds / fast.seconds for slow, fast in zip(reference, other, strict=True)])


def rounds(runs: Mapping[str, Callable[[], T]], number: int) -> Iterator[Mapping[str, Sequence[T]]]:
    """Run each entry `number` times, in turns; yields all it gave so far by name after each round.

    The order is rotated from round to round, so that none is always the one after the slow one. Warm the
    models up before.
    """
    if not runs:
        raise ValueError("rounds() needs at least one entry")
    found: dict[str, list[T]] = {name: [] for name in runs}
    order = list(runs)
    for index in range(number):
        turn = index % len(order)
        for name in order[turn:] + order[:turn]:
            found[name].append(runs[name]())
        yield {name: tuple(given) for name, given in found.items()}
