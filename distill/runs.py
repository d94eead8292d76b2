"""A run is a folder. Whoever holds the folder knows all of it; nothing is kept in a process.

    config.json  lineage.json  status.json  process.json  metrics.jsonl  log.txt  result.json
    checkpoints/  initial/  student/

The program writes these atomically and never deletes a run. Imports nothing heavy.
"""

import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from distill import checkpoints, processes
from distill.config import RunConfig
from distill.errors import DistillError, RunConflict, RunNotFound
from distill.files import append_json_line, read_json, read_json_lines, write_json
from distill.status import RunStatus
from models import catalogue
from models.settings import Settings

RESUMABLE = ("interrupted", "cancelled", "failed")
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


class Run:
    """One run's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def run_id(self) -> str:
        """Its id, which is its folder's name."""
        return self.folder.name

    @property
    def home(self) -> Path:
        """The studio's folder, which holds the runs and what they share."""
        return self.folder.parents[1]

    @property
    def student(self) -> Path:
        """Where its student is, or will be."""
        return self.folder / "student"

    @property
    def initial(self) -> Path:
        """Where a student cut from its teacher is kept as it was before training."""
        return self.folder / "initial"

    @property
    def checkpoints(self) -> Path:
        """Where its checkpoints are."""
        return self.folder / "checkpoints"

    def config(self) -> RunConfig:
        """The settings it was started with.

        Raises:
            RunConflict: They cannot be read.
        """
        saved = read_json(self.folder / "config.json")
        if not isinstance(saved, dict):
            raise RunConflict(f"The settings of the run {self.run_id} cannot be read; start a new run.")
        return RunConfig(**_known(RunConfig, saved))

    def lineage(self) -> dict[str, Any]:
        """What it was made from: models, data hash, commit, library versions, seed."""
        return read_json(self.folder / "lineage.json") or {}

    def result(self) -> dict[str, Any] | None:
        """Its end table, once there is one."""
        return read_json(self.folder / "result.json")

    def metrics(self) -> list[dict[str, Any]]:
        """One dict a step, oldest first. Steps repeated after a resume count once, as last written."""
        rows: dict[tuple, dict[str, Any]] = {}
        for row in read_json_lines(self.folder / "metrics.jsonl"):
            rows[(row.get("step", 0), "validation_loss" in row)] = row
        return [rows[key] for key in sorted(rows)]

    def log_tail(self, lines: int = 40) -> str:
        """The last lines of its log."""
        path = self.folder / "log.txt"
        if not path.exists():
            return ""
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 200 * lines))
            return "\n".join(log.read().decode("utf-8", errors="replace").splitlines()[-lines:])

    def status(self) -> RunStatus:
        """How it stands now; a process that died is noticed here."""
        status = self._saved_status()
        if status.status != "running" or processes.is_alive(self._process()):
            return status
        status = self._saved_status()  # its last word may have come between the two looks
        if status.status != "running":
            return status
        done = checkpoints.newest_first(self.checkpoints)
        again = f"Resume continues from step {checkpoints.step(done[0]) if done else 0}."
        if self.stop_requested():
            return replace(status, status="cancelled", message=f"Cancelled. {again}", eta_seconds=None)
        message = f"The process ended without a word at step {status.step}. {again}"
        return replace(status, status="interrupted", message=message, eta_seconds=None)

    def update(self, **changes: Any) -> None:
        """Change the saved status; called by the process that carries the run out."""
        saved = read_json(self.folder / "status.json") or {}
        write_json(self.folder / "status.json", {**saved, **changes})

    def warn(self, text: str) -> None:
        """Tell the user something of a run that goes on, once."""
        said = (read_json(self.folder / "status.json") or {}).get("warnings", [])
        if text not in said:
            logging.getLogger(__name__).warning(text)
            self.update(warnings=[*said, text])

    def belongs_to(self, process: dict[str, Any]) -> None:
        """Note which process carries the run out."""
        write_json(self.folder / "process.json", process)

    def record(self, row: dict[str, Any]) -> None:
        """Append one row of metrics."""
        append_json_line(self.folder / "metrics.jsonl", row)

    @contextmanager
    def log_file(self) -> Iterator[None]:
        """Send the log to the run's file too, unless the process's error output is that file already."""
        path = self.folder / "log.txt"
        if _is_error_output(path):
            yield
            return
        handler = logging.FileHandler(path, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)
            handler.close()

    def log_traceback(self) -> None:
        """Write the traceback of the error being handled to its log, where only who looks for it sees it."""
        with suppress(OSError), (self.folder / "log.txt").open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)

    def cancel(self) -> None:
        """Ask the run to stop at its next step, with a checkpoint; end it if it does not.

        Raises:
            RunConflict: It is not running.
        """
        status = self.status()
        if status.status != "running":
            raise RunConflict(f"The run {self.run_id} is not running: it is {status.status}.")
        self._stop_file.touch()
        processes.end(self._process())

    def resume(self, settings: Settings) -> None:
        """Go on from the last checkpoint, in a process of its own.

        Raises:
            RunConflict: It cannot be resumed, or another run is busy.
        """
        status = self.status().status
        if status not in RESUMABLE:
            raise RunConflict(
                f"The run {self.run_id} is {status}; only {', '.join(RESUMABLE)} runs are resumed."
            )
        with processes.RunLock(settings.home) as lock:
            self.clear_stop()
            self.belongs_to(processes.identity())
            self.update(status="running", message="Starting", eta_seconds=None)
            self.spawn(settings, lock)

    def spawn(self, settings: Settings, lock: processes.RunLock) -> None:
        """Carry the run out in a process of its own, which takes over the lock."""
        try:
            command = ["resume", self.run_id]
            self.belongs_to(processes.spawn(command, settings.home, self.folder / "log.txt", lock))
        except OSError as error:
            message = f"The run could not be started: {error}."
            with suppress(OSError):
                self.update(status="failed", message=message)
            raise DistillError(message) from error

    def stop_requested(self) -> bool:
        """Whether someone asked the run to stop."""
        return self._stop_file.exists()

    def clear_stop(self) -> None:
        """Forget an earlier request to stop."""
        self._stop_file.unlink(missing_ok=True)

    def _saved_status(self) -> RunStatus:
        saved = _known(RunStatus, read_json(self.folder / "status.json") or {})
        return RunStatus(**{"status": "interrupted", **saved, "run_id": self.run_id})

    @property
    def _stop_file(self) -> Path:
        return self.folder / "stop"

    def _process(self) -> dict[str, Any] | None:
        return read_json(self.folder / "process.json")


