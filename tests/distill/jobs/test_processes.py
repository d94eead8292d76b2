"""One run at a time, told apart from others, and ended for sure."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from distill import runs
from distill.config import RunConfig
from distill.errors import DistillError, RunConflict
from distill.jobs import processes
from distill.jobs.processes import RunLock
from models.settings import Settings
from tests.distill.helpers import ROOT, wait_for

START = """
import sys
from pathlib import Path
from distill import runs
from distill.errors import RunConflict
from models.settings import Settings
sys.executable = sys.argv[2]
input()
try:
    print(runs.start({"student": "embedded/original"}, Settings(home=Path(sys.argv[1]))).run_id)
except RunConflict as error:
    print(error)
"""


@pytest.fixture
def sleeper(tmp_path: Path) -> Path:
    """Stands in for Python: a process that holds what it inherits until it is ended."""
    script = tmp_path / "sleeper"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o755)
    return script


def _end_all(settings: Settings) -> None:
    for run in runs.all_runs(settings):
        who = run.process() or {}
        if processes.is_alive(who) and who["pid"] != os.getpid():
            os.kill(who["pid"], signal.SIGKILL)
            wait_for(lambda who=who: not processes.is_alive(who))


def test_the_lock_is_held_by_one_and_freed(tmp_path: Path) -> None:
    with RunLock(tmp_path / "home"):
        with pytest.raises(RunConflict, match="evaluation is in progress"):
            RunLock(tmp_path / "home")
        with RunLock(tmp_path / "other"):
            pass
    with RunLock(tmp_path / "home"):
        pass


def test_two_starts_at_once_in_threads(
    settings: Settings, sleeper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(sleeper))
    barrier, answers = threading.Barrier(4), []

    def start() -> None:
        barrier.wait()
        try:
            answers.append(runs.start({"student": "embedded/original"}, settings))
        except RunConflict as error:
            answers.append(str(error))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        started = [answer for answer in answers if isinstance(answer, runs.Run)]
        assert len(started) == 1
        assert (
            sum("evaluation is in progress" in answer for answer in answers if isinstance(answer, str)) == 3
        )
        assert runs.active(settings) is not None
        assert len(runs.all_runs(settings)) == 1
        assert started[0].status().status == "running"
    finally:
        _end_all(settings)
    assert started[0].status().status == "interrupted"
    with RunLock(settings.home):
        pass


def test_two_starts_at_once_in_processes(settings: Settings, sleeper: Path) -> None:
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(settings.home), str(sleeper)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(3)
    ]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("\n")
        starter.stdin.close()
    try:
        answers = [starter.stdout.read().strip() for starter in starters if starter.stdout]
        assert sum("evaluation is in progress" in answer for answer in answers) == 2
        [run] = runs.all_runs(settings)
        assert run.run_id in answers
        assert run.status().status == "running", "it outlives who started it"
    finally:
        for starter in starters:
            starter.wait()
            if starter.stdout:
                starter.stdout.close()
        _end_all(settings)


def test_a_start_that_fails_is_no_running_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(DistillError, match="could not be started"):
        runs.start({"student": "embedded/original"}, settings)
    [run] = runs.all_runs(settings)
    assert run.status().status == "failed"
    with RunLock(settings.home):
        pass


def test_a_process_that_is_not_the_one_meant() -> None:
    who = processes.identity()
    assert processes.is_alive(who)
    assert not processes.is_alive({**who, "started": who["started"] - 3600}), "a reused pid"
    assert processes.is_alive({**who, "started": who["started"] - 1}), "a clock that was set"


@pytest.mark.parametrize("who", [None, {}, {"pid": 2**22 + 1, "started": 0.0}, {"pid": 1}])
def test_a_process_that_is_unknown(who: dict[str, Any] | None) -> None:
    assert not processes.is_alive(who)


def _sent(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Which processes were sent which signals."""
    return [(record.args[0], record.args[2]) for record in caplog.records]


def test_a_process_that_ignores_every_request_is_killed(caplog: pytest.LogCaptureFixture) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    who = processes.identity(child.pid)
    processes.end(lambda: who, patience=0.5)
    wait_for(lambda: not processes.is_alive(who))
    assert _sent(caplog) == [(child.pid, "SIGTERM"), (child.pid, "SIGKILL")]
    child.stdout.close()


def test_a_process_that_stops_by_itself_is_left_to(caplog: pytest.LogCaptureFixture) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.3)"])
    who = processes.identity(child.pid)
    processes.end(lambda: who, patience=60)
    assert not processes.is_alive(who)
    assert not _sent(caplog)


def test_nobody_ends_himself() -> None:
    code = "from distill.jobs import processes as p; p.end(p.identity, patience=0); print('alive')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


def test_who_hands_the_work_over_meanwhile_is_not_ended(
    sleeper: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As a page does that is just starting a run."""
    starter, child = (subprocess.Popen([str(sleeper)]) for _ in range(2))
    owners = [processes.identity(process.pid) for process in (starter, child)]
    asked = iter([owners[0]])

    def owner() -> dict[str, Any]:
        return next(asked, owners[1])

    try:
        processes.end(owner, patience=0.5)
        wait_for(lambda: not processes.is_alive(owners[1]))
        assert {pid for pid, _ in _sent(caplog)} == {child.pid}
        assert processes.is_alive(owners[0])
    finally:
        for process in (starter, child):
            process.kill()
            process.wait()


def test_work_that_has_ended_leaves_its_process_alone(sleeper: Path, settings: Settings) -> None:
    """A comparison's process goes on after one of its runs."""
    run = runs.create(RunConfig(student="s"), settings)
    child = subprocess.Popen([str(sleeper)])
    run.belongs_to(processes.identity(child.pid))
    run.request_stop()
    assert run.unheeding() == run.process()
    run.update(status="finished")
    processes.end(run.unheeding, patience=0.1)
    run.update(status="running")
    run.clear_stop()  # resumed meanwhile
    processes.end(run.unheeding, patience=0.1)
    assert child.poll() is None
    child.kill()
    child.wait()


def test_a_process_lives_on_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    who, boot = processes.identity(), psutil.boot_time()
    monkeypatch.setattr("psutil._psplatform.boot_time", lambda: boot + 3600)
    assert processes.is_alive(who)
    assert not processes.is_alive({**who, "started": who["started"] - 60}), "a reused pid"
