from pathlib import Path
from typing import Any

import pytest

from distill.config import PRESETS, RunConfig
from distill.errors import BadConfig
from models.errors import BadRequest
from models.settings import Settings
from ui import run_form, uploads

MODELS = ("embedded/teacher", "model", "embedded/original", 4, 2)
NO_DATA = ("built-in", None, None, None, None)


def values(
    models: tuple[Any, ...] = MODELS, data: tuple[Any, ...] = NO_DATA, preset: str = "quick"
) -> list[Any]:
    return [*models, *data, preset, *run_form.preset_values(preset).values()]


@pytest.mark.parametrize("preset", PRESETS)
def test_an_untouched_form_is_the_preset(preset: str) -> None:
    config = RunConfig.from_dict(run_form.config(*values(preset=preset)))
    plain = {
        "teacher": "embedded/teacher",
        "student": "embedded/original",
        "preset": preset,
        "data": "built-in",
    }
    assert config == RunConfig.from_dict(plain)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_cleared_cap_is_no_cap(preset: str) -> None:
    filled = {**run_form.preset_values(preset), "max_steps": None, "max_examples": None}
    config = RunConfig.from_dict(run_form.config(*MODELS, *NO_DATA, preset, *filled.values()))
    assert (config.max_steps, config.max_examples) == (None, None)


def test_a_cleared_field_that_must_have_a_number_is_said() -> None:
    cleared = {**run_form.preset_values("quick"), "alpha": None}
    with pytest.raises(BadConfig, match="alpha is ''"):
        RunConfig.from_dict(run_form.config(*MODELS, *NO_DATA, "quick", *cleared.values()))


def test_a_student_of_teacher_layers() -> None:
    config = run_form.config(*values(("embedded/teacher", "layers", None, 4.0, 2.0)))
    assert config["student"] == "layers:4+2"


def test_a_file_with_chosen_columns() -> None:
    config = run_form.config(*values(data=("file", "/tmp/news.csv", "body", "", None)))
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
        run_form.config(*values(models, data))


def test_an_upload_is_kept_for_a_later_resume(settings: Settings) -> None:
    upload = uploads.temporary(settings) / "abc" / "news.csv"
    upload.parent.mkdir(parents=True)
    upload.write_text("document,summary\na,b\n")
    config = uploads.kept({"data": str(upload)}, settings)
    upload.unlink()
    assert Path(config["data"]).read_text() == "document,summary\na,b\n"
    assert Path(config["data"]).name == "news.csv"


@pytest.mark.parametrize("data", ["built-in", "xsum", "/no/such/file.csv"])
def test_other_data_stays_where_it_is(data: str, settings: Settings) -> None:
    assert uploads.kept({"data": data}, settings) == {"data": data}
