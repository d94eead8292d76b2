"""`bench --app` on a page with the tiny trio."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from distill.benchmark import app as app_benchmark
from distill.benchmark import app_client
from distill.benchmark.app import Call, bench_app
from distill.commands.measuring import bench
from distill.errors import BadConfig
from models.errors import ModelUnavailable
from models.settings import Settings
from models.store import catalogue
from ui import page

CLIENTS = ("overhead", "usual_client", "plain_http")


@pytest.fixture
def app(trio: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(catalogue, "EMBEDDED", trio)
    blocks = page.build(settings)
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, **page.options(settings))
    yield url
    blocks.close(verbose=False)


def test_overhead_is_what_neither_the_engine_nor_the_line_took() -> None:
    assert Call(round_trip=1.0, engine=0.5, waited=0.25).overhead == 0.25


def test_the_app_is_set_against_the_engine(app: str, settings: Settings) -> None:
    result = bench_app(app, "embedded/distilled", "built-in", settings, n=3, beams=[1], users=[1, 2])
    [overhead] = result["overhead"]
    assert all(overhead[key]["n"] == 3 for key in ("engine", *CLIENTS, "over_direct"))
    assert all(overhead[key]["median"] > 0 for key in CLIENTS)
    assert overhead["overhead"]["p95"] is None
    assert [(row["users"], row["round_trip"]["n"]) for row in result["users"]] == [(1, 3), (2, 2)]
    assert all(row["round_trip"]["median"] >= row["engine"]["median"] for row in result["users"])
    assert "under 20 runs" in app_benchmark.app_table(result)


def test_no_app_is_said(settings: Settings) -> None:
    with pytest.raises(ModelUnavailable, match=r"no app at http://127\.0\.0\.1:9 "):
        app_client.gradio_client("http://127.0.0.1:9", "embedded/distilled", 1)


def test_no_users_are_refused(settings: Settings) -> None:
    with pytest.raises(BadConfig, match="--users 0"):
        bench_app("http://x", "embedded/distilled", "built-in", settings, users=[0])


def test_a_client_that_fails_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of three waits for the others by then. Without an end it would wait for ten seconds here."""
    waiting = Barrier(3, timeout=10)
    numbers = iter(range(3))

    def client(*_: Any) -> app_client.Summarize:
        number = next(numbers)

        def summarize(text: str) -> dict[str, Any]:
            if number == 1:
                raise ModelUnavailable("The app gave no summary.")
            return {"seconds": 0.1, "queue_seconds": 0.0}

        return summarize

    monkeypatch.setattr(app_benchmark, "gradio_client", client)
    monkeypatch.setattr(app_benchmark, "Barrier", lambda users: waiting)
    with pytest.raises(ModelUnavailable, match="The app gave no summary"):
        app_benchmark._crowd("http://x", "embedded/distilled", 1, ["the cat"], 3)


def test_only_one_model_goes_through_the_app(settings: Settings) -> None:
    with pytest.raises(BadConfig, match="one model; got 2"):
        bench(
            models=["a", "b"], data="built-in", app="http://x", users=[1], settings=settings, n=1, beams=[1]
        )


def test_a_refusal_by_plain_http_is_said(app: str) -> None:
    with pytest.raises(ModelUnavailable, match="no summary: event: error"):
        app_client.plain_http(app, "embedded/none", 1)("the cat")


def test_an_app_that_is_gone_is_said() -> None:
    with pytest.raises(ModelUnavailable, match=r"app at http://127\.0\.0\.1:9 does not answer"):
        app_client.plain_http("http://127.0.0.1:9", "embedded/distilled", 1)("the cat")
