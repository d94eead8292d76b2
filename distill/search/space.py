"""The shapes a search may try: some values for each part, and which of their combinations are possible."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill.errors import BadConfig

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Shape = dict[str, Any]
"""A value for each part."""
_MOST = 50_000_000  # combinations; one byte each


@dataclass(frozen=True)
class Space:
    """What a search may try.

    Args:
        values: The values of each part.
        possible: Which combinations there are, a boolean array with an axis for each part.
    """

    values: Mapping[str, tuple[Any, ...]]
    possible: Any

    @classmethod
    def of(
        cls,
        values: Mapping[str, Sequence[Any]],
        possible: Callable[[Mapping[str, Any]], Any],
        weigh: Callable[[Mapping[str, Any]], Any],
        ceiling: int,
    ) -> "Space":
        """A space without the combinations that cannot be built, or that weigh more than the teacher.

        Args:
            values: Of each part.
            possible, weigh: Whether a shape can be built, and its parameters; of arrays that broadcast.
            ceiling: Parameters at most.

        Raises:
            BadConfig: Nothing is left, or there are too many combinations to look at.
        """
        import numpy as np

        count = int(np.prod([len(each) for each in values.values()], dtype=float))
        if count > _MOST:
            raise BadConfig(
                f"The space has {count:,} combinations, and {_MOST:,} are the most: give fewer values."
            )
        axes = {
            part: np.array(each).reshape([-1 if axis == place else 1 for axis in range(len(values))])
            for place, (part, each) in enumerate(values.items())
        }
        whole = tuple(len(each) for each in values.values())
        sizes, can = (np.broadcast_to(of(axes), whole) for of in (weigh, possible))
        found = cls({part: tuple(each) for part, each in values.items()}, (sizes <= ceiling) & can)
        if not found.count:
            least = f"the smallest has {sizes[can].min():,}" if can.any() else "no combination can be built"
            raise BadConfig(
                f"The space is empty: no shape in it has at most the teacher's {ceiling:,} parameters"
                f" ({least}). Allow smaller values."
            )
        return found

    @property
    def count(self) -> int:
        """How many shapes it holds."""
        return int(self.possible.sum())

    def holds(self, shape: Mapping[str, Any]) -> bool:
        """Whether a shape may be tried."""
        if any(shape[part] not in values for part, values in self.values.items()):
            return False
        return bool(self.possible[self.places(shape)])

    def places(self, shape: Mapping[str, Any]) -> tuple[int, ...]:
        """The place of each part's value among its values."""
        return tuple(values.index(shape[part]) for part, values in self.values.items())

    def at(self, places: Sequence[int]) -> Shape:
        """The shape of these places."""
        pairs = zip(self.values.items(), places, strict=True)
        return {part: values[place] for (part, values), place in pairs}

    def open(self, places: Sequence[int]) -> Any:
        """Which values of the next part some possible shape has that begins with these places."""
        rest = self.possible[tuple(places)]
        return rest.any(axis=tuple(range(1, rest.ndim)))

    def draw(self, generator: Any) -> Shape:
        """Any possible shape, each as likely as the others; by a numpy generator."""
        import numpy as np

        chosen = int(generator.integers(self.count))
        return self.at([int(axis[chosen]) for axis in np.nonzero(self.possible)])

    def distributions(self) -> "dict[str, BaseDistribution]":
        """Its parts in Optuna's words: evenly spaced numbers as numbers, everything else as choices."""
        return {part: _distribution(values) for part, values in self.values.items()}


def narrow(
    values: Mapping[str, Sequence[Any]], given: Mapping[str, Any], wanted: Callable[[str, Any], str]
) -> dict[str, tuple[Any, ...]]:
    """The values of a space, those of some parts replaced by a list or by one value.

    Args:
        values: Of each part.
        given: What replaces some of them.
        wanted: What a part's value must be where it is none; else nothing.

    Raises:
        BadConfig: A part is unknown, has no value, or one that cannot be.
    """
    narrowed = {part: tuple(each) for part, each in values.items()}
    for part, each in given.items():
        if part not in values:
            near = get_close_matches(part, values, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"The parts are {', '.join(values)}."
            raise BadConfig(f"The space has no part {part!r}. {hint}")
        listed = each if isinstance(each, list | tuple) else [each]
        if not listed:
            raise BadConfig(f"The space gives no value for {part}; give one or more, or leave {part} out.")
        for value in listed:
            if must := wanted(part, value):
                raise BadConfig(f"The space's {part} has {value!r}; it must be {must}.")
        narrowed[part] = tuple(dict.fromkeys(sorted(listed) if _ordered(listed) else listed))
    return narrowed


def read_space(file: Path) -> dict[str, Any]:
    """The JSON object that narrows a space.

    Raises:
        BadConfig: It cannot be read, or is something else.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise BadConfig(f"The space file {file} cannot be read: {error.strerror}.") from error
    return parse_space(text, f"The space file {file}")


def parse_space(text: str | bytes, what: str = "The space") -> dict[str, Any]:
    """The JSON object that narrows a space; `what` is the text's name.

    Raises:
        BadConfig: It is something else.
    """
    try:
        given = json.loads(text.decode("utf-8-sig") if isinstance(text, bytes) else text)
    except (ValueError, RecursionError) as error:
        raise BadConfig(f"{what} is not JSON: {error}.") from error
    if not isinstance(given, dict):
        raise BadConfig(f'{what} must hold one JSON object, such as {{"width": [128, 256]}}.')
    return given


def _distribution(values: tuple[Any, ...]) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, IntDistribution

    if _ordered(values) and len(values) > 1:
        steps = {high - low for low, high in pairwise(values)}
        if len(steps) == 1:
            return IntDistribution(values[0], values[-1], step=steps.pop())
    return CategoricalDistribution(values)


def _ordered(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int) and not isinstance(value, bool) for value in values)
