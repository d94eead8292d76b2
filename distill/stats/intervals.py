"""95% intervals by texts and by seeds. `python -m distill.stats.coverage` shows what they cover."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

LEVEL = 0.95
RESAMPLES = 10_000
BOOTSTRAP_FROM = 50
"""With fewer texts a percentile bootstrap is too narrow, so Student's t takes its place."""
_AT_ONCE = 1_000_000  # values drawn at a time: a whole test set's resamples would fill the memory
_DRAWN, _FEWEST = 100_000_000, 1_000  # values drawn at most, which takes a second or two; resamples at least

Scores = Sequence[float] | Sequence[Sequence[float]]
"""One score per text, or for each seed one score per text, in the same order."""


@dataclass(frozen=True)
class Mean:
    """A mean over texts and seeds, with what is needed to test it.

    Args:
        value: The mean.
        error: Its standard error; infinite for a single text, which says nothing about it.
        freedom: Degrees of freedom of the error.
    """

    value: float
    error: float
    freedom: float

    @property
    def p(self) -> float:
        """How often a mean at least this far from 0 would come up if the true mean were 0 (two-sided t
        test)."""
        from scipy.special import stdtr

        if self.error == 0:
            return 1.0 if self.value == 0 else 0.0
        return float(2 * stdtr(self.freedom, -abs(self.value) / self.error))

    @property
    def reach(self) -> float:
        """Half the width of the interval."""
        from scipy.special import stdtrit

        return float(self.error * stdtrit(self.freedom, (1 + LEVEL) / 2))


def mean(values: Scores) -> Mean:
    """The mean of at least one score, each seed's and each text's counting the same.

    The squared error is the variance of the texts' means over the number of texts and, of several seeds, that
    of the seeds' means over the number of seeds besides: other texts and other seeds would both change the
    mean. This is somewhat wide, never too narrow. Degrees of freedom after Satterthwaite (1946).
    """
    import numpy as np

    table = np.atleast_2d(np.asarray(values, dtype=float))
    parts = [(means.var(ddof=1) / means.size, means.size - 1) for means in _means(table) if means.size > 1]
    if table.shape[1] == 1:
        return Mean(float(table.mean()), float("inf"), 1.0)
    squared = sum(part for part, _ in parts)
    below = sum(part**2 / freedom for part, freedom in parts)
    return Mean(float(table.mean()), float(squared**0.5), float(squared**2 / below) if below else 1.0)


def _means(table: Any) -> tuple[Any, Any]:
    """The mean of each text over the seeds, and of each seed over the texts."""
    return table.mean(axis=0), table.mean(axis=1)


def mean_interval(values: Scores, bounds: tuple[float, float] = (0.0, 1.0)) -> dict[str, float]:
    """The mean `f` with its 95% interval, `low` to `high`, which never leaves the possible values.

    With several seeds, or fewer than 50 texts: Student's t. From 50 texts of one seed on: a percentile
    bootstrap over the texts. One text says nothing about the mean: its interval covers all that is possible.

    Args:
        values: At least one score.
        bounds: The possible values: 0 to 1 for a score, -1 to 1 for a difference of two.
    """
    import numpy as np

    table = np.atleast_2d(np.asarray(values, dtype=float))
    if len(table) == 1 and table.shape[1] >= BOOTSTRAP_FROM:
        return bootstrap(table[0])
    found = mean(values)
    low, high = (float(np.clip(found.value + side * found.reach, *bounds)) for side in (-1, 1))
    return {"f": found.value, "low": low, "high": high}


def share_interval(count: int, total: int) -> dict[str, float]:
    """A share `f` with its 95% interval, `low` to `high`: of Wilson (1927), which holds near 0 and 1 too.

    Args:
        count: How many of them have it.
        total: How many there are, at least one.
    """
    share, z = count / total, NormalDist().inv_cdf((1 + LEVEL) / 2)
    middle = share + z**2 / (2 * total)
    reach = z * (share * (1 - share) / total + z**2 / (4 * total**2)) ** 0.5
    low, high = ((middle + side * reach) / (1 + z**2 / total) for side in (-1, 1))
    return {"f": share, "low": max(0.0, low), "high": min(1.0, high)}


def bootstrap(
    values: Sequence[float], statistic: Callable[..., Any] | None = None, seed: int = 42
) -> dict[str, float]:
    """A statistic `f` (numpy's mean by default) with its 95% percentile bootstrap interval, `low` to `high`.

    Args:
        values: At least one.
        statistic: A function of numpy that takes an axis.
        seed: Seed of the resamples: 10,000; of more than 10,000 values as many as make 100 million values
            together, but at least 1,000.
    """
    import numpy as np

    given, of = np.asarray(values, dtype=float), statistic or np.mean
    generator, rows = np.random.default_rng(seed), max(1, _AT_ONCE // len(given))
    resamples = max(_FEWEST, min(RESAMPLES, _DRAWN // len(given)))
    sizes = [min(rows, resamples - done) for done in range(0, resamples, rows)]
    found = np.concatenate([of(generator.choice(given, (size, len(given))), axis=1) for size in sizes])
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"f": float(of(given, axis=0)), "low": float(low), "high": float(high)}
