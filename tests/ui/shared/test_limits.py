"""Who waits for whom, in the queue as it is."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest

from models.errors import ModelUnavailable
from models.serving.pool import ModelPool
from models.settings import Settings
from tests.ui.visitor import Visitor, visiting
from ui import page
from ui.shared import limits

ENDPOINTS = ("summarize", "compare")


def test_comparing_measuring_and_scripts_do_not_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in (limits.COMPARE, limits.SLOW, limits.ENDPOINT):
        monkeypatch.setitem(limit, "concurrency_limit", 1)
    all_there = threading.Barrier(3, timeout=30)

    def get(*_: Any, **__: Any) -> Any:
        all_there.wait()
        raise ModelUnavailable("All are there.")

    monkeypatch.setattr(ModelPool, "get", get)
    one = {"text": "the cat", "model-teacher": None, "model-distilled": None}
    with visiting(Settings(home=tmp_path, threads=1)) as visitor, ThreadPoolExecutor(3) as pool:
        others = [Visitor(str(visitor.http.base_url)) for _ in range(2)]
        wait([
            pool.submit(others[0].act, "run-original", "click", one),
            pool.submit(others[1].act, "measure", "click", one),
            pool.submit(visitor.call, "summarize", "the cat", "embedded/teacher"),
        ])  # fmt: skip
    assert not all_there.broken


def test_all_endpoints_that_run_models_are_one_line(settings: Settings) -> None:
    events = page.build(settings).fns.values()
    lines = {event.concurrency_id for event in events if event.api_name in ENDPOINTS}
    assert lines == {"endpoints"}
