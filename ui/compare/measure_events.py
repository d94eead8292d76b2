"""What the buttons of the measuring panel do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from models.errors import BadRequest
from models.serving.summarizer import LongInput
from ui.compare import compare_fields, freshness, measure_rendering, race, results_log
from ui.compare.compare_tab import CompareTab
from ui.compare.comparing import Request
from ui.compare.measuring import Measured, measure
from ui.shared import queueing
from ui.shared.errors import told
from ui.shared.limits import LAST, QUIET, SLOW
from ui.shared.queueing import Line
from ui.shared.result import Session
from ui.shared.studio import Studio


def connect(tab: CompareTab, studio: Studio) -> None:
    """Attach every event of the panel."""
    panel = tab.measure
    line = queueing.connect([panel.start.click], [panel.start], panel.stop, panel.progress)
    shown = [
        panel.start,
        panel.stop,
        panel.progress,
        panel.table,
        panel.chart,
        panel.csv,
        panel.jsonl,
        tab.race,
        line.clock,
    ]

    def end(request: gr.Request, measured: Measured | None, session: Session, text: str | None) -> list[Any]:
        asked = measured.request if measured else None
        # A presentation that has gone on to the next text shows nothing of the one before.
        bars = race.race(session, measured) if asked and asked.text == text else gr.skip()
        files = results_log.folder_of(request, studio.settings)
        return [*ended(measured, files), bars, line.left[line.clock]]

    asked = [tab.text, tab.panel.long_input, *compare_fields.choices(tab), *tab.panel.fields]
    running = panel.start.click(
        told(_runner(tab, line, studio)),
        [panel.runs, *asked],
        [panel.start, panel.stop, panel.progress, panel.measured, line.clock],
        show_progress="hidden",
        api_visibility="private",
        trigger_mode="once",
        **SLOW,
    )
    now = [panel.measured, *asked]
    for after in (running.then, running.failure):  # when it was stopped or refused, too
        done = after(end, [panel.measured, tab.session, tab.text], shown, **QUIET)
        done.then(notice, now, panel.freshness, **QUIET)
    gr.on([part.change for part in asked], notice, now, panel.freshness, **LAST, **QUIET)
    panel.stop.click(None, cancels=[running], queue=False, api_visibility="private")


def _runner(tab: CompareTab, line: Line, studio: Studio) -> Callable[..., Iterator[dict[Any, Any]]]:
    panel = tab.measure

    def run(runs: int, text: str | None, long_input: LongInput, *rest: Any) -> Iterator[dict[Any, Any]]:
        models, decoding = compare_fields.read(rest)
        request = Request(text or "", models, decoding, long_input)
        locked, stop = gr.update(interactive=False), gr.update(interactive=True)
        started = {**line.left, panel.start: locked, panel.stop: stop}
        for step, measured in measure(request, int(runs), studio):
            # The table and the chart come at the end: drawing them would slow what is measured.
            yield {**started, panel.progress: measure_rendering.progress(step), panel.measured: measured}
            started = {}

    return run


def notice(measured: Measured | None, text: str | None, long_input: str, *rest: Any) -> str:
    """What the measurement shown is of, where that is no longer what the page holds."""
    models = compare_fields.models(rest)
    try:
        _, decoding = compare_fields.read(rest)
    except BadRequest:  # settings that contradict each other have not been measured
        decoding = None
    return freshness.measured_notice(measured, text, long_input, models, decoding)


def ended(measured: Measured | None, downloads: Path) -> list[Any]:
    """Free the buttons and show what has been measured, after the last run or a stop."""
    rows = measure_rendering.rows(measured)
    files = [{**each, "visible": bool(rows)} for each in results_log.downloads(rows, downloads, "runs")]
    frame = measure_rendering.chart(measured)
    chart = gr.update(value=frame if len(frame) else None, visible=len(frame) > 0)
    ready = [gr.update(interactive=True), gr.update(interactive=False)]
    return [*ready, "", measure_rendering.measured_table(measured), chart, *files]
