"""The settings of a run: what is refused with which words, presets, conversion."""

from typing import Any, Optional

import pytest

from distill.config import PRESETS, RunConfig, parse_layers, values
from distill.errors import BadConfig


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"student": ""}, "No student was named: give a model, or layers:E\\+D"),
        ({"task": "sing"}, "task is 'sing'; use one of summarize, "),
        ({"precision": "int8"}, "precision is 'int8'; use one of auto, float32, bfloat16, float16"),
        ({"preset": "best"}, "preset is 'best'; use one of report, quick"),
        ({"preset": ["report"]}, "preset is \\['report'\\]; use one of report, quick"),
        ({"alpha": 1.5}, "alpha is 1.5; use a value from 0 to 1"),
        ({"alpha": "-0.1"}, "alpha is -0.1; use a value from 0 to 1"),
        ({"alpha": "much"}, "alpha is 'much'; it must be a number"),
        ({"alpha": [0.5]}, "alpha is \\[0.5\\]; it must be a number"),
        ({"alpha": True}, "alpha is True; it must be a number"),
        ({"temperature": 0}, "temperature is 0.0; use a value from 0.05 to 100"),
        *(
            (
                {"temperature": wrong, "temperature_schedule": "learnable"},
                f"temperature is {wrong:g}, where a learnable one starts that moves between 1 and 21",
            )
            for wrong in (0.5, 1, 21, 50)
        ),
        ({"learning_rate": "nan"}, "learning_rate is nan; use a value from 1e-09 to 1"),
        ({"epochs": "inf"}, "epochs is inf; use a value from 0.001 to 1,000"),
        ({"max_steps": "inf"}, "max_steps is 'inf'; it must be a whole number"),
        ({"max_steps": 0}, "max_steps is 0; use a value from 1 to 100,000,000"),
        ({"batch_size": 2.5}, "batch_size is 2.5; it must be a whole number"),
        ({"batch_size": True}, "batch_size is True; it must be a whole number"),
        ({"batch_size": "two"}, "batch_size is 'two'; it must be a whole number"),
        ({"beams": 9}, "beams is 9; use a value from 1 to 8"),
        ({"input_tokens": 513}, "input_tokens is 513; use a value from 8 to 512"),
        ({"seed": -1}, "seed is -1; use a value from 0"),
        ({"gradient_checkpointing": "maybe"}, "gradient_checkpointing is 'maybe'; it must be true or false"),
        ({"data": ["a.csv"]}, "data is \\['a.csv'\\]; it must be text"),
        ({"learning_rat": 1}, "There is no setting 'learning_rat'. Did you mean learning_rate?"),
        ({"xyzzy": 1}, "There is no setting 'xyzzy'. Known: student, teacher, data"),
    ],
)
def test_bad_values(values: dict[str, Any], message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        RunConfig.from_dict({"student": "embedded/original", **values})


def test_the_defaults_are_the_report_s() -> None:
    config = RunConfig.from_dict({"student": "s", "preset": "report"})
    wanted = {
        "alpha": 0.7, "temperature": 2.0, "learning_rate": 3e-5, "epochs": 3.0, "batch_size": 2, "clip": 1.0,
        "seed": 42, "input_tokens": 512, "target_tokens": 128, "beams": 4, "max_examples": 1000,
    }  # fmt: skip
    assert {name: getattr(config, name) for name in wanted} == wanted
    assert config.accumulation > 1
    assert not config.gradient_checkpointing


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_fills_in_and_is_overruled(preset: str) -> None:
    config = RunConfig.from_dict({"student": "s", "preset": preset, "max_examples": 7, "alpha": None})
    assert config.max_examples == 7
    assert config.alpha == 0.7
    for key, value in PRESETS[preset].items():
        if key != "max_examples":
            assert getattr(config, key) == value


def test_an_empty_text_unsets_what_may_be_unset() -> None:
    config = RunConfig.from_dict({"student": "s", "preset": "quick", "max_steps": "", "validation": ""})
    assert config.max_steps is None
    assert config.validation is None


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("max_steps", "1e3", 1000),
        ("batch_size", "8", 8),
        ("batch_size", 8.0, 8),
        ("alpha", "0.25", 0.25),
        ("alpha", 1, 1.0),
        ("gradient_checkpointing", "True", True),
        ("gradient_checkpointing", "false", False),
        ("teacher", "embedded/teacher", "embedded/teacher"),
    ],
)
def test_text_is_converted(key: str, text: Any, value: Any) -> None:
    found = getattr(RunConfig.from_dict({"student": "s", key: text}), key)
    assert found == value
    assert type(found) is type(value)


def test_an_optional_type_is_told_by_its_parts() -> None:
    assert values._kind(int | None) == "int | NoneType"
    assert values._kind(Optional[int]) == "int | NoneType"  # noqa: UP045 - named as Python 3.14 names every union
    assert values._kind(float) == "float"


def test_what_is_saved_comes_back() -> None:
    config = RunConfig.from_dict(
        {"student": "layers:2+1", "teacher": "t", "preset": "quick", "max_steps": ""}
    )
    assert RunConfig(**config.as_dict()) == config


@pytest.mark.parametrize(
    ("student", "layers"),
    [
        ("layers:6+3", (6, 3)),
        ("layers:0+1", (0, 1)),
        ("layers:6", None),
        ("layers:a+b", None),
        ("run:x", None),
    ],
)
def test_layers_are_parsed(student: str, layers: tuple[int, int] | None) -> None:
    assert parse_layers(student) == layers


def test_adaptive_temperatures_need_examples_to_compare() -> None:
    with pytest.raises(BadConfig, match="batch_size to 2"):
        RunConfig.from_dict({"student": "s", "teacher": "t", "method": "adaptive", "batch_size": 1})


def test_the_contrastive_term_needs_texts_to_tell_apart() -> None:
    with pytest.raises(BadConfig, match="batch_size to 2"):
        RunConfig.from_dict({"student": "s", "teacher": "t", "method": "contrastive", "batch_size": 1})
