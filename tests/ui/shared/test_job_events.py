"""What every tab does that shows work in the background, tried on runs that are drawn as their id."""

from typing import Any

import gradio as gr
import pytest

from distill import runs
from distill.config import RunConfig
from distill.errors import RunNotFound
from distill.runs import Run
from models.settings import Settings
from ui.shared.job_events import JobEvents
from ui.shared.watching import Watch, signature


def drawn(run: Run | None, before: Watch | None, *said: str) -> list[Any]:
    return [Watch(run.run_id, "", signature(run), said) if run else Watch(said=said), *said]


@pytest.fixture
def events(settings: Settings) -> JobEvents[Run]:
    return JobEvents(lambda name: runs.find(name, settings), lambda: runs.all_runs(settings), drawn)


def new_run(settings: Settings, status: str = "finished") -> Run:
    run = runs.create(RunConfig(student="embedded/original"), settings)
    run.update(status=status)
    return run


def test_a_fresh_page_shows_the_job_that_runs_else_the_newest(
    events: JobEvents[Run], settings: Settings
) -> None:
    assert events.opened(None, Watch(), "said") == [Watch(said=("said",)), "said"]
    first, second = new_run(settings, "running"), new_run(settings)
    assert events.opened(None, Watch())[0].job_id == first.run_id
    first.update(status="cancelled")
    assert events.opened(None, Watch())[0].job_id == second.run_id


def test_a_page_keeps_its_job_until_another_is_chosen_or_its_folder_is_gone(
    events: JobEvents[Run], settings: Settings
) -> None:
    first, second, newest = (new_run(settings) for _ in range(3))
    expected = {
        (None, first.run_id): first,
        (second.run_id, first.run_id): second,
        ("removed", first.run_id): first,
        ("removed", "removed"): newest,
    }
    for (chosen, shown), job in expected.items():
        assert events.opened(chosen, Watch(shown))[0].job_id == job.run_id


def test_a_tick_without_news_draws_nothing(events: JobEvents[Run], settings: Settings) -> None:
    assert events.tick(None, Watch()) == gr.skip()
    run = new_run(settings)
    chosen, watch, said = events.select(run.run_id, "said")
    assert (chosen, watch.job_id, said) == (run.run_id, run.run_id, "said")
    assert events.tick(chosen, watch, "said") == gr.skip()
    assert events.tick(chosen, watch, "more") == drawn(run, watch, "more")
    run.update(message="News")
    assert events.tick(chosen, watch, "said") == drawn(run, watch, "said")


def test_what_is_done_is_done_to_the_job_that_is_drawn(events: JobEvents[Run], settings: Settings) -> None:
    run, _ = new_run(settings), new_run(settings)
    acted = events.after(Run.request_stop)
    assert acted(Watch(run.run_id), "said") == drawn(run, None, "said")
    assert run.stop_requested()
    with pytest.raises(RunNotFound):
        acted(Watch())
