"""Several processes that train one student as one, the way `torchrun` starts them. Imports nothing heavy.

The first process makes the run, writes and judges; the others work on their share of each step's examples and
wait. Everywhere else there is one process, and all of this costs nothing.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from distill.errors import BadConfig

T = TypeVar("T")
# No time-out: the others wait while the first one judges. (Gloo counts milliseconds, in 32 bits.)
_PATIENCE = timedelta(days=20)


def number() -> int:
    """How many processes there are."""
    return int(os.environ.get("WORLD_SIZE", "1")) if "LOCAL_RANK" in os.environ else 1


def rank() -> int:
    """Which of them this is, from 0."""
    return int(os.environ.get("RANK", "0")) if number() > 1 else 0


def first() -> bool:
    """Whether this is the one that writes, judges and answers."""
    return rank() == 0


@contextmanager
def joined() -> Iterator[None]:
    """Join the other processes, and leave them at the end."""
    if number() == 1:
        yield
        return
    import torch
    import torch.distributed as together

    backend = "gloo"
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        backend = "cpu:gloo,cuda:nccl"
    together.init_process_group(backend, timeout=_PATIENCE)
    yield
    together.destroy_process_group()  # not after an error: the others may be in the middle of something


def said(value: T) -> T:
    """What the first process says, passed on to all; the others wait for it."""
    if number() == 1:
        return value
    import torch
    import torch.distributed as together

    box: list[Any] = [value]
    together.broadcast_object_list(box, device=torch.device("cpu"))
    return box[0]


def summed(values: Any) -> Any:
    """The sum of a tensor over all processes, in place."""
    if number() > 1:
        import torch.distributed as together

        together.all_reduce(values)
    return values


def meet() -> None:
    """Wait until all processes have come this far."""
    if number() > 1:
        import torch

        summed(torch.zeros(1))


@contextmanager
def first_goes_ahead() -> Iterator[None]:
    """Let the first process do this before the others: it downloads, they find what it left."""
    if not first():
        meet()
    yield
    if first():
        meet()


@contextmanager
def alone() -> Iterator[None]:
    """Let the libraries in this process work as if there were no others."""
    if number() == 1:
        yield
        return
    from accelerate.state import AcceleratorState, PartialState
    from accelerate.utils import DistributedType

    states = (PartialState._shared_state, AcceleratorState._shared_state)
    kept = [dict(state) for state in states]
    for state in states:
        state.update(num_processes=1, distributed_type=DistributedType.NO)
    try:
        yield
    finally:
        for state, before in zip(states, kept, strict=True):
            state.update(before)


def check(processes: int) -> None:
    """Check that this machine has room for this many processes.

    Raises:
        BadConfig: It has not.
    """
    import torch

    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    room, what = (gpus, "GPU") if gpus else (os.cpu_count() or 1, "processor core")
    if processes > room:
        many = "" if room == 1 else "s"
        raise BadConfig(
            f"processes is {processes}; this machine has {room} {what}{many}: use {room} at most."
        )


def launch(processes: int) -> None:
    """Become a `torchrun` of this many processes that carry out this very command. Does not return."""
    own = ["--standalone", "--nproc_per_node", str(processes), "-m", "distill", *sys.argv[1:]]
    os.execv(sys.executable, [sys.executable, "-m", "torch.distributed.run", *own])
