"""How the tab's fields become what a search does."""

from typing import Any

from distill.data import BUILT_IN
from distill.search import Plan
from models.errors import BadRequest
from models.settings import Settings
from ui.shared import data_fields

TEACHER = "embedded/teacher"
SMALL: dict[str, Any] = {"trials": 6, "share": 1.0, "steps": 8, "new_tokens": 16}
"""The search that a newcomer starts with one press."""


def small(settings: Settings) -> Plan:
    """It, on the built-in samples: of depths alone, since so few steps bring new weights nowhere."""
    from distill.families.t5 import shapes
    from distill.search.teachers import teacher_of

    own = shapes.shape_of(teacher_of(TEACHER, settings))
    space = {part: value for part, value in own.items() if part not in shapes.DEPTHS}
    return Plan.of({"teacher": TEACHER, "data": BUILT_IN}, space=space, **SMALL)


def plan(*values: Any) -> Plan:
    """The fields as a plan.

    Args:
        *values: Teacher, the five of the data, then those of `_own`.

    Raises:
        BadRequest: Something is not chosen yet.
        BadConfig: A setting cannot work.
    """
    teacher, *data = values[:6]
    if not (teacher or "").strip():
        raise BadRequest("Choose a teacher.")
    base = {"teacher": teacher.strip(), **data_fields.chosen(*data)}
    return Plan.of(base, **_own(*values[6:]))


def _own(
    sampler: str,
    trials: float | None,
    goal: float | None,
    alpha: float | None,
    slowest: float | None,
    share: float | None,
    steps: float | None,
    seed: float | None,
    multi: bool,
    space: str | None,
) -> dict[str, Any]:
    """The fields of a `Plan`; an empty one means its default, as does no step."""
    return {
        "sampler": sampler,
        "trials": _whole(trials),
        "reward_beta": goal,
        "reward_alpha": alpha,
        "slowest": slowest,
        "share": share,
        "steps": _whole(steps) or None,
        "seed": _whole(seed),
        "multi": bool(multi),
        "space": _space(space),
    }


def _space(text: str | None) -> dict[str, Any] | None:
    if not (text or "").strip():
        return None
    from distill.search.space import parse_space  # brings Optuna

    return parse_space(str(text))


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
