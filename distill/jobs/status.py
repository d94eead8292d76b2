"""The state of a run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from models.folders.files import is_whole

STATUSES = ("running", "finished", "failed", "cancelled", "interrupted")


@dataclass(frozen=True)
class RunStatus:
    """The state of a run.

    `status` is one of running, finished, failed, cancelled, interrupted (its process ended unexpectedly);
    `eta_seconds` is None where it is not known; `terms` are the latest loss terms; `student` is the name to
    summarise with, once there is one; `warnings` say what the user should know about a run that continues;
    `part_of` names the comparison it was made for, with its method and seed; `name` and `note` are what its
    owner gave it.
    """

    run_id: str
    status: str
    step: int = 0
    steps: int = 0
    eta_seconds: float | None = None
    terms: dict[str, float] = field(default_factory=dict)
    message: str = ""
    student: str | None = None
    created: float = 0.0
    warnings: list[str] = field(default_factory=list)
    part_of: str = ""
    name: str = ""
    note: str = ""

    @property
    def label(self) -> str:
        """What it is called: its name, if it has one, with its id."""
        return f"{self.name} ({self.run_id})" if self.name else self.run_id

    @classmethod
    def from_saved(cls, run_id: str, saved: Mapping[str, Any]) -> "RunStatus":
        """What was saved, as far as it can be read."""
        names = {entry.name for entry in fields(cls)}
        known = {name: value for name, value in readable(saved).items() if name in names}
        return cls(**{"status": "interrupted", **known, "run_id": run_id})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def readable(saved: Mapping[str, Any]) -> dict[str, Any]:
    """What of a saved status has the form it should have: a damaged one stands in nobody's way."""
    return {name: saved[name] for name, fits in _FITS.items() if name in saved and fits(saved[name])}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(each is None or _number(each) for each in value.values())


def _text(value: Any) -> bool:
    return isinstance(value, str)


_FITS = {
    "status": lambda value: value in STATUSES,
    **dict.fromkeys(("step", "steps", "done", "total"), is_whole),
    "eta_seconds": _number,
    "terms": _numbers,
    **dict.fromkeys(("message", "student", "run_id", "part_of"), _text),
    "created": _number,
    "warnings": lambda value: isinstance(value, list) and all(map(_text, value)),
}
