"""How much one visitor may do where strangers can reach the page."""

import threading
import time
from collections import deque
from collections.abc import Callable

import gradio as gr

from models.errors import BadRequest


def address_of(request: gr.Request) -> str:
    """Where a visitor comes from; behind proxies as uvicorn has it, from those that FORWARDED_ALLOW_IPS
    names. What others write into such a header could be anything."""
    return str(getattr(request.client, "host", ""))[:64]


class Allowance:
    """So many acts in so many seconds, counted apart for each visitor.

    Args:
        most: Acts in that time.
        seconds: The time.
        clock: Tells the time.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._acts: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, visitor: str) -> None:
        """Count one act.

        Raises:
            BadRequest: This visitor has done too many.
        """
        now = self._clock()
        with self._lock:
            for name in [name for name, acts in self._acts.items() if now - acts[-1] >= self._seconds]:
                del self._acts[name]
            acts = self._acts.setdefault(visitor, deque(maxlen=self._most))
            if len(acts) == self._most and now - acts[0] < self._seconds:
                raise BadRequest("Too many requests from your address: please wait a minute.")
            acts.append(now)
