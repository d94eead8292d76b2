"""One worker of a search: it takes trials until the budget has ended, whoever else does."""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from distill.errors import Cancelled, DistillError, RunConflict
from distill.jobs import processes
from distill.jobs.explaining import explain
from distill.search.folder import Search
from distill.search.queue import Claim, Queue
from distill.search.results import words
from distill.search.space import Shape, Space
from models.settings import Settings

log = logging.getLogger(__name__)
_PATIENCE = 5.0  # seconds between two looks whether the others have come to an end


class Trying(Protocol):
    """Tries candidates: see `distill.search.candidates.Candidates`."""

    @property
    def space(self) -> Space:
        """What may be tried."""
        ...

    @property
    def fingerprint(self) -> Mapping[str, Any]:
        """What all workers must have in common."""
        ...

    @property
    def timing(self) -> Mapping[str, Any]:
        """Under what candidates are timed."""
        ...

    def known(self, shape: Shape) -> dict[str, Any] | None:
        """What came of it before."""
        ...

    def reference_loss(self) -> float:
        """The loss that is worth nothing."""
        ...

    def attempt(self, shape: Shape, name: str) -> dict[str, Any]:
        """Try it."""
        ...


def _for_real(search: Search, settings: Settings, halt: threading.Event) -> Trying:
    from transformers.utils.logging import disable_progress_bar

    from distill.search.candidates import Candidates

    disable_progress_bar()
    return Candidates(search, settings, halt)


class Worker:
    """A worker, in this process.

    Args:
        search: The search.
        settings: The studio's.
        first: Whether it is the one whose process is the search's, and that says how it stands.
        trying: Makes what tries candidates.
    """

    def __init__(
        self,
        search: Search,
        settings: Settings,
        first: bool,
        trying: Callable[[Search, Settings, threading.Event], Trying] = _for_real,
    ) -> None:
        self.search, self.settings, self._first, self._trying = search, settings, first, trying
        self._halt, self._stopped = threading.Event(), False
        self.queue: Queue = search.queue()
        self.plan = self.queue.plan

    def stop(self) -> None:
        """Ask it to stop, with what is done kept."""
        self._stopped = True
        self._halt.set()

    def carry_out(self) -> None:
        """Work until the budget has ended; where it has, nothing is loaded or compared.

        Raises:
            RunConflict: It was cancelled; what is done is kept.
            DistillError: Something else that the user can mend.
        """
        if self._has_ended():
            self._say(status="finished", message="Finished")
            return
        again = f"python -m distill search resume {self.search.search_id} goes on with it."
        if self._first:
            self.search.belongs_to(processes.identity())
        self._say(status="running", message="Loading the teacher and the data")
        try:
            self._work()
        except (Cancelled, KeyboardInterrupt) as stop:
            self._say(status="cancelled", message=f"Cancelled. {again}")
            if isinstance(stop, KeyboardInterrupt):
                log.info("%s", again)
                raise
            raise RunConflict(f"The search was cancelled. {again}") from None
        except Exception as error:
            with suppress(OSError):
                self._say(
                    status="failed", message=str(error) if isinstance(error, DistillError) else explain(error)
                )
            raise
        self._say(status="finished", message="Finished")

    def _work(self) -> None:
        candidates = self._trying(self.search, self.settings, self._halt)
        self.queue.check_same(candidates.fingerprint)
        if other := self.queue.differences("timing", candidates.timing):
            log.warning("This worker times otherwise than the first one (%s).", ", ".join(other))
        reference = self._reference(candidates)
        while True:
            self._stop_if_asked()
            self.queue.refill()
            claim = self.queue.claim(candidates.space)
            if claim is not None:
                self._try(claim, candidates, reference)
            elif self._has_ended():
                return
            else:  # others are at work; one of them may die
                self._halt.wait(min(_PATIENCE, self.plan.heartbeat))

    def _has_ended(self) -> bool:
        return len(self.queue.outcomes()) == self.plan.trials

    def _try(self, claim: Claim, candidates: Trying, reference: float) -> None:
        trial, shape = claim.trial, claim.shape
        done = len(self.queue.outcomes())
        self._say(message=f"Candidate {trial.number}, {done} of {self.plan.trials} done: {words(shape)}")
        known = candidates.known(shape)
        try:
            with self.queue.alive(trial, self._halt.set):
                found = known or candidates.attempt(shape, f"{self.search.search_id}-{trial.number}")
        except BaseException as error:
            if isinstance(error, Cancelled) and not self._asked() and self.queue.is_lost(trial):
                log.warning("Candidate %d was given to another worker meanwhile.", trial.number)
                return
            self.queue.give_up(trial, "stopped")
            raise
        attributes = {"reference": reference, **found, "free": known is not None}
        values = None
        if "reason" not in found:
            attributes["reward"] = self.plan.reward(found["loss"], reference, found["share"])
            values = [found["loss"], found["share"]] if self.plan.multi else [attributes["reward"]]
        if self.queue.end(trial, attributes, values):
            log.info("Candidate %d: %s", trial.number, _outcome(attributes))

    def _reference(self, candidates: Trying) -> float:
        if self.plan.reference_loss is not None:
            return self.plan.reference_loss
        known = self.queue.attributes.get("reference")
        if known is None:
            known = candidates.reference_loss()
            self.queue.tell_all("reference", known)
        return known

    def _stop_if_asked(self) -> None:
        self._halt.clear()  # it may have been for a trial that was lost
        if self._asked():
            raise Cancelled

    def _asked(self) -> bool:
        """Whether somebody asked this worker, or all, to stop."""
        return self._stopped or self.search.stop_requested() or bool(self.queue.attributes.get("stop"))

    def _say(self, **changes: Any) -> None:
        if "message" in changes:
            log.info("%s", changes["message"])
        if self._first:
            self.search.update(**changes)


def _outcome(found: Mapping[str, Any]) -> str:
    if "reason" in found:
        return found["reason"]
    speed = f"{found['share']:.2f} × the teacher's latency"
    free = " (known, free)" if found["free"] else ""
    return f"loss {found['loss']:.4f}, {speed}, reward {found['reward']:.4f}{free}"
