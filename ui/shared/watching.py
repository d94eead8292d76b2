"""What a page knows about the work it shows, so that a tick without news is cheap."""

from dataclasses import dataclass
from typing import Any

from distill.jobs.job_folder import JobFolder

_FILES = ("status.json", "metrics.jsonl", "log.txt", "result.json", "name.json", "stop", "trials.db")
Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Watch:
    """The run, comparison, evaluation or search a page shows, and how it looked when it was drawn last.

    Args:
        job_id: Its id, or None for none yet.
        state: Its status then.
        seen: What its files looked like then.
        said: What else the page said then: which candidate was picked, or which runs were to be listed.
    """

    job_id: str | None = None
    state: str = ""
    seen: Signature = ()
    said: tuple[Any, ...] = ()


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


def has_news(job: JobFolder | None, watch: Watch) -> bool:
    """Whether a page that has drawn this watch shows another job, or this one as it was before."""
    if job is None:
        return watch.job_id is not None
    if job.folder.name != watch.job_id or signature(job) != watch.seen:
        return True
    return watch.state.startswith("running") and job.died()
