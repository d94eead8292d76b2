"""Wait for a slow call while showing what it reports."""

import queue
import threading
from collections.abc import Callable, Generator
from typing import TypeVar

Note = TypeVar("Note")
Outcome = TypeVar("Outcome")


def follow(call: Callable[[Callable[[Note], None]], Outcome]) -> Generator[Note, None, Outcome]:
    """Run `call(report)` in a thread and yield what it reports; returns its outcome or raises its error.

    A caller that stops listening does not stop the call: a model half fetched is better fetched.
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
    while (note := notes.get()) is not None:
        yield note
    if problems:
        raise problems[0]
    return outcome[0]
