"""A grid of settings, which an ablation varies as a comparison does methods. Imports nothing heavy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from distill.config import RunConfig
from distill.config.run_config import SETTINGS
from distill.config.settings import check_value
from distill.config.values import converted, texts
from distill.errors import BadConfig

MOST_AXES, MOST_CELLS = 2, 25
"""Every further cell makes the correction for their number stricter."""
NUMERIC = tuple(name for name, entry in SETTINGS.items() if entry.metadata["limits"])
CHANGE_LABELS = {"target_tokens", "extract_gain", "extract_lead"}
"""Settings that make other labels, so that the losses on them cannot be compared."""
CHANGE_SOFT = {"temperature", "temperature_end", "js_beta", "teacher_top_k"}
"""Settings by which the distance to the teacher's logits is another quantity."""
_DATA = {"max_examples", "validation_examples"}
_BUDGET = {"epochs", "max_steps"}
_NO_OTHER_STUDENT = {"processes", "beams", "evaluation_steps", "save_steps", "cache_gigabytes"}


@dataclass(frozen=True)
class Grid:
    """One or two numeric settings of a run, with the values of each.

    Args:
        axes: The values of each setting.
        base: The name of the cell that the others are compared with; None for the best one.
    """

    axes: Mapping[str, tuple[float, ...]]
    base: str | None = None

    @property
    def cells(self) -> dict[str, dict[str, float]]:
        """The settings of each cell by its name, such as `temperature=2,alpha=0.5`."""
        every = (dict(zip(self.axes, values, strict=True)) for values in product(*self.axes.values()))
        return {_name(cell): cell for cell in every}

    @classmethod
    def parse(cls, axes: str | Sequence[str], base: str | None = None) -> "Grid":
        """Check what a user asked for.

        Args:
            axes: Such as `["temperature=1,2,4", "alpha=0.3,0.5"]`.
            base: Such as `temperature=2,alpha=0.5`.

        Raises:
            BadConfig: Something cannot work; the message says what would.
        """
        found: dict[str, tuple[float, ...]] = {}
        for text in texts("grid", axes):
            name, _, values = (part.strip() for part in text.partition("="))
            if name in found:
                raise BadConfig(f"{name} is two axes of the grid: give all of its values in one.")
            found[name] = _values(name, values)
        _check_size(found)
        grid = cls(found)
        return grid if base is None else cls(found, grid._cell(str(base)))

    @classmethod
    def from_saved(cls, saved: Mapping[str, Any]) -> "Grid":
        """What was saved as plain values."""
        return cls({name: tuple(values) for name, values in saved["axes"].items()}, saved["base"])

    def _cell(self, text: str) -> str:
        """The name of the cell that a user means."""
        pairs = dict(pair.split("=", 1) for pair in text.replace(" ", "").split(",") if "=" in pair)
        for name, cell in self.cells.items():
            if pairs.keys() == cell.keys() and cell == {key: _value(key, pairs[key]) for key in pairs}:
                return name
        raise BadConfig(
            f"The base {text!r} is no cell of the grid; use one such as {next(iter(self.cells))}."
        )

    def check_apart(self, values: Mapping[str, Any]) -> None:
        """Raise BadConfig where a setting of all runs is an axis too."""
        if twice := [name for name in self.axes if values.get(name) is not None]:
            raise BadConfig(f"{twice[0]} is an axis of the grid: leave its single value out.")


def written(value: float) -> str:
    """A value of an axis as people write it: `2`, `0.5`, `3e-05`."""
    short = f"{value:g}"
    return short if float(short) == value else str(value)


def _name(cell: Mapping[str, float]) -> str:
    return ",".join(f"{name}={written(value)}" for name, value in cell.items())


def _values(name: str, text: str) -> tuple[float, ...]:
    """The values of an axis."""
    RunConfig.check_names([name])
    if name not in NUMERIC:
        raise BadConfig(f"{name} is not a number; an axis of the grid is a numeric setting such as alpha.")
    if name == "seed":
        raise BadConfig("seed cannot be an axis: --seeds says with how many each cell is repeated.")
    if name in _DATA | _BUDGET:
        raise BadConfig(f"{name} cannot be an axis: all cells have the same data and the same budget.")
    if name in _NO_OTHER_STUDENT:
        raise BadConfig(f"{name} cannot be an axis: it makes no other student.")
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise BadConfig(f"The axis {name} has an empty value: write --grid {name}=VALUE,VALUE.")
    values = [_value(name, part) for part in parts]
    if twice := [value for place, value in enumerate(values) if value in values[:place]]:
        raise BadConfig(f"{name} has the value {written(twice[0])} twice: give each value once.")
    return tuple(values)


def _value(name: str, text: str) -> float:
    value = converted(SETTINGS[name], text)
    check_value(SETTINGS[name], value)
    return value


def _check_size(axes: Mapping[str, Sequence[float]]) -> None:
    if not axes:
        raise BadConfig("No grid was given: name a setting and its values, such as --grid temperature=1,2,4.")
    if len(axes) > MOST_AXES:
        raise BadConfig(f"The grid has {len(axes)} axes; at most {MOST_AXES} can be shown and told apart.")
    number = 1
    for values in axes.values():
        number *= len(values)
    if number == 1:
        raise BadConfig("The grid has one cell, and nothing to compare it with: give a setting two values.")
    if number > MOST_CELLS:
        raise BadConfig(
            f"The grid has {number} cells; with more than {MOST_CELLS} hardly any difference outlasts the "
            "correction for their number: leave values out."
        )
