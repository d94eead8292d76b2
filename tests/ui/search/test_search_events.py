"""The Search tab's events on a search whose candidates follow from their shapes."""

import csv
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from distill.errors import BadConfig
from distill.families.t5 import shapes
from distill.search import Plan, results, students
from distill.search.folder import Search
from distill.search.teachers import space_of, teacher_of
from models.errors import BadRequest
from models.settings import Settings
from tests.distill.search.fake import Fake, new, work
from ui import page
from ui.distil import distil_tab
from ui.search import asking, search_events, search_rendering, search_tab
from ui.search.search_events import drawn, into_form
from ui.shared.studio import Studio
from ui.shared.watching import Watch

VALUES: dict[str, Any] = {
    "teacher": "t", "source": "built-in", "file": None, "document": None, "summary": None, "hub": None,
    "sampler": "random", "trials": 5.0, "goal": 0.5, "alpha": -0.1, "slowest": None, "share": None,
    "steps": 8.0, "seed": None, "multi": False, "space": "",
}  # fmt: skip


@pytest.fixture
def found(settings: Settings) -> Search:
    """A search that has ended."""
    search = new(settings, trials=3)
    work(search, settings, Fake())
    return search


def named(shown: list[Any], view: search_tab.SearchView) -> dict[str, Any]:
    """What is drawn, by the name of the component it is for."""
    names = {part: name for name, part in vars(view).items()}
    return {names[part]: update for part, update in zip(view.outputs, shown, strict=True)}


def test_fields_become_a_plan(settings: Settings) -> None:
    asked = asking.plan(*VALUES.values())
    own = {"sampler": "random", "trials": 5, "steps": 8, "reward_beta": 0.5, "reward_alpha": -0.1}
    assert asked == Plan.of({"teacher": "t", "data": "built-in"}, **own)
    narrowed = asking.plan(*{**VALUES, "space": '{"width": [64]}', "steps": 0}.values())
    assert (narrowed.space, narrowed.steps) == ({"width": [64]}, None)


@pytest.mark.parametrize(
    ("changes", "problem", "words"),
    [
        ({"teacher": None}, BadRequest, "Choose a teacher"),
        ({"source": "hub"}, BadRequest, "Choose a hub data set"),
        ({"trials": 0}, BadConfig, "trials is 0; use a value from 1"),
        ({"space": "[]"}, BadConfig, "The space must hold one JSON object"),
        ({"space": "{"}, BadConfig, "The space is not JSON"),
        ({"sampler": "controller", "multi": True}, BadConfig, "The controller learns from one reward"),
    ],
)
def test_what_is_wrong_is_said(
    changes: dict[str, Any], problem: type[Exception], words: str, settings: Settings
) -> None:
    with pytest.raises(problem, match=words):
        asking.plan(*{**VALUES, **changes}.values())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"trials": 0}, "“Candidates” is 0; use a value from 1"),
        ({"alpha": 1}, "“Weight of latency” is 1; use a value from -10 to 0."),
        ({"goal": 0}, "“Latency goal, × the teacher’s” is 0; use"),
        ({"seed": -1}, "“Seed” is -1; use"),
        ({"sampler": "controller", "multi": True}, "leave “Loss and latency as two objectives, in place of"),
    ],
)
def test_a_setting_that_is_refused_is_called_what_the_tab_calls_it(
    changes: dict[str, Any], words: str, settings: Settings
) -> None:
    built = page.build(settings)
    button = next(part for part in built.blocks.values() if part.elem_id == "start-search")
    start = next(done.fn for done in built.fns.values() if (button._id, "click") in done.targets)
    assert start is not None
    with pytest.raises(gr.Error) as caught:
        start(*{**VALUES, **changes}.values())
    assert words in unescape(str(caught.value.message))


def test_the_small_search_needs_no_new_weights(settings: Settings) -> None:
    plan = asking.small(settings)
    teacher = teacher_of(plan.teacher, settings)
    own = shapes.shape_of(teacher)
    assert space_of(teacher, plan.space).count == own["encoder_layers"] * own["decoder_layers"]
    assert shapes.is_cut({**plan.space, "encoder_layers": 1, "decoder_layers": 1}, own)


def test_that_there_is_none_is_said_only_once_it_is_known(studio: Studio, settings: Settings) -> None:
    """The first look takes seconds on a busy machine: a search that runs must not seem lost meanwhile."""
    with gr.Blocks():
        tab = search_tab.build(studio)
    assert tab is not None
    assert "No search" not in str(tab.view.status.value)
    assert not tab.view.small.visible
    shown = named(drawn(None, settings), tab.view)
    assert "No search yet" in shown["status"]
    assert shown["small"]["visible"]


