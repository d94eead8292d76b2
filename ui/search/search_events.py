"""What the Search tab's buttons do, and the tick that keeps its view fresh."""

import logging
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from distill import report
from distill.data import BUILT_IN
from distill.report import search_charts
from distill.search import results, searches, students
from distill.search.folder import Search
from distill.search.importance import importance
from models.errors import DistillError
from models.settings import Settings
from ui.distil.run_form import RunForm
from ui.search import asking, search_rendering
from ui.search.search_tab import SearchTab, SearchView
from ui.shared import data_fields, jobs, rendering
from ui.shared.errors import told
from ui.shared.job_events import JobEvents
from ui.shared.labels import SEARCH
from ui.shared.limits import ACT, EACH, LAST, QUIET
from ui.shared.studio import Studio
from ui.shared.watching import Watch, signature

_TICK = 3.0
_log = logging.getLogger(__name__)


def connect(tab: SearchTab, form: RunForm, place: gr.Tab, tabs: gr.Tabs, studio: Studio) -> None:
    """Attach the events of starting, watching and ending searches, and of looking at their candidates.

    Args:
        tab: The tab's components.
        form: The Distil tab's, which a candidate is put into.
        place: The tab itself: nothing is read before it is opened.
        tabs: All tabs.
        studio: The studio.
    """
    place.select(lambda: gr.update(choices=studio.choices()), None, tab.asked[0], **QUIET)
    data_fields.connect(tab.data, studio.settings)
    _connect_searches(tab, place, studio.settings)
    _connect_candidates(tab.view, form, tabs, studio)


def _connect_searches(tab: SearchTab, place: gr.Tab, settings: Settings) -> None:
    view, events = tab.view, job_events(settings)
    looked_at, choosing = [view.watch, view.picked], [view.picked, view.chosen, *view.outputs]

    def tick(chosen: str | None, watch: Watch, picked: int | None) -> Any:
        if not watch.state:  # the tab has not been opened yet
            return gr.skip()
        return events.tick(chosen, watch, picked)

    def choose(found: Search) -> list[Any]:
        return [None, *events.choose(found, None)]

    def start(*values: Any) -> list[Any]:
        return choose(searches.start(asking.plan(*values), settings))

    def small() -> list[Any]:
        return choose(searches.start(asking.small(settings), settings))

    def select(search_id: str) -> list[Any]:
        return choose(searches.find(search_id, settings))

    cancel, resume = events.after(Search.cancel), events.after(lambda found: found.resume(settings))
    place.select(told(events.opened), [view.chosen, *looked_at], view.outputs, **QUIET)
    gr.Timer(_TICK).tick(tick, [view.chosen, *looked_at], view.outputs, **QUIET)
    tab.start.click(told(start, labels=SEARCH), tab.asked, choosing, **ACT)
    view.small.click(told(small), None, choosing, **ACT)
    view.cancel.click(told(cancel), looked_at, view.outputs, **ACT)
    view.resume.click(told(resume), looked_at, view.outputs, **ACT)
    view.chooser.input(told(select), view.chooser, choosing, **LAST, **ACT)


def _connect_candidates(view: SearchView, form: RunForm, tabs: gr.Tabs, studio: Studio) -> None:
    settings = studio.settings

    def point(watch: Watch, event: gr.SelectData) -> list[Any]:
        return _candidate(_rows(_of(watch, settings)), int(event.value))

    def line(watch: Watch, event: gr.SelectData) -> list[Any]:
        return _candidate(_rows(_of(watch, settings)), int(event.row_value[0]))

    def distil(watch: Watch, picked: int | None) -> list[Any]:
        return into_form(_of(watch, settings), picked, studio)

    candidate = [view.picked, view.scatter, view.candidate, view.distil]
    view.scatter.select(told(point), view.watch, candidate, **EACH, **ACT)
    view.table.select(told(line), view.watch, candidate, **EACH, **ACT)
    filled = [tabs, form.teacher, form.origin, form.student, form.data.source, form.data.hub]
    view.distil.click(told(distil), [view.watch, view.picked], filled, **ACT)


def _of(watch: Watch, settings: Settings) -> Search:
    """The search that a page has drawn."""
    return searches.find(watch.job_id or "", settings)


def job_events(settings: Settings) -> JobEvents[Search]:
    """The events of searches; what else the page says is which candidate was picked."""
    return JobEvents(
        lambda name: searches.find(name, settings),
        lambda: searches.all_searches(settings),
        lambda found, before, picked: drawn(found, settings, picked, before),
    )


