"""Throw a run away. Imports nothing heavy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distill.errors import RunConflict
from distill.jobs import trash
from distill.jobs.files import read_json
from distill.jobs.job_folder import JobFolder
from distill.runs.run_folder import Run
from models.engines import conversion
from models.settings import Settings

_KINDS = {
    "runs": "run",
    "comparisons": "comparison",
    "evaluations": "evaluation",
    "searches": "search",
    "figurative": "figurative distillation",
}
_NAMING = ("config.json", "plan.json", "progress.json", "runs.json")
"""The files in which work names the runs that it builds on or has made."""


def dependents(run: Run, settings: Settings) -> list[str]:
    """What names a run or its student, such as `evaluation 20260101-120000`: it cannot be repeated or resumed
    without it."""
    found = [f"{_KINDS[job.folder.parent.name]} {job.folder.name}" for job in _users(run, settings)]
    named = _mentions(settings.distilled_model, run)
    return [*found, *(["the setting DISTILLED_MODEL"] if named else [])]


def delete(run: Run, settings: Settings) -> None:
    """Move a run to the trash, and drop what its student was converted to.

    Raises:
        RunConflict: It is at work, or something that builds on it is.
        BadRequest: A visitor may not change what there is.
    """
    if run.status().status == "running":
        raise RunConflict(f"The run {run.run_id} is running: cancel it first.")
    for job in _users(run, settings):
        if job.saved_status().get("status") == "running" and not job.died():
            kind = _KINDS[job.folder.parent.name]
            raise RunConflict(
                f"The {kind} {job.folder.name} is at work on the run {run.run_id}: cancel it first."
            )
    converted = conversion.entries(run.student, settings.home)
    trash.put(run.folder, settings)
    for entry in converted:
        conversion.discard(entry)


def _users(run: Run, settings: Settings) -> Iterator[JobFolder]:
    for shelf in _KINDS:
        for folder in sorted((settings.home / shelf).glob("*/")):
            plans = (read_json(folder / name) for name in _NAMING)
            if folder != run.folder and any(_mentions(plan, run) for plan in plans):
                yield JobFolder(folder)


def _mentions(value: Any, run: Run) -> bool:
    """Whether JSON holds the run's id, its student's name or a path into its folder, also among others."""
    if isinstance(value, dict):
        return any(_mentions(each, run) for each in value.values())
    if isinstance(value, list):
        return any(_mentions(each, run) for each in value)
    if not isinstance(value, str):
        return False
    return any(_names(part.strip(), run) for part in (value, *value.split(",")))  # a path may have commas


def _names(value: str, run: Run) -> bool:
    name = value.rpartition("@")[0] or value
    return name in (run.run_id, f"run:{run.run_id}") or Path(value).is_relative_to(run.folder)
