"""Turns the form's values into the settings of a run or of a comparison."""

from collections.abc import Sequence
from typing import Any

from distill.config import RunConfig
from distill.config.presets import METHODS
from models.errors import BadRequest
from ui.distil import advanced
from ui.shared import data_fields
from ui.shared.labels import SIZE, TEACHING

_OF_METHODS = {name for values in METHODS.values() for name in values} - {"alpha"}
_MODELS = ("teacher", "origin", "student", "encoder", "decoder")
_DATA = ("source", "file", "document", "summary", "hub")
FIELDS = (*_MODELS, *_DATA, "method", "preset", "lines", *SIZE, *TEACHING)
"""The form's fields by name, in the order in which their values come."""


def preset_values(preset: str) -> dict[str, Any]:
    """The values a preset gives to the form's size settings."""
    config = RunConfig.from_dict({"student": "-", "preset": preset})
    return {name: getattr(config, name) for name in SIZE}


def method_values(method: str) -> dict[str, Any]:
    """The values a method gives to the form's teaching settings."""
    config = RunConfig.from_dict({"student": "-", "method": method})
    values = {name: getattr(config, name) for name in TEACHING}
    return {name: "" if value is None else value for name, value in values.items()}


def config(*values: Any) -> dict[str, Any]:
    """The form's values as a run's config; raises BadRequest where something is not chosen yet."""
    form = _named(values)
    return {**_settings(form), **advanced.read_lines(form["lines"])}


def comparison(*values: Any) -> dict[str, Any]:
    """What all runs of a comparison take from the form: everything but the steps and what a method sets."""
    form = _named(values)
    chosen = _settings(form)
    apart = {"method", "max_steps", *_OF_METHODS, *METHODS[chosen["method"]]}
    shared = {name: value for name, value in chosen.items() if name not in apart}
    return {**shared, **advanced.read_lines(form["lines"])}


def _named(values: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(FIELDS, values, strict=True))


def _settings(form: dict[str, Any]) -> dict[str, Any]:
    """All settings but those of the lines."""
    return {
        **_chosen_models(**{name: form[name] for name in _MODELS}),
        **data_fields.chosen(**{name: form[name] for name in _DATA}),
        "method": form["method"],
        "preset": form["preset"],
        # A cleared field means “none”; None itself would bring back the preset's or method's value.
        **{name: "" if form[name] is None else form[name] for name in (*SIZE, *TEACHING)},
    }


def _chosen_models(teacher: Any, origin: Any, student: Any, encoder: Any, decoder: Any) -> dict[str, Any]:
    return {
        "teacher": _given(teacher, "Choose a teacher."),
        "student": f"layers:{encoder:.0f}+{decoder:.0f}"
        if origin == "layers"
        else _given(student, "Choose the model that the student starts from."),
    }


def _given(value: str | None, otherwise: str) -> str:
    if not (value or "").strip():
        raise BadRequest(otherwise)
    return str(value).strip()
