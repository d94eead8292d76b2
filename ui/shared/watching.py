"""What a page knows about the work it shows, so that a tick without news is cheap."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from distill import runs
from distill.errors import RunNotFound
from distill.jobs.job_folder import JobFolder
from distill.runs import Run
from models.settings import Settings

_FILES = ("status.json", "metrics.jsonl", "log.txt", "result.json", "name.json", "stop", "trials.db")
Job = TypeVar("Job", bound=JobFolder)
Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Watch:
    """The run, comparison, evaluation or search a page shows, and how it looked when it was drawn last.

    Args:
        job_id: Its id, or None for none yet.
        state: Its status then.
        seen: What its files looked like then.
    """

    job_id: str | None = None
    state: str = ""
    seen: Signature = ()


def look(run: Run | None) -> Watch:
    """The present look of a run."""
    if run is None:
        return Watch()
    seen = signature(run)  # before the status: news in between is drawn at the next tick
    return Watch(run.run_id, run.status().status, seen)


def signature(shown: JobFolder) -> Signature:
    """Time and size of each file that work in the background changes; needs no reading."""
    found = []
    for name in _FILES:
        try:
            entry = (shown.folder / name).stat()
            found.append((entry.st_mtime_ns, entry.st_size))
        except FileNotFoundError:
            found.append((0, 0))
    return tuple(found)


def watched(watch: Watch, settings: Settings) -> Run | None:
    """The run a page shows."""
    return shown(watch, lambda run_id: runs.find(run_id, settings), lambda: runs.all_runs(settings))


def shown(watch: Watch, find: Callable[[str], Job], newest_first: Callable[[], list[Job]]) -> Job | None:
    """The work a page shows; without one, the one that is running, else the newest."""
    if watch.job_id:
        with suppress(RunNotFound):  # its folder was removed by hand
            return find(watch.job_id)
    known = newest_first()
    return next((job for job in known if _is_running(job)), next(iter(known), None))


def _is_running(job: JobFolder) -> bool:
    return job.saved_status().get("status") == "running" and not job.died()
