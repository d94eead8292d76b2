"""The processes behind runs: one at a time, found again after a restart, ended politely."""

import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from distill.errors import RunConflict
from distill.jobs import parallel

_INHERITED = "STUDIO_RUN_LOCK"  # tells a child the file descriptor of the lock it was given
_POLITE_SECONDS = 120
_CLOCK_SECONDS = 5  # the system reckons a process's start from a boot time that moves when its clock is set
_ROOT = Path(__file__).parents[2]
log = logging.getLogger(__name__)


class RunLock:
    """Lets one run at a time train in a studio's home, or any number of workers of searches.

    A `flock`, so the system releases it however its holder ends. A child process given the open
    descriptor keeps holding it after the parent has closed its own: there is no moment between the two.
    """

    def __init__(self, home: Path, shared: bool = False) -> None:
        """Take it; `shared`: with other workers, who see to it that nobody disturbs what is timed.

        Raises:
            RunConflict: A run is busy, or for a run any worker.
        """
        inherited = os.environ.pop(_INHERITED, None)
        if inherited is not None:  # several processes were started by the one that holds it
            self.descriptor = int(inherited) if parallel.number() == 1 else None
            return
        home.mkdir(parents=True, exist_ok=True)
        self.descriptor: int | None = os.open(home / "run.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.descriptor)
            raise RunConflict(
                "Another run, comparison, search or evaluation is in progress. "
                "Wait for it to end, or cancel it first."
            ) from None

    def __enter__(self) -> "RunLock":
        return self

    def __exit__(self, *_: object) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)


def spawn(command: Sequence[str], home: Path, log: Path, lock: RunLock) -> dict[str, Any]:
    """Run a `python -m distill` command in a process of its own that outlives this one.

    Returns:
        That process's identity.
    """
    environment = {
        **os.environ,
        _INHERITED: str(lock.descriptor),
        "STUDIO_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")])),
    }
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "distill", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=(lock.descriptor,) if lock.descriptor is not None else (),
            env=environment,
        )
    who = identity(child.pid)
    threading.Thread(target=child.wait, daemon=True).start()  # so that no zombie is left
    return who


def identity(pid: int | None = None) -> dict[str, Any]:
    """What distinguishes this process from a later one with the same pid."""
    process = psutil.Process(pid)
    return {"pid": process.pid, "started": process.create_time(), "boot": psutil.boot_time()}


def is_alive(who: dict[str, Any] | None) -> bool:
    """Whether the process with this identity is still running."""
    return _process(who) is not None


def end(owner: Callable[[], dict[str, Any] | None], patience: float | None = None) -> None:
    """Wait for work to stop by itself, then ask its process to (SIGTERM), then kill it (SIGKILL).

    Args:
        owner: Says which process does the work. It is asked before each of the steps, since work that is only
            just being started still belongs to the process that starts it, and no process ends itself.
        patience: Seconds each of the first two steps may take; a step of a large model, or a checkpoint on a
            slow disk, may take up to two minutes.
    """
    patience = _POLITE_SECONDS if patience is None else patience
    for ending in (signal.SIGTERM, signal.SIGKILL):
        process = _others(owner())
        if process is None:
            return
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(patience)
            return
        process = _others(owner())
        if process is None:
            return
        log.warning("Process %d has not stopped in %g s: %s", process.pid, patience, ending.name)
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(ending)
    with contextlib.suppress(psutil.TimeoutExpired):
        process.wait(patience)


def end_in_background(owner: Callable[[], dict[str, Any] | None]) -> None:
    """`end` in a thread, for a process that lives on."""
    threading.Thread(target=end, args=(owner,), daemon=True).start()


@contextlib.contextmanager
def asked_by_sigterm(stop: Callable[[], None]) -> Iterator[None]:
    """Treat SIGTERM (say, of a machine shutting down) as a request to stop, which leaves a checkpoint."""
    before = signal.signal(signal.SIGTERM, lambda *_: stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _others(who: dict[str, Any] | None) -> psutil.Process | None:
    process = _process(who)
    return None if process is None or process.pid == os.getpid() else process


def _process(who: dict[str, Any] | None) -> psutil.Process | None:
    try:
        who = who or {}
        process, boot = psutil.Process(who["pid"]), psutil.boot_time()
        # Where the clock was set, Linux has all processes start at other times, and macOS has not.
        moved = boot - who.get("boot", boot)
        gap = process.create_time() - who["started"]
        same = min(abs(gap), abs(gap - moved)) < _CLOCK_SECONDS
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (KeyError, TypeError, ValueError, psutil.Error):
        return None
