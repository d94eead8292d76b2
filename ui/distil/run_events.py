"""What the Distil tab's run buttons do, and the tick that keeps its view fresh."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from distill import runs
from distill.config import RunConfig
from distill.report.charts import shades
from distill.runs import Run, RunStatus
from models.errors import DistillError
from ui.compare.compare_tab import CompareTab
from ui.distil import advice, curves, form_values, run_list, run_rendering, starting
from ui.distil.curves import CHARTS, Chart
from ui.distil.distil_tab import DistilTab
from ui.distil.run_list import Found
from ui.shared import rendering
from ui.shared.errors import told
from ui.shared.job_events import JobEvents
from ui.shared.limits import ACT, EACH, LAST, QUIET
from ui.shared.studio import Studio
from ui.shared.watching import Watch, signature

TICK = 2.0
"""Seconds between two looks at the run's folder."""


def connect(tab: DistilTab, compare: CompareTab, tabs: gr.Tabs, page: gr.Blocks, studio: Studio) -> None:
    """Attach the events of starting, watching and ending runs."""
    settings, events = studio.settings, job_events(studio)
    view, outputs = tab.view, [tab.watch, *tab.view.outputs]
    looked_at, choosing = [tab.watch, *view.all.wanted], [tab.chosen, *outputs]

    def start(words: str, order: str, *values: Any) -> list[Any]:
        return events.choose(starting.start(form_values.config(*values), settings), words, order)

    def tune(words: str, order: str, *values: Any) -> list[Any]:
        return events.choose(starting.tune_teacher(form_values.config(*values), settings), words, order)

    def select(words: str, order: str, event: gr.SelectData) -> list[Any]:
        return events.select(str(event.row_value[0]), words, order)

    def listed(watch: Watch, *wanted: str) -> tuple[Watch, Any]:
        return replace(watch, said=wanted), run_list.drawn(_all(studio), *wanted)

    def put_beside(watch: Watch) -> tuple[Any, Any]:
        return gr.Tabs(selected="compare"), gr.update(choices=studio.choices(), value=f"run:{watch.job_id}")

    def teach(watch: Watch) -> Any:
        return gr.update(choices=studio.choices(), value=f"run:{watch.job_id}")

    cancel, resume = events.after(Run.cancel), events.after(lambda run: run.resume(settings))
    page.load(told(events.opened), [tab.chosen, *looked_at], outputs, **QUIET)
    gr.Timer(TICK).tick(events.tick, [tab.chosen, *looked_at], outputs, **QUIET)
    tab.start.click(told(start), [*view.all.wanted, *tab.form.inputs], choosing, **ACT)
    tab.tune.click(told(tune), [*view.all.wanted, *tab.form.inputs], choosing, **ACT)
    view.teach.click(told(teach), tab.watch, tab.form.teacher, **ACT)
    view.cancel.click(told(cancel), looked_at, outputs, **ACT)
    view.resume.click(told(resume), looked_at, outputs, **ACT)
    view.all.table.select(told(select), view.all.wanted, choosing, **EACH, **ACT)
    view.compare.click(told(put_beside), tab.watch, [tabs, compare.columns["distilled"].model], **ACT)
    gr.on(
        [view.all.words.input, view.all.order.input],
        listed,
        looked_at,
        [tab.watch, view.all.table],
        **LAST,
        **QUIET,
    )


def job_events(studio: Studio) -> JobEvents[Run]:
    """The events of runs; what else the page says is which runs are listed, and how."""
    return JobEvents(
        lambda name: runs.find(name, studio.settings),
        lambda: runs.all_runs(studio.settings),
        lambda run, before, *wanted: drawn(run, studio, wanted, before),
    )


def look(run: Run, *wanted: str) -> Watch:
    """The present look of a run, and of the list."""
    seen = signature(run)  # before the status: news in between is drawn at the next tick
    return Watch(run.run_id, run.status().status, seen, wanted)


