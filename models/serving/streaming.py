"""A summary as it grows: the job runs in a thread of its own, the reader gets snapshots."""

import queue
import threading
from collections.abc import Iterator

from models.decoding import Summary
from models.engines import Stopped
from models.serving.job import Job

_TICK = 0.25


def follow(job: Job) -> Iterator[Summary]:
    """Run a job and yield its summary: at each new token, else every quarter of a second; last, finished.

    Closing the iterator stops the run at its next step. Whatever the run raises is raised here.
    """
    news: queue.SimpleQueue[Summary | BaseException | None] = queue.SimpleQueue()
    thread = threading.Thread(target=_work, args=(job, news), name="summarise", daemon=True)
    thread.start()
    try:
        while not isinstance(event := _newest(news), Summary):
            if event is not None:
                raise event
            yield job.snapshot()
        yield event
    finally:
        job.stop()


def _work(job: Job, news: "queue.SimpleQueue[Summary | BaseException | None]") -> None:
    try:
        news.put(job.run(on_change=lambda: news.put(None)))
    except Stopped:
        pass  # nobody reads any more
    except BaseException as error:  # it belongs to the reader
        news.put(error)


def _newest(news: "queue.SimpleQueue[Summary | BaseException | None]") -> Summary | BaseException | None:
    """The next event that matters; None for a new token or a tick. A slow reader skips what it missed."""
    try:
        event = news.get(timeout=_TICK)
        while event is None:
            event = news.get_nowait()
    except queue.Empty:
        return None
    return event
