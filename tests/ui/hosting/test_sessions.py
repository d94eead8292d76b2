"""What is kept of calls and visits."""

import gc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from models.settings import Settings
from models.store import catalogue
from tests.ui.visitor import Visitor
from ui import page
from ui.hosting import sessions
from ui.hosting.sessions import Sessions


@pytest.fixture
def served(
    trio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[gr.Blocks, Visitor]]:
    monkeypatch.setattr(catalogue, "EMBEDDED", trio)
    monkeypatch.setenv("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(2**62))  # as app.py sets them
    monkeypatch.setenv("GRADIO_ANALYTICS_MAX_EVENTS", "1")
    settings = Settings(home=tmp_path, threads=1)
    blocks = page.build(settings)
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, **page.options(settings))
    try:
        yield blocks, Visitor(url)
    finally:
        blocks.close(verbose=False)


def test_calls_leave_nothing_behind(
    served: tuple[gr.Blocks, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The objects in memory are counted, which no other work on the machine disturbs."""
    blocks, visitor = served
    monkeypatch.setattr(sessions, "_CALLS", 4)
    for kept in (blocks._queue.pending_messages_per_session, blocks._queue.pending_event_ids_session):
        kept.max_size = 4

    def objects(calls: int) -> int:
        for _ in range(calls):
            assert "event: complete" in visitor.call("summarize", "the cat", "embedded/teacher", 1, 4)
        gc.collect()
        return len(gc.get_objects())

    objects(20)  # what is loaded at first use
    before = objects(10)
    grown = objects(50) - before
    assert grown < 50 * 20, Counter(type(each).__name__ for each in gc.get_objects()).most_common(20)


def test_visits_with_a_state_outlive_any_number_of_calls(
    served: tuple[gr.Blocks, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks, visitor = served
    monkeypatch.setattr(sessions, "_CALLS", 2)
    text = "the cat sat"
    assert "the cat" not in visitor.act("run-original", "click", {"text": " "})
    visitor.act("run-original", "click", {"text": text})
    visit = blocks.app.state_holder.session_data[visitor.session]
    for _ in range(5):
        visitor.call("list_runs")
    assert isinstance(blocks.app.state_holder, Sessions)
    assert blocks.app.state_holder.session_data[visitor.session] is visit
    assert len(blocks.app.state_holder.session_data) <= 3


def test_no_value_of_a_visit_is_kept_for_gradio_s_own_links(
    served: tuple[gr.Blocks, Visitor],
) -> None:
    blocks, visitor = served
    for text in ("the cat" * 1000, "the dog" * 1000):
        visitor.act("text", "change", {"text": text})
        answer = visitor.http.get("gradio_api/deep_link", params={"session_hash": visitor.session})
        assert (answer.status_code, "no links" in answer.json()["detail"]) == (404, True)
    assert blocks.app.state_holder.session_data[visitor.session].config_values == {}


def test_a_page_that_is_asked_for_another_state_is_the_usual_one(served: tuple[gr.Blocks, Visitor]) -> None:
    _, visitor = served
    asked = {"deep_link": "QtDbpcLJ1MQ"}
    assert "run-all" in visitor.http.get("", params=asked).text
    usual = visitor.http.get("config").json()["components"]
    assert visitor.http.get("config", params=asked).json()["components"] == usual


def test_idle_connections_are_kept_open(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, Any] = {}

    def block_thread(blocks: gr.Blocks) -> None:
        found["seconds"] = blocks.server.config.timeout_keep_alive
        blocks.close(verbose=False)

    monkeypatch.setattr(page.Page, "block_thread", block_thread)
    page.launch(settings)
    assert found["seconds"] >= 60
