"""An evaluation's folder.

plan.json  status.json  process.json  texts.jsonl  result.json  log.txt
answers/1.jsonl  answers/1.json  ...    what each model wrote and what it cost; what the model is
embeddings/.../1.npy  ...    its summaries as vectors, by the model that embeds
cases.jsonl  cases.csv  table.csv
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from distill.data import Example
from distill.errors import BadConfig, DistillError, RunConflict
from distill.jobs import processes, uploads
from distill.jobs.checksums import checksum_of
from distill.jobs.files import read_json_lines, read_object
from distill.jobs.job_folder import JobFolder
from distill.jobs.status import readable
from distill.judging.plan import EvaluationPlan
from distill.runs import RESUMABLE
from models.errors import ModelUnavailable
from models.settings import Settings

log = logging.getLogger(__name__)


class Evaluation(JobFolder):
    """One evaluation's folder."""

    kind = "evaluation"
    plan_file = "plan.json"

    @property
    def evaluation_id(self) -> str:
        """Its id, which is its folder's name."""
        return self.folder.name

    def plan(self) -> EvaluationPlan:
        """What it does.

        Raises:
            RunConflict: That cannot be read, or this version cannot do it.
        """
        try:
            return EvaluationPlan.from_dict(read_object(self.folder / "plan.json") or {})
        except (BadConfig, AttributeError, TypeError) as error:
            raise RunConflict(
                f"The settings of the evaluation {self.evaluation_id} cannot be used: {error}"
            ) from error

    def texts(self) -> list[Example]:
        """The texts it is about, kept when it began: whatever becomes of the file, they stay the same."""
        rows = read_json_lines(self.folder / "texts.jsonl")
        return [Example(str(row.get("document", "")), str(row.get("summary", ""))) for row in rows]

    def answers_file(self, model: str) -> Path:
        """Where what a model writes is kept."""
        return self.folder / "answers" / f"{self.plan().models.index(model) + 1}.jsonl"

    def about_file(self, model: str) -> Path:
        """Where it is kept what the model is."""
        return self.answers_file(model).with_suffix(".json")

    def answers(self, model: str) -> dict[int, dict[str, Any]]:
        """What a model has written so far, by the text's place from 0 on; see `writing.write`."""
        found = read_json_lines(self.answers_file(model))
        return {row["text"]: row for row in found if isinstance(row.get("text"), int) and _is_answer(row)}

    def result(self) -> dict[str, Any] | None:
        """What it has found so far, from the first model on; see `results.collect`."""
        found = read_object(self.folder / "result.json") or {}
        return found if isinstance(found.get("results"), list) else None

    def cases(self) -> list[dict[str, Any]]:
        """Its texts with all summaries and their measures; see `cases.collect`."""
        return read_json_lines(self.folder / "cases.jsonl")

    def downloads(self) -> list[Path]:
        """Once it is finished: the table, and all cases as CSV and as JSON Lines."""
        if not (self.result() or {}).get("complete"):
            return []
        found = (self.folder / name for name in ("table.csv", "cases.csv", "cases.jsonl"))
        return [path for path in found if path.is_file()]

    def status(self) -> dict[str, Any]:
        """Its present status; a process that died is noticed here.

        Returns:
            `evaluation_id`; `status`: running, finished, failed, cancelled or interrupted; `message`; `done`
            and `total` summaries; `eta_seconds`, None where it is not known; `created`.
        """
        died = self.died()
        blank = {
            "status": "interrupted",
            "message": "",
            "done": 0,
            "total": 0,
            "eta_seconds": None,
            "created": 0.0,
        }
        status = {**blank, **readable(self.saved_status()), "evaluation_id": self.evaluation_id}
        if died:
            again = f"Resume continues after {status['done']} of {status['total']} summaries."
            stopped = self.stop_requested()
            ended = "Cancelled." if stopped else "The process ended unexpectedly."
            status |= {"status": "cancelled" if stopped else "interrupted", "message": f"{ended} {again}"}
            status |= {"eta_seconds": None}
        return status

    def cancel(self) -> None:
        """Ask it to stop, with all that is written kept; end it if it does not.

        Raises:
            RunConflict: It is not running.
        """
        status = self.status()["status"]
        if status != "running":
            raise RunConflict(f"The evaluation {self.evaluation_id} is {status}, not running.")
        self.request_stop()
        processes.end_in_background(self.unheeding)

    def resume(self, settings: Settings) -> None:
        """Go on with it in a process of its own.

        Raises:
            RunConflict: It is running or finished, or a run is busy.
        """
        status = self.status()["status"]
        if status not in RESUMABLE:
            raise RunConflict(f"The evaluation {self.evaluation_id} is {status}; it cannot be resumed.")
        with processes.RunLock(settings.home) as lock:
            self.clear_stop()
            self.spawn(settings, lock)


def create(plan: EvaluationPlan, settings: Settings) -> Evaluation:
    """Make the folder of a new evaluation."""
    return Evaluation.create(_home(settings), plan.as_dict(), done=0, total=0)


def start(values: Mapping[str, Any], settings: Settings) -> Evaluation:
    """Check the settings, make an evaluation and carry it out in a process of its own; uploaded data is kept
    for it.

    Args:
        values: As of `EvaluationPlan`.
        settings: The studio's.

    Raises:
        BadConfig: A setting is wrong.
        DistillError: It names a model or data that this user may not name.
        RunConflict: A run is busy.
    """
    plan = EvaluationPlan.from_dict(values)
    plan.check_names(settings)
    with processes.RunLock(settings.home) as lock:
        evaluation = create(replace(plan, **uploads.kept(vars(plan), settings)), settings)
        evaluation.spawn(settings, lock)
    return evaluation


def find(evaluation_id: str, settings: Settings) -> Evaluation:
    """The evaluation of this id.

    Raises:
        RunNotFound: There is none.
    """
    return Evaluation.find(_home(settings), evaluation_id)


def of_plan(plan: EvaluationPlan, settings: Settings) -> Evaluation | None:
    """The newest evaluation that does the same with the same models and texts, whatever its state."""
    for evaluation in all_evaluations(settings):
        with suppress(RunConflict):  # one of an older version is another one
            if evaluation.plan() == plan and not (
                _has_other_texts(evaluation, plan, settings)
                or any(_has_changed(name, evaluation, settings) for name in plan.written)
            ):
                return evaluation
    return None


def _has_other_texts(evaluation: Evaluation, plan: EvaluationPlan, settings: Settings) -> bool:
    """Whether the data holds other texts now; data that is gone held what it held."""
    before = (read_object(evaluation.folder / "data.json") or {}).get("sha256")
    if before is None:
        return False
    try:
        return plan.texts(settings).digest != before
    except DistillError:
        return False


def all_evaluations(settings: Settings) -> list[Evaluation]:
    """Every evaluation, newest first."""
    return Evaluation.newest_first(_home(settings))


def _has_changed(model: str, evaluation: Evaluation, settings: Settings) -> bool:
    """Whether the name now means another model; one that is gone wrote what it wrote."""
    before = (read_object(evaluation.about_file(model)) or {}).get("sha256")
    if before is None:
        return False
    try:
        return checksum_of(model, settings) != before
    except ModelUnavailable:
        return False


def _home(settings: Settings) -> Path:
    return settings.home / "evaluations"


def _is_answer(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("summary"), str) or isinstance(row.get("failed"), str)
