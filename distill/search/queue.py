"""The trials of a search as a queue that any number of workers empties, each part of the budget once.

An Optuna storage is all there is: what the sampler learns from, who works on what, and what came of it.
`distill.search.slots` says which parts of the budget have ended, and which another trial has to fill.
"""

import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import DuplicatedStudyError, ExperimentalWarning, UpdateFinishedTrialError
from optuna.trial import FrozenTrial, Trial, TrialState

from distill.errors import BadData, RunConflict, RunNotFound
from distill.jobs import processes
from distill.search import slots
from distill.search.plan import Plan
from distill.search.samplers import make_sampler
from distill.search.space import Shape, Space
from distill.search.storage import (
    FORMAT,
    StorageLost,
    check_format,
    one_at_a_time,
    open_storage,
    reachable,
    shown,
)

log = logging.getLogger(__name__)


class Queue:
    """One search's trials.

    Args:
        url: Of the storage.
        name: Of the study, which is the search's id.
        plan: What the search does; None for what the study says.
    """

    def __init__(self, url: str, name: str, plan: Plan | None = None) -> None:
        self.url, self.name = url, name
        known = plan or Plan.from_dict(_read_plan(url, name))
        self.plan = known
        self.storage = open_storage(url, known.heartbeat, known.grace)
        with reachable(url):
            self.study = _load(self.storage, name, url)

    @classmethod
    def create(cls, url: str, name: str, plan: Plan, **attributes: Any) -> "Queue":
        """A new one.

        Args:
            url, name, plan: As above.
            **attributes: What every worker has to know.

        Raises:
            RunConflict: The storage has a study of that name.
        """
        storage = open_storage(url, plan.heartbeat, plan.grace)
        directions: Any = ["minimize", "minimize"] if plan.multi else ["maximize"]
        with reachable(url):
            try:
                study = optuna.create_study(storage=storage, study_name=name, directions=directions)
            except DuplicatedStudyError as error:
                raise RunConflict(
                    f"{shown(url)} has a study {name} already: start the search again."
                ) from error
            for key, value in {"plan": plan.as_dict(), **attributes, "format": FORMAT}.items():
                study.set_user_attr(key, value)
        made = cls(url, name, plan)
        made.refill()  # before there are workers, who would all do it at once
        return made

    @property
    def attributes(self) -> dict[str, Any]:
        """What every worker has to know."""
        with reachable(self.url):
            return self.study.user_attrs

    def tell_all(self, key: str, value: Any) -> None:
        """Let every worker know something."""
        with reachable(self.url):
            self.study.set_user_attr(key, value)

    def differences(self, key: str, mine: Mapping[str, Any]) -> list[str]:
        """In what this process differs from the first that worked for the search, which it may be itself."""
        theirs = self.attributes.get(key)
        if theirs is None:
            self.tell_all(key, dict(mine))
            return []
        return [name for name, value in mine.items() if theirs.get(name) != value]

    def check_same(self, fingerprint: Mapping[str, Any]) -> None:
        """See that teacher and data are those that the search began with.

        Raises:
            BadData: They are not.
        """
        if other := self.differences("fingerprint", fingerprint):
            raise BadData(
                f"Not what the search began with: {', '.join(other)}. Use the same teacher and data, or start"
                " a new search."
            )

    def trials(self) -> list[FrozenTrial]:
        """All of them, by number."""
        with reachable(self.url):
            return self.study.get_trials(deepcopy=False)

    def outcomes(self) -> dict[int, FrozenTrial]:
        """The trial that each ended slot has ended with."""
        return slots.outcomes(self.trials())

    def refill(self) -> None:
        """See that each slot has ended, is being worked on, or waits for a worker."""
        with reachable(self.url):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ExperimentalWarning)
                optuna.storages.fail_stale_trials(self.study)
            for trial in self.trials():
                if trial.state == TrialState.RUNNING and _died_here(trial):
                    with suppress(UpdateFinishedTrialError):
                        self.storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
            for slot, own in slots.unfilled(self.trials(), self.plan.trials).items():
                self._enqueue(slot, own)

    def claim(self, space: Space) -> "Claim | None":
        """Take the next waiting trial and choose its shape; None where none waits."""
        with reachable(self.url):
            waiting = [trial for trial in self.trials() if trial.state == TrialState.WAITING]
            for trial in sorted(waiting, key=lambda trial: (trial.user_attrs["slot"], trial.number)):
                with suppress(UpdateFinishedTrialError):  # it was given to another worker meanwhile
                    claim = self._take(trial, space)
                    if claim is not None:
                        return claim
        return None

    def end(self, trial: FrozenTrial, attributes: Mapping[str, Any], values: Sequence[float] | None) -> bool:
        """Say what came of a trial; whether it counts, which it does not where it was given to another.

        Args:
            trial: The trial.
            attributes: What is to be known of it; `reason` where it has no values.
            values: Of the objectives.
        """
        with reachable(self.url):
            try:
                for key, value in attributes.items():
                    self.storage.set_trial_user_attr(trial._trial_id, key, value)
                state = TrialState.PRUNED if values is None else TrialState.COMPLETE
                return self.storage.set_trial_state_values(trial._trial_id, state, values)
            except UpdateFinishedTrialError:
                log.warning("Trial %d was given to another worker meanwhile.", trial.number)
                return False

    def give_up(self, trial: FrozenTrial, why: str) -> None:
        """Leave a trial's slot to another trial."""
        with reachable(self.url), suppress(UpdateFinishedTrialError):
            self.storage.set_trial_user_attr(trial._trial_id, "why", why)
            self.storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)

    @contextmanager
    def alive(self, trial: FrozenTrial, halt: Callable[[], None]) -> Iterator[None]:
        """Give signs of life while a trial is worked on.

        Args:
            trial: The trial.
            halt: Called once everybody was asked to stop, or the trial was given to another worker.
        """
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(self.plan.heartbeat):
                try:
                    with reachable(self.url):
                        self.storage.record_heartbeat(trial._trial_id)
                        state = self.storage.get_trial(trial._trial_id).state
                    if self.attributes.get("stop") or state != TrialState.RUNNING:
                        halt()
                except StorageLost as error:
                    log.warning("%s", error)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def is_lost(self, trial: FrozenTrial) -> bool:
        """Whether a trial was given to another worker, as this one was silent for too long."""
        with reachable(self.url):
            return self.storage.get_trial(trial._trial_id).state != TrialState.RUNNING

    def _take(self, trial: FrozenTrial, space: Space) -> "Claim | None":
        # The sign of life comes first: a worker that dies in between is missed all the same.
        self.storage.record_heartbeat(trial._trial_id)
        with one_at_a_time(self.url):
            if not self.storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING):
                return None
        self.storage.set_trial_user_attr(trial._trial_id, "worker", _myself())
        if slots.is_superfluous(trial, self.trials()):
            self.give_up(trial, "superfluous")
            return None
        return self._chosen(trial, space)

    def _chosen(self, trial: FrozenTrial, space: Space) -> "Claim":
        slot = trial.user_attrs["slot"]
        free = [other for other in slots.by_slot(self.trials())[slot] if other.user_attrs.get("free")]
        # A study of its own: TPE and NSGA-II see the trials that their study had when it was first asked for
        # them, and only its `ask`, which takes no trial of somebody else's choice, has it look again.
        study = _load(self.storage, self.name, self.url)
        study.get_trials(deepcopy=False)  # its storage knows no trial before
        study.sampler = make_sampler(self.plan, space, slot + self.plan.trials * len(free))
        asked, shape = Trial(study, trial._trial_id), {}
        _ = asked.relative_params  # NSGA-II counts its generations here, also where the shape is given
        for part, distribution in space.distributions().items():
            if isinstance(distribution, optuna.distributions.IntDistribution):
                shape[part] = asked.suggest_int(
                    part, distribution.low, distribution.high, step=distribution.step
                )
            else:
                choices: Any = distribution
                shape[part] = asked.suggest_categorical(part, choices.choices)
        self.storage.set_trial_user_attr(trial._trial_id, "shape", shape)
        return Claim(self.storage.get_trial(trial._trial_id), shape)

    def _enqueue(self, slot: int, own: Sequence[FrozenTrial]) -> None:
        """A new trial for a slot, of the shape that the last one did not come to the end of."""
        again = slots.unfinished(own)
        shape: dict[str, Any] = again.params if again else {}
        if again and slots.is_deadly(again, own):
            self.study.add_trial(
                optuna.trial.create_trial(
                    state=TrialState.PRUNED,
                    params=shape,
                    distributions=again.distributions,
                    user_attrs={
                        "slot": slot,
                        "shape": shape,
                        "reason": f"{slots.MOST_DEATHS} workers died of it: memory is the usual cause",
                    },
                )
            )
            return
        self.study.enqueue_trial(shape, user_attrs={"slot": slot})


