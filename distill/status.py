"""How a run stands."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class RunStatus:
    """How a run stands.

    `status` is one of running, finished, failed, cancelled, interrupted (its process ended without a word);
    `eta_seconds` is None where it is not known; `terms` are the latest loss terms; `student` is the name to
    summarise with, once there is one; `warnings` say what the user should know of a run that goes on;
    `part_of` names the comparison it was made for, with its method and seed.
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

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)
