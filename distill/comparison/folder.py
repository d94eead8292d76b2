"""A comparison is a folder, as a run is: whoever holds it knows all of it. Imports nothing heavy.

    plan.json  status.json  process.json  progress.json  result.json  log.txt
    data/  models/  judged/  probes/  figures/

Its trained rows are normal runs, whose ids are in progress.json. Nothing is ever deleted.
"""

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from distill import processes, runs
from distill.comparison.plan import Plan
from distill.errors import DistillError, RunConflict, RunNotFound
from distill.files import read_json, write_json
from models.settings import Settings

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


class Comparison:
    """One comparison's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def comparison_id(self) -> str:
        """Its id, which is its folder's name."""
        return self.folder.name

    def plan(self) -> Plan:
        """What it does."""
        return Plan.from_dict(read_json(self.folder / "plan.json") or {})

    def result(self) -> dict[str, Any] | None:
        """What it has found so far, from the first finished run on; see `results.collect`."""
        return read_json(self.folder / "result.json")

    def figures(self) -> list[Path]:
        """Its pictures, once it is finished."""
        return [Path(name) for name in (self.result() or {}).get("figures", [])]

    def status(self) -> dict[str, Any]:
        """How it stands now; a process that died is noticed here.

        Returns:
            `comparison_id`; `status`: running, finished, failed, cancelled or interrupted; `message`; `done`
            and `total` runs; `run_id` of the run being trained; `eta_seconds`, None where it is not known;
            `created`.
        """
        saved = self._saved_status()
        if saved["status"] != "running" or processes.is_alive(read_json(self.folder / "process.json")):
            return saved
        saved = self._saved_status()  # its last word may have come between the two looks
        if saved["status"] == "running":
            again = f"Resume goes on after {saved['done']} of {saved['total']} runs."
            stopped = self.stop_requested()
            ended = "Cancelled." if stopped else "The process ended without a word."
            saved |= {"status": "cancelled" if stopped else "interrupted", "message": f"{ended} {again}"}
            saved |= {"eta_seconds": None, "run_id": None}
        return saved

    def update(self, **changes: Any) -> None:
        """Change the saved status; called by the process that carries it out."""
        write_json(self.folder / "status.json", {**self._saved_status(), **changes})

    def progress(self, kind: str) -> dict[str, Any]:
        """What is noted of one kind: `runs`, `steps`, `step_seconds`, `memory`, `failures`, `seconds`."""
        return (read_json(self.folder / "progress.json") or {}).get(kind, {})

    def note(self, kind: str, key: str, value: Any) -> None:
        """Note what must outlive this process; None takes a note back."""
        saved = read_json(self.folder / "progress.json") or {}
        notes = {**saved.get(kind, {}), key: value}
        saved[kind] = {name: each for name, each in notes.items() if each is not None}
        write_json(self.folder / "progress.json", saved)

    def belongs_to(self, process: dict[str, Any]) -> None:
        """Note which process carries it out."""
        write_json(self.folder / "process.json", process)

    def cancel(self, settings: Settings) -> None:
        """Ask it to stop, with a checkpoint of the run being trained; end it if it does not.

        Raises:
            RunConflict: It is not running.
        """
        status = self.status()
        if status["status"] != "running":
            raise RunConflict(f"The comparison {self.comparison_id} is {status['status']}, not running.")
        self._stop_file.touch()
        if status["run_id"]:
            with suppress(DistillError):
                runs.find(status["run_id"], settings).cancel()
        processes.end(read_json(self.folder / "process.json"))

    def resume(self, settings: Settings) -> None:
        """Go on with it in a process of its own.

        Raises:
            RunConflict: It is running or finished, or another run is busy.
        """
        status = self.status()["status"]
        if status not in runs.RESUMABLE:
            raise RunConflict(f"The comparison {self.comparison_id} is {status}; it cannot be resumed.")
        with processes.RunLock(settings.home) as lock:
            self.clear_stop()
            self._spawn(settings, lock)

    def stop_requested(self) -> bool:
        """Whether someone asked it to stop."""
        return self._stop_file.exists()

    def clear_stop(self) -> None:
        """Forget an earlier request to stop."""
        self._stop_file.unlink(missing_ok=True)

    def _spawn(self, settings: Settings, lock: processes.RunLock) -> None:
        self.belongs_to(processes.identity())
        self.update(status="running", message="Starting", eta_seconds=None)
        command = ["compare", "--resume", self.comparison_id]
        try:
            self.belongs_to(processes.spawn(command, settings.home, self.folder / "log.txt", lock))
        except OSError as error:
            message = f"The comparison could not be started: {error}."
            self.update(status="failed", message=message)
            raise DistillError(message) from error

    def _saved_status(self) -> dict[str, Any]:
        blank = {"status": "interrupted", "message": "", "done": 0, "total": 0}
        blank |= {"run_id": None, "eta_seconds": None, "created": 0.0}
        saved = read_json(self.folder / "status.json") or {}
        return {**blank, **saved, "comparison_id": self.comparison_id}

    @property
    def _stop_file(self) -> Path:
        return self.folder / "stop"


def create(plan: Plan, settings: Settings) -> Comparison:
    """Make the folder of a new comparison."""
    now = time.time()
    stem = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    for attempt in range(100):
        folder = _home(settings) / (stem if attempt == 0 else f"{stem}-{attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        write_json(folder / "plan.json", plan.as_dict())
        comparison = Comparison(folder)
        comparison.belongs_to(processes.identity())
        comparison.update(status="running", message="Starting", total=len(plan.cells), created=now)
        return comparison
    raise RunConflict(f"No free name for a comparison in {_home(settings)}.")


def start(values: dict[str, Any], settings: Settings) -> Comparison:
    """Check the settings, make a comparison and carry it out in a process of its own.

    Raises:
        BadConfig: A setting is wrong.
        RunConflict: Another run is busy.
    """
    plan = Plan.from_values(values)
    with processes.RunLock(settings.home) as lock:
        comparison = create(plan, settings)
        comparison._spawn(settings, lock)
    return comparison


def find(comparison_id: str, settings: Settings) -> Comparison:
    """The comparison of this id.

    Raises:
        RunNotFound: There is none.
    """
    folder = _home(settings) / comparison_id
    if not _ID.fullmatch(comparison_id) or not (folder / "plan.json").is_file():
        known = ", ".join(each.comparison_id for each in all_comparisons(settings)[:5]) or "none yet"
        raise RunNotFound(f"There is no comparison {comparison_id!r}. Newest: {known}.")
    return Comparison(folder)


def all_comparisons(settings: Settings) -> list[Comparison]:
    """Every comparison, newest first."""
    folders = (path.parent for path in _home(settings).glob("*/plan.json"))
    return [Comparison(folder) for folder in sorted(folders, key=lambda folder: folder.name, reverse=True)]


def _home(settings: Settings) -> Path:
    return settings.home / "comparisons"
