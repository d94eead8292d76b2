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
from ui.shared.limits import ACT, QUIET
from ui.shared.studio import Studio
from ui.shared.watching import Watch, shown, signature

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
    view = tab.view

    def opened(watch: Watch, chosen: int | None) -> list[Any]:
        return drawn(watched(watch, settings), settings, chosen)

    def tick(watch: Watch, chosen: int | None) -> Any:
        found = watched(watch, settings) if watch.state else None
        if found is None or not _has_news(found, watch):
            return gr.skip()
        return drawn(found, settings, chosen, watch)

    def start(*values: Any) -> list[Any]:
        return drawn(searches.start(asking.plan(settings, *values), settings), settings)

    def small() -> list[Any]:
        return drawn(searches.start(asking.small(settings), settings), settings)

    def cancel(watch: Watch, chosen: int | None) -> list[Any]:
        found = _of(watch, settings)
        found.cancel()
        return drawn(found, settings, chosen)

    def resume(watch: Watch, chosen: int | None) -> list[Any]:
        found = _of(watch, settings)
        found.resume(settings)
        return drawn(found, settings, chosen)

    def select(search_id: str) -> list[Any]:
        return drawn(searches.find(search_id, settings), settings)

    state = [view.watch, view.chosen]
    place.select(told(opened), state, view.outputs, **QUIET)
    gr.Timer(_TICK).tick(tick, state, view.outputs, **QUIET)
    tab.start.click(told(start), tab.asked, view.outputs, **ACT)
    view.small.click(told(small), None, view.outputs, **ACT)
    view.cancel.click(told(cancel), state, view.outputs, **ACT)
    view.resume.click(told(resume), state, view.outputs, **ACT)
    view.chooser.input(told(select), view.chooser, view.outputs, **ACT)


def _connect_candidates(view: SearchView, form: RunForm, tabs: gr.Tabs, studio: Studio) -> None:
    settings = studio.settings

    def point(watch: Watch, event: gr.SelectData) -> list[Any]:
        return _picked(_rows(_of(watch, settings)), int(event.value))

    def line(watch: Watch, event: gr.SelectData) -> list[Any]:
        return _picked(_rows(_of(watch, settings)), int(event.row_value[0]))

    def distil(watch: Watch, chosen: int | None) -> list[Any]:
        return into_form(_of(watch, settings), chosen, studio)

    picked = [view.chosen, view.scatter, view.candidate, view.distil]
    view.scatter.select(told(point), view.watch, picked, **ACT)
    view.table.select(told(line), view.watch, picked, **ACT)
    filled = [tabs, form.teacher, form.origin, form.student, form.data.source, form.data.hub]
    view.distil.click(told(distil), [view.watch, view.chosen], filled, **ACT)


def _of(watch: Watch, settings: Settings) -> Search:
    """The search that a page has drawn."""
    return searches.find(watch.job_id or "", settings)


def watched(watch: Watch, settings: Settings) -> Search | None:
    """The search a page shows."""
    return shown(watch, lambda name: searches.find(name, settings), lambda: searches.all_searches(settings))


def drawn(
    found: Search | None, settings: Settings, chosen: int | None = None, before: Watch | None = None
) -> list[Any]:
    """The view of a search, in the order of `SearchView`; all but the status only once a candidate has ended.

    Args:
        found: The search.
        settings: The studio's.
        chosen: The number of the candidate that is looked at; None for the best.
        before: What the page has drawn of it already.
    """
    if found is None:
        none = [*[gr.skip()] * 3, search_rendering.NONE, *[gr.skip()] * 8]
        return [Watch(state="none"), None, gr.update(visible=True), *none]
    seen = signature(found)  # before the status: news in between is drawn at the next tick
    try:
        status, rows = found.status(), _rows(found)
    except DistillError as problem:  # one broken search must not take the tab with it
        broken = Watch(found.search_id, "broken", seen)
        said = rendering.failed(str(problem))
        return [broken, None, *[gr.update(visible=False)] * 3, _chooser(found, settings), said, *_nothing()]
    watch = Watch(found.search_id, f"{status['status']} {len(rows)}", seen)
    same = before is not None and (before.job_id, before.state) == (watch.job_id, watch.state)
    return [
        watch,
        gr.skip() if same else chosen,
        gr.update(visible=False),
        *jobs.buttons(found, status["status"]),
        gr.skip() if same else _chooser(found, settings),
        search_rendering.status(status),
        *([gr.skip()] * 8 if same else _found(found, rows, settings, chosen, status["status"])),
    ]


def into_form(found: Search, chosen: int | None, studio: Studio) -> list[Any]:
    """The tabs and the Distil form for a candidate: its untrained student, the search's teacher and data.

    A file is named only: who looks at a search may be somebody else than who uploaded it.
    """
    plan, number = found.plan(), chosen if chosen is not None else _best(_rows(found))
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


def _has_news(found: Search, watch: Watch) -> bool:
    if found.search_id != watch.job_id or signature(found) != watch.seen:
        return True
    return watch.state.startswith("running") and found.died()


def _found(
    found: Search, rows: list[results.Row], settings: Settings, chosen: int | None, state: str
) -> list[Any]:
    """Everything below the status."""
    good = [row for row in rows if not row["failed"]]
    compared = {f"{results.name(found)} (this one)": rows} | results.beside(found, settings, _rows)
    return [
        *_picked(rows, chosen)[1:],
        rendering.side_by_side(search_charts.best_rewards(compared)),
        search_rendering.importance(importance(found, rows), len(good)),
        gr.update(value=search_rendering.table(rows, results.front(rows)), visible=True)
        if rows
        else gr.update(visible=False),
        *_files(found, rows, settings, state),
    ]


def _picked(rows: Sequence[results.Row], chosen: int | None) -> list[Any]:
    """The chosen candidate, the chart with it, what is said of it, and whether it can be distilled."""
    by_number, best, on_front = {row["number"]: row for row in rows}, _best(rows), results.front(rows)
    number = chosen if chosen in by_number else best
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


def _chooser(found: Search, settings: Settings) -> Any:
    ids = [each.search_id for each in searches.all_searches(settings)]
    return gr.update(choices=ids, value=found.search_id, visible=len(ids) > 1)
