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
