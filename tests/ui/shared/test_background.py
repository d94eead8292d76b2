"""Waiting for a slow call."""

import threading
from collections.abc import Callable, Generator

import pytest

from ui.shared import background
from ui.shared.background import follow


def test_it_repeats_the_last_note_until_there_is_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio ends an event only where it yields: a model that is long in loading must not hold Stop up."""
    monkeypatch.setattr(background, "BEAT", 0.01)
    news, end = threading.Event(), threading.Event()

    def call(report: Callable[[str], None]) -> str:
        news.wait()
        report("half")
        end.wait()
        return "all"

    following = follow("nothing", call)
    assert [next(following) for _ in range(3)] == ["nothing"] * 3
    news.set()
    while next(following) != "half":
        pass
    assert next(following) == "half"
    end.set()
    assert _outcome(following) == "all"


def _outcome(following: Generator[str, None, str]) -> str:
    while True:
        try:
            next(following)
        except StopIteration as ended:
            return str(ended.value)


def test_its_error_is_raised() -> None:
    def call(report: Callable[[int], None]) -> None:
        raise ValueError("no such model")

    with pytest.raises(ValueError, match="no such model"):
        list(follow(0, call))
