"""A real process, killed in the middle of an evaluation."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from distill import judging
from distill.judging import EvaluationPlan
from models.settings import Settings
from tests.distill.helpers import wait_for
from tests.distill.judging.test_evaluation import same


def test_killed_and_resumed_it_equals_one_that_nothing_interrupted(
    tiny: Path, tiny_teacher: Path, articles: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("STUDIO_THREADS", "1")
    values = {"models": [str(tiny), "lead:=", str(tiny_teacher)], "data": str(articles)}
    values |= {"beams": 2, "max_new_tokens": 32}
    whole = judging.create(EvaluationPlan.from_dict(values), settings)
    expected = judging.carry_out(whole, settings)

    killed = judging.start(values, settings)
    wait_for(lambda: len(killed.answers(str(tiny))) >= 3)
    pid = (killed.process() or {})["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not psutil.pid_exists(pid))  # its last thread lets go of the lock
    wait_for(lambda: killed.status()["status"] != "running")
    assert killed.status()["status"] == "interrupted"
    assert "Resume continues after" in killed.status()["message"]
    before = killed.answers(str(tiny))
    assert 3 <= len(before) < 80

    killed.resume(settings)
    wait_for(lambda: killed.status()["status"] != "running")
    assert killed.status()["status"] == "finished", killed.status()
    kept = killed.answers(str(tiny))
    assert {place: kept[place] for place in before} == before  # nothing was written again
    found = killed.result() or {}
    assert found["complete"]
    assert same(found["results"]) == same(expected["results"])
    assert same(killed.cases()) == same(whole.cases())
