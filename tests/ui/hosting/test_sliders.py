import gradio as gr
import pytest

from ui.hosting import sliders


@pytest.fixture(autouse=True)
def tolerance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gr.Slider, "preprocess", gr.Slider.preprocess)
    sliders.tolerant()


@pytest.mark.parametrize(("given", "taken"), [(None, 3), (6, 4), (0, 1), (2, 2), (-1e9, 1)])
def test_a_slider_takes_a_cleared_or_outdated_number(given: float | None, taken: float) -> None:
    assert gr.Slider(1, 4, 3, step=1).preprocess(given) == taken
