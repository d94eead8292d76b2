"""A setting as a field of a dataclass: its default, what it means, what it may be; and the check of it."""

from collections.abc import Sequence
from dataclasses import Field, field
from typing import Any

from distill.errors import BadConfig


def setting(
    default: Any,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] = (),
) -> Any:
    """A field of a section.

    Args:
        default: Its value where nothing is said.
        meaning: One line for the command line and the page.
        low, high: The least and the largest value of a number; both or none.
        choices: All values of a text that is no free one.
    """
    limits = None if low is None or high is None else (low, high)
    return field(default=default, metadata={"help": meaning, "limits": limits, "choices": tuple(choices)})


def check_value(entry: Field, value: Any) -> None:
    """Whether a setting may have this value; None may stand where the type has it.

    Raises:
        BadConfig: It may not; says what may.
    """
    limits, choices = entry.metadata["limits"], entry.metadata["choices"]
    if value is None:
        return
    if choices and value not in choices:
        raise BadConfig(f"{entry.name} is {value!r}; use one of {', '.join(choices)}.", entry.name)
    if limits and not limits[0] <= value <= limits[1]:
        raise BadConfig(
            f"{entry.name} is {value}; use a value from {limits[0]:,.12g} to {limits[1]:,.12g}.", entry.name
        )


def allowed(entry: Field) -> str:
    """What a setting may be, in words; empty where the type says all there is to say."""
    limits, choices = entry.metadata["limits"], entry.metadata["choices"]
    return f"{limits[0]:,.12g} to {limits[1]:,.12g}" if limits else ", ".join(choices)
