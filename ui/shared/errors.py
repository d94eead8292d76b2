"""What a visitor sees when something fails: a sentence to act on, never a traceback."""

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import gradio as gr

from models.errors import DistillError, disk_is_full
from ui.shared.labels import LABELS

OUR_FAULT = "Something went wrong on our side. It is in the server’s log; please try again."
FULL = "The server’s disk is full: nothing can be saved until someone frees some space."
_log = logging.getLogger(__name__)


def message(problem: Exception) -> str:
    """The sentence for the visitor, unescaped; anything but a `DistillError` is logged with its traceback."""
    if isinstance(problem, DistillError):
        return _with_labels(problem)
    _log.error("Unexpected error", exc_info=problem)
    return FULL if disk_is_full(problem) else OUR_FAULT


def told(function: Callable[..., Any], html: bool = True) -> Callable[..., Any]:
    """An event function or endpoint whose errors reach the visitor as `gr.Error`.

    The page shows the text as HTML, and it may quote what was typed: so it is escaped, unless `html` is
    False, for an endpoint whose clients take it as it is.
    """
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generate(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from function(*args, **kwargs)
            except Exception as problem:
                raise error(problem, html) from None

        return generate

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as problem:
            raise error(problem, html) from None

    return call


def error(problem: Exception, html: bool = True) -> gr.Error:
    """What a client is told about a problem; `html` as for `told`."""
    if isinstance(problem, gr.Error):
        return problem
    said = message(problem)
    if not html and isinstance(problem, DistillError):  # a script knows the setting by its own name
        said = str(problem)
    return gr.Error(escape(said) if html else said, title="Not possible", print_exception=False)


def _with_labels(problem: DistillError) -> str:
    """The message with the page's labels in place of the settings' names, where they have one."""
    said = str(problem)
    for name in problem.settings:
        if label := LABELS.get(name, "").partition(" (")[0]:
            said = said.replace(name, f"“{label}”", 1)
    return said