class Claim:
    """A trial that this worker has taken, and its shape."""

    def __init__(self, trial: FrozenTrial, shape: Shape) -> None:
        self.trial, self.shape = trial, shape


def _load(storage: Any, name: str, url: str) -> optuna.Study:
    try:
        study = optuna.load_study(storage=storage, study_name=name)
    except KeyError as error:
        known = ", ".join(sorted(optuna.get_all_study_names(storage))[-5:]) or "none"
        raise RunNotFound(f"There is no search {name!r} in {shown(url)}. It has: {known}.") from error
    check_format(study.user_attrs, name, url)
    return study


def _read_plan(url: str, name: str) -> dict[str, Any]:
    with reachable(url):
        return _load(open_storage(url, Plan.heartbeat, Plan.grace), name, url).user_attrs["plan"]


def _myself() -> dict[str, Any]:
    return {"machine": _machine(), **processes.identity()}


def _died_here(trial: FrozenTrial) -> bool:
    """Whether its worker was a process of this machine that is gone: no need to wait for a sign of life."""
    worker = trial.user_attrs.get("worker") or {}
    return bool(worker) and worker.get("machine") == _machine() and not processes.is_alive(worker)


def _machine() -> str:
    """What tells this boot of this machine, and the processes seen here, from others."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # no Linux: its signs of life will tell
        return str(processes.identity())
