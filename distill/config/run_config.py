"""The settings of a run: one frozen, checked, saved object. Imports nothing heavy."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any

from distill.config import sections
from distill.config.presets import METHODS, PRESETS
from distill.config.sections import FEATURE_TERMS
from distill.config.settings import allowed, check_value, setting
from distill.config.values import converted
from distill.errors import BadConfig

_LAYERS = re.compile(r"layers:(\d+)\+(\d+)")


@dataclass(frozen=True)
class RunConfig(  # a dataclass takes the fields of its last base first
    sections.EvaluationSettings,
    sections.TeacherSettings,
    sections.FeatureSettings,
    sections.ObjectiveSettings,
    sections.OptimisationSettings,
    sections.DataSettings,
    sections.ModelSettings,
):
    """Everything that decides how a run goes. The defaults are those of the `report` preset.

    Its settings stand in sections, which are its bases: each says what one kind of settings may be. Their
    names are flat wherever a person sees or stores them, and so they are here.
    """

    preset: str | None = setting(None, "named settings to start from", choices=tuple(PRESETS))
    method: str | None = setting(None, "named way to teach to start from", choices=tuple(METHODS))

    def __post_init__(self) -> None:
        for entry in fields(self):
            check_value(entry, getattr(self, entry.name))
        sections.ModelSettings.check(self)
        sections.ObjectiveSettings.check(self)
        self._check_across()

    def _check_across(self) -> None:
        """What the settings of several sections allow together."""
        if self.temperature_schedule == "adaptive" and self.batch_size < 2:
            raise BadConfig(
                "temperature_schedule is 'adaptive', which compares the examples of a batch: set batch_size"
                " to 2 or more.",
                "temperature_schedule",
                "batch_size",
            )
        if self.contrastive_weight and self.batch_size < 2:
            raise BadConfig(
                "The contrastive term compares the examples of a batch: set batch_size to 2 or more.",
                "batch_size",
            )
        if self.rollouts and not self.has_references:
            raise BadConfig("rollouts are scored against summaries: use them with task=summarize or extract.")
        if self.more_teachers and not self.teacher:
            raise BadConfig("more_teachers need a first teacher: name it too.")
        if self.teacher_cache:
            self._check_cache()

    def _check_cache(self) -> None:
        """The cache holds the teacher's logits for given targets at one temperature."""
        weighed = [f"{name}_weight" for name in FEATURE_TERMS if getattr(self, f"{name}_weight")]
        if weighed:
            raise BadConfig(
                f"teacher_cache keeps logits only, and {weighed[0]} needs more: use only one of them.",
                "teacher_cache",
                weighed[0],
            )
        if self.divergence == "mse":
            raise BadConfig(
                "teacher_cache keeps the largest logits only, divergence=mse needs all: change one of them.",
                "teacher_cache",
            )
        if self.temperature_schedule != "constant" or self.on_policy or self.more_teachers:
            raise BadConfig(
                "teacher_cache needs one teacher, a constant temperature and on_policy at 0: change these or"
                " leave the cache off.",
                "teacher_cache",
                "on_policy",
            )

    @property
    def teachers(self) -> list[str]:
        """All teachers, the leading one first."""
        more = [name.strip() for name in (self.more_teachers or "").split(",")]
        return [name for name in (self.teacher, *more) if name]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RunConfig":
        """Build a config from plain values (text is converted), filling in the preset and the defaults.

        Raises:
            BadConfig: For an unknown key, preset or value; the message lists what is allowed.
        """
        cls.check_names(values)
        named: dict[str, Any] = {}
        for name, sets in (("preset", PRESETS), ("method", METHODS)):
            if chosen := values.get(name) or None:
                check_value(SETTINGS[name], chosen)
                named |= sets[chosen]
        return _converted({**named, **{key: value for key, value in values.items() if value is not None}})

    @staticmethod
    def check_names(names: Iterable[str]) -> None:
        """Raise BadConfig where one is the name of no setting."""
        for name in names:
            if name not in SETTINGS:
                near = get_close_matches(name, SETTINGS, n=1)
                hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(SETTINGS)}."
                raise BadConfig(f"There is no setting {name!r}.{hint}")

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as saved with the run."""
        return asdict(self)

    @classmethod
    def from_saved(cls, saved: Mapping[str, Any]) -> "RunConfig":
        """What `as_dict` gave; a setting that an earlier version did not have takes its default.

        Raises:
            BadConfig: A setting is unknown to this version, or has a value that cannot work.
        """
        if unknown := [name for name in saved if name not in SETTINGS]:
            raise BadConfig(
                f"This version does not know the saved setting {unknown[0]!r}. Go on with the version that "
                "saved it, or start anew."
            )
        return _converted(saved)


SETTINGS = {entry.name: entry for entry in fields(RunConfig)}
"""Every setting by its name, section by section."""
CHOICES = {name: entry.metadata["choices"] for name, entry in SETTINGS.items() if entry.metadata["choices"]}
"""What the settings with a fixed choice may be."""


def describe() -> list[dict[str, Any]]:
    """Every setting: its `name`, `default`, `help`, and what is `allowed` where not everything is."""
    return [
        {
            "name": name,
            "default": entry.default,
            "help": entry.metadata["help"],
            "allowed": allowed(entry),
        }
        for name, entry in SETTINGS.items()
    ]


def parse_layers(student: str) -> tuple[int, int] | None:
    """`layers:E+D` → `(E, D)`, anything else → None."""
    match = _LAYERS.fullmatch(student)
    return (int(match[1]), int(match[2])) if match else None


def _converted(values: Mapping[str, Any]) -> RunConfig:
    return RunConfig(**{name: converted(SETTINGS[name], value) for name, value in values.items()})
