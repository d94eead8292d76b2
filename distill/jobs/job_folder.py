"""Work in the background is a folder that holds all there is to know; nothing is kept only in a process.

    status.json  process.json  log.txt  stop

The program writes these atomically and never deletes a folder. Imports nothing heavy.
"""

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Self

from distill.errors import DistillError, RunConflict, RunNotFound
from distill.jobs import processes
from distill.jobs.files import read_object, write_json
from models.settings import Settings
from models.store.students import STATUS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


class JobFolder:
    """The folder of one piece of work that a process of its own carries out."""

    kind: ClassVar[str]
    """What a message and the command `work` call it."""
    plan_file: ClassVar[str]
    """The file, written first, that makes a folder one of this kind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, parent: Path, plan: dict[str, Any], **status: Any) -> Self:
        """Make a new one, named by the time, that belongs to this process."""
        now = time.time()
        stem = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
        for attempt in range(100):
            job = cls(parent / (stem if attempt == 0 else f"{stem}-{attempt}"))
            try:
                job.folder.mkdir(parents=True)
            except FileExistsError:
                continue
            write_json(job.folder / cls.plan_file, plan)
            job.belongs_to(processes.identity())
            job.update(status="running", message="Starting", created=now, **status)
            return job
        raise RunConflict(f"No free name for a {cls.kind} in {parent}.")

    @classmethod
    def find(cls, parent: Path, name: str) -> Self:
        """The one of this name.

        Raises:
            RunNotFound: There is none.
        """
        possible = isinstance(name, str) and _NAME.fullmatch(name)  # a request may hold anything
        if not possible or not (parent / name / cls.plan_file).is_file():
            known = ", ".join(job.folder.name for job in cls.newest_first(parent)[:5]) or "none yet"
            raise RunNotFound(f"There is no {cls.kind} {name!r}. Newest ones: {known}.")
        return cls(parent / name)

    @classmethod
    def newest_first(cls, parent: Path) -> list[Self]:
        """All there are."""
        folders = (path.parent for path in parent.glob(f"*/{cls.plan_file}"))
        return [cls(folder) for folder in sorted(folders, key=lambda folder: folder.name, reverse=True)]

    def update(self, **changes: Any) -> None:
        """Change the saved status; called by the process that carries the work out."""
        write_json(self.folder / STATUS, {**self.saved_status(), **changes})

    def saved_status(self) -> dict[str, Any]:
        """The status saved last; empty if there is none."""
        return read_object(self.folder / STATUS) or {}

    def died(self) -> bool:
        """Whether its status says running although its process is gone."""
        if self.saved_status().get("status") != "running" or processes.is_alive(self.process()):
            return False
        return self.saved_status().get("status") == "running"  # the status may have changed in between

    def process(self) -> dict[str, Any] | None:
        """The identity of the process that carries it out."""
        return read_object(self.folder / "process.json")

    def unheeding(self) -> dict[str, Any] | None:
        """The process that still carries it out though it was asked to stop; None where none does.

        A process may have more to do than this work, and the work may have been resumed by another.
        """
        going = self.stop_requested() and self.saved_status().get("status") == "running"
        return self.process() if going else None

    def belongs_to(self, process: dict[str, Any]) -> None:
        """Note which process carries it out."""
        write_json(self.folder / "process.json", process)

    def spawn(self, settings: Settings, lock: processes.RunLock) -> None:
        """Carry it out in a process of its own, which takes over the lock."""
        self.belongs_to(processes.identity())
        self.update(status="running", message="Starting", eta_seconds=None)
        try:
            command = ["work", self.kind, self.folder.name]
            self.belongs_to(processes.spawn(command, settings.home, self.folder / "log.txt", lock))
        except OSError as error:
            message = f"The {self.kind} could not be started: {error}."
            with suppress(OSError):
                self.update(status="failed", message=message)
            raise DistillError(message) from error

    def request_stop(self) -> None:
        """Ask it to stop."""
        self._stop_file.touch()

    def stop_requested(self) -> bool:
        """Whether someone asked it to stop."""
        return self._stop_file.exists()

    def clear_stop(self) -> None:
        """Forget an earlier request to stop."""
        self._stop_file.unlink(missing_ok=True)

    @property
    def _stop_file(self) -> Path:
        return self.folder / "stop"
