"""A tick that began before a visitor chose something, and is answered after that, takes no choice away.

The page's own events are called here in the order in which a slow machine answers them.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest
from gradio.blocks import BlockFunction

from distill import comparison, judging, runs
from distill.comparison import ComparisonPlan
from distill.config import RunConfig
from distill.jobs.job_folder import JobFolder
from distill.judging import EvaluationPlan
from distill.search import results
from models.settings import Settings
from tests.distill.search.fake import Fake, new, work
from ui import page

METHODS = {"teacher": "embedded/teacher", "student": "embedded/original", "methods": ["logit"], "budget": "5"}
MADE: dict[str, Callable[[Settings], JobFolder]] = {
    "run-table": lambda settings: runs.create(RunConfig(student="embedded/original"), settings),
    "all-methods": lambda settings: comparison.create(ComparisonPlan.from_values(METHODS), settings),
    "all-searches": new,
    "all-evaluations": lambda settings: judging.create(EvaluationPlan(("lead:1", "lead:2")), settings),
}
"""How a job is made, by the element that selects one of its kind."""
STARTS = {
    "run-table": ("start-run", "tune-teacher"),
    "all-methods": ("start-methods",),
    "all-searches": ("start-search", "small-search"),
    "all-evaluations": ("start-evaluation",),
}
"""What starts one, by the same element."""


class Visit:
    """What a page's components hold for one visitor."""

    def __init__(self, settings: Settings) -> None:
        self.page = page.build(settings)
        self.held: dict[Any, Any] = {}

    def event(self, elem_id: str, name: str) -> BlockFunction:
        """The event of this name of an element."""
        part = self.part(elem_id)
        return next(done for done in self.page.fns.values() if (part._id, name) in done.targets)

    def tick(self, elem_id: str) -> BlockFunction:
        """The tick that draws an element."""
        part = self.part(elem_id)
        ticks = (done for done in self.page.fns.values() if any(name == "tick" for _, name in done.targets))
        return next(done for done in ticks if part in done.outputs)

    def part(self, elem_id: str) -> Any:
        """The component of this id."""
        return next(part for part in self.page.blocks.values() if part.elem_id == elem_id)

    def begin(self, done: BlockFunction, *said: Any) -> dict[Any, Any]:
        """What an event answers; the page holds it only once it is given to `end`."""
        assert done.fn
        inputs = (self.held.get(part, getattr(part, "value", None)) for part in done.inputs)
        answer = done.fn(*inputs, *said)
        answer = [answer] if len(done.outputs) == 1 or answer == gr.skip() else answer
        return {part: each for part, each in zip(done.outputs, answer, strict=False) if each != gr.skip()}

    def end(self, answer: dict[Any, Any]) -> None:
        """Hold what an event answered."""
        self.held |= answer

    def select(self, elem_id: str, job: JobFolder) -> None:
        """Select a job in the list or the menu of its kind."""
        name = job.folder.name
        if elem_id == "run-table":
            row = gr.SelectData(None, {"index": [0, 0], "value": name, "row_value": [name]})
            self.end(self.begin(self.event(elem_id, "select"), row))
        else:
            self.end({self.part(elem_id): name})
            self.end(self.begin(self.event(elem_id, "input")))


def watch_of(tick: BlockFunction) -> Any:
    """The state in which a tick finds what is drawn."""
    return next(part for part in tick.outputs if isinstance(part, gr.State))


@pytest.mark.parametrize("elem_id", MADE)
def test_a_late_tick_loses_no_chosen_job(elem_id: str, settings: Settings) -> None:
    former, chosen = (MADE[elem_id](settings) for _ in range(2))
    visit = Visit(settings)
    tick = visit.tick(elem_id)
    watch = watch_of(tick)
    visit.select(elem_id, former)
    former.update(message="News")
    late = visit.begin(tick)
    visit.select(elem_id, chosen)
    visit.end(late)
    assert visit.held[watch].job_id == former.folder.name  # it is drawn over the chosen one, for once
    visit.end(visit.begin(tick))
    assert visit.held[watch].job_id == chosen.folder.name
    assert visit.begin(tick) == {}


def test_a_late_tick_loses_no_picked_candidate(settings: Settings) -> None:
    search = new(settings, trials=3)
    work(search, settings, Fake())
    number = min(results.collect(search), key=lambda row: row["reward"])["number"]
    visit = Visit(settings)
    tick, candidate = visit.tick("search-candidate"), visit.part("search-candidate")
    visit.select("all-searches", search)
    best = visit.held[candidate]
    watch = watch_of(tick)
    visit.end({watch: replace(visit.held[watch], state="running 2", seen=())})  # a candidate ended since
    late = visit.begin(tick)
    point = gr.SelectData(None, {"index": number, "value": str(number)})
    visit.end(visit.begin(visit.event("search-scatter", "select"), point))
    picked = visit.held[candidate]
    visit.end(late)
    assert visit.held[candidate] == best != picked  # for once
    visit.end(visit.begin(tick))
    assert visit.held[candidate] == picked
    assert visit.held[watch].said == (number,)
    assert visit.begin(tick) == {}


def test_a_late_tick_loses_no_words_that_runs_are_searched_by(settings: Settings) -> None:
    run = runs.create(RunConfig(student="embedded/original"), settings)
    visit = Visit(settings)
    tick, table = visit.tick("run-table"), visit.part("run-table")
    visit.select("run-table", run)
    run.update(status="finished")
    late = visit.begin(tick)
    visit.end({visit.part("run-search"): "no such run"})
    visit.end(visit.begin(visit.event("run-search", "input")))
    found = visit.held[table]["label"]
    visit.end(late)
    assert visit.held[table]["label"] != found == "0 of 1 runs: select one"  # for once
    visit.end(visit.begin(tick))
    assert visit.held[table]["label"] == found
    assert visit.begin(tick) == {}


def test_whatever_starts_a_job_chooses_it(settings: Settings) -> None:
    visit = Visit(settings)
    for elem_id, buttons in STARTS.items():
        chosen = visit.tick(elem_id).inputs[0]
        assert all(chosen in visit.event(button, "click").outputs for button in buttons)


def test_every_tab_that_follows_jobs_is_tried(settings: Settings) -> None:
    visit = Visit(settings)
    ticks = [done for done in visit.page.fns.values() if any(name == "tick" for _, name in done.targets)]
    following = [tick for tick in ticks if any(isinstance(part, gr.State) for part in tick.outputs)]
    tried = {visit.tick(elem_id)._id for elem_id in MADE}
    assert MADE.keys() == STARTS.keys()
    assert {tick._id for tick in following} == tried
