"""Wait for a slow call while showing what it reports."""

import queue
import threading
from collections.abc import Callable, Generator
from typing import TypeVar

BEAT = 1.0
"""Seconds between two updates without news: Gradio can stop an event only where it yields."""

Note = TypeVar("Note")
Outcome = TypeVar("Outcome")


def reported(note: Note, call: Callable[[Callable[[Note], None]], Outcome]) -> Generator[Note, None, Outcome]:
    """Run `call(report)` in a thread and yield `note`, then what it reports, the last again at each `BEAT`.

    Returns the call's outcome or raises its error. A caller that stops listening does not stop the call: a
    model half fetched is better fetched.
    """
    notes: queue.Queue[Note | None] = queue.Queue()
    outcome: list[Outcome] = []
    problems: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(call(notes.put))
        except BaseException as problem:  # handed to the listener below
            problems.append(problem)
        finally:
            notes.put(None)

    threading.Thread(target=work, daemon=True).start()
    news: Note | None = note
    while news is not None:
        yield (note := news)
        try:
            news = notes.get(timeout=BEAT)
        except queue.Empty:
            news = note
    if problems:
        raise problems[0]
    return outcome[0]