def create(config: RunConfig, settings: Settings) -> Run:
    """Make the folder of a new run."""
    now = time.time()
    stem = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    for attempt in range(100):
        folder = settings.runs / (stem if attempt == 0 else f"{stem}-{attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        write_json(folder / "config.json", config.as_dict())
        run = Run(folder)
        run.belongs_to(processes.identity())
        run.update(status="running", message="Starting", created=now)
        return run
    raise RunConflict(f"No free name for a run in {settings.runs}.")


def start(values: dict[str, Any], settings: Settings) -> Run:
    """Check the settings, make a run and carry it out in a process of its own.

    Raises:
        BadConfig: A setting is wrong.
        RunConflict: Another run is busy.
    """
    config = RunConfig.from_dict(values)
    with processes.RunLock(settings.home) as lock:
        run = create(config, settings)
        run.spawn(settings, lock)
    return run


def find(run_id: str, settings: Settings) -> Run:
    """The run of this id.

    Raises:
        RunNotFound: There is none.
    """
    folder = settings.runs / run_id
    if not _RUN_ID.fullmatch(run_id) or not (folder / "config.json").is_file():
        known = ", ".join(run.run_id for run in all_runs(settings)[:5]) or "none yet"
        raise RunNotFound(f"There is no run {run_id!r}. Newest runs: {known}.")
    return Run(folder)


def all_runs(settings: Settings) -> list[Run]:
    """Every run, newest first."""
    folders = (path.parent for path in settings.runs.glob("*/config.json"))
    return [Run(folder) for folder in sorted(folders, key=lambda folder: folder.name, reverse=True)]


def active(settings: Settings) -> Run | None:
    """The run that is running, if any."""
    return next((run for run in all_runs(settings) if run.status().status == "running"), None)


def newest_student(teacher: str, settings: Settings) -> str | None:
    """`run:ID` of the newest finished run with this teacher."""
    return catalogue.newest_student(teacher, settings)


def _known(kind: type[RunConfig | RunStatus], saved: dict[str, Any]) -> dict[str, Any]:
    """What this version knows of what some version saved."""
    names = {entry.name for entry in fields(kind)}
    return {name: value for name, value in saved.items() if name in names}


def _is_error_output(path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(sys.stderr.fileno()), path.stat())
    except OSError:  # no such file yet, or an error output that is no file
        return False
