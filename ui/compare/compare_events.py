"""What the Compare tab's buttons do: thin functions between the components and `comparing`."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import gradio as gr
from gradio.events import Dependency

from models.serving.summarizer import LongInput
from models.store.catalogue import ROLES
from ui.compare import (
    compare_fields,
    comparing,
    counter,
    examples,
    freshness,
    model_events,
    race,
    results_log,
)
from ui.compare.compare_tab import CompareTab
from ui.shared import queueing, rendering
from ui.shared.errors import told
from ui.shared.limits import COMPARE, LAST, QUIET
from ui.shared.queueing import Line
from ui.shared.result import Session
from ui.shared.studio import Studio


def connect(
    tab: CompareTab, page: gr.Blocks, studio: Studio, elsewhere: Sequence[gr.Component] = ()
) -> Dependency:
    """Attach every event of the tab; returns the comparing, for what follows it elsewhere.

    Args:
        tab: The tab's components.
        page: The page.
        studio: The studio.
        elsewhere: What changes a column's model from another tab.
    """
    bodies = [tab.columns[role].body for role in ROLES]
    buttons = [tab.run_all, *(tab.columns[role].button for role in ROLES)]
    choices = compare_fields.choices(tab)
    # A model that was changed meanwhile would stand above the summary of the one before.
    locked = [*buttons, tab.model_set, tab.engines, *choices, *elsewhere]
    inputs = [
        tab.session,
        tab.text,
        tab.reference,
        tab.panel.long_input,
        tab.panel.refine,
        *choices,
        *tab.panel.fields,
    ]
    line = queueing.connect([button.click for button in buttons], locked, tab.stop, tab.queued)
    ended = [*line.left, *locked, tab.stop, tab.table, tab.nothing, tab.csv, tab.jsonl]
    now = [tab.session, tab.text, tab.panel.long_input]

    def end(request: gr.Request, session: Session) -> list[Any]:
        downloads = results_log.folder_of(request, studio.settings)
        return [*line.left.values(), *_ended(session, len(locked), downloads)]

    running = gr.on(
        [button.click for button in buttons],
        told(_runner(tab, line, locked, studio)),
        inputs,
        [*bodies, *locked, *line.left, tab.stop, tab.freshness, tab.race, tab.session],
        show_progress="hidden",
        api_visibility="private",
        trigger_mode="once",  # for all of them: each run goes on from the session that it was given
        **COMPARE,
    )
    # This comes after a stop, too. Following the stop button's click, it would free the others while the run
    # has not heard it yet, and Gradio drops a click on what still runs.
    running.then(_settled, bodies, bodies, **QUIET).then(end, tab.session, ended, **QUIET).then(
        freshness.notice, now, tab.freshness, **QUIET
    )
    running.failure(end, tab.session, ended, **QUIET)  # a press that is refused
    tab.stop.click(None, cancels=[running], queue=False, api_visibility="private")
    _connect_input(tab, studio)
    replaced = model_events.connect(tab, page, studio)
    for event in (tab.text.change, tab.panel.long_input.change, *(each.then for each in replaced)):
        event(freshness.notice, now, tab.freshness, **QUIET)
    return running


def _runner(
    tab: CompareTab, line: Line, locked: Sequence[gr.Component], studio: Studio
) -> Callable[..., Iterator[dict[Any, Any]]]:
    # By name: a component that was updated is another object in its visitor's session.
    roles_of = {tab.run_all.elem_id: ROLES, **{tab.columns[role].button.elem_id: (role,) for role in ROLES}}

    def run(
        pressed: gr.EventData,
        session: Session,
        text: str | None,
        reference: str | None,
        long_input: LongInput,
        refine: bool,
        *rest: Any,
    ) -> Iterator[dict[Any, Any]]:
        models, decoding = compare_fields.read(rest)
        # An untouched box sends None.
        request = comparing.Request(text or "", models, decoding, long_input, reference or "", refine)
        started = {part: gr.update(interactive=False) for part in locked}
        yield {**line.left, **started, tab.stop: gr.update(interactive=True)}
        roles = roles_of[cast(gr.Button, pressed.target).elem_id]
        for shown, now in comparing.compare(request, roles, session, studio):
            bodies = {tab.columns[role].body: html for role, html in shown.items()}
            news = {tab.freshness: freshness.notice(now, text, long_input), tab.race: race.race(now)}
            yield {**bodies, **news, tab.session: now}

    return run


def _ended(session: Session, locked: int, downloads: Path) -> list[Any]:
    ready = [gr.update(interactive=True)] * locked
    if not session.rows:
        return [*ready, gr.update(interactive=False), gr.skip(), gr.skip(), gr.skip(), gr.skip()]
    rows = [results_log.row(result) for result in session.rows]
    files = results_log.downloads(rows, downloads, "summaries")
    shown = gr.update(value=results_log.results_frame(session.rows), visible=True)
    return [*ready, gr.update(interactive=False), shown, gr.update(visible=False), *files]


def _settled(*bodies: str) -> list[Any]:
    return [rendering.waiting("Stopped.") if rendering.at_work(body) else gr.skip() for body in bodies]


def _connect_input(tab: CompareTab, studio: Studio) -> None:
    def count(text: str, *models: str | None) -> str:
        return counter.counted(text, next((name for name in models if name), None), studio)

    models = [tab.columns[role].model for role in ROLES]
    counted = [tab.text.change, *(model.change for model in models)]
    gr.on(counted, count, [tab.text, *models], tab.counter, **LAST, **QUIET)
    # Also of a text that was pasted, which is no `input` to Gradio.
    tab.text.change(_forget, [tab.text, tab.reference], tab.reference, **QUIET)
    tab.clear.click(lambda: ("", ""), None, [tab.text, tab.reference], **QUIET)


def _forget(text: str, reference: str) -> Any:
    """An example's reference goes with the example: it is none for another text."""
    own = {summary: document for _, document, summary in examples.examples()}
    return "" if own.get(reference, text) != text else gr.skip()
