from typing import Any

import gradio as gr
import pytest

from distill import runs
from distill.config import RunConfig
from distill.jobs.files import write_json
from models.serving.pool import ModelPool
from models.settings import Settings
from ui.distil import distil_tab
from ui.distil.curves import CHARTS
from ui.distil.run_events import drawn
from ui.shared.studio import Studio


@pytest.mark.parametrize("broken", ["{", "[]", '{"student": ""}'])
def test_a_run_with_unreadable_settings_hides_no_other(broken: str, settings: Settings) -> None:
    whole = runs.create(RunConfig(student="embedded/original"), settings)
    torn = runs.create(RunConfig(student="embedded/original"), settings)
    (torn.folder / "config.json").write_text(broken)
    for run in (whole, torn):
        shown = drawn(run, Studio(settings, ModelPool(settings)))
        assert set(shown[8]["value"]["Run"]) == {whole.run_id, torn.run_id}
    assert "unreadable" in shown[1]


def chart(shown: list[Any], key: str) -> Any:
    keys = [each.key for charts in CHARTS.values() for each in charts]
    return shown[-len(keys) :][keys.index(key)]


def test_every_term_is_drawn_with_its_held_out_values_and_blocks_by_name(studio: Studio) -> None:
    run = runs.create(RunConfig(student="embedded/original", teacher="t", method="multi"), studio.settings)
    for step in (1, 2):
        terms = {"loss": 3.0, "soft": 1.0, "attention": 0.1 * step, "alpha": 0.7, "temperature": 2.0}
        run.record({"step": step, **terms, "gradient/encoder.0": 1.0, "gradient/encoder.1": 2.0})
    run.record({"step": 2, "validation_loss": 3.5, "validation_attention": 0.3})
    shown = drawn(run, studio)
    assert chart(shown, "attention")["value"].values.tolist() == [
        [1, 0.1, "training"],
        [2, 0.2, "training"],
        [1.5, 0.3, "held out"],  # a dash, as there is one validation so far
        [2.5, 0.3, "held out"],
    ]
    assert list(chart(shown, "encoder-gradients")["color_map"]) == ["encoder.0", "encoder.1"]
    assert not chart(shown, "hidden")["visible"]
    charts = sum(map(len, CHARTS.values()))
    empty = dict(zip(CHARTS, shown[-charts - len(CHARTS) : -charts], strict=True))
    assert empty["Losses"] == ""
    assert "Alpha stays 0.7 and the temperature 2." in empty["Schedules"]


def test_quality_says_on_how_many_examples_it_rests(studio: Studio) -> None:
    run = runs.create(RunConfig(student="embedded/original", teacher="t"), studio.settings)
    for step in (1, 2):
        scores = {"validation_rougeL": 0.2, "validation_retention": 0.9, "validation_examples": 12}
        run.record({"step": step, "validation_loss": 3.5, **scores})
    shown = drawn(run, studio)
    assert chart(shown, "rouge")["title"] == "ROUGE on 12 held-out examples"
    assert chart(shown, "retention")["title"] == "% of the teacher’s ROUGE-L on 12 held-out examples"


def test_what_is_drawn_fits_the_view(studio: Studio) -> None:
    with gr.Blocks():
        tab = distil_tab.build(studio)
    assert tab is not None
    run = runs.create(RunConfig(student="embedded/original"), studio.settings)
    outputs = [tab.watch, *tab.view.outputs]
    assert len(drawn(None, studio)) == len(drawn(run, studio)) == len(outputs)


def test_a_tuned_teacher_is_offered_as_one(studio: Studio) -> None:
    for teacher, offered in ((None, True), ("embedded/teacher", False)):
        run = runs.create(RunConfig(student="embedded/original", teacher=teacher), studio.settings)
        run.update(status="finished", student=f"run:{run.run_id}")
        assert drawn(run, studio)[5]["visible"] is offered


def test_a_run_that_made_its_student_worse_is_shown_as_that_everywhere(studio: Studio) -> None:
    run = runs.create(RunConfig(student="embedded/original", teacher="t"), studio.settings)
    run.student.mkdir()
    write_json(run.student / "config.json", {})
    change = {"f": -0.14, "low": -0.2, "high": -0.1}
    for word, shown_as in (("worse", "Worse than before training"), ("better", "Finished")):
        verdict = {"word": word, "difference": change, "n": 60}
        write_json(run.folder / "result.json", {"rows": [], "verdict": verdict})
        run.update(status="finished", message="Finished")
        shown = drawn(run, studio)
        assert shown_as in shown[1]
        assert ("Finished" in shown[1]) is (word == "better")
        assert shown[4]["variant"] == ("secondary" if word == "worse" else "primary")
        assert next(iter(shown[8]["value"]["State"])) == shown_as
