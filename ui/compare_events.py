"""What the Compare tab's buttons do: thin functions between the components and `comparing`."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import gradio as gr

from models.catalogue import ROLES
from models.summarizer import LongInput
from ui import columns, compare_fields, comparing, counter, examples, presets, rendering, results_log
from ui.compare import CompareTab
from ui.errors import told
from ui.limits import ACT, INFERENCE, QUIET
from ui.result import Result, Session
from ui.studio import Studio

_log = logging.getLogger(__name__)


def connect(tab: CompareTab, page: gr.Blocks, studio: Studio) -> None:
    """Attach every event of the tab."""
    bodies = [tab.columns[role].body for role in ROLES]
    buttons = [tab.run_all, *(tab.columns[role].button for role in ROLES)]
    choices = compare_fields.choices(tab)
    # A model that was changed meanwhile would stand above the summary of the one before.
    locked = [*buttons, tab.model_set, tab.engines, *choices]
    inputs = [
        tab.session,
        tab.text,
        tab.reference,
        tab.panel.long_input,
        tab.panel.refine,
        *choices,
        *tab.panel.fields,
    ]
    ended = [*locked, tab.stop, tab.table, tab.nothing, tab.csv, tab.jsonl]

    def end(session: Session) -> list[Any]:
        return _ended(session, len(locked), studio.settings.temporary)

    running = gr.on(
        [button.click for button in buttons],
        told(_runner(tab, studio, locked)),
        inputs,
        [*bodies, *locked, tab.stop, tab.session],
        show_progress="hidden",
        api_visibility="private",
        trigger_mode="once",  # for all of them: each run goes on from the session that it was given
        **INFERENCE,
    )
    running.then(end, tab.session, ended, **QUIET)
    tab.stop.click(None, cancels=[running], queue=False, api_visibility="private").then(
        _stopped, tab.session, bodies, **QUIET
    ).then(end, tab.session, ended, **QUIET)
    _connect_input(tab, studio)
    _connect_models(tab, page, studio)


def _runner(
    tab: CompareTab, studio: Studio, locked: Sequence[gr.Component]
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
        yield {**started, tab.stop: gr.update(interactive=True)}
        roles = roles_of[cast(gr.Button, pressed.target).elem_id]
        for shown, now in comparing.compare(request, roles, session, studio):
            yield {**{tab.columns[role].body: html for role, html in shown.items()}, tab.session: now}

    return run


def _ended(session: Session, locked: int, downloads: Path) -> list[Any]:
    ready = [gr.update(interactive=True)] * locked
    if not session.rows:
        return [*ready, gr.update(interactive=False), gr.skip(), gr.skip(), gr.skip(), gr.skip()]
    try:
        files = [
            gr.update(value=file, interactive=True) for file in results_log.files(session.rows, downloads)
        ]
    except OSError as problem:  # a full disk costs the downloads, not the page
        _log.error("The results cannot be written to %s: %s", downloads, problem)
        files = [gr.update(interactive=False)] * 2
    shown = gr.update(value=results_log.table(session.rows), visible=True)
    return [*ready, gr.update(interactive=False), shown, gr.update(visible=False), *files]


def _stopped(session: Session) -> list[Any]:
    return [gr.skip() if role in session.results else rendering.waiting("Stopped.") for role in ROLES]


def _connect_input(tab: CompareTab, studio: Studio) -> None:
    def count(text: str, *models: str | None) -> str:
        return counter.counted(text, next((name for name in models if name), None), studio)

    models = [tab.columns[role].model for role in ROLES]
    tab.text.change(count, [tab.text, *models], tab.counter, trigger_mode="always_last", **QUIET)
    tab.text.input(_forget, [tab.text, tab.reference], tab.reference, **QUIET)
    tab.clear.click(lambda: ("", ""), None, [tab.text, tab.reference], **QUIET)


def _forget(text: str, reference: str) -> Any:
    """An example's reference goes with the example: it is none for another text."""
    own = {summary: document for _, document, summary in examples.examples()}
    return "" if own.get(reference, text) != text else gr.skip()


def _connect_models(tab: CompareTab, page: gr.Blocks, studio: Studio) -> None:
    def choose_set(session: Session, name: str) -> list[Any]:
        for result in session.results.values():
            let_go(result, studio.columns(name).values(), studio)
        return [*models_of(name, studio), replace(session, results={})]

    def choose_engines(session: Session, name: str, *present: str) -> list[Any]:
        wanted = presets.ENGINES[name]
        for role, engine in zip(ROLES, present, strict=True):
            session = session if engine == wanted[role] else session.without(role)
        return [*wanted.values(), session]

    models = [tab.columns[role].model for role in ROLES]
    headers = [tab.columns[role].header for role in ROLES]
    opened = partial(at_opening, studio)
    page.load(told(opened), [tab.model_set, *models, *headers], [*models, *headers], **QUIET)
    # These change several columns at once. Each column’s own event follows, and they may meet: so results
    # are dropped here.
    tab.model_set.input(told(choose_set), [tab.session, tab.model_set], [*models, tab.session], **ACT)
    engines = [tab.columns[role].engine for role in ROLES]
    asked = [tab.session, tab.engines, *engines]
    tab.engines.input(told(choose_engines), asked, [*engines, tab.session], **ACT)
    for role in ROLES:
        column = tab.columns[role]
        column.engine.input(lambda: None, None, tab.engines, **QUIET)  # no preset any more
        gr.on(
            [column.model.change, column.engine.change],
            told(_chooser(role, studio)),
            [tab.session, *compare_fields.choices(tab)],
            [column.header, column.body, tab.session],
            **QUIET,
        )


def models_of(model_set: str, studio: Studio) -> list[Any]:
    """The columns' model fields for a set, as the models and runs on this machine are now."""
    names, choices = studio.columns(model_set), studio.choices()
    return [gr.update(choices=choices, value=names[role]) for role in ROLES]


def at_opening(studio: Studio, model_set: str, *held: str | None) -> list[Any]:
    """The columns of a page just opened: a run may have finished, a model been fetched since the start.

    What is right as it is keeps its value: this answer may come when something else is already typed.

    Args:
        studio, model_set: What the columns are of.
        *held: The models, then the headers, that the page has.
    """
    names = studio.columns(model_set)
    fields = [
        gr.update(choices=update["choices"]) if update["value"] == name else update
        for update, name in zip(models_of(model_set, studio), held, strict=False)
    ]
    heads = [columns.head(role, names[role], studio) for role in ROLES]
    return [
        *fields,
        *(gr.skip() if head == old else head for head, old in zip(heads, held[len(ROLES) :], strict=True)),
    ]


def _chooser(role: str, studio: Studio) -> Callable[..., tuple[str, str, Session]]:
    def choose(session: Session, *values: Any) -> tuple[str, str, Session]:
        models = compare_fields.models(values)
        let_go(session.results.get(role), models.values(), studio)
        name = models[role]
        return columns.head(role, name, studio), columns.idle(role, name, studio), session.without(role)

    return choose


def let_go(old: Result | None, models: Iterable[str | None], studio: Studio) -> None:
    """Free the memory of a column's former model unless another column has it.

    Other visitors lose nothing but time: a summary under way keeps its model, the next one loads it again.
    """
    if old and not any(_same_model(old.summary.model, name) for name in models if name):
        studio.pool.release(old.summary.model)


def _same_model(one: str, other: str) -> bool:
    return one == other or other.startswith(f"{one}@")
