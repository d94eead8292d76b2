"""The same measurement again and again: models in turns, and how many times faster one is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from distill.stats import Spread, spread
from models.decoding import Summary

T = TypeVar("T")


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
