from pathlib import Path
from typing import Any

import pytest

from distill.comparison import ComparisonPlan
from distill.config import RunConfig
from distill.config.presets import METHODS, PRESETS
from distill.errors import BadConfig
from models.errors import BadRequest
from ui.distil import form_values

MODELS = ("embedded/teacher", "model", "embedded/original", 4, 2)
NO_DATA = ("built-in", None, None, None, None)


def values(
    models: tuple[Any, ...] = MODELS,
    data: tuple[Any, ...] = NO_DATA,
    preset: str = "quick",
    method: str = "logit",
    lines: str = "",
    **changes: Any,
) -> list[Any]:
    shown = {**form_values.preset_values(preset), **form_values.method_values(method), **changes}
    shown |= {"method": method, "preset": preset, "lines": lines}
    shown |= dict(zip(("teacher", "origin", "student", "encoder", "decoder"), models, strict=True))
    shown |= dict(zip(("source", "file", "document", "summary", "hub"), data, strict=True))
    return [shown[name] for name in form_values.FIELDS]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("preset", PRESETS)
def test_an_untouched_form_is_the_preset_and_the_method(preset: str, method: str) -> None:
    config = RunConfig.from_dict(form_values.config(*values(preset=preset, method=method)))
    plain = {
        "teacher": "embedded/teacher",
        "student": "embedded/original",
        "preset": preset,
        "method": method,
        "data": "built-in",
    }
    assert config == RunConfig.from_dict(plain)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_cleared_cap_is_no_cap(preset: str) -> None:
    cleared = values(preset=preset, max_steps=None, max_examples=None)
    config = RunConfig.from_dict(form_values.config(*cleared))
    assert (config.max_steps, config.max_examples) == (None, None)


def test_a_cleared_field_that_must_have_a_number_is_said() -> None:
    with pytest.raises(BadConfig, match="alpha is ''"):
        RunConfig.from_dict(form_values.config(*values(alpha=None)))


def test_a_line_goes_before_the_fields() -> None:
    given = values(lines="alpha=0.25\nencoder_map=last", temperature_schedule="linear", temperature_end="1")
    config = RunConfig.from_dict(form_values.config(*given))
    assert (config.alpha, config.encoder_map, config.temperature_end) == (0.25, "last", 1.0)


def test_a_wrong_key_gives_the_right_one() -> None:
    with pytest.raises(BadConfig, match="Did you mean depth_growth"):
        RunConfig.from_dict(form_values.config(*values(lines="depth_grow=2")))


@pytest.mark.parametrize("method", METHODS)
def test_a_comparison_takes_nothing_that_a_method_sets(method: str) -> None:
    shared = form_values.comparison(*values(method=method, temperature=3, lines="js_beta=0.3"))
    plan = ComparisonPlan.from_values({**shared, "methods": "logit,multi", "budget": "5"})
    logit, multi = (plan.config(name, 42, 5, Path("/x")) for name in ("logit", "multi"))
    assert (logit.alpha, logit.attention_weight, logit.on_policy, logit.divergence) == (
        0.7,
        0,
        0,
        "forward_kl",
    )
    assert (multi.attention_weight, multi.temperature, multi.js_beta) == (1.0, 3.0, 0.3)


def test_a_student_of_teacher_layers() -> None:
    config = form_values.config(*values(("embedded/teacher", "layers", None, 4.0, 2.0)))
    assert config["student"] == "layers:4+2"


def test_a_file_with_chosen_columns() -> None:
    config = form_values.config(*values(data=("file", "/tmp/news.csv", "body", "", None)))
    assert (config["data"], config["document_column"], config["summary_column"]) == (
        "/tmp/news.csv",
        "body",
        None,
    )


@pytest.mark.parametrize(
    ("models", "data", "message"),
    [
        ((" ", "model", "s", 1, 1), NO_DATA, "Choose a teacher"),
        (("t", "model", None, 1, 1), NO_DATA, "student starts from"),
        (MODELS, ("file", None, None, None, None), "Upload"),
        (MODELS, ("hub", None, None, None, ""), "hub data set"),
    ],
)
def test_what_is_missing_is_said(models: tuple[Any, ...], data: tuple[Any, ...], message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        form_values.config(*values(models, data))
