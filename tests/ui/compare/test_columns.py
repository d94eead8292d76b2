from dataclasses import replace

import pytest

from models.settings import Settings
from models.store.catalogue import split_engine
from ui.compare import columns
from ui.shared.studio import Studio


@pytest.mark.parametrize(
    ("model", "engine", "name"),
    [
        (" embedded/teacher ", "auto", "embedded/teacher"),
        ("embedded/teacher", "torch:float32", "embedded/teacher@torch:float32"),
        ("embedded/teacher@torch", "ctranslate2:int8", "embedded/teacher@torch"),
        ("/some@where/model", "torch:float32", "/some@where/model@torch:float32"),
        (None, "torch:float32", None),
        ("  ", "auto", None),
    ],
)
def test_the_engine_stands_behind_the_model(model: str | None, engine: str, name: str | None) -> None:
    assert columns.chosen(model, engine) == name


def test_every_engine_offered_is_known(settings: Settings) -> None:
    for engine in columns.ENGINES:
        assert split_engine(columns.chosen("x", engine) or "", settings)[0] == "x"


def test_the_header_shows_the_engine(studio: Studio) -> None:
    html = columns.head("teacher", "embedded/teacher@torch:float32", studio)
    assert "embedded/teacher@torch:float32" in html
    assert "4 + 4 layers" in html


@pytest.mark.parametrize(
    ("custom", "distil", "hint"),
    [
        (True, True, "A name from the list, run:RUN_ID, a local folder or a Hugging Face hub id."),
        (True, False, "A name from the list, a local folder or a Hugging Face hub id."),
        (False, True, "A name from the list or run:RUN_ID."),
        (False, False, "A name from the list."),
    ],
)
def test_the_field_of_a_model_asks_for_what_it_takes(
    custom: bool, distil: bool, hint: str, settings: Settings
) -> None:
    visitor = replace(settings, visitor=True, allow_custom_models=custom, enable_distill=distil)
    assert columns._hint(visitor) == hint


def test_where_nothing_is_distilled_nobody_is_told_to_distil(studio: Studio) -> None:
    assert "Distil one from t5/teacher" in columns.idle("distilled", None, studio)
    closed = replace(studio, settings=replace(studio.settings, visitor=True, enable_distill=False))
    said = columns.idle("distilled", None, closed)
    assert "Distil one" not in said
    assert "choose a model" in said
