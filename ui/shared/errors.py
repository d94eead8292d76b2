"""What a visitor sees when something fails: a sentence to act on, never a traceback."""

import functools
import inspect
import logging
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

import gradio as gr

from models.errors import DistillError, disk_is_full
from ui.shared.labels import LABELS

OUR_FAULT = "Something went wrong on our side. It is in the server’s log; please try again."
FULL = "The server’s disk is full: nothing can be saved until someone frees some space."
_log = logging.getLogger(__name__)


def message(problem: Exception, labels: Mapping[str, str] = LABELS) -> str:
    """The sentence for the visitor, unescaped; anything but a `DistillError` is logged with its traceback."""
    if isinstance(problem, DistillError):
        return _with_labels(problem, labels)
    _log.error("Unexpected error", exc_info=problem)
    return FULL if disk_is_full(problem) else OUR_FAULT


def told(
    function: Callable[..., Any], html: bool = True, labels: Mapping[str, str] = LABELS
) -> Callable[..., Any]:
    """An event function or endpoint whose errors reach the visitor as `gr.Error`.

    The page shows the text as HTML, and it may quote what was typed: so it is escaped, unless `html` is
    False, for an endpoint whose clients take it as it is. `labels` are what the form calls the settings.
    """
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generate(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from function(*args, **kwargs)
            except Exception as problem:
                raise error(problem, html, labels) from None

        return generate

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as problem:
            raise error(problem, html, labels) from None

    return call


def error(problem: Exception, html: bool = True, labels: Mapping[str, str] = LABELS) -> gr.Error:
    """What a client is told about a problem; `html` and `labels` as for `told`."""
    if isinstance(problem, gr.Error):
        return problem
    said = message(problem, labels)
    if not html and isinstance(problem, DistillError):  # a script knows the setting by its own name
        said = str(problem)
    return gr.Error(escape(said) if html else said, title="Not possible", print_exception=False)


def _with_labels(problem: DistillError, labels: Mapping[str, str]) -> str:
    """The message with the form's labels in place of the settings' names, where they have one."""
    said = str(problem)
    for name in problem.settings:
        if label := labels.get(name, "").partition(" (")[0]:
            said = said.replace(name, f"“{label}”", 1)
    return said
