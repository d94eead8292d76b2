"""Waiting for a slow call."""

import threading
from collections.abc import Callable, Generator

import pytest

from ui.shared import background
from ui.shared.background import reported


def test_it_repeats_the_last_note_until_there_is_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio ends an event only where it yields: a model that is long in loading must not hold Stop up."""
    monkeypatch.setattr(background, "BEAT", 0.01)
    news, end = threading.Event(), threading.Event()

    def call(report: Callable[[str], None]) -> str:
        news.wait()
        report("half")
        end.wait()
        return "all"

    notes = reported("nothing", call)
    assert [next(notes) for _ in range(3)] == ["nothing"] * 3
    news.set()
    while next(notes) != "half":
        pass
    assert next(notes) == "half"
    end.set()
    assert _outcome(notes) == "all"


def _outcome(notes: Generator[str, None, str]) -> str:
    while True:
        try:
            next(notes)
        except StopIteration as ended:
            return str(ended.value)


def test_its_error_is_raised() -> None:
    def call(report: Callable[[int], None]) -> None:
        raise ValueError("no such model")

    with pytest.raises(ValueError, match="no such model"):
        list(reported(0, call))
