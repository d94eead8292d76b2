from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest

from distill import runs
from distill.config import RunConfig
from distill.jobs.files import write_json
from models.serving.pool import ModelPool
from models.settings import Settings
from models.store.catalogue import ROLES
from ui import page
from ui.compare import columns
from ui.compare.compare_events import _ended, _forget, _settled
from ui.compare.examples import examples
from ui.compare.model_events import at_opening, let_go, models_of
from ui.shared import rendering
from ui.shared.result import Result, Session
from ui.shared.studio import Studio


def test_a_reload_shows_the_student_of_a_run_that_finished_meanwhile(settings: Settings) -> None:
    studio = Studio(settings, ModelPool(settings))
    assert models_of("t5", studio)[2]["value"] is None
    run = runs.create(RunConfig(teacher="t5/teacher", student="t5/original"), settings)
    write_json(run.folder / "lineage.json", {"teacher": "t5/teacher"})
    run.student.mkdir()
    write_json(run.student / "config.json", {})
    run.update(status="finished")
    distilled = models_of("t5", studio)[2]
    assert distilled["value"] == "t5/distilled"
    assert distilled["value"] in dict(studio.choices()).values()
    assert studio.folder("t5/distilled") == run.student
    held = [studio.columns("t5")["original"], studio.columns("t5")["teacher"], None]
    opened = at_opening(
        studio, "t5", *held, *(columns.head(*pair, studio) for pair in zip(ROLES, held, strict=True))
    )
    assert opened[2]["value"] == "t5/distilled"
    assert "t5/distilled" in opened[5]


def test_a_late_answer_at_opening_leaves_what_is_typed_by_then(settings: Settings) -> None:
    studio = Studio(settings, ModelPool(settings))
    names = studio.columns("embedded")
    assert list(names.values()) == [f"embedded/{role}" for role in ROLES]
    held = [*names.values(), *(columns.head(role, name, studio) for role, name in names.items())]
    answers = at_opening(studio, "embedded", *held)
    assert len(answers) == 6
    assert not any("value" in answer for answer in answers)
    assert all(answer["choices"] == studio.choices() for answer in answers[:3])


@pytest.mark.parametrize(
    ("models", "kept"),
    [
        (["embedded/original", None, "embedded/distilled"], False),
        (["embedded/teacher@torch:float32", None, None], True),
        (["embedded/teacher"], True),
        (["embedded/teacher-2"], False),
    ],
)
def test_a_replaced_model_is_let_go_unless_a_column_has_it(
    models: list[str | None], kept: bool, settings: Settings, make_result: Callable[..., Result]
) -> None:
    released: list[str] = []
    pool = ModelPool(settings)
    pool.release = released.append
    let_go(make_result("teacher"), models, Studio(settings, pool))
    let_go(None, models, Studio(settings, pool))
    assert released == ([] if kept else ["embedded/teacher"])


def test_a_full_disk_costs_the_downloads_only(make_result: Callable[..., Result], tmp_path: Path) -> None:
    session = Session().add(make_result("teacher"))
    (tmp_path / "file").touch()
    for downloads, kept in ((tmp_path, True), (tmp_path / "file", False)):
        run, stop, table, _, csv, jsonl = _ended(session, 1, downloads)
        assert (run["interactive"], stop["interactive"], table["visible"]) == (True, False, True)
        assert csv["interactive"] is jsonl["interactive"] is kept


def test_an_example_s_reference_goes_with_it() -> None:
    _, document, summary = examples()[0]
    assert _forget("another text", summary) == ""
    assert _forget(document, summary) == gr.skip()
    assert _forget("another text", "my own reference") == gr.skip()


def test_no_tab_changes_a_model_while_models_run(settings: Settings) -> None:
    """“Compare it” would put a run's name above the summary of the model before."""
    config = page.build(settings).get_config_file()
    ids = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
    started = (ids["run-all"], "click")
    locking = [each for each in config["dependencies"] if started in map(tuple, each["targets"])]
    assert [each["backend_fn"] for each in locking] == [False, True]  # the page, then the server
    for each in locking:
        assert {ids[name] for name in ("run-all", "model-distilled", "compare-run")} <= set(each["outputs"])


def test_what_follows_a_stop_follows_what_was_stopped(settings: Settings) -> None:
    """A stop's own click is over before a run has heard it, and Gradio drops a click on what still runs."""
    events = page.build(settings).get_config_file()["dependencies"]
    stops = {event["id"]: event["cancels"] for event in events if event["cancels"]}
    followed = {event["trigger_after"] for event in events}
    assert len(stops) == 2
    assert not followed & stops.keys()
    assert {stopped for each in stops.values() for stopped in each} <= followed


def test_a_stopped_column_says_so_and_the_others_stay() -> None:
    busy = [rendering.loading("Loading…", None), rendering.working(""), rendering.working("The cat")]
    others = [rendering.empty("teacher"), rendering.failed("No model."), "<p>data-clock waiting</p>"]
    assert _settled(*busy, *others) == [rendering.waiting("Stopped.")] * 3 + [gr.skip()] * 3
