"""A training run's folder.

config.json  lineage.json  status.json  process.json  metrics.jsonl  log.txt  result.json  name.json
checkpoints/  initial/  student/
"""

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from distill.config import RunConfig, parse_layers
from distill.data.naming import check_names
from distill.errors import BadConfig, RunConflict
from distill.jobs import processes, uploads
from distill.jobs.files import append_json_line, read_growing_json_lines, read_object
from distill.jobs.job_folder import JobFolder
from distill.jobs.status import RunStatus, readable
from distill.rules import choose_reward_rules
from distill.runs import checkpoints, end_table
from distill.runs.metrics import is_validation
from models.settings import Settings
from models.store import students

_MOST_STEPS = 10**8  # as `max_steps` allows
RESUMABLE = ("interrupted", "cancelled", "failed")


class Run(JobFolder):
    """One run's folder."""

    kind = "run"
    plan_file = "config.json"

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
        return self.folder / students.STUDENT

    @property
    def initial(self) -> Path:
        """Where a student cut from its teacher is kept as it was before training."""
        return self.folder / "initial"

    def origin(self) -> str:
        """The model it started from: its name, or the folder of what was cut from the teacher."""
        named = self.config().student
        return str(self.initial) if parse_layers(named) else named

    @property
    def checkpoints(self) -> Path:
        """Where its checkpoints are."""
        return self.folder / "checkpoints"

    def config(self) -> RunConfig:
        """The settings it was started with.

        Raises:
            RunConflict: They cannot be read, or this version cannot do what they say.
        """
        saved = read_object(self.folder / "config.json")
        if not saved:
            raise RunConflict(f"The settings of the run {self.run_id} cannot be read; start a new run.")
        try:
            return RunConfig.from_saved(saved)
        except BadConfig as error:
            raise RunConflict(f"The settings of the run {self.run_id} cannot be used: {error}") from error

    @property
    def lineage_file(self) -> Path:
        """What it was made from, as JSON."""
        return self.folder / students.LINEAGE

    def lineage(self) -> dict[str, Any]:
        """What it was made from: models, data hash, commit, library versions, seed."""
        return read_object(self.lineage_file) or {}

    def result(self) -> dict[str, Any] | None:
        """Its end table, once there is one; None if it is damaged."""
        return end_table.readable(read_object(self.folder / "result.json") or {})

    def metrics(self) -> list[dict[str, Any]]:
        """One dict per step, oldest first. Steps repeated after a resume count once, as last written.

        Later calls give the same dicts again, so change none.
        """
        rows: dict[tuple, dict[str, Any]] = {}
        for row in read_growing_json_lines(self.folder / "metrics.jsonl"):
            step = row.get("step")
            if isinstance(step, int) and not isinstance(step, bool) and 0 <= step <= _MOST_STEPS:
                rows[(row["step"], is_validation(row))] = row
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
        """Its present status; a process that died is noticed here."""
        died = self.died()
        status = replace(
            RunStatus.from_saved(self.run_id, self.saved_status()), **students.named(self.folder)
        )
        if not died:
            return status
        done = checkpoints.newest_first(self.checkpoints)
        again = f"Resume continues from step {checkpoints.step(done[0]) if done else 0}."
        if self.stop_requested():
            return replace(status, status="cancelled", message=f"Cancelled. {again}", eta_seconds=None)
        message = f"The process ended unexpectedly at step {status.step}. {again}"
        return replace(status, status="interrupted", message=message, eta_seconds=None)

    def warn(self, text: str) -> None:
        """Tell the user once about something in a run that continues."""
        said = readable(self.saved_status()).get("warnings", [])
        if text not in said:
            logging.getLogger(__name__).warning(text)
            self.update(warnings=[*said, text])

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
        """Write the traceback of the error being handled to its log, where only someone who looks for it will
        see it."""
        with suppress(OSError), (self.folder / "log.txt").open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)

    def cancel(self) -> None:
        """Ask the run to stop at its next step, with a checkpoint; end it, in the background, if it does not.

        Raises:
            RunConflict: It is not running.
        """
        self.ask_to_stop()
        processes.end_in_background(self.unheeding)

    def ask_to_stop(self) -> None:
        """Ask the run to stop at its next step, with a checkpoint.

        Raises:
            RunConflict: It is not running.
        """
        status = self.status()
        if status.status != "running":
            raise RunConflict(f"The run {self.run_id} is not running: it is {status.status}.")
        self.request_stop()

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
            self.spawn(settings, lock)


class JoinedRun(Run):
    """A run as seen by the processes that only help with its training: they write nothing into its folder."""

    def update(self, **changes: Any) -> None:
        """The first process says how it stands."""

    def warn(self, text: str) -> None:
        """The first process warns."""

    def record(self, row: dict[str, Any]) -> None:
        """The first process keeps the metrics."""

    def belongs_to(self, process: dict[str, Any]) -> None:
        """It belongs to the first process."""

    def request_stop(self) -> None:
        """The first process is asked too."""

    @contextmanager
    def log_file(self) -> Iterator[None]:
        """Only errors are of interest, on the process's own error output."""
        level = logging.getLogger().level
        logging.getLogger().setLevel(logging.ERROR)
        try:
            yield
        finally:
            logging.getLogger().setLevel(level)

    def log_traceback(self) -> None:
        """To the error output, for the same reason."""
        traceback.print_exc()


def create(config: RunConfig, settings: Settings) -> Run:
    """Make the folder of a new run.

    Raises:
        BadConfig: The student is to be cut from a teacher, and there is none.
    """
    if parse_layers(config.student) and not config.teacher:
        raise BadConfig(f"The student {config.student} is cut from a teacher: name one, or another student.")
    return Run.create(settings.runs, config.as_dict())


def start(values: dict[str, Any], settings: Settings) -> Run:
    """Check the settings, make a run and carry it out in a process of its own; uploaded data is kept for it.

    Raises:
        BadConfig: A setting is wrong.
        DistillError: It names a model or data that this user may not name.
        RunConflict: Another run, comparison, search or evaluation is in progress.
    """
    config = RunConfig.from_dict(values)
    check_names(config, settings)
    choose_reward_rules(config.reward_rules)
    with processes.RunLock(settings.home) as lock:
        run = create(replace(config, **uploads.kept(vars(config), settings)), settings)
        run.spawn(settings, lock)
    return run


def find(run_id: str, settings: Settings) -> Run:
    """The run of this id, also with `run:` before it, as its student is named.

    Raises:
        RunNotFound: There is none.
    """
    name = run_id.removeprefix("run:") if isinstance(run_id, str) else run_id
    return Run.find(settings.runs, name)


def of_settings(config: RunConfig, settings: Settings) -> Run | None:
    """The newest run with these settings, whatever its state, that is no part of a comparison."""
    for run in all_runs(settings):
        with suppress(RunConflict):  # one of an older version is another run
            if run.config() == config and not run.status().part_of:
                return run
    return None


def all_runs(settings: Settings) -> list[Run]:
    """Every run, newest first."""
    return Run.newest_first(settings.runs)


def active(settings: Settings) -> Run | None:
    """The run that is running, if any."""
    return next((run for run in all_runs(settings) if run.status().status == "running"), None)


def _is_error_output(path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(sys.stderr.fileno()), path.stat())
    except OSError:  # no such file yet, or an error output that is no file
        return False
