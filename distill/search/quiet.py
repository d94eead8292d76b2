"""Time one model while no other worker of this studio trains, however many there are.

Workers train together, each under a shared lock that it lets go of between two steps where somebody waits to
time; who times has the lock alone. Locks of the system: a killed worker's are free at once.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Quiet:
    """One worker's share in the quiet of a studio's home.

    Args:
        home: The studio's, where the locks are.
    """

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._gate, self._room = (
            os.open(home / f"timing.{name}", os.O_RDWR | os.O_CREAT, 0o644) for name in ("gate", "room")
        )
        self._works = False

    @contextmanager
    def working(self) -> Iterator[None]:
        """Work, and `give_way` now and then."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def give_way(self) -> None:
        """Let who waits to time do so, and go on afterwards; costs nothing where nobody waits."""
        if not self._works:
            return
        try:
            fcntl.flock(self._gate, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(self._gate, fcntl.LOCK_UN)
        except BlockingIOError:
            self._leave()
            self._enter()

    @contextmanager
    def timing(self) -> Iterator[None]:
        """Be alone, once everybody else has come to the end of a step."""
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._room, fcntl.LOCK_EX)
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)
            fcntl.flock(self._gate, fcntl.LOCK_UN)

    def _enter(self) -> None:
        fcntl.flock(self._gate, fcntl.LOCK_SH)  # behind whoever waits to time
        fcntl.flock(self._gate, fcntl.LOCK_UN)
        fcntl.flock(self._room, fcntl.LOCK_SH)
        self._works = True

    def _leave(self) -> None:
        self._works = False
        fcntl.flock(self._room, fcntl.LOCK_UN)
