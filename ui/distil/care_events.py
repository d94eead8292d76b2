"""What naming a run and deleting it do."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from distill import runs
from distill.runs import deleting, naming
from ui.distil import run_rendering
from ui.distil.distil_tab import DistilTab
from ui.distil.run_events import drawn, job_events
from ui.shared.errors import told
from ui.shared.limits import ACT, QUIET
from ui.shared.studio import Studio
from ui.shared.watching import Watch


def connect(tab: DistilTab, menus: Sequence[gr.Dropdown], studio: Studio) -> None:
    """Attach these events.

    Args:
        tab: The Distil tab.
        menus: Those that offer models, and with them runs by their names.
        studio: The studio.
    """
    settings, care, wanted = studio.settings, tab.view.care, tab.view.all.wanted
    outputs = [tab.watch, *tab.view.outputs]

    def save(watch: Watch, name: str, note: str, *wanted: str) -> list[Any]:
        run = runs.find(watch.job_id or "", settings)
        naming.give(run, settings, name, note)
        return drawn(run, studio, wanted)

    def ask(watch: Watch) -> tuple[Any, str, str]:
        run = runs.find(watch.job_id or "", settings)
        said = run_rendering.question(run.status(), deleting.dependents(run, settings))
        return gr.update(visible=True), said, run.run_id

    def delete(asked: str | None, *wanted: str) -> list[Any]:
        deleting.delete(runs.find(asked or "", settings), settings)
        return job_events(studio).opened(None, Watch(), *wanted)

    def offer() -> list[Any]:
        return [gr.update(choices=studio.choices()) for _ in menus]

    gr.on(
        [care.save.click, care.name.submit],
        told(save),
        [tab.watch, care.name, care.note, *wanted],
        outputs,
        **ACT,
    ).success(offer, None, menus, **QUIET)
    care.delete.click(told(ask), tab.watch, [care.sure, care.question, care.asked], **ACT)
    care.no.click(lambda: gr.update(visible=False), None, care.sure, **QUIET)
    care.yes.click(told(delete), [care.asked, *wanted], outputs, **ACT).success(offer, None, menus, **QUIET)
