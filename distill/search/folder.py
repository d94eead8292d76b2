"""A search's folder, on each machine that works for it.

    plan.json  status.json  process.json  progress.json  log.txt  trials.db  stop
    data/  starts/  runs/  ctranslate2/  models/

Its trials are in an Optuna storage: `trials.db`, unless another one was named. The runs of the
mini-distillations are in `runs/`, without their models, which would fill a disk. Imports
nothing heavy.
"""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill import runs
from distill.errors import BadConfig, RunConflict, RunNotFound
from distill.jobs import processes
from distill.jobs.files import read_object, write_json
from distill.jobs.job_folder import JobFolder
from distill.jobs.status import readable
from distill.search.plan import Plan
from models.settings import Settings

if TYPE_CHECKING:  # it brings Optuna, which whoever looks whether there is a search does not need
    from distill.search.queue import Queue


class Search(JobFolder):
    """One search's folder."""

    kind = "search"
    plan_file = "plan.json"

    @property
    def search_id(self) -> str:
        """Its id, which is its folder's name."""
        return self.folder.name

    @property
    def url(self) -> str:
        """The URL of its storage."""
        from distill.search import storage

        return self._saved().get("storage") or storage.sqlite(self.folder / "trials.db")

    def plan(self) -> Plan:
        """What it does.

        Raises:
            RunConflict: That cannot be read, or this version cannot do it.
        """
        saved = self._saved().get("plan")
        if not isinstance(saved, dict):
            raise RunConflict(f"The settings of the search {self.search_id} cannot be read; start a new one.")
        try:
            return Plan.from_dict(saved)
        except (BadConfig, TypeError) as error:
            raise RunConflict(
                f"The settings of the search {self.search_id} cannot be used: {error}"
            ) from error

    def queue(self) -> "Queue":
        """Its trials."""
        from distill.search.queue import Queue

        return Queue(self.url, self.search_id, self.plan())

    def settings(self, settings: Settings) -> Settings:
        """Those of its mini-distillations, whose runs are no runs of the user's.

        What they name is in the search's own folder, or was allowed when the search began.
        """
        from dataclasses import replace

        return replace(settings, home=self.folder, allow_custom_models=True)

    def status(self) -> dict[str, Any]:
        """How it stands now, asked of its storage and of the process that was started with it.

        Returns:
            `search_id`; `status` of its first worker: running, finished, failed, cancelled or interrupted;
            `message`; `done` of `total` slots; `trained`, `free` and `failed` candidates; `workers` at work;
            `best` reward so far (None of a search for two objectives); `storage`; `created`.
        """
        from optuna.trial import TrialState

        from distill.search import storage

        died = self.died()
        saved = readable(self.saved_status())
        blank = {"status": "interrupted", "message": "", "created": 0.0}
        found = {name: saved.get(name, value) for name, value in blank.items()}
        queue = self.queue()
        trials, outcomes = queue.trials(), queue.outcomes()
        working = [trial for trial in trials if trial.state == TrialState.RUNNING]
        done, total = len(outcomes), queue.plan.trials
        if done == total:
            found |= {"status": "finished", "message": "Finished"}
        elif died or found["status"] == "cancelled":
            stopped = not died or self.stop_requested()
            ended = "Cancelled." if stopped else "The process ended unexpectedly."
            found |= {"status": "cancelled" if stopped else "interrupted"}
            found |= {"message": f"{ended} Resume continues after {done} of {total} candidates."}
        states = Counter(trial.state for trial in outcomes.values())
        rewards = [trial.user_attrs.get("reward") for trial in trials]
        return {
            "search_id": self.search_id,
            **found,
            "done": done,
            "total": total,
            "trained": states[TrialState.COMPLETE],
            "failed": states[TrialState.PRUNED],
            "free": sum(bool(trial.user_attrs.get("free")) for trial in trials),
            "workers": len(working),
            "best": max((value for value in rewards if value is not None), default=None),
            "storage": storage.shown(self.url),
        }

    def note(self, kind: str, key: str, value: Any) -> None:
        """Note what must outlive this process."""
        saved = read_object(self.folder / "progress.json") or {}
        saved[kind] = {**saved.get(kind, {}), key: value}
        write_json(self.folder / "progress.json", saved)

    def noted(self, kind: str) -> dict[str, Any]:
        """What is noted of one kind."""
        found = (read_object(self.folder / "progress.json") or {}).get(kind)
        return found if isinstance(found, dict) else {}

    def cancel(self) -> None:
        """Ask all its workers to stop, here and on other machines; end the first one if it does not.

        Raises:
            RunConflict: It is finished.
        """
        status = self.status()["status"]
        if status == "finished":
            raise RunConflict(f"The search {self.search_id} is finished.")
        self.request_stop()
        self.queue().tell_all("stop", True)
        processes.end_in_background(self.unheeding)

    def go_on(self) -> None:
        """Forget an earlier request to stop."""
        self.clear_stop()
        self.queue().tell_all("stop", False)

    def resume(self, settings: Settings) -> None:
        """Go on with it in a process of its own.

        Raises:
            RunConflict: Its first worker works, it is finished, or a run is busy.
        """
        status = self.status()["status"]
        if status not in runs.RESUMABLE:
            raise RunConflict(f"The search {self.search_id} is {status}; it cannot be resumed.")
        with processes.RunLock(settings.home, shared=True) as lock:
            self.go_on()
            self.spawn(settings, lock)

    def _saved(self) -> dict[str, Any]:
        return read_object(self.folder / self.plan_file) or {}


