"""A search in a process of its own: killed, resumed, cancelled, and found by who did not start it."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from distill.errors import RunConflict
from distill.jobs import processes
from distill.search import Plan, searches
from models.settings import Settings
from tests.distill.helpers import wait_for
from tests.distill.search.fake import ended_once
from tests.distill.search.test_candidates import SPACE, base
from tests.distill.test_cli import Call, call

__all__ = ["base", "call"]  # fixtures


@pytest.fixture
def plan(base: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A search of tiny models; processes of these tests are given its home."""
    for name, value in {"STUDIO_HOME": settings.home, "OMP_NUM_THREADS": 1, "HF_HUB_OFFLINE": 1}.items():
        monkeypatch.setenv(name, str(value))
    own = {"sampler": "random", "trials": 3, "steps": 2, "new_tokens": 2, "slowest": 1000.0}
    return Plan.of(base, space=SPACE, **own, heartbeat=1, grace=60)


def test_killed_and_resumed_it_ends_with_its_budget(plan: Plan, settings: Settings, call: Call) -> None:
    search = searches.start(plan, settings)
    with pytest.raises(RunConflict, match="evaluation is in progress"):
        processes.RunLock(settings.home)
    wait_for(lambda: search.status()["done"] >= 1)
    os.kill((search.process() or {})["pid"], signal.SIGKILL)
    wait_for(lambda: not processes.is_alive(search.process()))
    status = search.status()
    assert status["status"] == "interrupted"
    assert "Resume continues after" in status["message"]
    again = searches.find(search.search_id, settings)
    again.resume(settings)
    code, _, err = call("search", "resume", search.search_id)
    assert (code, "is running" in err) == (2, True)
    wait_for(lambda: again.status()["status"] == "finished")
    assert ended_once(again.queue())
    with pytest.raises(RunConflict, match="is finished; it cannot be resumed"):
        again.resume(settings)


def test_cancelled_it_stops_in_the_midst_of_a_candidate(
    plan: Plan, settings: Settings, call: Call, tmp_path: Path
) -> None:
    long = Plan.from_dict({**plan.as_dict(), "steps": 100_000})
    search = searches.start(long, settings)
    wait_for(lambda: list(search.folder.glob("runs/*/metrics.jsonl")))
    code, answer, err = call("search", "cancel", search.search_id)
    assert code == 0, err
    assert answer["status"] == "cancelled"
    assert answer["done"] == 0
    wait_for(lambda: not processes.is_alive(search.process()))
    code, _, err = call("search", "join", search.search_id)
    assert (code, "was cancelled: resume it first" in err) == (2, True)