def drawn(
    found: Search | None, settings: Settings, picked: int | None = None, before: Watch | None = None
) -> list[Any]:
    """The view of a search, in the order of `SearchView`; all but the status only once a candidate has ended,
    the candidate also once another one was picked.

    Args:
        found: The search.
        settings: The studio's.
        picked: The number of the candidate that is looked at; None for the best.
        before: What the page has drawn of it already.
    """
    if found is None:
        none = [*[gr.skip()] * 3, search_rendering.NONE, *[gr.skip()] * 8]
        return [Watch(state="none", said=(picked,)), gr.update(visible=True), *none]
    seen = signature(found)  # before the status: news in between is drawn at the next tick
    try:
        status, rows = found.status(), _rows(found)
    except DistillError as problem:  # one broken search must not take the tab with it
        broken = Watch(found.search_id, "broken", seen, (picked,))
        chooser, said = jobs.chooser(found, searches.all_searches(settings)), rendering.failed(str(problem))
        return [broken, *[gr.update(visible=False)] * 3, chooser, said, *_nothing()]
    watch = Watch(found.search_id, f"{status['status']} {len(rows)}", seen, (picked,))
    same = before is not None and (before.job_id, before.state) == (watch.job_id, watch.state)
    repicked = before is not None and before.said != watch.said
    return [
        watch,
        gr.update(visible=False),
        *jobs.buttons(found, status["status"]),
        gr.skip() if same else jobs.chooser(found, searches.all_searches(settings)),
        search_rendering.status(status),
        *([gr.skip()] * 3 if same and not repicked else _candidate(rows, picked)[1:]),
        *([gr.skip()] * 5 if same else _found(found, rows, settings, status["status"])),
    ]


def into_form(found: Search, picked: int | None, studio: Studio) -> list[Any]:
    """The tabs and the Distil form for a candidate: its untrained student, the search's teacher and data.

    A file is named only: who looks at a search may be somebody else than who uploaded it.
    """
    plan, number = found.plan(), picked if picked is not None else _best(_rows(found))
    if number is None:
        return [gr.skip()] * 6
    student = students.make(found, number, studio.settings)
    data = str(plan.base.get("data") or BUILT_IN)
    named = gr.skip(), gr.skip()
    if data == BUILT_IN:
        named = BUILT_IN, gr.skip()
    elif Path(data).is_file():
        gr.Warning(f"The search used the file {escape(Path(data).name)}: upload it again in the form.")
    else:
        named = "hub", data
    choices = studio.choices()
    teacher = gr.update(choices=choices, value=plan.teacher)
    return [gr.Tabs(selected="distil"), teacher, "model", gr.update(choices=choices, value=student), *named]


def _found(found: Search, rows: list[results.Row], settings: Settings, state: str) -> list[Any]:
    """Everything below the candidate."""
    good = [row for row in rows if not row["failed"]]
    compared = {f"{results.name(found)} (this one)": rows} | results.beside(found, settings, _rows)
    return [
        rendering.side_by_side(search_charts.best_rewards(compared)),
        search_rendering.importance(importance(found, rows), len(good)),
        gr.update(value=search_rendering.table(rows, results.front(rows)), visible=True)
        if rows
        else gr.update(visible=False),
        *_files(found, rows, settings, state),
    ]


def _candidate(rows: Sequence[results.Row], picked: int | None) -> list[Any]:
    """The picked candidate, the chart with it, what is said of it, and whether it can be distilled."""
    by_number, best, on_front = {row["number"]: row for row in rows}, _best(rows), results.front(rows)
    number = picked if picked in by_number else best
    row = by_number.get(-1 if number is None else number)
    return [
        number,
        search_charts.scatter(rows, on_front, number),
        search_rendering.candidate(row, number == best, number in on_front),
        gr.update(visible=row is not None and not row["failed"]),
    ]


def _best(rows: Sequence[results.Row]) -> int | None:
    """The number of the candidate of the highest reward."""
    found = results.best(rows)
    return found["number"] if found else None


def _rows(found: Search) -> list[results.Row]:
    """All candidates that have ended; a file is read again only where it has changed."""
    file = found.folder / "trials.db"
    return _read(found.folder, file.stat().st_mtime_ns) if file.is_file() else results.collect(found)


@lru_cache(maxsize=16)
def _read(folder: Path, changed: int) -> list[results.Row]:
    return results.collect(Search(folder))


def _files(found: Search, rows: Sequence[results.Row], settings: Settings, state: str) -> list[Any]:
    """All candidates, and while nobody works for the search its report, as files that the page may serve."""
    folder, hidden = jobs.served("searches", found.search_id, settings), gr.update(visible=False)
    if not rows:
        return [hidden] * 2
    csv, page = folder / "candidates.csv", folder / "report.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        results.write_table(csv, rows)
        if state != "running":
            report.write(f"search:{found.search_id}", settings, page)
    except (OSError, DistillError) as problem:  # with a full disk there is no download, but still a page
        _log.error("The search cannot be written to %s: %s", folder, problem)
        return [hidden] * 2
    shown = hidden if state == "running" else gr.update(value=str(page), visible=True)
    return [gr.update(value=str(csv), visible=True), shown]


def _nothing() -> list[Any]:
    """What stands below the status of a search that cannot be read."""
    return ["", "", gr.update(visible=False), "", "", *[gr.update(visible=False)] * 3]
