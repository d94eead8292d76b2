"""What the Evaluate tab's buttons do, and the tick that keeps its view fresh."""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr

from distill import judging, report
from distill.jobs.files import read_json_lines
from distill.judging import Evaluation, marks
from distill.judging.cases import chosen
from models.errors import DistillError
from models.settings import Settings
from ui.evaluate import asking, cases_rendering, evaluate_rendering, marks_events
from ui.evaluate.evaluate_tab import EvaluateTab
from ui.evaluate.marks_panel import Opened
from ui.evaluate.poll_events import models_of
from ui.shared import data_fields, jobs
from ui.shared.errors import told
from ui.shared.job_events import JobEvents
from ui.shared.limits import ACT, EACH, LAST, QUIET
from ui.shared.studio import Studio
from ui.shared.watching import Watch, signature

_TICK = 3.0
_log = logging.getLogger(__name__)


def connect(tab: EvaluateTab, page: gr.Blocks, studio: Studio) -> None:
    """Attach the events of starting, watching and ending evaluations, and of reading their texts."""
    page.load(lambda: gr.update(choices=studio.choices()), None, tab.models, **QUIET)
    data_fields.connect(tab.data, studio.settings)
    _connect_evaluations(tab, page, studio.settings)
    _connect_texts(tab, studio.settings)


def _connect_evaluations(tab: EvaluateTab, page: gr.Blocks, settings: Settings) -> None:
    events = job_events(settings)
    state, choosing = [tab.chosen, tab.watch], [tab.chosen, *tab.outputs]

    def start(*values: Any) -> list[Any]:
        return events.choose(judging.start(asking.values(*values), settings))

    cancel, resume = events.after(Evaluation.cancel), events.after(lambda found: found.resume(settings))
    page.load(told(events.opened), state, tab.outputs, **QUIET)
    gr.Timer(_TICK).tick(events.tick, state, tab.outputs, **QUIET)
    tab.start.click(told(start), tab.asked, choosing, **ACT)
    tab.cancel.click(told(cancel), tab.watch, tab.outputs, **ACT)
    tab.resume.click(told(resume), tab.watch, tab.outputs, **ACT)
    tab.chooser.input(told(events.select), tab.chooser, choosing, **LAST, **ACT)


def job_events(settings: Settings) -> JobEvents[Evaluation]:
    """The events of evaluations."""
    return JobEvents(
        lambda name: judging.find(name, settings),
        lambda: judging.all_evaluations(settings),
        lambda found, before: drawn(found, settings, before),
    )


def _connect_texts(tab: EvaluateTab, settings: Settings) -> None:
    def choose(watch: Watch, which: str, order: str) -> list[Any]:
        found = _of(watch, settings)
        cases = _cases(found)
        like_that = chosen(marks.noted(found, cases), which, order)
        said = "" if like_that else cases_rendering.NONE
        return [_table(like_that), said, *marks_events.shown(found, cases, None, settings)]

    def read(watch: Watch, event: gr.SelectData) -> list[Any]:
        found = _of(watch, settings)
        cases, text = _cases(found), int(event.row_value[0])
        if not 1 <= text <= len(cases):
            return ["", *marks_events.shown(found, cases, None, settings)]
        return [cases_rendering.case(cases[text - 1]), *marks_events.shown(found, cases, text, settings)]

    def mark(watch: Watch, opened: Opened) -> list[Any]:
        found = _of(watch, settings)
        marks.put(found, opened.text, not opened.marked, settings)
        return marks_events.shown(found, _cases(found), opened.text, settings)

    chosen_anew = [tab.which.input, tab.order.input]
    texts = [tab.cases, tab.case, *tab.marks.outputs]
    gr.on(chosen_anew, told(choose), [tab.watch, tab.which, tab.order], texts, **LAST, **ACT)
    tab.cases.select(told(read), tab.watch, texts[1:], **EACH, **ACT)
    tab.marks.mark.click(told(mark), [tab.watch, tab.marks.opened], tab.marks.outputs, **ACT)


def _of(watch: Watch, settings: Settings) -> Evaluation:
    """The evaluation that a page has drawn."""
    return judging.find(watch.job_id or "", settings)


def look(found: Evaluation) -> Watch:
    """The present look of an evaluation."""
    seen = signature(found)  # before the status: news in between is drawn at the next tick
    return Watch(found.evaluation_id, found.status()["status"], seen)


def drawn(found: Evaluation | None, settings: Settings, before: Watch | None = None) -> list[Any]:
    """The watch and the view of an evaluation; texts, lists and files only where the state has changed."""
    if found is None:
        return [Watch(), *[gr.skip()] * 19]
    watch, status, result = look(found), found.status(), found.result()
    same = before is not None and (before.job_id, before.state) == (watch.job_id, watch.state)
    return [
        watch,
        *jobs.buttons(found, status["status"]),
        gr.skip() if same else jobs.chooser(found, judging.all_evaluations(settings)),
        evaluate_rendering.status(status),
        evaluate_rendering.result(result),
        evaluate_rendering.charts(result),
        *([gr.skip()] * 8 if same else _texts(found, settings)),
        *([gr.skip()] * 4 if same else _files(found, settings)),
        gr.skip() if same else models_of(found),
    ]


def _texts(found: Evaluation, settings: Settings) -> list[Any]:
    """Filter, order, table, the text that is read, and the marks."""
    cases = _cases(found)
    shown: dict[str, Any] = {"visible": bool(cases)}
    menus = [gr.update(value="all", **shown), gr.update(value="data", **shown)]
    return [*menus, _table(cases), "", *marks_events.shown(found, cases, None, settings)]


def _table(cases: Sequence[Mapping[str, Any]]) -> Any:
    """Without a case it is hidden: an empty one has no headings, and Gradio makes some up."""
    if not cases:
        return gr.update(visible=False)
    return gr.update(value=cases_rendering.cases_frame(cases), visible=True)


def _cases(found: Evaluation) -> Sequence[Mapping[str, Any]]:
    file = found.folder / "cases.jsonl"
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else []


@lru_cache(maxsize=4)  # a click reads one text of what may be thousands
def _read(file: Path, changed: int) -> Sequence[Mapping[str, Any]]:
    return read_json_lines(file)


def _files(found: Evaluation, settings: Settings) -> list[Any]:
    """The files, copied to where the page may serve them from, and the report; hidden before the end."""
    folder = jobs.served("evaluations", found.evaluation_id, settings)
    try:
        files = [jobs.copied(file, folder) for file in found.downloads()]
        files += [_report(found, settings, folder / "report.html")] if files else []
    except (OSError, DistillError) as problem:  # with a full disk there are no downloads, but still a page
        _log.error("The evaluation cannot be copied to %s: %s", folder, problem)
        files = []
    return [gr.update(value=str(file), visible=True) for file in files] or [gr.update(visible=False)] * 4


def _report(found: Evaluation, settings: Settings, target: Path) -> Path:
    if jobs.is_older(target, found.folder / "result.json"):
        report.write(f"evaluation:{found.evaluation_id}", settings, target)
    return target
