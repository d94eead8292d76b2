from pathlib import Path

import gradio as gr
import pytest

from distill import comparison
from distill.comparison import Comparison, ComparisonPlan
from distill.errors import BadConfig
from distill.jobs import processes
from models.settings import Settings
from ui.distil import starting
from ui.methods import methods_panel
from ui.methods.methods_events import drawn, look

VALUES = {"teacher": "embedded/teacher", "student": "embedded/original", "methods": ["logit"], "budget": "5"}


def new(settings: Settings) -> Comparison:
    return comparison.create(ComparisonPlan.from_values(VALUES), settings)


def test_what_is_drawn_fits_the_panel(settings: Settings) -> None:
    with gr.Blocks():
        panel = methods_panel.build()
    found = new(settings)
    assert len(drawn(None, settings)) == len(drawn(found, settings)) == len(panel.outputs)


def test_news_changes_its_look_and_pictures_are_sent_once(settings: Settings) -> None:
    found = new(settings)
    before = look(found)
    assert look(found) == before
    found.update(done=1, message="Training logit")
    assert look(found) != before
    watch, cancel, resume, chooser, status, _, pictures, *files = drawn(found, settings, before)
    assert watch == look(found)
    assert (cancel["visible"], resume["visible"]) == (True, False)
    assert "Training logit" in status
    assert [chooser, pictures, *files] == [gr.skip()] * 6
    found.update(status="finished")
    *_, pictures, table, scores, everything, images = drawn(found, settings, before)
    assert pictures == ""
    assert not any(button["visible"] for button in (table, scores, everything, images))


def test_a_finished_comparison_can_be_downloaded(settings: Settings) -> None:
    found = new(settings)
    names = ("table.csv", "scores.csv", "result.json", "pictures.zip")
    for name in names:
        (found.folder / name).write_text('{"complete": true}')
    found.update(status="finished")
    buttons = drawn(found, settings)[-4:]
    assert [Path(button["value"]).name for button in buttons] == list(names)
    assert all(Path(button["value"]).is_relative_to(settings.temporary) for button in buttons)
    assert all(button["visible"] for button in buttons)


def test_one_that_was_cut_off_is_resumed_and_not_cancelled(settings: Settings) -> None:
    found = new(settings)
    found.belongs_to({**processes.identity(), "started": 0.0})
    _, cancel, resume, *_ = drawn(found, settings)
    assert (cancel["visible"], resume["visible"]) == (False, True)


def test_a_wrong_budget_is_said_and_starts_nothing(settings: Settings) -> None:
    with pytest.raises(BadConfig, match="budget is 'soon'"):
        starting.compare({**VALUES, "budget": "soon"}, settings)
    assert comparison.all_comparisons(settings) == []
