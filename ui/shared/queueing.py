"""A press that the server does not answer at once, as others are before it: the page says so by itself."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui.shared import rendering
from ui.shared.limits import QUIET

_MOMENT = 1.0
"""Seconds after a press in which it usually has begun: sooner, the words would only flicker."""


@dataclass(frozen=True)
class Line:
    """What says that a press waits.

    Args:
        clock: Ticks once, unless the press has begun by then.
        said: Where it is said.
    """

    clock: gr.Timer
    said: gr.HTML

    @property
    def left(self) -> dict[Any, Any]:
        """The updates of both once the press has begun, or will not."""
        return {self.clock: gr.update(active=False), self.said: ""}


def connect(
    presses: Sequence[Callable[..., Any]], locked: Sequence[gr.Component], stop: gr.Button, said: gr.HTML
) -> Line:
    """Have presses answered by the page; attach it before what they start, and leave the line there.

    Args:
        presses: What starts something.
        locked: What may not be touched from a press on.
        stop: Takes a press back; not before the moment is over, as Gradio loses what is stopped on its way.
        said: Where it is said that a press waits.
    """
    clock = gr.Timer(_MOMENT, active=False)
    off, on = ({"__type__": "update", "interactive": free} for free in (False, True))
    begin, end = ({"__type__": "update", "active": ticks} for ticks in (True, False))
    gr.on(presses, None, None, [*locked, clock], js=_answer(*[off] * len(locked), begin), **QUIET)
    clock.tick(
        None,
        None,
        [stop, said, clock],
        js=_answer(on, rendering.waiting("Waiting for its turn…"), end),
        **QUIET,
    )
    return Line(clock, said)


def _answer(*updates: Any) -> str:
    """A script that gives these; no call of the server waits for it."""
    return f"() => {json.dumps(updates)}"