def test_what_is_drawn_fits_the_view_and_is_sent_once(
    found: Search, studio: Studio, settings: Settings
) -> None:
    with gr.Blocks():
        tab = search_tab.build(studio)
    assert tab is not None
    assert len(tab.asked) == len(VALUES)
    shown = named(drawn(found, settings), tab.view)
    assert shown["watch"].state == f"finished {len(results.collect(found))}"
    assert (shown["small"]["visible"], shown["cancel"]["visible"], shown["resume"]["visible"]) == (False,) * 3
    came_through = len(results.collect(found))  # one of them may be free
    assert f"Too few to say: {came_through} candidates have come through" in shown["importance"]
    with Path(shown["csv"]["value"]).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert f"Search {found.search_id}" in Path(shown["report"]["value"]).read_text(encoding="utf-8")
    best = max(results.collect(found), key=lambda row: row["reward"])
    assert f"Candidate {best['number']}<" in shown["candidate"]
    assert rows[best["number"]]["width"] == str(best["shape"]["width"])
    again = drawn(found, settings, None, shown["watch"])
    assert again[6:] == [gr.skip()] * 8
    files = search_events._files(found, results.collect(found), settings, "running")
    assert [file["visible"] for file in files] == [True, False]


def test_a_candidate_picked_since_the_view_was_drawn_is_drawn_and_nothing_else(
    found: Search, studio: Studio, settings: Settings
) -> None:
    with gr.Blocks():
        tab = search_tab.build(studio)
    assert tab is not None
    number = next(iter(results.collect(found)))["number"]
    shown = named(drawn(found, settings, number, drawn(found, settings)[0]), tab.view)
    assert shown["watch"].said == (number,)
    assert f"Candidate {number}<" in shown["candidate"]
    assert [shown[name] for name in ("chooser", "curves", "importance", "table", "csv", "report")] == [
        gr.skip()
    ] * 6


def test_other_searches_are_beside_it_only_where_rewards_can_be_compared(settings: Settings) -> None:
    one, same, other = new(settings, seed=1), new(settings, seed=2, sampler="tpe"), new(settings, steps=4)
    assert [each.search_id for each in search_events.searches.alike(one, settings)] == [same.search_id]
    assert search_events.searches.alike(other, settings) == []
    with_it = results.beside(one, settings)
    assert list(with_it) == [f"tpe, seed 2 ({same.search_id})"]
    (same.folder / "trials.db").unlink()  # a broken one takes nothing with it
    assert results.beside(one, settings) == {}


def test_searches_that_judge_on_other_texts_are_not_side_by_side(settings: Settings) -> None:
    one, same, other, empty = (new(settings, seed=seed) for seed in (1, 2, 3, 4))
    worth_nothing = {one.search_id: 5.4321, same.search_id: 5.43212, other.search_id: 5.6}

    def rows(search: Search) -> list[results.Row]:
        found = worth_nothing.get(search.search_id)
        return [] if found is None else [{"reference": found}]

    names = [name.rpartition(" ")[2].strip("()") for name in results.beside(one, settings, rows)]
    assert sorted(names) == sorted([same.search_id, empty.search_id])


def test_a_broken_search_is_said_and_leaves_the_others(found: Search, settings: Settings) -> None:
    broken = new(settings)
    (broken.folder / "trials.db").unlink()
    watch, _, _, _, chooser, status, *_ = search_events.job_events(settings).opened(None, Watch(), None)
    assert watch.job_id == broken.search_id
    assert "There is no search" in status
    assert chooser["choices"] == [broken.search_id, found.search_id]


def test_a_candidate_fills_the_form(found: Search, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def make(search: Search, number: int, settings: Settings) -> str:
        asked.append(number)
        return f"search:{search.search_id}/{number}"

    monkeypatch.setattr(students, "make", make)
    tabs, teacher, origin, student, source, hub = into_form(found, 1, studio)
    assert (tabs.selected, teacher["value"], origin) == ("distil", "t", "model")
    assert student["value"] == f"search:{found.search_id}/1"
    assert (source, hub, asked) == ("built-in", gr.skip(), [1])
    with gr.Blocks():
        form = distil_tab.build(studio)
    assert form is not None
    assert source in [value for _, value in form.form.data.source.choices]


def test_it_is_closed_where_distilling_is(settings: Settings) -> None:
    with gr.Blocks():
        closed = Studio(replace(settings, enable_distill=False), None)  # type: ignore[arg-type]
        assert search_tab.build(closed) is None
    assert "ENABLE_DISTILL=1" in search_rendering.OFF
