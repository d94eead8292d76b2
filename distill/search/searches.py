"""Begin searches, carry them out, help with them.

    search = start(plan, settings)          # in the background; a page reads it from disk
    search.status(); search.cancel(); search.resume(settings)
    all_searches(settings); find(ID, settings)
    results.collect(search)                 # a row a candidate

A worker of another machine joins by the URL of the storage: `join`.
"""

from dataclasses import replace
from typing import Any

from distill.data.naming import check_names
from distill.errors import RunConflict
from distill.jobs import processes, uploads
from distill.search.folder import Search, alike, all_searches, create, find
from distill.search.plan import Plan
from models.settings import Settings

__all__ = ["Search", "alike", "all_searches", "begin", "create", "find", "go_on", "join", "start"]


def begin(plan: Plan, settings: Settings, url: str | None = None) -> Search:
    """Check a plan and make its search; nothing is tried yet.

    Raises:
        BadConfig: The space is empty, or the storage's URL cannot be used.
        IncompatibleModels: The teacher is of a family whose shapes are not known.
        DistillError: A model or data cannot be used, or the storage cannot be reached.
    """
    return create(plan, settings, url, shapes=_count(plan, settings))


def start(plan: Plan, settings: Settings, url: str | None = None) -> Search:
    """Make a search and carry it out in a process of its own; uploaded data is kept for it.

    Errors as of `begin`.

    Raises:
        RunConflict: A run is busy.
    """
    shapes = _count(plan, settings)  # it may have to fetch the teacher
    with processes.RunLock(settings.home, shared=True) as lock:
        plan = replace(plan, base=plan.base | uploads.kept(plan.base, settings))
        search = create(plan, settings, url, shapes=shapes)
        search.spawn(settings, lock)
    return search


def go_on(search: Search, settings: Settings) -> dict[str, Any]:
    """Carry a search out in this process, as its first worker; its status at the end."""
    from distill.search.worker import Worker

    worker = Worker(search, settings, first=True)
    with processes.asked_by_sigterm(worker.stop):
        worker.carry_out()
    return search.status()


def join(search: Search, settings: Settings) -> dict[str, Any]:
    """Help with a search in this process; its status at the end.

    Raises:
        RunConflict: It was cancelled.
    """
    from distill.search.worker import Worker

    if search.queue().attributes.get("stop"):
        raise RunConflict(f"The search {search.search_id} was cancelled: resume it first.")
    worker = Worker(search, settings, first=False)
    with processes.asked_by_sigterm(worker.stop):
        worker.carry_out()
    return search.status()


def _count(plan: Plan, settings: Settings) -> int:
    """How many shapes a plan may try; errors as of `begin`."""
    from distill.search.teachers import space_of, teacher_of

    check_names(plan.config(), settings)
    return space_of(teacher_of(plan.teacher, settings), plan.space).count
