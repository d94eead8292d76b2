"""What the buttons of the methods' comparison do, and the tick that keeps its view fresh."""

import logging
from typing import Any

import gradio as gr

from distill import comparison
from distill.comparison import Comparison
from models.settings import Settings
from ui.distil import form_values, starting
from ui.distil.run_form import RunForm
from ui.methods import methods_rendering
from ui.methods.methods_panel import MethodsPanel
from ui.shared import jobs
from ui.shared.errors import told
from ui.shared.job_events import JobEvents
from ui.shared.limits import ACT, LAST, QUIET
from ui.shared.studio import Studio
from ui.shared.watching import Watch, signature

_TICK = 3.0
_log = logging.getLogger(__name__)


def connect(panel: MethodsPanel, form: RunForm, page: gr.Blocks, studio: Studio) -> None:
    """Attach the events of starting, watching and ending comparisons."""
    settings, events = studio.settings, job_events(studio.settings)
    state, choosing = [panel.chosen, panel.watch], [panel.chosen, *panel.outputs]

    def start(methods: list[str], seeds: float, budget: str, *values: Any) -> list[Any]:
        asked = {"methods": methods, "seeds": int(seeds), "budget": budget}
        return events.choose(starting.compare({**form_values.comparison(*values), **asked}, settings))

    cancel = events.after(lambda found: found.cancel(settings))
    resume = events.after(lambda found: found.resume(settings))
    page.load(told(events.opened), state, panel.outputs, **QUIET)
    gr.Timer(_TICK).tick(events.tick, state, panel.outputs, **QUIET)
    panel.start.click(told(start), [*panel.asked, *form.inputs], choosing, **ACT)
    panel.cancel.click(told(cancel), panel.watch, panel.outputs, **ACT)
    panel.resume.click(told(resume), panel.watch, panel.outputs, **ACT)
    panel.chooser.input(told(events.select), panel.chooser, choosing, **LAST, **ACT)


def job_events(settings: Settings) -> JobEvents[Comparison]:
    """The events of comparisons."""
    return JobEvents(
        lambda name: comparison.find(name, settings),
        lambda: comparison.all_comparisons(settings),
        lambda found, before: drawn(found, settings, before),
    )


def look(found: Comparison) -> Watch:
    """The present look of a comparison."""
    seen = signature(found)  # before the status: news in between is drawn at the next tick
    return Watch(found.comparison_id, found.status()["status"], seen)


def drawn(found: Comparison | None, settings: Settings, before: Watch | None = None) -> list[Any]:
    """The watch and the view of a comparison; pictures and list only where the state has changed."""
    if found is None:
        return [Watch(), *[gr.skip()] * 10]
    watch, status = look(found), found.status()
    same = before is not None and (before.job_id, before.state) == (watch.job_id, watch.state)
    return [
        watch,
        *jobs.buttons(found, status["status"]),
        gr.skip() if same else jobs.chooser(found, comparison.all_comparisons(settings)),
        methods_rendering.status(status),
        methods_rendering.result(found.result()),
        gr.skip() if same else methods_rendering.pictures(found.figures()),
        *([gr.skip()] * 4 if same else _downloads(found, settings)),
    ]


def _downloads(found: Comparison, settings: Settings) -> list[Any]:
    """The files, copied to where the page may serve them from; without any the buttons are hidden."""
    folder = jobs.served("comparisons", found.comparison_id, settings)
    try:
        files = [jobs.copied(file, folder) for file in found.downloads()]
    except OSError as problem:  # with a full disk there are no downloads, but still a page
        _log.error("The comparison cannot be copied to %s: %s", folder, problem)
        files = []
    return [gr.update(value=str(file), visible=True) for file in files] or [gr.update(visible=False)] * 4
