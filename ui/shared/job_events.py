"""What the buttons of a tab that shows work in the background do, and the tick that keeps its view fresh."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import gradio as gr

from distill.errors import RunNotFound
from distill.jobs.job_folder import JobFolder
from ui.shared.watching import Watch, has_news

Job = TypeVar("Job", bound=JobFolder)


@dataclass(frozen=True)
class JobEvents(Generic[Job]):
    """The events of one kind of work.

    What a visitor starts or selects is kept in a state of its own, `chosen`, which no tick writes. A tick
    that was under way meanwhile may draw the former job over it: the next one sees that and mends it. It is
    the same with what else the page says, which the watch has as it was drawn.

    Args:
        find: The job of an id.
        newest_first: All jobs.
        drawn: The watch and every component of the view, for a job (None where there is none), what the page
            shows already (None where all is to be drawn) and what else the page says.
    """

    find: Callable[[str], Job]
    newest_first: Callable[[], list[Job]]
    drawn: Callable[..., list[Any]]

    def shown(self, chosen: str | None, watch: Watch) -> Job | None:
        """The job a page shows: the chosen one, else the same as before, the one that runs, or the newest."""
        for job_id in filter(None, (chosen, watch.job_id)):
            with suppress(RunNotFound):  # its folder was removed by hand
                return self.find(job_id)
        known = self.newest_first()
        return next((job for job in known if _is_running(job)), next(iter(known), None))

    def opened(self, chosen: str | None, watch: Watch, *said: Any) -> list[Any]:
        """The whole view."""
        return self.drawn(self.shown(chosen, watch), None, *said)

    def tick(self, chosen: str | None, watch: Watch, *said: Any) -> Any:
        """The view where there is news, or the page says something else."""
        job = self.shown(chosen, watch)
        return self.drawn(job, watch, *said) if has_news(job, watch) or watch.said != said else gr.skip()

    def choose(self, job: Job, *said: Any) -> list[Any]:
        """The new `chosen`, then the view of that job."""
        return [job.folder.name, *self.drawn(job, None, *said)]

    def select(self, job_id: str, *said: Any) -> list[Any]:
        """The same by its id."""
        return self.choose(self.find(job_id), *said)

    def after(self, act: Callable[[Job], None]) -> Callable[..., list[Any]]:
        """An event that does something to the job that a page has drawn, then draws it."""

        def acted(watch: Watch, *said: Any) -> list[Any]:
            job = self.find(watch.job_id or "")
            act(job)
            return self.drawn(job, watch, *said)

        return acted


def _is_running(job: JobFolder) -> bool:
    return job.saved_status().get("status") == "running" and not job.died()
