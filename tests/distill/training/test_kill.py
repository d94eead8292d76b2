"""Real processes: killed, cancelled and found again."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from distill import comparison, runs
from distill.cli import main
from distill.errors import RunConflict
from distill.jobs import processes
from distill.runs import Run, checkpoints
from models.settings import Settings
from tests.distill.helpers import ROOT, assert_same_end, wait_for


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What processes of these tests are given."""
    monkeypatch.setenv("STUDIO_HOME", str(settings.home))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return dict(os.environ)


def _begin(environment: dict[str, str], *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "distill", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _reached(run: Run, step: int) -> bool:
    return any(row["step"] >= step for row in run.metrics())


def test_killed_twice_it_ends_as_if_it_never_was(
    values: dict[str, Any], whole: Run, settings: Settings, environment: dict[str, str]
) -> None:
    pairs = [f"{name}={value}" for name, value in values.items()]
    arguments = ["train", *(part for pair in pairs for part in ("--set", pair))]
    for step in (2, 9):  # before there is a checkpoint, and some steps after the second of them
        process = _begin(environment, *arguments)
        [run] = wait_for(lambda: runs.all_runs(settings))
        wait_for(lambda step=step, run=run: _reached(run, step))
        process.kill()
        process.wait()
        assert run.status().status == "interrupted", step
        arguments = ["resume", run.run_id]
    assert _begin(environment, *arguments).wait() == 0
    assert run.status().status == "finished"
    assert_same_end(run, whole)


def test_started_refused_cancelled_and_resumed(
    values: dict[str, Any], whole: Run, settings: Settings, environment: dict[str, str]
) -> None:
    run = runs.start(values, settings)
    assert run.status().status == "running"
    with pytest.raises(RunConflict, match="evaluation is in progress"):
        runs.start(values, settings)
    assert len(runs.all_runs(settings)) == 1
    wait_for(lambda: _reached(run, 1))
    run.cancel()
    wait_for(lambda: run.status().status != "running")
    status = run.status()
    assert status.status == "cancelled", run.log_tail()
    assert "Resume continues from there" in status.message
    wait_for(lambda: runs.active(settings) is None)
    wait_for(lambda: not processes.is_alive(run.process()))
    run.resume(settings)
    assert runs.find(run.run_id, settings).status().status == "running", "found by who did not start it"
    wait_for(lambda: run.status().status != "running")
    assert run.status().status == "finished", run.log_tail()
    assert_same_end(run, whole)
    assert "Step 14 of 14" in run.log_tail()


def test_cancelled_at_once_it_does_not_go_on(
    values: dict[str, Any], settings: Settings, environment: dict[str, str]
) -> None:
    run = runs.start(values, settings)
    run.cancel()
    wait_for(lambda: run.status().status != "running")
    assert run.status().status == "cancelled", run.log_tail()
    assert not run.student.exists()


def test_a_terminated_run_leaves_a_checkpoint(
    values: dict[str, Any], settings: Settings, environment: dict[str, str]
) -> None:
    run = runs.start({**values, "max_steps": 5000}, settings)
    wait_for(lambda: _reached(run, 1))
    os.kill((run.process() or {})["pid"], signal.SIGTERM)
    wait_for(lambda: run.status().status != "running")
    assert run.status().status == "cancelled", run.log_tail()
    assert checkpoints.step(checkpoints.newest_first(run.checkpoints)[0]) == run.metrics()[-1]["step"]


_HEEDLESS = """
import signal, sys, threading
signal.signal(signal.SIGTERM, signal.SIG_IGN)
from distill.cli import main
import distill.training.work
distill.training.work.carry_out = lambda *_: (print("busy", flush=True), threading.Event().wait())
main(sys.argv[1:])
"""


def test_the_command_ends_a_run_that_does_not_stop_by_itself(
    settings: Settings, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", _HEEDLESS, "finetune", "--student", "s"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "busy\n"
    [run] = runs.all_runs(settings)
    monkeypatch.setattr(processes, "_POLITE_SECONDS", 0.3)
    assert main(["cancel", run.run_id]) == 0
    assert not processes.is_alive(run.process())
    assert [record.args[2] for record in caplog.records if record.name == processes.__name__] == [
        "SIGTERM",
        "SIGKILL",
    ]
    assert json.loads(capsys.readouterr().out)["status"] == "cancelled"
    process.stdout.close()


def test_a_terminated_comparison_leaves_a_checkpoint_and_goes_on(
    values: dict[str, Any], settings: Settings, environment: dict[str, str]
) -> None:
    names = ("teacher", "student", "data", "validation_examples", "target_tokens", "input_tokens")
    few = {**{name: values[name] for name in names}, "methods": "ce", "seeds": 1, "budget": "5000"}
    begun = comparison.start({**few, "precision": "float32"}, settings)
    [run] = wait_for(lambda: runs.all_runs(settings))
    wait_for(lambda: _reached(run, 1))
    os.kill((begun.process() or {})["pid"], signal.SIGTERM)
    wait_for(lambda: begun.status()["status"] != "running")
    assert begun.status()["status"] == "cancelled", begun.status()
    assert run.status().status == "cancelled", run.log_tail()
    assert checkpoints.step(checkpoints.newest_first(run.checkpoints)[0]) == run.metrics()[-1]["step"]
