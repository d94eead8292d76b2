"""Locks in several processes: many work together, one times alone."""

import fcntl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from distill.errors import RunConflict
from distill.jobs.processes import RunLock
from distill.search.quiet import Quiet
from tests.distill.helpers import ROOT, wait_for

_WORKS = """
import sys
from pathlib import Path
from distill.search.quiet import Quiet
quiet = Quiet(Path(sys.argv[1]))
with quiet.working():
    for line in sys.stdin:
        quiet.give_way()
        print("step", flush=True)
"""
_TIMES = """
import sys
from pathlib import Path
from distill.search.quiet import Quiet
quiet = Quiet(Path(sys.argv[1]))
with quiet.timing():
    print("times", flush=True)
    sys.stdin.readline()
print("done", flush=True)
"""


def _begin(script: str, home: Path) -> Any:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _tell(process: Any) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def _locked(file: Path) -> bool:
    """Whether somebody has it alone."""
    with file.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_who_times_waits_for_the_step_and_the_others_for_him(tmp_path: Path) -> None:
    workers = [_begin(_WORKS, tmp_path) for _ in range(2)]
    for worker in workers:
        _tell(worker)
        assert worker.stdout.readline() == "step\n"
    timer = _begin(_TIMES, tmp_path)
    wait_for(lambda: _locked(tmp_path / "timing.gate"))
    first, second = workers
    _tell(first)  # between two steps it lets go, and is not alone yet
    _tell(second)
    assert timer.stdout.readline() == "times\n"
    assert _locked(tmp_path / "timing.room")
    _tell(timer)
    assert timer.stdout.readline() == "done\n"
    assert [worker.stdout.readline() for worker in workers] == ["step\n", "step\n"]
    for process in (*workers, timer):
        process.communicate()


def test_a_killed_worker_holds_nobody_up(tmp_path: Path) -> None:
    worker = _begin(_WORKS, tmp_path)
    _tell(worker)
    assert worker.stdout.readline() == "step\n"
    worker.kill()
    worker.communicate()
    with Quiet(tmp_path).timing():
        pass


def test_workers_train_together_and_no_run_beside_them(tmp_path: Path) -> None:
    both = RunLock(tmp_path, shared=True), RunLock(tmp_path, shared=True)
    with both[0], both[1], pytest.raises(RunConflict, match="evaluation is in progress"):
        RunLock(tmp_path)
    with RunLock(tmp_path), pytest.raises(RunConflict, match="evaluation is in progress"):
        RunLock(tmp_path, shared=True)
