"""What looks after a run: drawn for the run that is shown, and never over what is being typed."""

from typing import Any

import gradio as gr
import pytest

from distill import runs
from distill.config import RunConfig
from distill.runs import Run, deleting, naming
from ui.distil import distil_tab, run_rendering
from ui.distil.run_events import drawn, look
from ui.shared.studio import Studio
from ui.shared.watching import signature

FIELDS = ("panel", "name", "note", "save", "student", "delete", "sure")


@pytest.fixture
def run(studio: Studio) -> Run:
    run = runs.create(RunConfig(student="embedded/original", teacher="t"), studio.settings)
    run.update(status="cancelled")
    return run


def care(shown: list[Any], studio: Studio) -> dict[str, Any]:
    with gr.Blocks():
        tab = distil_tab.build(studio)
    assert tab is not None
    outputs = [tab.watch, *tab.view.outputs]
    return {name: shown[outputs.index(getattr(tab.view.care, name))] for name in FIELDS}


def test_a_run_is_shown_with_its_name_and_what_may_be_done(run: Run, studio: Studio) -> None:
    naming.give(run, studio.settings, "Small", "a note")
    found = care(drawn(run, studio), studio)
    assert (found["name"], found["note"]) == ("Small", "a note")
    assert found["delete"]["interactive"]
    assert not found["student"]["visible"]
    run.update(status="finished", student=f"run:{run.run_id}")
    found = care(drawn(run, studio), studio)
    assert found["student"]["visible"]
    assert found["student"]["link"] == f"students/{run.run_id}.zip"
    run.update(status="running")
    assert not care(drawn(run, studio), studio)["delete"]["interactive"]


def test_what_is_typed_stays_while_the_run_goes_on_and_ends(run: Run, studio: Studio) -> None:
    run.update(status="running")
    before = look(run)
    run.record({"step": 1, "loss": 1.0})
    assert all(each == gr.skip() for each in care(drawn(run, studio, before=before), studio).values())
    run.update(status="finished")
    found = care(drawn(run, studio, before=before), studio)
    assert found["name"] == found["note"] == gr.skip()
    assert found["delete"]["interactive"]


def test_a_new_name_is_news_for_every_page_that_shows_the_run(run: Run, studio: Studio) -> None:
    before = signature(run)
    naming.give(run, studio.settings, "Small")
    assert signature(run) != before


def test_menus_show_a_student_by_its_name_and_choose_it_by_its_id(run: Run, studio: Studio) -> None:
    run.student.mkdir()
    (run.student / "config.json").write_text("{}")
    name = f"run:{run.run_id}"
    assert (name, name) in studio.choices()
    naming.give(run, studio.settings, "Small")
    assert (f"Small · {name}", name) in studio.choices()
    deleting.delete(run, studio.settings)
    assert name not in dict(studio.choices()).values()


def test_without_any_run_nothing_of_the_last_one_is_left(run: Run, studio: Studio) -> None:
    shown = drawn(None, studio)
    assert shown[1] == run_rendering.NO_RUN
    found = care(shown, studio)
    assert not found["panel"]["visible"]
    assert not found["sure"]["visible"]


def test_the_question_names_what_needs_the_run(run: Run) -> None:
    plain = run_rendering.question(run.status(), [])
    assert "needed" not in plain
    assert f"trash restore {run.run_id}" in plain
    assert "It is needed by run 1, search 2." in run_rendering.question(run.status(), ["run 1", "search 2"])
