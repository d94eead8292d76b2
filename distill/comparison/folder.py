"""A comparison's folder.

    plan.json  status.json  process.json  progress.json  result.json  log.txt
    data/  models/  judged/  probes/  figures/

Its trained rows are normal runs, whose ids are in progress.json.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from distill import runs
from distill.comparison.plan import ComparisonPlan
from distill.data.naming import check_names
from distill.errors import BadConfig, DistillError, RunConflict
from distill.jobs import processes, uploads
from distill.jobs.files import read_object, write_json
from distill.jobs.job_folder import JobFolder
from distill.jobs.status import readable
from models.settings import Settings

log = logging.getLogger(__name__)


class Comparison(JobFolder):
    """One comparison's folder."""

    kind = "comparison"
    plan_file = "plan.json"

    @property
    def comparison_id(self) -> str:
        """Its id, which is its folder's name."""
        return self.folder.name

    def plan(self) -> ComparisonPlan:
        """What it does.

        Raises:
            RunConflict: That cannot be read, or this version cannot do it.
        """
        try:
            return ComparisonPlan.from_dict(read_object(self.folder / "plan.json") or {})
        except BadConfig as error:
            raise RunConflict(
                f"The settings of the comparison {self.comparison_id} cannot be used: {error}"
            ) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RunConflict(
                f"The settings of the comparison {self.comparison_id} cannot be read; start a new one."
            ) from error

    def result(self) -> dict[str, Any] | None:
        """What it has found so far, from the first finished run on; see `results.collect`."""
        return read_object(self.folder / "result.json")

    def figures(self) -> list[Path]:
        """Its pictures, once it is finished."""
        return [Path(name) for name in (self.result() or {}).get("figures", [])]

    def downloads(self) -> list[Path]:
        """Once it is finished: its table, the scores of each text, all as JSON, its pictures."""
        if not (self.result() or {}).get("complete"):
            return []
        found = (self.folder / name for name in ("table.csv", "scores.csv", "result.json", "pictures.zip"))
        return [path for path in found if path.is_file()]

    def status(self) -> dict[str, Any]:
        """Its present status; a process that died is noticed here.

        Returns:
            `comparison_id`; `status`: running, finished, failed, cancelled or interrupted; `message`; `done`
            and `total` runs; `run_id` of the run being trained; `eta_seconds`, None where it is not known;
            `created`.
        """
        died = self.died()
        blank = {"status": "interrupted", "message": "", "done": 0, "total": 0}
        blank |= {"run_id": None, "eta_seconds": None, "created": 0.0}
        status = {**blank, **readable(self.saved_status()), "comparison_id": self.comparison_id}
        if died:
            again = f"Resume continues after {status['done']} of {status['total']} runs."
            stopped = self.stop_requested()
            ended = "Cancelled." if stopped else "The process ended unexpectedly."
            status |= {"status": "cancelled" if stopped else "interrupted", "message": f"{ended} {again}"}
            status |= {"eta_seconds": None, "run_id": None}
        return status

    def progress(self, kind: str) -> dict[str, Any]:
        """What is noted of one kind: `runs`, `steps`, `step_seconds`, `memory`, `failures`, `seconds`."""
        noted = (read_object(self.folder / "progress.json") or {}).get(kind)
        return noted if isinstance(noted, dict) else {}

    def judged(self, name: str) -> dict[str, Any] | None:
        """What a row was found to write, as `RowJudge` noted it; None where it is still to be judged."""
        file = self.folder / "judged" / f"{name}.json"
        found = read_object(file) or {}
        if all(map(isinstance, (found.get(part) for part in ("row", "texts", "scores")), (dict, list, dict))):
            return found
        if file.exists():
            log.warning("%s is damaged: it is judged again.", file.name)
        return None

    def note(self, kind: str, key: str, value: Any) -> None:
        """Note what must outlive this process; None takes a note back."""
        saved = read_object(self.folder / "progress.json") or {}
        notes = {**saved.get(kind, {}), key: value}
        saved[kind] = {name: each for name, each in notes.items() if each is not None}
        write_json(self.folder / "progress.json", saved)

    def cancel(self, settings: Settings) -> None:
        """Ask it to stop, with a checkpoint of the run being trained; end it if it does not.

        Raises:
            RunConflict: It is not running.
        """
        status = self.status()
        if status["status"] != "running":
            raise RunConflict(f"The comparison {self.comparison_id} is {status['status']}, not running.")
        self.stop_with_its_run(settings)
        processes.end_in_background(self.unheeding)

    def stop_with_its_run(self, settings: Settings) -> None:
        """Ask it to stop, and the run being trained as well."""
        self.request_stop()
        run_id = readable(self.saved_status()).get("run_id")
        if run_id:
            with suppress(DistillError):
                runs.find(run_id, settings).request_stop()

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
            self.spawn(settings, lock)


def dark(picture: Path) -> Path:
    """The same picture for a dark page."""
    return picture.parent / "dark" / picture.name


def create(plan: ComparisonPlan, settings: Settings) -> Comparison:
    """Make the folder of a new comparison."""
    return Comparison.create(_home(settings), plan.as_dict(), total=len(plan.cells))


def start(values: dict[str, Any], settings: Settings) -> Comparison:
    """Check the settings, make a comparison and carry it out in a process of its own; uploaded data is kept
    for it.

    Raises:
        BadConfig: A setting is wrong.
        DistillError: It names a model or data that this user may not name.
        RunConflict: Another run, comparison, search or evaluation is in progress.
    """
    plan = ComparisonPlan.from_values(values)
    check_names(plan.base, settings)
    with processes.RunLock(settings.home) as lock:
        base = replace(plan.base, **uploads.kept(vars(plan.base), settings))
        comparison = create(replace(plan, base=base), settings)
        comparison.spawn(settings, lock)
    return comparison


def find(comparison_id: str, settings: Settings) -> Comparison:
    """The comparison of this id.

    Raises:
        RunNotFound: There is none.
    """
    return Comparison.find(_home(settings), comparison_id)


def all_comparisons(settings: Settings) -> list[Comparison]:
    """Every comparison, newest first."""
    return Comparison.newest_first(_home(settings))


def _home(settings: Settings) -> Path:
    return settings.home / "comparisons"
