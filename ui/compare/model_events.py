"""What the Compare tab does when another model, engine or set is chosen."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from models.store.catalogue import ROLES
from ui.compare import columns, compare_fields, presets
from ui.compare.compare_tab import CompareTab
from ui.shared.errors import told
from ui.shared.limits import ACT, LAST, QUIET
from ui.shared.result import Result, Session
from ui.shared.studio import Studio


def connect(tab: CompareTab, page: gr.Blocks, studio: Studio) -> list[Any]:
    """Attach the events that change models; returns those that may empty a column."""

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
    asked = [tab.session, tab.model_set]
    set_ = tab.model_set.input(told(choose_set), asked, [*models, tab.session], **LAST, **ACT)
    engines = [tab.columns[role].engine for role in ROLES]
    asked = [tab.session, tab.engines, *engines]
    replaced = [set_, tab.engines.input(told(choose_engines), asked, [*engines, tab.session], **LAST, **ACT)]
    for role in ROLES:
        column = tab.columns[role]
        column.engine.input(lambda: None, None, tab.engines, **LAST, **QUIET)  # no preset any more
        replaced.append(
            gr.on(
                [column.model.change, column.engine.change],
                told(_chooser(role, studio)),
                [tab.session, *compare_fields.choices(tab)],
                [column.header, column.body, tab.session],
                **QUIET,
            )
        )
    return replaced


def models_of(model_set: str, studio: Studio) -> list[Any]:
    """The columns' model fields for a set, as the models and runs on this machine are now."""
    names, choices = studio.columns(model_set), studio.choices()
    return [gr.update(choices=choices, value=names[role]) for role in ROLES]


def at_opening(studio: Studio, model_set: str, *held: str | None) -> list[Any]:
    """The columns of a page just opened: a run may have finished, a model been fetched since the start.

    A field that is right as it is keeps its value, as the visitor may be typing by the time this answer
    arrives.

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
    """Free the memory of a column's former model unless another column uses it. Other visitors lose only
    time: a summary under way keeps its model, the next one loads it again.
    """
    if old and not any(_same_model(old.summary.model, name) for name in models if name):
        studio.pool.release(old.summary.model)


def _same_model(one: str, other: str) -> bool:
    return one == other or other.startswith(f"{one}@")