def create(plan: Plan, settings: Settings, url: str | None = None, **attributes: Any) -> Search:
    """Make the folder of a new search, and its study in a storage.

    Args:
        plan: What it does.
        settings: The studio's.
        url: Of an Optuna storage; by default a file in the folder.
        **attributes: What every worker has to know.
    """
    from distill.search import storage
    from distill.search.queue import Queue

    if url:  # before anything is made
        storage.open_storage(url, plan.heartbeat, plan.grace).remove_session()
    search = Search.create(settings.searches, {"plan": plan.as_dict(), "storage": url})
    (search.folder / Search.plan_file).chmod(0o600)  # a URL may hold a password
    try:
        Queue.create(search.url, search.search_id, plan, **attributes)
    except Exception as error:
        search.update(status="failed", message=str(error))
        raise
    return search


def find(search_id: str, settings: Settings, url: str | None = None) -> Search:
    """The search of this id; with the URL of its storage also one that another machine began.

    Raises:
        RunNotFound: There is none.
    """
    if url is None:
        return Search.find(settings.searches, search_id)
    try:
        return Search.find(settings.searches, search_id)
    except RunNotFound:
        if Path(search_id).name != search_id:
            raise
        from distill.search.queue import Queue

        queue = Queue(url, search_id)
        search = Search(settings.searches / search_id)
        search.folder.mkdir(parents=True, exist_ok=True)
        write_json(search.folder / Search.plan_file, {"plan": queue.plan.as_dict(), "storage": url})
        (search.folder / Search.plan_file).chmod(0o600)
        return search


def alike(search: Search, settings: Settings) -> list[Search]:
    """Other searches whose rewards can be compared with this one's, newest first.

    They may differ in who chooses, in the seed and in the number of candidates, and in nothing else.
    """
    wanted = _asked(search)
    others = [other for other in all_searches(settings) if other.search_id != search.search_id]
    return [other for other in others if wanted and _asked(other) == wanted]


def all_searches(settings: Settings) -> list[Search]:
    """Every search, newest first."""
    return Search.newest_first(settings.searches)


def _asked(search: Search) -> dict[str, Any] | None:
    """What a search asks, whoever chooses; None where that cannot be read."""
    plan = (read_object(search.folder / Search.plan_file) or {}).get("plan")
    if not isinstance(plan, dict) or not isinstance(plan.get("base"), dict):
        return None
    apart = ("sampler", "seed", "trials", "heartbeat", "grace")
    base = {name: value for name, value in plan["base"].items() if name != "seed"}
    return {name: value for name, value in plan.items() if name not in apart} | {"base": base}
