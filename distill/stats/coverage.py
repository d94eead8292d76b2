"""How often 95% intervals contain the true mean, by simulation: `python -m distill.stats.coverage`.

The scores drawn are as skewed as the ROUGE-L of short summaries: between 0 and 1, mean 0.25, deviation 0.14.
"""

from collections.abc import Callable
from typing import Any

from distill.stats.intervals import mean_interval

TEXTS = (4, 8, 12, 20, 50, 100)
TRIALS = 2000
_SHAPE = (2.0, 6.0)  # of a beta distribution
_TRUE = _SHAPE[0] / sum(_SHAPE)
_TOGETHER, _ALONE = 0.1, 0.1  # deviations: of a text's difference, and of one seed's at that text

Interval = Callable[[Any], dict[str, float]]


def over_texts(interval: Interval, texts: int, trials: int = TRIALS, seed: int = 1) -> float:
    """The share of trials in which the interval over this many texts' scores holds the true mean."""
    import numpy as np

    generator = np.random.default_rng(seed)
    drawn = generator.beta(*_SHAPE, size=(trials, texts))
    return float(np.mean([_holds(interval(scores), _TRUE) for scores in drawn]))


def over_seeds(
    interval: Interval, seeds: int, texts: int, spread: float, trials: int = TRIALS, seed: int = 1
) -> float:
    """The same of differences, where a seed moves all of its texts by a deviation of `spread`."""
    import numpy as np

    generator, held = np.random.default_rng(seed), 0
    for _ in range(trials):
        scores = generator.normal(0, _ALONE, (seeds, texts)) + generator.normal(0, _TOGETHER, (1, texts))
        held += _holds(interval(scores + generator.normal(0, spread, (seeds, 1))), 0.0)
    return held / trials


def _holds(found: dict[str, float], true: float) -> bool:
    return found["low"] <= true <= found["high"]


def percentile_of_texts(scores: Any) -> dict[str, float]:
    """The former method: 1000 resamples of the texts' means over the seeds, whatever their number."""
    import numpy as np

    means, generator = np.atleast_2d(scores).mean(axis=0), np.random.default_rng(42)
    found = np.sort(generator.choice(means, (1000, len(means))).mean(axis=1))
    return {"f": float(means.mean()), "low": float(found[25]), "high": float(found[974])}


def difference_interval(scores: Any) -> dict[str, float]:
    """`mean_interval` of differences."""
    return mean_interval(scores, (-1.0, 1.0))


def report() -> str:
    """Both tables as Markdown."""
    lines = ["| texts | percentile bootstrap | as done here |", "|---|---|---|"]
    for texts in TEXTS:
        shares = [over_texts(interval, texts) for interval in (percentile_of_texts, mean_interval)]
        lines.append(f"| {texts} | {shares[0]:.1%} | {shares[1]:.1%} |")
    lines += [
        "",
        "| seeds | texts | a seed's deviation | over texts alone | as done here |",
        "|---|---|---|---|---|",
    ]
    for seeds in (2, 3, 5):
        for texts in (20, 100):
            for spread in (0.0, 0.01, 0.03, 0.1):
                both = (percentile_of_texts, difference_interval)
                shares = [over_seeds(interval, seeds, texts, spread) for interval in both]
                told = f"| {seeds} | {texts} | {100 * spread:.0f} | {shares[0]:.1%} | {shares[1]:.1%} |"
                lines.append(told)
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
