"""How much one visitor may do where strangers can reach the page."""

import threading
import time
from collections import deque
from collections.abc import Callable
from ipaddress import ip_address

import gradio as gr

from models.errors import BadRequest


def address_of(request: gr.Request) -> str:
    """Where a visitor comes from. On a Space all come by proxies; each of these adds whom it answers behind
    what the visitor sent, so the last address that is no proxy's own is the one that cannot be made up."""
    peer = str(getattr(request.client, "host", ""))
    sent = str(request.headers.get("x-forwarded-for") or "").split(",")
    chain = [name for each in sent if (name := each.strip())] + [peer]
    while len(chain) > 1 and _is_inside(chain[-1]):
        chain.pop()
    return chain[-1][:64]


def _is_inside(address: str) -> bool:
    """Whether it belongs to the machine or to the network behind it."""
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


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
                raise BadRequest("That was too much at once from your address: please wait a minute.")
            acts.append(now)