def drawn(
    run: Run | None, studio: Studio, wanted: Sequence[str] = ("", "newest"), before: Watch | None = None
) -> list[Any]:
    """The watch and every component of the view for a run; what looks after the run only where its state has
    changed, the list also where other runs are wanted.

    Args:
        run: The run; None where there is none.
        studio: The studio.
        wanted: Which runs are listed, and how; see `run_list.listed`.
        before: What the page shows already.
    """
    if run is None:
        return _nothing(wanted)
    watch, status, config = look(run, *wanted), _shown(run), _config(run)
    going, stopping = status.status == "running", run.stop_requested()
    tuned = status.student is not None and config is not None and not config.teacher
    worse = status.status == "worse"
    same = before is not None and (before.job_id, before.state) == (watch.job_id, watch.state)
    same_list = same and before is not None and before.said == watch.said
    return [
        watch,
        run_rendering.status(status, config),
        gr.update(visible=going, interactive=not stopping, value="Stopping…" if stopping else "Cancel run"),
        gr.update(visible=status.status in runs.RESUMABLE),
        gr.update(
            visible=status.student is not None,
            variant="secondary" if worse else "primary",
            value="Compare it anyway" if worse else "Compare it",
        ),
        gr.update(visible=tuned),
        run_rendering.result(run.result()),
        run.log_tail(),
        *([gr.skip()] * 2 if same_list else _list(studio, wanted)),
        *([gr.skip()] * len(_NO_CARE) if same else _care(status, before)),
        *_charts(run.metrics()),
    ]


_NO_CARE = [gr.update(visible=False), *[gr.skip()] * 5, gr.update(visible=False)]


def _nothing(wanted: Sequence[str]) -> list[Any]:
    """The view without a run."""
    watch, hidden = Watch(said=tuple(wanted)), gr.update(visible=False)
    return [watch, run_rendering.NO_RUN, *[hidden] * 4, "", "", hidden, hidden, *_NO_CARE, *_charts([])]


def _care(status: RunStatus, before: Watch | None) -> list[Any]:
    """What looks after the run. What is typed there stays while the same run is shown."""
    other = before is None or before.job_id != status.run_id
    link = f"students/{status.run_id}.zip"
    return [
        gr.update(visible=True),
        *([status.name, status.note] if other else [gr.skip()] * 2),
        gr.skip(),
        gr.update(visible=status.student is not None, link=link),
        gr.update(interactive=status.status != "running"),
        gr.update(visible=False),
    ]


def _list(studio: Studio, wanted: Sequence[str]) -> list[Any]:
    found = _all(studio)
    return [run_list.drawn(found, *wanted), gr.update(visible=len(found) > 1)]


def _all(studio: Studio) -> list[Found]:
    return [(_shown(run), _config(run)) for run in runs.all_runs(studio.settings)]


def _charts(rows: list[dict[str, Any]]) -> list[Any]:
    """What each page says while it is empty, then every chart."""
    empty, charts = [], []
    for page, found in CHARTS.items():
        drawable = [_chart(chart, rows) for chart in found]
        charts += drawable
        none = not any(chart["visible"] for chart in drawable)
        empty.append(rendering.waiting(curves.empty(page, rows)) if none else "")
    return [*empty, *charts]


def _chart(chart: Chart, rows: list[dict[str, Any]]) -> Any:
    points = curves.dashed(chart.points(rows))
    if not chart.shown(points):
        return gr.update(visible=False)
    colours = chart.colours or shades(list(points["line"].unique()))
    return gr.update(value=points, color_map=colours, title=curves.title(chart, rows), visible=True)


def _shown(run: Run) -> RunStatus:
    """Its status; of a finished run that made its student worse, that."""
    status = run.status()
    worse = status.status == "finished" and advice.is_worse(run.result())
    return replace(status, status="worse") if worse else status


def _config(run: Run) -> RunConfig | None:
    """Its settings, or None where they cannot be read: one broken run must not take the tab with it."""
    try:
        return run.config()
    except DistillError:
        return None
