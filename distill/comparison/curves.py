"""Curves over the steps of several runs of one method."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

Series = Mapping[str, Sequence[Sequence[Mapping[str, Any]]]]
"""The metrics of each method's runs."""


@dataclass(frozen=True)
class Curve:
    """A mean over seeds at each step, with the lowest and the highest seed."""

    steps: list[int]
    mean: list[float]
    low: list[float]
    high: list[float]

    @property
    def moves(self) -> bool:
        """Whether it is more than one value."""
        return max(self.mean) - min(self.mean) > 1e-9


def curves(
    series: Series, value: Callable[[Mapping[str, Any]], float | None], smooth: bool = False
) -> dict[str, Curve]:
    """The curve of each method that has the value; `smooth` takes running means over a twentieth."""
    found = {}
    for method, each in series.items():
        lines = [_line(rows, value, smooth) for rows in each]
        steps = sorted(set.intersection(*(set(line) for line in lines)))
        if steps:
            at = [[line[step] for line in lines] for step in steps]
            found[method] = Curve(
                steps,
                [fmean(values) for values in at],
                [min(values) for values in at],
                [max(values) for values in at],
            )
    return found


def _line(
    rows: Sequence[Mapping[str, Any]], value: Callable[[Mapping[str, Any]], float | None], smooth: bool
) -> dict[int, float]:
    points = [(row["step"], value(row)) for row in rows]
    line = {step: found for step, found in points if found is not None}
    if not smooth:
        return line
    window = max(1, len(line) // 20)
    values = list(line.values())
    means = [fmean(values[max(0, place - window + 1) : place + 1]) for place in range(len(values))]
    return dict(zip(line, means, strict=True))
