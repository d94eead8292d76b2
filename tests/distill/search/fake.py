"""Workers without models: a loss and a latency that follow from the shape, and places to wait at.

`python -m tests.distill.search.fake HOME ID first|join URL [WAIT_AT]` is such a worker; with WAIT_AT it waits
in its attempt of that number, counted from 0, for a signal that never comes.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

from distill.search import Plan, queue
from distill.search.folder import Search, create, find
from distill.search.queue import Queue
from distill.search.space import Space
from distill.search.worker import Worker
from models.settings import Settings

VALUES: dict[str, tuple[Any, ...]] = {
    "encoder_layers": (1, 2, 3, 4),
    "decoder_layers": (1, 2, 3),
    "width": (64, 128, 192, 256),
    "heads": (2, 4),
    "head_size": (32,),
    "inner": (128, 256),
    "kind": ("relu", "gated-gelu"),
    "tied": (True, False),
}


def space() -> Space:
    """Shapes whose layers weigh no more than a teacher's 4 + 2 layers of 256."""
    return Space.of(
        VALUES,
        lambda shape: shape["width"] >= shape["heads"] * shape["head_size"],
        lambda shape: (shape["encoder_layers"] + shape["decoder_layers"]) * shape["width"],
        6 * 256,
    )


def plan(**own: Any) -> Plan:
    """A plan of few trials."""
    return Plan.of({"teacher": "t", "data": "built-in"}, **{"trials": 6, "sampler": "random", **own})


def new(settings: Settings, url: str | None = None, **own: Any) -> Search:
    """A search that nobody works for yet."""
    return create(plan(**own), settings, url)


def outcome(shape: dict[str, Any]) -> dict[str, Any]:
    """What comes of a shape."""
    size = (shape["encoder_layers"] + 2 * shape["decoder_layers"]) * shape["width"] / (8 * 256)
    loss = 1.5 - size + 0.2 * (shape["kind"] == "relu")
    times = {"seconds": size / 10, "teacher_seconds": 0.1, "share": size, "share_low": 0.9 * size}
    return {"loss": loss, **times, "share_high": 1.1 * size, "parameters": int(size * 1e6), "birth": "fresh"}


class Fake:
    """Tries candidates without a model."""

    def __init__(self, halt: threading.Event | None = None, wait_at: int | None = None) -> None:
        self.fingerprint, self.timing = {"data": "one"}, {"processor": "none"}
        self.space, self.tried, self._known = space(), [], {}
        self._halt, self._wait_at = halt or threading.Event(), wait_at

    def reference_loss(self) -> float:
        """Half as much again as the best."""
        return 2.0

    def known(self, shape: dict[str, Any]) -> dict[str, Any] | None:
        """What was tried before by this worker."""
        return self._known.get(tuple(shape.items()))

    def attempt(self, shape: dict[str, Any], name: str) -> dict[str, Any]:
        """What comes of it, at once."""
        if len(self.tried) == self._wait_at:
            print("waiting", name.rpartition("-")[2], flush=True)
            threading.Event().wait()
        self.tried.append(shape)
        print("tried", name.rpartition("-")[2], flush=True)
        self._known[tuple(shape.items())] = outcome(shape)
        return outcome(shape)


def work(search: Search, settings: Settings, fake: Any, first: bool = True) -> None:
    """Work for a search in this process."""
    Worker(search, settings, first, lambda *_: fake).carry_out()


def ended_once(queue: Queue) -> bool:
    """Whether each slot has ended with exactly one candidate that was paid for."""
    paid = [
        trial.user_attrs["slot"]
        for trial in queue.trials()
        if trial.state.name in ("COMPLETE", "PRUNED") and not trial.user_attrs.get("free")
    ]
    return sorted(paid) == list(range(queue.plan.trials))


if __name__ == "__main__":
    home, search_id, role, url, *rest = sys.argv[1:]
    own = Settings(home=Path(home), threads=1)
    print("worker", os.getpid(), flush=True)
    if url:  # a storage that machines share: each worker poses as one
        queue._machine = lambda: f"machine {os.getpid()}"
    work(find(search_id, own, url or None), own, Fake(None, int(rest[0]) if rest else None), role == "first")
